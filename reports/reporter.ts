import type { Gate } from "./results/exit-code.js";
import type { RequirementResult, Results, Shard, Suite } from "./results/results.js";

/** What is known of a run before its first case. */
export interface RunInfo {
  /** The spec whose requirements are judged: `runtime`. */
  readonly spec: string;
  readonly target: {
    readonly name: string;
    readonly version: string;
    /** The release of the spec that the target is judged by, and how it was found. */
    readonly release: string;
    readonly releaseReason?: string;
  };
  /** The host as far as it bears on the verdicts; a registry's clients have no view of cgroups. */
  readonly host: { readonly kernel: string; readonly cgroup?: string; readonly root?: boolean };
  /** Why the target has that view of cgroups, where it is worth a word. */
  readonly viewReason?: string;
  /** What the target chose where the spec leaves it a choice, in words. */
  readonly choices?: string;
  readonly seed?: number;
  readonly jobs: number;
  /** Set when a part of the cases is carried out only. */
  readonly shard?: Shard;
}

/** Where a run is. */
export interface Progress {
  readonly phase: "explore" | "shrink" | "confirm" | "read";
  /** Cases; mebibytes where the phase is `read`. */
  readonly done: number;
  readonly total: number;
  /** Requirements that failed so far. */
  readonly findings: number;
  /** The requirement that is being shrunk or confirmed. */
  readonly current?: string;
}

/**
 * A format of reports. The calls come in this order: `begin`, any number of `progress`, one `requirement` for each
 * result in the order of `results.requirements`, `end`. A run that cannot test its target calls `inconclusive`, at any
 * time (before `begin` too), and nothing after it.
 */
export interface Reporter {
  begin(run: RunInfo): void;
  progress(progress: Progress): void;
  requirement(result: RequirementResult): void;
  end(results: Results): void | Promise<void>;
  inconclusive(message: string, about?: About): void | Promise<void>;
}

/** What could not be tested. */
export interface About {
  readonly suite: Suite;
  readonly target: string;
  readonly shard?: Shard;
}

/** What a reporter is told while a target is tested. */
export type ProgressReporter = Pick<Reporter, "begin" | "progress">;

export interface ReporterOptions {
  readonly gate: Gate;
  /** A clock in milliseconds; for tests. */
  readonly now?: () => number;
  /** Where NO_COLOR is looked up; the process's own environment by default. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Makes the reporter of a format, which writes to `out` and does not end it. */
export type Format = (out: NodeJS.WritableStream, options: ReporterOptions) => Reporter;
