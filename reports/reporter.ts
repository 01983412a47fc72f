import { UsageError } from "../runners/errors.js";
import { jsonReporter } from "./json.js";
import { junitReporter } from "./junit.js";
import { openFile, type Sink, stream } from "./output.js";
import type { Gate, RequirementResult, Results } from "./results.js";
import { tapReporter } from "./tap.js";
import { terminalReporter } from "./terminal.js";

/** What is known when a run begins. */
export interface RunInfo {
  readonly target: { readonly name: string; readonly version: string; readonly release: string; readonly releaseReason: string };
  readonly host: { readonly kernel: string; readonly cgroup: string; readonly root: boolean };
  /** Why the cgroup view is not the host's; empty when it is. */
  readonly viewReason: string;
  readonly seed: number;
  readonly jobs: number;
}

/** How far a run is. */
export interface Progress {
  readonly phase: "explore" | "shrink";
  readonly done: number;
  readonly total: number;
  readonly findings: number;
  /** The requirement that is being shrunk. */
  readonly current?: string;
}

/** A format. Methods are called in this order; `requirement` once for each result, before `end`. */
export interface Reporter {
  begin(run: RunInfo): void;
  progress(progress: Progress): void;
  requirement(result: RequirementResult): void;
  end(results: Results): void;
  /** The run ends without results; in place of all that would have come. */
  inconclusive(message: string): void;
}

export interface ReporterOptions {
  readonly gate: Gate;
}

/** The formats by name; a new one is a file of its own and a line here. */
const FORMATS: Readonly<Record<string, (sink: Sink, options: ReporterOptions) => Reporter>> = {
  terminal: terminalReporter,
  tap: tapReporter,
  junit: junitReporter,
  json: jsonReporter,
};

/** For people on a terminal, TAP on a pipe. */
export const defaultFormat = (out: NodeJS.WriteStream): string => (out.isTTY ? "terminal" : "tap");

/**
 * Makes the reporter for `FORMAT` (to `out`) or `FORMAT=FILE`. A file gets its content at the end, all at once.
 * @throws UsageError for an unknown format or a file that cannot be written.
 */
export function createReporter(report: string, out: NodeJS.WriteStream, options: ReporterOptions): Reporter {
  const equals = report.indexOf("=");
  const name = equals < 0 ? report : report.slice(0, equals);
  const make = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (!make) throw new UsageError(`--report ${name}: no such format; there are: ${Object.keys(FORMATS).join(", ")}`);
  if (equals >= 0 && report.length === equals + 1) throw new UsageError(`--report ${report}: the file's name is missing`);
  return make(equals < 0 ? stream(out) : openFile(report.slice(equals + 1)), options);
}
