import type { Login } from "../auth/credentials.js";
import type { Wrap } from "../faults/fault.js";
import type { Registry } from "../registry.js";
import type { Host } from "./behaviour.js";
import type { Places } from "./places.js";
import type { Tokens } from "./tokens.js";
import type { Arrival } from "./way.js";

/** What deeds work with besides requests and answers. Lives as long as a play. */
export interface Around {
  /** `http://127.0.0.1:5000` */
  readonly urls: Readonly<Partial<Record<Host, string>>>;
  readonly credentials: Readonly<Partial<Record<Host, Login>>>;
  readonly places: Places;
  readonly tokens: Tokens;
  /** The registry of a host; none of one that only has tokens. */
  readonly registryOf: (host: Host) => Registry | undefined;
}

/** A deed at one exchange. What it keeps from one exchange to the next lives around it. */
export type Doing = (arrival: Arrival) => Wrap;
