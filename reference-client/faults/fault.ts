import type { Wrap } from "../http/message.js";
import type { HookName } from "./hooks.js";

/** A requirement broken on purpose, to see whether the suite notices. */
export interface Fault {
  readonly name: string;
  /** The id of the requirement that it breaks. */
  readonly requirement: string;
  /** Changes requests, answers or both. Called once for each run, so that it may keep a state. */
  readonly wrap?: Wrap;
  /** A fault that only the code it breaks can make. */
  readonly hook?: HookName;
}
