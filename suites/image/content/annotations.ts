import { type JsonNode, shown } from "../../../image-reader/json-node.js";
import {
  IMAGE_REFERENCE,
  isDateTime,
  isLicenseExpression,
  isQualified,
  isReverseDomain,
  parseDigest,
  REF,
  REF_CHARACTERS,
  schemeOf,
} from "../../../spec/image/grammar.js";
import { type AnnotationsView, at, type Check, check, expectThat, type Located, type Section } from "./suite.js";

const IMAGE = "org.opencontainers.image.";

/** What the image specification defines, conversion to runtime configurations included. */
const DEFINED = new Set(
  (
    "created authors url documentation source version revision vendor licenses ref.name title description base.digest base.name " +
    "os architecture variant os.version os.features author stopSignal exposedPorts"
  ).split(" "),
);

/** Names that other OCI specifications have keys under. */
const ELSEWHERE = /^org\.opencontainers\.(?:runtime|distribution|referrers|artifact)\./;

/** The members of a map with each key's value. */
const entriesOf = ({ node }: AnnotationsView): readonly (readonly [string, JsonNode])[] =>
  node.kind === "object" ? [...node.members] : [];

/** Judges the value of a key that is there and is not empty. */
const value = (
  id: string,
  keys: readonly string[],
  good: (text: string, view: AnnotationsView) => boolean | undefined,
  expected: string,
): Check<AnnotationsView> =>
  check(id, (view) =>
    entriesOf(view).flatMap(([key, node]): Located[] => {
      if (!keys.includes(key) || node.kind !== "string" || node.value === "") return [];
      const verdict = good(node.value, view);
      return verdict === undefined ? [] : [expectThat(verdict, expected, node.value, at(view, node))];
    }),
  );

/** annotations.md */
export const annotations: Section = {
  title: "Annotations",
  annotations: [
    check("image.annotations.absent-or-empty", ({ node, of }) => {
      // An optional property of a config may be null.
      if (node.kind === "null") return of === "labels" ? undefined : expectThat(false, "a map, or nothing", null);
      return node.kind === "object" && node.members.size === 0 ? expectThat(true, undefined, undefined) : undefined;
    }),
    check("image.annotations.map-of-strings", (view) => {
      if (view.node.kind === "null") return undefined;
      if (view.node.kind !== "object") return expectThat(false, "a map", shown(view.node, 1));
      return entriesOf(view).flatMap(([, node]) =>
        node.kind === "null" ? [] : [expectThat(node.kind === "string", "a string", shown(node, 1), at(view, node))],
      );
    }),
    check("image.annotations.value-present", (view) =>
      entriesOf(view).map(([, node]) => expectThat(node.kind !== "null", "a value", null, at(view, node))),
    ),
    check("image.annotations.keys-unique", (view) => {
      const [first] = view.duplicates;
      if (first)
        return view.duplicates.map(({ node, offset }) =>
          expectThat(false, "the key once", "again", { file: view.location.file, node, offset }),
        );
      return entriesOf(view).length > 0 ? expectThat(true, undefined, undefined) : undefined;
    }),
    check("image.annotations.keys-reverse-domain", (view) =>
      entriesOf(view).map(([key, node]) =>
        expectThat(isReverseDomain(key), "a domain in reverse, such as com.example.key", key, at(view, node)),
      ),
    ),
    check("image.annotations.opencontainers-reserved", (view) =>
      entriesOf(view).flatMap(([key, node]) => {
        if (key.startsWith(IMAGE)) return [];
        const reserved = /^org\.opencontainers(?:\.|$)/.test(key) && !ELSEWHERE.test(key);
        return [expectThat(!reserved, "a key that an OCI specification defines", key, at(view, node))];
      }),
    ),
    check("image.annotations.image-namespace-reserved", (view) =>
      entriesOf(view).flatMap(([key, node]) =>
        key.startsWith(IMAGE)
          ? [expectThat(DEFINED.has(key.slice(IMAGE.length)), "a key that the image specification defines", key, at(view, node))]
          : [],
      ),
    ),
    value("image.annotations.created-rfc3339", [`${IMAGE}created`], isDateTime, "a date and time by RFC 3339"),
    value(
      "image.annotations.url-values",
      ["url", "documentation", "source"].map((key) => IMAGE + key),
      (text) => schemeOf(text) !== undefined,
      "a URL",
    ),
    value("image.annotations.licenses-spdx", [`${IMAGE}licenses`], isLicenseExpression, "an SPDX license expression"),
    value("image.annotations.ref-name-place", [`${IMAGE}ref.name`], (_text, { named }) => named, "on a descriptor of index.json alone"),
    value(
      "image.annotations.ref-name-characters",
      [`${IMAGE}ref.name`],
      (text) => REF_CHARACTERS.test(text),
      "letters, digits and -._:@/+",
    ),
    ...["image.annotations.ref-name-grammar", "image.annotations.ref-name-valid"].map((id) =>
      value(
        id,
        [`${IMAGE}ref.name`],
        // Other characters are another rule's business.
        (text) => (REF_CHARACTERS.test(text) ? REF.test(text) : undefined),
        "components parted by slashes, of letters and digits with single separators",
      ),
    ),
    value("image.annotations.base-digest-form", [`${IMAGE}base.digest`], (text) => parseDigest(text) !== undefined, "ALGORITHM:ENCODED"),
    value("image.annotations.base-name-form", [`${IMAGE}base.name`], (text) => IMAGE_REFERENCE.test(text), "an image reference"),
    value(
      "image.annotations.base-name-qualified",
      [`${IMAGE}base.name`],
      (text) => (IMAGE_REFERENCE.test(text) ? isQualified(text) : undefined),
      "REGISTRY/REPOSITORY",
    ),
  ],
};
