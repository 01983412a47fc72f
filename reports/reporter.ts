import type { Gate } from "./exit-code.js";
import { checkFile, toFile } from "./file.js";
import { json } from "./json.js";
import { junit } from "./junit.js";
import type { RequirementResult, Results } from "./results.js";
import { nearest } from "./suggest.js";
import { tap } from "./tap.js";
import { terminal } from "./terminal.js";
import { UsageError } from "./usage-error.js";

export { UsageError };

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
  inconclusive(message: string): void | Promise<void>;
}

export interface ReporterOptions {
  readonly gate: Gate;
  /** A clock in milliseconds; for tests. */
  readonly now?: () => number;
  /** Where NO_COLOR is looked up; the process's own environment by default. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Makes the reporter of a format, which writes to `out` and does not end it. */
export type Format = (out: NodeJS.WritableStream, options: ReporterOptions) => Reporter;

/** Every format by name: a new one is one file and one line here. */
const FORMATS: Readonly<Record<string, Format>> = {
  terminal,
  tap,
  junit,
  json,
};

/** What a report is written as when nobody says: for people on a terminal, TAP elsewhere. */
export const defaultFormat = (out: NodeJS.WritableStream): "terminal" | "tap" =>
  "isTTY" in out && out.isTTY === true ? "terminal" : "tap";

/**
 * The reporter for a `FORMAT[=FILE]` option. Without a file it writes to `out`; with one, the file appears when the
 * report is complete.
 * @throws UsageError for an unknown format, or a file that cannot be written.
 */
export function createReporter(option: string, out: NodeJS.WritableStream, options: ReporterOptions): Reporter {
  const equals = option.indexOf("=");
  const name = equals < 0 ? option : option.slice(0, equals);
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (!format) {
    const near = nearest(name, Object.keys(FORMATS));
    const hint = near === undefined ? `there are ${Object.keys(FORMATS).join(", ")}` : `did you mean ${near}?`;
    throw new UsageError(`--report ${option}: unknown format '${name}'; ${hint}`);
  }
  if (equals < 0) return format(out, options);
  const file = option.slice(equals + 1);
  checkFile(file, option);
  return toFile(file, (collected) => format(collected, options));
}
