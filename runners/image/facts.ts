import type { Limits } from "../commands.js";

/** A level of a factor of images, by their names. */
export interface RefusedLevel {
  readonly factor: string;
  readonly level: string;
}

/** What is known of an image tool, and of how its commands are run. */
export interface ImageFacts {
  readonly tool: string;
  /** The first line of its version, or its program. */
  readonly version: string;
  /** The command that it was called by, where it is none of the tools that are known by name. */
  readonly command?: string;
  /** Whether it copies images instead of unpacking them; unknown in what older versions stored. */
  readonly copies?: boolean;
  /** Whether it makes a runtime config of the image's. */
  readonly converts: boolean;
  /** Levels that it does not take by themselves: no combination with them is asked for. Only known where combinations are covered. */
  readonly refuses?: readonly RefusedLevel[];
  /** The release of the spec that it is judged by. */
  readonly spec: string;
  readonly limits: Limits;
}
