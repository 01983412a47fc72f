import { join } from "node:path";
import { UsageError } from "../../spec/errors.js";
import { type CaseFiles, readCaseJson, storedCasesBy, storeFiles } from "../stored-case.js";
import type { ImageCase } from "./case.js";
import type { ImageObservation } from "./observation.js";
import type { Limits } from "./script.js";

/** What else is to be known to judge or repeat what was observed: the tool, and the limits of its commands. */
export interface ImageSetting {
  readonly tool: string;
  readonly version: string;
  /** The command that it was called by, where it is none of the tools that are known by name. */
  readonly command?: string;
  readonly converts: boolean;
  /** The release of the spec that it was judged by. */
  readonly spec: string;
  readonly limits: Limits;
}

/** A failing case as it is kept: enough to run it again with the harness, and without. */
export interface StoredImage {
  readonly case: ImageCase;
  readonly observation: ImageObservation;
  readonly setting: ImageSetting;
  /** README.md, reproduce.sh and whatever else helps to understand it. */
  readonly files: CaseFiles;
  /** Writes the layout into a directory. */
  readonly write: (directory: string) => void;
}

/** Writes a case's directory. Returns its path. */
export const storeImage = (root: string, name: string, { case: subject, observation, setting, files, write }: StoredImage): string =>
  storeFiles(root, name, { "case.json": subject, "observation.json": observation, "setting.json": setting, ...files }, (directory) =>
    write(join(directory, "layout")),
  );

/** Whether what a case.json holds is a case of images. */
export const isImageCase = (value: unknown): value is ImageCase =>
  typeof value === "object" &&
  value !== null &&
  "format" in value &&
  value.format === "oci-conform/image-case@1" &&
  ["title", "aims", "layers", "config", "shape"].every((name) => name in value) &&
  "layers" in value &&
  Array.isArray(value.layers);

/** Whether what a setting.json holds was written beside a case of images. */
export const isImageSetting = (value: unknown): value is ImageSetting =>
  typeof value === "object" && value !== null && "tool" in value && "converts" in value && "limits" in value;

/** Whether what an observation.json holds is what was seen of a tool. */
export const isImageObservation = (value: unknown): value is ImageObservation =>
  typeof value === "object" && value !== null && "format" in value && value.format === "oci-conform/image-observation@1";

/** Reads case.json of a stored directory, or a case file itself. @throws UsageError with the path and what is wrong. */
export function readImageCase(path: string): ImageCase {
  const { file, value } = readCaseJson(path);
  if (!isImageCase(value))
    throw new UsageError(
      `${file}: not a case: "format" must be "oci-conform/image-case@1", with "title", "aims", "layers", "config" and "shape"`,
    );
  return value;
}

/** The cases stored under a directory, by name; those of other specs are left out. */
export const storedImages = (root: string): readonly ImageCase[] => storedCasesBy(root, readImageCase);
