import { join } from "node:path";
import { type CaseFiles, readCaseJson, storedCasesBy, storeFiles } from "../stored-case.js";
import { parseStored } from "../stored-format.js";
import type { ImageCase } from "./case.js";
import { IMAGE_CASE } from "./formats.js";
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

/** Whether what a setting.json holds was written beside a case of images. */
export const isImageSetting = (value: unknown): value is ImageSetting =>
  typeof value === "object" && value !== null && "tool" in value && "converts" in value && "limits" in value;

/** Reads case.json of a stored directory, or a case file itself. @throws UsageError with the path and what is wrong. */
export function readImageCase(path: string): ImageCase {
  const { file, value } = readCaseJson(path);
  return parseStored(file, value, IMAGE_CASE);
}

/** The cases stored under a directory, by name; those of other specs are left out. */
export const storedImages = (root: string): readonly ImageCase[] => storedCasesBy(root, readImageCase);
