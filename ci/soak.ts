/**
 * `npm run soak [-- PART… --minutes N --seed S]`: explores targets that are known to be right, with ever new seeds. Whatever is found in
 * one of them is a mistake of ours: in its implementation, in a generator, a model, or a check. Exit 1 when anything was.
 */
import { join } from "node:path";
import { inspect } from "node:util";
import { exitCodeOf } from "../cli/exit.js";
import { makeCommand, parse, wholeNumber } from "../cli/options/command.js";
import { UsageError } from "../spec/errors.js";
import { client } from "./soak-client.js";
import { imageCopier, imageLayouts, imageTool } from "./soak-image.js";
import { type Round, roundSeed, type Soak } from "./soak-part.js";
import { registry } from "./soak-registry.js";
import { runtime, runtimeCli } from "./soak-runtime.js";

/** The parts by name, in the order in which they run. */
const PARTS: Readonly<Record<string, Soak>> = {
  runtime,
  "runtime-cli": runtimeCli,
  "image-tool": imageTool,
  "image-copier": imageCopier,
  "image-layouts": imageLayouts,
  registry,
  client,
};

interface Options {
  readonly minutes: number;
  readonly seed: number;
  readonly jobs: number;
  readonly out: string;
  readonly fault?: string;
}

/** Minutes, or parts of them. */
function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 10_000)) throw new UsageError(`--minutes ${text}: it must be a number above 0`);
  return value;
}

const perSecond = (cases: number, ms: number): string => (ms > 0 ? (cases / (ms / 1000)).toFixed(1) : "0");

/** Says what came of a round as soon as it has: a line, and a block for each finding. */
function describe(name: string, number: number, { target, seed, cases, findings }: Round): string {
  const count = findings.length === 0 ? "nothing found" : `${findings.length} FOUND`;
  const blocks = findings.map(({ id, failures, actual, again }) => {
    const seen = inspect(actual, { depth: 6, breakLength: 120, maxStringLength: 1000 }).replaceAll("\n", "\n      ");
    return `  ✗ ${id} (${failures} ${failures === 1 ? "case" : "cases"})\n      ${seen}\n      ${again}\n`;
  });
  return `${name} round ${number} (${target}, seed ${seed}): ${cases} cases, ${count}\n${blocks.join("")}`;
}

/** Runs one part for its time. Returns the line that sums it up, and how much was found. */
async function soak(
  name: string,
  part: Soak,
  options: Options,
  signal: AbortSignal,
): Promise<{ readonly line: string; readonly found: number }> {
  const begun = Date.now();
  const sum = { rounds: 0, cases: 0, found: 0 };
  let failure = "";
  try {
    await part({
      seed: (round) => roundSeed(options.seed, name, round),
      until: begun + options.minutes * 60_000,
      jobs: options.jobs,
      out: (round) => join(options.out, `${options.seed}`, `${name}-${round}`),
      ...(options.fault === undefined ? {} : { fault: options.fault }),
      signal,
      tell: (round) => {
        sum.cases += round.cases;
        sum.found += round.findings.length;
        process.stdout.write(describe(name, sum.rounds++, round));
      },
    });
  } catch (thrown) {
    if (!signal.aborted) {
      sum.found++;
      failure = `, and gave up: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`;
    }
  }
  const ms = Date.now() - begun;
  const rate = `${(ms / 60_000).toFixed(1)} min, ${perSecond(sum.cases, ms)} cases/s`;
  return { line: `${name.padEnd(12)} ${sum.cases} cases in ${sum.rounds} rounds, ${rate}: ${sum.found} found${failure}`, found: sum.found };
}

async function main(args: readonly string[]): Promise<number> {
  const command = makeCommand("soak", "Explores targets that are known to be right; whatever is found is a mistake of ours.")
    .usage("[PART…] [options]")
    .argument("[part...]", `any of ${Object.keys(PARTS).join(", ")}; all of them by default, one after the other`)
    .option("--minutes <n>", "how long each part runs", positive, 3)
    .option("--seed <n>", "where the seeds of the rounds come from", wholeNumber(0, 0x7fffffff), Math.floor(Math.random() * 0x7fffffff))
    .option("--jobs <n>", "how many cases run at the same time", wholeNumber(1, 64), 2)
    .option("--out <directory>", "where what is found is kept", ".oci-conform/soak")
    .option("--fault <name>", "seed this fault in the target, to see that it is found");
  if (!parse(command, args)) return 0;
  const options = command.opts<Options>();
  const parts = (command.args.length > 0 ? command.args : Object.keys(PARTS)).map((name) => {
    const part = PARTS[name];
    if (!part) throw new UsageError(`soak: there is no part ${name}; there are ${Object.keys(PARTS).join(", ")}`);
    return { name, part };
  });
  process.stdout.write(`soak: seed ${options.seed}, ${options.minutes} min each of ${parts.map(({ name }) => name).join(", ")}\n`);
  const abort = new AbortController();
  const interrupt = (): void => abort.abort();
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  const lines: string[] = [];
  let found = 0;
  for (const { name, part } of parts) {
    if (abort.signal.aborted) break;
    const ended = await soak(name, part, options, abort.signal);
    lines.push(ended.line);
    found += ended.found;
  }
  process.stdout.write(`${lines.join("\n")}\n`);
  if (found > 0) return 1;
  return abort.signal.aborted ? 130 : 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (thrown) {
  process.exitCode = exitCodeOf(thrown);
}
