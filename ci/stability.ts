/**
 * `npm run stability -- [--seeds N] COMMAND…`: carries a command of the harness out with the seeds 1 to N, each time from a clean slate, and
 * prints every requirement of which they do not all say the same. No verdict may depend on the seed: exit 1 where one does.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readResults } from "../cli/commands/report/results-file.js";
import { exitCodeOf } from "../cli/exit.js";
import { makeCommand, parse, wholeNumber } from "../cli/options/command.js";
import type { Results } from "../reports/results/results.js";
import { HarnessError, Inconclusive, UsageError } from "../spec/errors.js";
import { inWords, type SeededRun, unstable } from "./stability-report.js";

const MAIN = fileURLToPath(new URL("../cli/main.js", import.meta.url));

/** What a run wrote, one file for each target. */
const resultsIn = (directory: string): readonly Results[] =>
  readdirSync(directory)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => readResults(join(directory, name)));

/** Carries the command out with a seed. @throws UsageError, Inconclusive or HarnessError where it ends otherwise than with or without findings. */
function runWith(main: string, words: readonly string[], seed: number, directory: string): readonly Results[] {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const results = join(directory, `${seed}`);
  mkdirSync(results);
  const report = `json=${join(results, "results.json")}`;
  const args = [main, ...words, "--seed", `${seed}`, "--out", join(directory, `out-${seed}`), "--report", report];
  const { status, signal, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env, maxBuffer: 2 ** 28 });
  if (status === 0 || status === 1) return resultsIn(results);
  const what = `with seed ${seed} the command ended with ${signal ?? `exit ${status}`}: ${stderr.trim()}`;
  if (status === 64) throw new UsageError(what);
  throw status === 2 ? new Inconclusive(what) : new HarnessError(what);
}

/** A run in a line: how many cases, how many findings, how long. */
const summary = ({ seed, results }: SeededRun): string =>
  results
    .map(
      ({ target, cases, durationMs, requirements }) =>
        `${target.name} with seed ${seed}: ${cases} cases, ${requirements.filter(({ verdict }) => verdict === "fail").length} failed, ${(durationMs / 1000).toFixed(1)} s\n`,
    )
    .join("");

function main(args: readonly string[]): number {
  const command = makeCommand("stability", "Carries a command out with several seeds, and prints the verdicts that differ.")
    .usage("[--seeds <n>] COMMAND…")
    .argument("<command...>", "a command that tests something, with its options, such as: runtime --bin runc")
    .option("--seeds <n>", "the seeds 1 to so many", wholeNumber(2, 1000), 10)
    .option("--main <file>", "the program whose command it is", MAIN)
    .passThroughOptions();
  if (!parse(command, args)) return 0;
  const { seeds, main } = command.opts<{ readonly seeds: number; readonly main: string }>();
  const directory = mkdtempSync(join(tmpdir(), "oci-conform-stability-"));
  try {
    const runs = Array.from({ length: seeds }, (_, at): SeededRun => {
      const run = { seed: at + 1, results: runWith(main, command.args, at + 1, directory) };
      process.stdout.write(summary(run));
      return run;
    });
    const differing = unstable(runs);
    for (const each of differing) process.stdout.write(`${inWords(each)}\n`);
    process.stdout.write(`${differing.length === 0 ? "no verdict differs" : `${differing.length} differ`} between ${seeds} seeds\n`);
    return differing.length === 0 ? 0 : 1;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (thrown) {
  process.exitCode = exitCodeOf(thrown);
}
