import { wellFormed } from "./bytes.js";

/** A configuration that this runtime cannot carry out, with the path of the property that asks for it. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly path: string;

  constructor(path: string, problem: string) {
    super(wellFormed(`${path}: ${problem}`));
    this.path = path;
  }
}
