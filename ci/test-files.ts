/**
 * Runs built test files as plain processes of Node, a few at a time, and reads their TAP. Tap's own runner loads a hook into every process that
 * a test starts, the command line's too, to know which files it loaded: more processor time than most of these processes take themselves.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { Parser, type Result } from "tap-parser";

/** A hang ends after so many seconds; no test comes near it, on a busy machine either. */
const LIMIT_S = 1200;

/** How one test file ended. */
export interface FileResult {
  readonly path: string;
  readonly ok: boolean;
  /** Assertions that held, those of subtests included. */
  readonly passed: number;
  readonly failed: number;
  /** What was not run, with the reasons. */
  readonly skipped: readonly string[];
  /** Wall time in seconds. */
  readonly seconds: number;
  /** All that it printed, standard error included, in the order of arrival. */
  readonly output: string;
}

export interface RunOptions {
  /** How many files run at the same time. */
  readonly jobs: number;
  /** Whether a file ends with its first failed assertion, and the run with the first file that failed. */
  readonly bail: boolean;
  /** Called when a file ended. */
  readonly onEnd: (result: FileResult) => void;
}

/** Counts assertions: the line that closes a subtest is none. */
class Tally {
  passed = 0;
  failed = 0;
  readonly skipped: string[] = [];

  follow(parser: Parser): void {
    parser.on("child", (child: Parser) => this.follow(child));
    parser.on("assert", ({ ok, name, skip, todo, closingTestPoint }: Result) => {
      if (skip !== false) this.skipped.push(skip === true ? name : `${name}: ${skip}`);
      else if (closingTestPoint || todo !== false) return;
      else if (ok) this.passed += 1;
      else this.failed += 1;
    });
  }
}

const indentOf = (line: string): number => line.search(/\S/);

/** What a test printed without what was right: its failures, each below the name of its subtest, and whatever is not TAP. */
export function withoutPasses(output: string): string {
  const lines = output.split("\n").filter((line) => !/^ *(?:ok \d|\d+\.\.\d|$)/.test(line));
  // A subtest's name stays when something of it does.
  const kept = lines.filter((line, at) => !/^ *# Subtest: /.test(line) || isWithin(lines, at));
  return `${kept.join("\n")}\n`;
}

/** Whether a line that is neither a name nor a remark follows within the subtest that this line names, or the line that says it failed. */
function isWithin(lines: readonly string[], at: number): boolean {
  const named = lines[at] ?? "";
  const name = named.replace(/^ *# Subtest: /, "");
  for (const line of lines.slice(at + 1)) {
    if (indentOf(line) <= indentOf(named)) return /^ *not ok /.test(line) && line.includes(` - ${name}`);
    if (!/^ *# /.test(line)) return true;
  }
  return false;
}

/** Runs one file to its end. */
async function runFile(path: string, bail: boolean): Promise<FileResult> {
  const begun = performance.now();
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const child = spawn(process.execPath, [path], {
    env: { ...env, TAP: "1", TAP_TIMEOUT: String(LIMIT_S), ...(bail ? { TAP_BAIL: "1" } : {}) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  // The file itself fails what takes too long; this is for one that no longer can.
  const limit = setTimeout(() => child.kill("SIGKILL"), (LIMIT_S + 30) * 1000);
  const parser = new Parser();
  const tally = new Tally();
  tally.follow(parser);
  const complete = once(parser, "complete");
  let output = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    output += `${line}\n`;
    parser.write(`${line}\n`);
  });
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  clearTimeout(limit);
  parser.end();
  await complete;
  if (signal !== null) output += `killed by ${signal}\n`;
  const { passed, failed, skipped } = tally;
  return { path, ok: code === 0 && parser.ok, passed, failed, skipped, seconds: (performance.now() - begun) / 1000, output };
}

/** Runs the files in their order. @returns their results as they ended */
export async function runFiles(paths: readonly string[], { jobs, bail, onEnd }: RunOptions): Promise<readonly FileResult[]> {
  const waiting = [...paths];
  const results: FileResult[] = [];
  const job = async (): Promise<void> => {
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
      const result = await runFile(path, bail);
      results.push(result);
      onEnd(result);
      if (bail && !result.ok) waiting.length = 0;
    }
  };
  await Promise.all(Array.from({ length: jobs }, job));
  return results;
}
