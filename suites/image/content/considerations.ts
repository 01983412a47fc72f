import type { JsonProblem, JsonProblemKind } from "../../../image-reader/json.js";
import type { Document } from "../../../image-reader/layout.js";
import { atLeast } from "../../../spec/image/releases.js";
import { check, type DocumentView, expectThat, type Located, type Section } from "./suite.js";

/** Documents that were read at all; what is beyond a limit was not. */
const wasRead = ({ json }: Document): boolean => json.root !== undefined || json.problems.some(({ kind }) => kind !== "limit");

/** Maps of annotations have a rule of their own about names that occur twice. */
const inAnnotations = ({ node }: JsonProblem): boolean => node?.parent?.key === "annotations" || node?.parent?.key === "Labels";

/** Judges a document by the problems of some kinds. */
const free =
  (kinds: readonly JsonProblemKind[], expected: string, counts: (problem: JsonProblem) => boolean = () => true) =>
  ({ document, location }: DocumentView): Located[] | undefined => {
    if (!wasRead(document)) return undefined;
    const found = document.json.problems.filter((problem) => kinds.includes(problem.kind) && counts(problem));
    if (found.length === 0) return document.json.root ? [expectThat(true, undefined, undefined)] : undefined;
    return found.map(({ message, offset, node }) =>
      expectThat(false, expected, message, { file: location.file, offset, ...(node ? { node } : {}) }),
    );
  };

const syntax = free(["syntax"], "JSON");
/** Before I-JSON was asked for, another encoding than UTF-8 was only no JSON. */
const syntaxOrEncoding = free(["syntax", "encoding"], "JSON");

/** considerations.md */
export const considerations: Section = {
  title: "Considerations",
  document: [
    check("image.considerations.json", (view) => (atLeast(view.release, "head") ? syntax(view) : syntaxOrEncoding(view))),
    check("image.considerations.json-utf8", free(["encoding"], "UTF-8")),
    check(
      "image.considerations.json-names-unique",
      free(["duplicate"], "each name once in an object", (problem) => !inAnnotations(problem)),
    ),
    check("image.considerations.i-json", free(["surrogate", "noncharacter"], "Unicode characters")),
    check("image.considerations.json-numbers", free(["number"], "a number that IEEE 754 double precision holds")),
    check("image.considerations.json-canonical", ({ document: { json }, location }) =>
      json.root
        ? expectThat(json.loose === undefined, "canonical JSON", json.loose?.message, {
            file: location.file,
            offset: json.loose?.offset ?? 0,
          })
        : undefined,
    ),
  ],
};
