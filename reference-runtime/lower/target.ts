import type { Host } from "../host.js";

/** What a config is lowered for. */
export interface Target {
  /** Absolute path of the bundle. */
  readonly bundle: string;
  readonly id: string;
  readonly host: Host;
}
