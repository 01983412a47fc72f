import { nearest } from "../../reports/suggest.js";
import { quoted } from "../../runners/shell.js";
import { UsageError } from "../../spec/errors.js";
import { check, type Planned, placed } from "../config/check.js";
import { argumentsOf, type Run, runsOf, settingsOf } from "../config/expand.js";
import { moreFor } from "../config/more.js";
import { readConfig } from "../config/read.js";
import { exitCodeOf } from "../exit.js";
import { collect, makeCommand, parse } from "../options/command.js";

const FILE = "oci-conform.yaml";

interface RunOptions {
  readonly target: readonly string[];
  readonly list: boolean;
}

/** The runs of the named targets, in the file's order; all, when none is named. @throws UsageError for a name that there is not */
function chosen(runs: readonly Run[], names: readonly string[]): readonly Run[] {
  const known = [...new Set(runs.flatMap(({ name, target }) => [target.name, name]))];
  for (const name of names) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    throw new UsageError(
      `--target ${name}: no such target; ${near === undefined ? `there are ${known.join(", ")}` : `did you mean ${near}?`}`,
    );
  }
  return runs.filter(({ name, target }) => names.length === 0 || names.includes(name) || names.includes(target.name));
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Calls a target's command, and gives its exit code. A command listens for signals until its process ends; as it is one of several
 * here, its listeners go with it.
 */
async function carryOut(planned: Planned): Promise<number> {
  const before = SIGNALS.map((signal) => ({ signal, listeners: process.listeners(signal) }));
  try {
    const { run } = await planned.run.target.kind.load();
    return await run(planned.args);
  } catch (thrown) {
    return exitCodeOf(thrown instanceof UsageError ? placed(planned, thrown.message) : thrown);
  } finally {
    for (const { signal, listeners } of before) {
      for (const listener of process.listeners(signal)) if (!listeners.includes(listener)) process.off(signal, listener);
    }
  }
}

const IN_WORDS: Readonly<Record<number, string>> = { 0: "passed", 1: "a finding", 2: "inconclusive", 64: "bad use", 70: "our own fault" };

/** `oci-conform run [FILE]`: tests each target of a config file in turn. */
export async function run(args: readonly string[]): Promise<number> {
  const dashes = args.indexOf("--");
  const command = makeCommand("run", `Tests the targets of a config file, ${FILE} unless another is named, each as its own command would.`)
    .usage("[FILE] [--target NAME] [--list] [-- OPTIONS FOR EVERY TARGET]")
    .argument("[file]", "the config file; paths in it are relative to the working directory, as on the command line", FILE)
    .option("--target <name>", "only this target, or this run of its matrix; repeatable", collect, [])
    .option("--list", "print each target's command line and run nothing", false);
  if (!parse(command, dashes < 0 ? args : args.slice(0, dashes))) return 0;
  const { target, list } = command.opts<RunOptions>();
  const all = runsOf(readConfig(command.args[0] ?? FILE));
  const runs = chosen(all, target);
  const more = moreFor(dashes < 0 ? [] : args.slice(dashes + 1), runs);
  const plan = runs.map((each): Planned => {
    const settings = settingsOf(each, more.get(each) ?? new Map(), all);
    return { run: each, settings, args: argumentsOf(each, settings) };
  });
  await check(plan);

  const lineOf = (planned: Planned): string => ["oci-conform", planned.run.target.kind.key, ...planned.args].map(quoted).join(" ");
  if (list) {
    for (const planned of plan) process.stdout.write(`# ${planned.run.name}\n${lineOf(planned)}\n`);
    return 0;
  }
  const ended: { readonly name: string; readonly code: number }[] = [];
  for (const [number, planned] of plan.entries()) {
    // Standard output is the reports'.
    process.stderr.write(`oci-conform: ${planned.run.name} (${number + 1} of ${plan.length}): ${lineOf(planned)}\n`);
    const code = await carryOut(planned);
    if (code === 130) return 130;
    ended.push({ name: planned.run.name, code });
  }
  if (ended.length > 1)
    for (const { name, code } of ended) process.stderr.write(`oci-conform: ${name}: ${IN_WORDS[code] ?? `exit code ${code}`}\n`);
  const codes = ended.map(({ code }) => code);
  // Our own fault weighs most, then a target that could not be tested as the file says, then a finding, then an inconclusive one.
  return [70, 64, 1, 2].find((code) => codes.includes(code)) ?? codes.find((code) => code !== 0) ?? 0;
}
