import type { StoredFormat } from "../stored-format.js";
import type { ImageCase } from "./case.js";
import type { ImageObservation } from "./observation.js";

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
