import type { HostFacts } from "./host.js";

/** A level of a factor of configs, by their names. */
export interface RefusedLevel {
  readonly factor: string;
  readonly level: string;
}

/** What is known of the target after preflight. */
export interface TargetFacts {
  /** How the user named it: the value of `--bin`. */
  readonly name: string;
  /** Absolute path and the arguments that go before every operation. */
  readonly argv: readonly string[];
  /** First line of `--version`, or an empty string. */
  readonly version: string;
  /** The release of the runtime spec that it is judged by, such as `1.1.0`. */
  readonly release: string;
  /** How the release was found, in words. */
  readonly releaseReason: string;
  /** It runs no container without PATH in its environment: every case gets one. */
  readonly needsPath?: true;
  /** Which process is a container's the harness knows by `state` alone: what `state` says of it shows nothing by itself. */
  readonly pidFromState?: true;
  /** Levels that it does not take by themselves: no combination with them is asked for. Only known where combinations are covered. */
  readonly refuses?: readonly RefusedLevel[];
  /** The parsed output of `features`; null when the target has no such command. */
  readonly features: unknown;
}

/** What is known of host and target, for examples and checks. */
export interface RuntimeFacts {
  readonly host: HostFacts;
  readonly target: TargetFacts;
}
