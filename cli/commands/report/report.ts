import { release, type } from "node:os";
import { basename } from "node:path";
import { FORMAT_NAMES, Outputs } from "../../../reports/outputs.js";
import type { RunInfo } from "../../../reports/reporter.js";
import { untestedResults } from "../../../reports/results/incomplete.js";
import { merge } from "../../../reports/results/merge.js";
import type { Results } from "../../../reports/results/results.js";
import { renderTable } from "../../../reports/table.js";
import { UsageError } from "../../../spec/errors.js";
import { collect, makeCommand, parse } from "../../options/command.js";
import { withReportOptions } from "../../options/common.js";
import { runSession, type SessionOptions, type SessionTarget } from "../../session/session.js";
import { toolVersion } from "../../tool-version.js";
import { compareFiles } from "./compare.js";
import { readResults, readRun } from "./results-file.js";

/** What a run's reporters were told when it began. */
const runOf = ({ suite, target, host, seed, jobs = 1, shard }: Results): RunInfo => ({
  spec: suite,
  target: {
    name: target.name,
    version: target.version,
    release: target.spec,
    ...(target.specReason === undefined ? {} : { releaseReason: target.specReason }),
  },
  host,
  ...(host.cgroupReason === undefined ? {} : { viewReason: host.cgroupReason }),
  ...(target.choices === undefined ? {} : { choices: target.choices }),
  ...(seed === undefined ? {} : { seed }),
  jobs,
  ...(shard === undefined ? {} : { shard }),
});

/** Who says that a target could not be tested, and where. */
const self = (): Pick<Results, "tool" | "host"> => ({
  tool: { name: "oci-conform", version: toolVersion() },
  host: { kernel: `${type()} ${release()}`, arch: process.arch },
});

/** What the files of a target's reports are told apart by. */
const fileName = ({ suite, target }: Results): string =>
  basename(suite === "runtime" ? (target.name.split(" ")[0] ?? "") : target.name).replace(/[^\w.-]+/g, "-") || suite;

/** `report show FILE…`: renders results again. */
async function show(args: readonly string[]): Promise<number> {
  const command = makeCommand("report show", "Renders results that --report json=FILE wrote, in any format; several targets side by side.")
    .usage("FILE… [options]")
    .argument("<files...>", "results")
    .option("--report <format[=file]>", `${FORMAT_NAMES.join(", ")}; repeatable`, collect, []);
  if (!parse(command, args)) return 0;
  const runs = command.args.map(readRun);
  const several = runs.length > 1;
  const all = runs.map((run) => ("requirements" in run ? run : untestedResults(run, self())));
  const outputs = new Outputs(command.opts<{ report: readonly string[] }>().report, process.stdout, { gate: "must" });
  outputs.check(several ? all.map(fileName) : []);
  for (const [at, results] of all.entries()) {
    const run = runs[at];
    for (const reporter of outputs.forTarget(several ? fileName(results) : undefined)) {
      if (run && "reason" in run) {
        await reporter.inconclusive(run.reason, { suite: run.suite, target: run.target });
        continue;
      }
      reporter.begin(runOf(results));
      for (const result of results.requirements) reporter.requirement(result);
      await reporter.end(results);
    }
  }
  if (several && outputs.forPeople) process.stdout.write(renderTable(all));
  await outputs.finish(all);
  return 0;
}

/** `report merge FILE…`: makes one run of its shards, and judges it like one. */
async function mergeFiles(args: readonly string[]): Promise<number> {
  const command = makeCommand("report merge", "Makes one run of its parts (--shard), with the verdicts of a run over all cases.").usage(
    "FILE… [options]",
  );
  withReportOptions(command).argument("<files...>", "the results of all parts, from --report json=FILE");
  if (!parse(command, args)) return 0;
  const runs = command.args.map((file) => ({ file, run: readRun(file) }));
  const merged = merge(
    runs.flatMap(({ file, run }) => ("requirements" in run ? [{ file, results: run }] : [])),
    runs.flatMap(({ file, run }) => ("requirements" in run ? [] : [{ what: file, reason: `that run tested nothing: ${run.reason}` }])),
  );
  const [nothing] = runs;
  // There is nothing to merge, and nothing to say of it but why.
  if (merged.length === 0 && nothing) readResults(nothing.file);
  const targets = merged.map(
    (results): SessionTarget => ({
      name: fileName(results),
      key: results.target.name,
      suite: results.suite,
      target: results.target.name,
      test: async (_, reporters) => {
        for (const reporter of reporters) reporter.begin(runOf(results));
        return results;
      },
    }),
  );
  return (await runSession(targets, [], command.opts<SessionOptions>())).code;
}

const COMMANDS: Readonly<Record<string, { readonly summary: string; readonly run: (args: readonly string[]) => Promise<number> }>> = {
  compare: { summary: "say what changed between two runs", run: compareFiles },
  show: { summary: "render results again, in any format", run: show },
  merge: { summary: "make one run of its shards", run: mergeFiles },
};

/** `oci-conform report show|compare|merge`: what is made of results files. */
export async function run([name = "", ...args]: readonly string[]): Promise<number> {
  if (name === "--help" || name === "-h") {
    const lines = Object.entries(COMMANDS).map(([each, { summary }]) => `  ${each.padEnd(10)}${summary}`);
    process.stdout.write(`Usage: oci-conform report <command> FILE… [options]\n\n${lines.join("\n")}\n`);
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new UsageError(`report ${name}: there is no such command; there are: ${Object.keys(COMMANDS).join(", ")}`);
  return command.run(args);
}
