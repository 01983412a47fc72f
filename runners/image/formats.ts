import type { StoredFacts } from "../stored-facts.js";
import type { StoredFormat } from "../stored-format.js";
import type { ImageCase } from "./case.js";
import type { ImageFacts } from "./facts.js";
import type { ImageObservation } from "./observation.js";

export type ImageFactsFile = StoredFacts<ImageFacts>;

export const IMAGE_CASE: StoredFormat<ImageCase> = {
  name: "oci-conform/image-case@1",
  what: "a case of the image suite",
  schema: "image-case",
};

export const IMAGE_OBSERVATION: StoredFormat<ImageObservation> = {
  name: "oci-conform/image-observation@1",
  what: "an observation of the image suite",
  schema: "image-observation",
};

export const IMAGE_FACTS: StoredFormat<ImageFactsFile> = {
  name: "oci-conform/image-facts@1",
  what: "facts of the image suite",
  schema: "image-facts",
};
