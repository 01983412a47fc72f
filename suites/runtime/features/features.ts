/** features.md: what the document says. */
import fc from "fast-check";
import type { RuntimeCase } from "../../../runners/runtime/case.js";
import { parsed } from "../../../runners/runtime/observe.js";
import { compareReleases } from "../../../spec/catalogue.js";
import { validateFeatures } from "../../../spec/validate.js";
import { combine, type ExplainedResult, equal, expectThat, notApplicable } from "../../check.js";
import { type Check, checkCase, example, section, unavailable } from "../suite.js";
import { type Fields, fieldsOf, listed, NO_FEATURES } from "./listed.js";

const NOT_ASKED = "features was not asked for, or did not succeed";

/** Judges the JSON that `features` printed. */
const printed = (id: string, judge: (features: Fields) => ExplainedResult): Check =>
  checkCase(id, (view) =>
    combine(
      view.testCase.steps.map((step, at) => {
        const result = view.observation.steps[at];
        if (step.op !== "raw" || step.args[0] !== "features" || result?.op !== "raw") return notApplicable(NOT_ASKED);
        if (result.ran.exit.kind !== "exited" || result.ran.exit.code !== 0) return notApplicable(NOT_ASKED);
        const features = parsed(result.ran.stdout);
        return features === null ? notApplicable("features printed no JSON") : judge(fieldsOf(features));
      }),
      NOT_ASKED,
    ),
  );

const printing: RuntimeCase = {
  format: "oci-conform/runtime-case@1",
  title: "what features prints",
  aims: [],
  containers: [],
  steps: [{ op: "raw", args: ["features"] }],
};

/** What mount(8) calls specific to a file system. */
const DATA_OPTIONS = ["size", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "huge", "newinstance", "ptmxmode", "hidepid", "subset"];
const KNOWN = ["ociVersionMin", "ociVersionMax", "hooks", "mountOptions", "linux", "annotations", "potentiallyUnsafeConfigAnnotations"];

export default section("Features", [
  printed("runtime.features.schema", (features) => equal(validateFeatures(features), [])),
  printed("runtime.features.oci-version-order", ({ ociVersionMin, ociVersionMax }) =>
    typeof ociVersionMin === "string" && typeof ociVersionMax === "string"
      ? expectThat(compareReleases(ociVersionMax, ociVersionMin) >= 0, `at least ${ociVersionMin}`, ociVersionMax)
      : notApplicable("the features do not have both ociVersionMin and ociVersionMax"),
  ),
  printed("runtime.features.known-properties-only", (features) =>
    equal(
      Object.keys(features).filter((key) => !KNOWN.includes(key)),
      [],
    ),
  ),
  printed("runtime.features.annotations-form", ({ annotations }) =>
    annotations === undefined || annotations === null
      ? notApplicable("the features have no annotations")
      : equal(
          Object.entries(fieldsOf(annotations)).filter(([key, value]) => key === "" || typeof value !== "string"),
          [],
        ),
  ),
  printed("runtime.features.mount-options-no-data", (features) => {
    const options = listed(features, "mountOptions");
    return options.length === 0
      ? notApplicable("the features list no mountOptions")
      : equal(
          options.filter((option) => DATA_OPTIONS.includes(option)),
          [],
        );
  }),
  example(
    [
      "runtime.features.schema",
      "runtime.features.oci-version-order",
      "runtime.features.known-properties-only",
      "runtime.features.annotations-form",
      "runtime.features.mount-options-no-data",
    ],
    ({ target }) => (target.features === null ? unavailable(NO_FEATURES) : fc.constant(printing)),
  ),
]);
