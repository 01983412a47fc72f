import type { Json } from "../../../runners/image/case.js";
import { REF_NAME } from "../layout/neighbours.js";
import { embedded } from "./descriptors.js";
import { addToIndex, textFault, valueFault } from "./edits.js";
import type { Fault } from "./input.js";

const IMAGE = "org.opencontainers.image.";

const annotation = (name: string, requirement: string, key: string, value: Json): Fault =>
  valueFault("index", name, requirement, ["annotations"], { [key]: value });

/** The name of something beside the image, so that the image keeps its own. */
const refName = (name: string, requirement: string, value: string): Fault =>
  addToIndex(name, requirement, `a descriptor whose ${REF_NAME} is ${JSON.stringify(value)}`, () =>
    embedded({ annotations: { [REF_NAME]: value } }),
  );

/** Faults of annotations. */
export const ANNOTATION_FAULTS: readonly Fault[] = [
  annotation("annotations-number", "image.annotations.map-of-strings", "org.example.a", 1),
  annotation("annotation-null", "image.annotations.value-present", "org.example.a", null),
  valueFault("index", "annotations-null", "image.annotations.absent-or-empty", ["annotations"], null),
  textFault("manifest", "annotation-twice", "image.annotations.keys-unique", "a key of its annotations is there twice", (text) =>
    text.replace("{", '{"annotations":{"org.example.a":"1","org.example.a":"2"},'),
  ),
  annotation("annotation-without-domain", "image.annotations.keys-reverse-domain", "key", "x"),
  annotation("annotation-of-others", "image.annotations.opencontainers-reserved", "org.opencontainers.mine", "x"),
  annotation("annotation-reserved", "image.annotations.image-namespace-reserved", `${IMAGE}mine`, "x"),
  annotation("annotation-created-no-time", "image.annotations.created-rfc3339", `${IMAGE}created`, "yesterday"),
  annotation("annotation-no-url", "image.annotations.url-values", `${IMAGE}source`, "example"),
  annotation("annotation-no-license", "image.annotations.licenses-spdx", `${IMAGE}licenses`, "MIT, BSD"),
  valueFault("manifest", "ref-name-elsewhere", "image.annotations.ref-name-place", ["annotations"], { [REF_NAME]: "x" }),
  refName("ref-name-characters", "image.annotations.ref-name-characters", "a b"),
  refName("ref-name-separators", "image.annotations.ref-name-valid", "a..b"),
  {
    ...refName("ref-name-separators-of-old", "image.annotations.ref-name-grammar", "a..c"),
    implies: { "image.descriptor.data-reserved": "what has the name is embedded in its descriptor" },
  },
  annotation("annotation-base-digest", "image.annotations.base-digest-form", `${IMAGE}base.digest`, "x"),
  annotation("annotation-base-name", "image.annotations.base-name-form", `${IMAGE}base.name`, "A B"),
  annotation("annotation-base-name-short", "image.annotations.base-name-qualified", `${IMAGE}base.name`, "library/debian:12"),
];
