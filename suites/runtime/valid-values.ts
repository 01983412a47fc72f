/** config.md, "Specification version", "Annotations", "Extensibility", "Valid values", and what follows from a value that is none. */
import fc from "fast-check";
import { groupsOf, oneOf } from "../../generators/choices.js";
import { ANNOTATIONS } from "../../generators/runtime/annotations.js";
import { caseOf, minimalConfig } from "../../generators/runtime/base.js";
import { faultCase, hasTabledFault, malformedCase, tabledFault, typeFaults } from "../../generators/runtime/invalid/input.js";
import { unknownPropertyCases } from "../../generators/runtime/invalid/unknown-properties.js";
import { refusal } from "../../generators/runtime/steps.js";
import { compareReleases, RELEASES } from "../../spec/catalogue.js";
import { type ExplainedResult, equal, expectThat, notApplicable, PASS } from "../check.js";
import { refuses } from "./refusal.js";
import {
  allAnswered,
  answered,
  type Check,
  check,
  type Example,
  example,
  firstRefusal,
  NO_REPORT,
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
  ["runtime.oci-version.semver", "create"],
  ["runtime.oci-version.required", "create"],
  ["runtime.root.required", "create"],
  ["runtime.root.path-required", "create"],
  ["runtime.root.path-must-exist", "create"],
  ["runtime.process.cwd-absolute", "start"],
  ["runtime.process.cwd-required", "start"],
  ["runtime.process.args-required", "start"],
  ["runtime.process.rlimits-unknown-type-error", "start"],
  ["runtime.process.rlimits-duplicate-error", "start"],
  ["runtime.personality.domain-unknown-error", "create"],
  ["runtime.memory-policy.mode-unknown-error", "create"],
];

/** The container runs as it would without what must be ignored. */
function ignored(view: View): ExplainedResult {
  const refusal = firstRefusal([view.create, view.start]);
  if (refusal) return expectThat(false, "the container runs: what is unknown is ignored", refusal.stderr);
  return started(view) && view.probe ? PASS : notApplicable(NO_REPORT);
}

/** Judges what must be ignored in a case that is aimed at the requirement; in others its neighbours may be to blame. */
const mustIgnore = (id: string, none: string, has: (view: View) => boolean): Check =>
  check(id, (view) => {
    if (!view.testCase.aims.includes(id)) return notApplicable("the case is not aimed at it");
    return has(view) ? ignored(view) : notApplicable(none);
  });

/** Why the case shows nothing of what a refused create leaves; undefined where it does. */
function whyNotRefused({ testCase: { control }, observation, create }: View): string | undefined {
  if (control === undefined) return "nothing in the config is invalid";
  if (observation.control !== true) return "the same config without the fault does not run";
  return refused(create) ? undefined : "create was not refused";
}

export default section("Versions, annotations, unknown properties, valid values", [
  ...REFUSALS.map(([id, by]) => refuses(id, { by })),
  ...REFUSALS.map(([id]) => tabled(id)),

  mustIgnore(
    "runtime.oci-version.compatible-within-major",
    "the config is faulty on purpose",
    ({ testCase: { control } }) => control === undefined,
  ),
  example(["runtime.oci-version.compatible-within-major"], ({ target }) =>
    oneOf(
      RELEASES.filter((release) => compareReleases(release, target.release) <= 0),
      "release",
    ).map((release) => caseOf(minimalConfig(release), { title: `a config of release ${release}` })),
  ),

  refuses("runtime.annotations.map-of-strings"),
  tabled("runtime.annotations.map-of-strings"),
  refuses("runtime.annotations.key-not-empty"),
  tabled("runtime.annotations.key-not-empty"),
  mustIgnore(
    "runtime.annotations.unknown-key-ignored",
    "no annotations in the config",
    ({ config, container }) => Object.keys(config.annotations ?? {}).length > 0 && container.configText === undefined,
  ),
  example(["runtime.annotations.unknown-key-ignored"], ({ target }) =>
    groupsOf(Object.keys(ANNOTATIONS), 20, "annotation").map((keys) =>
      caseOf(
        { ...minimalConfig(target.release), annotations: Object.fromEntries(keys.map((key) => [key, ANNOTATIONS[key] ?? ""])) },
        { title: "annotations" },
      ),
    ),
  ),
  mustIgnore("runtime.annotations.empty-value", "no annotation with an empty value in the config", ({ config }) =>
    Object.values(config.annotations ?? {}).includes(""),
  ),
  example(["runtime.annotations.empty-value"], ({ target }) =>
    fc.constant(
      caseOf(
        { ...minimalConfig(target.release), annotations: { "com.example.empty": "" } },
        { title: "an annotation with an empty value" },
      ),
    ),
  ),

  mustIgnore(
    "runtime.extensibility.unknown-property-ignored",
    "the same config without the unknown property does not run",
    ({ observation }) => observation.control === true,
  ),
  example(["runtime.extensibility.unknown-property-ignored"], ({ host, target }) => unknownPropertyCases(host, target.release)),

  refuses("runtime.valid-values.invalid-refused", { by: "start" }),
  tabled("runtime.valid-values.invalid-refused"),
  refuses("runtime.create.cannot-apply-error", { by: "start" }),
  tabled("runtime.create.cannot-apply-error", [
    "runtime.create.cannot-apply-no-container",
    "runtime.lifecycle.environment-impossible-error",
    "runtime.errors.environment-as-before",
  ]),
  refuses("runtime.lifecycle.environment-impossible-error", { by: "start" }),
  check("runtime.create.cannot-apply-no-container", (view) => {
    const why = whyNotRefused(view);
    if (why !== undefined) return notApplicable(why);
    const [after] = resultsOf(view, view.index, "state");
    if (after?.op !== "state" || !answered(after.ran)) return notApplicable("no state told what became of the container");
    return expectThat(refused(after.ran), "no container of that id after the refused create", after.state);
  }),
  check("runtime.errors.environment-as-before", (view) => {
    const why = whyNotRefused(view) ?? (allAnswered(view) ? undefined : "an operation did not answer");
    if (why !== undefined) return notApplicable(why);
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
  refuses("runtime.valid-values.wrong-type-refused", { by: "start" }),
  example(["runtime.valid-values.wrong-type-refused"], ({ host, target }) =>
    typeFaults(host, target.release).map((fault) => faultCase(fault, host)),
  ),
  refuses("runtime.valid-values.malformed-json-refused"),
  example(["runtime.valid-values.malformed-json-refused"], ({ target }) => malformedCase(target.release)),
]);
