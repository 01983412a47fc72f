import fc from "fast-check";
import { annotations } from "../../generators/runtime/annotations.js";
import { caseOf, minimalConfig } from "../../generators/runtime/base.js";
import { BROKEN } from "../../generators/runtime/invalid/broken.js";
import { faultCase, hasTabledFault, malformedCase, tabledFault, typeFault } from "../../generators/runtime/invalid/input.js";
import { unknownPropertyCase } from "../../generators/runtime/invalid/unknown-properties.js";
import { refusal } from "../../generators/runtime/steps.js";
import { compareReleases, RELEASES } from "../../spec/catalogue.js";
import { equal, expectThat } from "../check.js";
import { refuses } from "./refusal.js";
import {
  allAnswered,
  answered,
  check,
  type Example,
  example,
  firstRefusal,
  refused,
  resultsOf,
  section,
  started,
  unavailable,
  type View,
} from "./suite.js";

/** An example of each way in which the table's configs break a requirement. */
const tabled = (id: string, also: readonly string[] = []): Example =>
  example([id, ...also], ({ host, target }) =>
    hasTabledFault(host, target.release, id)
      ? tabledFault(host, target.release, id).map((fault) => faultCase(fault, host))
      : unavailable("the host or the release has nothing that could be wrong in this way"),
  );

/** The requirements whose only case is a fault of the table, and by which operation it must have been refused. */
const REFUSALS: readonly (readonly [string, "create" | "start"])[] = [
  [BROKEN.semver, "create"],
  [BROKEN.version, "create"],
  [BROKEN.root, "create"],
  [BROKEN.rootPathMissing, "create"],
  [BROKEN.rootPath, "create"],
  [BROKEN.cwd, "start"],
  [BROKEN.cwdMissing, "start"],
  [BROKEN.args, "start"],
  [BROKEN.rlimitType, "start"],
  [BROKEN.rlimitTwice, "start"],
  [BROKEN.personality, "create"],
  [BROKEN.memoryPolicyMode, "create"],
];

/** The container runs as it would without what must be ignored. */
function ignored(view: View) {
  const culprit = firstRefusal([view.create, view.start]);
  if (culprit) return expectThat(false, "the container runs: what is unknown is ignored", culprit.stderr);
  return started(view) && view.probe ? ({ verdict: "pass" } as const) : undefined;
}

export default section("Versions, annotations, unknown properties, valid values", [
  ...REFUSALS.map(([id, by]) => refuses(id, { by })),
  ...REFUSALS.map(([id]) => tabled(id)),

  check("runtime.oci-version.compatible-within-major", (view) => {
    const { aims, control } = view.case;
    if (!aims.includes("runtime.oci-version.compatible-within-major") || control !== undefined) return undefined;
    return ignored(view);
  }),
  example(["runtime.oci-version.compatible-within-major"], ({ target }) =>
    fc
      .constantFrom(...RELEASES.filter((release) => compareReleases(release, target.release) <= 0))
      .map((release) => caseOf(minimalConfig(release), { title: `a config of release ${release}` })),
  ),

  refuses(BROKEN.annotationMap),
  tabled(BROKEN.annotationMap),
  refuses(BROKEN.annotationKey),
  tabled(BROKEN.annotationKey),
  check("runtime.annotations.unknown-key-ignored", (view) => {
    const keys = Object.keys(view.config.annotations ?? {});
    if (keys.length === 0 || view.container.configText !== undefined || !view.case.aims.includes("runtime.annotations.unknown-key-ignored"))
      return undefined;
    return ignored(view);
  }),
  example(["runtime.annotations.unknown-key-ignored"], ({ target }) =>
    annotations().map((map) =>
      caseOf({ ...minimalConfig(target.release), annotations: { "com.example.key": "value", ...map } }, { title: "annotations" }),
    ),
  ),
  check("runtime.annotations.empty-value", (view) => {
    if (!Object.values(view.config.annotations ?? {}).includes("") || !view.case.aims.includes("runtime.annotations.empty-value"))
      return undefined;
    return ignored(view);
  }),
  example(["runtime.annotations.empty-value"], ({ target }) =>
    fc
      .constantFrom("com.example.empty", "org.example.nothing")
      .map((key) =>
        caseOf({ ...minimalConfig(target.release), annotations: { [key]: "" } }, { title: "an annotation with an empty value" }),
      ),
  ),

  check(BROKEN.unknownProperty, (view) => {
    if (!view.case.aims.includes(BROKEN.unknownProperty) || view.observation.control !== true) return undefined;
    return ignored(view);
  }),
  example([BROKEN.unknownProperty], ({ host, target }) => unknownPropertyCase(host, target.release)),

  refuses(BROKEN.invalid, { by: "start" }),
  tabled(BROKEN.invalid),
  refuses(BROKEN.unapplicable, { by: "start" }),
  tabled(BROKEN.unapplicable, [
    "runtime.create.cannot-apply-no-container",
    "runtime.lifecycle.environment-impossible-error",
    "runtime.errors.environment-as-before",
  ]),
  refuses("runtime.lifecycle.environment-impossible-error", { by: "start" }),
  check("runtime.create.cannot-apply-no-container", (view) => {
    if (view.case.control === undefined || view.observation.control !== true || !refused(view.create)) return undefined;
    const [after] = resultsOf(view, view.index, "state");
    if (after?.op !== "state" || !answered(after.ran)) return undefined;
    return expectThat(refused(after.ran), "no container of that id after the refused create", after.state);
  }),
  check("runtime.errors.environment-as-before", (view) => {
    if (view.case.control === undefined || view.observation.control !== true || !allAnswered(view)) return undefined;
    if (!refused(view.create)) return undefined;
    const { processes, mounts, cgroups, interfaces } = view.observation.leftovers;
    return equal(
      { processes, mounts, cgroups, interfaces },
      { processes: [], mounts: [], cgroups: [], interfaces: [] },
      "left after a refused create",
    );
  }),
  example("runtime.bundle.config-json-at-root", ({ target }) => {
    const config = minimalConfig(target.release);
    return fc.constant(caseOf(config, { title: "a bundle without config.json", control: config, configText: null, steps: refusal() }));
  }),
  refuses("runtime.bundle.config-json-at-root"),
  refuses(BROKEN.wrongType, { by: "start" }),
  example([BROKEN.wrongType], ({ host, target }) =>
    typeFault(fc.constant(minimalConfig(target.release))).map((fault) => faultCase(fault, host)),
  ),
  refuses(BROKEN.malformed),
  example([BROKEN.malformed], ({ target }) => malformedCase(target.release)),
]);
