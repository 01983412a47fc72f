/** spec.md, "Warnings". */
import fc from "fast-check";
import { blobPath, caseOf, get, image, MEDIA, manifestPath, pushImage } from "../../../generators/registry/steps.js";
import { expectThat, notApplicable } from "../../check.js";
import { check, example, section, unavailable, type View } from "../suite.js";

const warnings = ({ response }: View): readonly string[] =>
  response.headers.filter(([name]) => name === "warning").map(([, value]) => value);

/** A check of each warning of an answer. */
const checkEach = (id: string, isRight: (warning: string) => boolean, expected: string) =>
  check(id, (view) => {
    const values = warnings(view);
    return values.length === 0 ? notApplicable("no answer has a warning") : expectThat(values.every(isRight), expected, values);
  });

export default section("Warnings", [
  checkEach("registry.warnings.code", (warning) => warning.startsWith("299 "), "299"),
  checkEach("registry.warnings.agent", (warning) => /^\d{3} - /.test(warning), "-"),
  checkEach("registry.warnings.no-date", (warning) => !/"\s*"[^"]*GMT"\s*$/.test(warning), "no date"),
  check("registry.warnings.size", (view) =>
    expectThat(warnings(view).join("").length <= 4096, "at most 4096 bytes of warnings", warnings(view).join("").length),
  ),

  ...[
    () => unavailable("no answer had a Warning"),
    () =>
      fc
        .nat(99)
        .map((seed) =>
          caseOf("an image is read, which may come with a warning", image("m", seed), [
            ...pushImage("a", "m", "v1"),
            get(manifestPath("a", "v1"), { accept: MEDIA.manifest }),
            get(blobPath("a", "m-layer")),
          ]),
        ),
  ].map((cases) => example(["registry.warnings.code", "registry.warnings.agent", "registry.warnings.no-date"], cases)),
]);
