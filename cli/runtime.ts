import { availableParallelism, platform } from "node:os";
import { exitCode } from "../reports/exit-code.js";
import { createReporter, defaultFormat, type Reporter } from "../reports/reporter.js";
import type { Results } from "../reports/results.js";
import { renderTable } from "../reports/table.js";
import { Inconclusive, UsageError } from "../runners/errors.js";
import { agentPath } from "../runners/runtime/build-native.js";
import { splitCommand } from "../runners/runtime/preflight.js";
import { inProcess } from "../runners/runtime/reference.js";
import { type Catalogue, loadCatalogue, type Requirement } from "../spec/catalogue.js";
import { seedOf } from "./common-options.js";
import { exitCodeOf } from "./exit.js";
import { reportFile } from "./report-file.js";
import { type RuntimeOptions, runtimeOptions } from "./runtime-options.js";
import { driverFor, preflightFor, runTarget, sandboxFor } from "./runtime-target.js";
import { select } from "./selection.js";

/** `json=out.json` for the second of several targets: `json=out.crun.json`, so that none overwrites another. */
export function reportFor(report: string, bin: string, several: boolean): string {
  if (!several) return report;
  return reportFile(report, (splitCommand(bin)[0] ?? "target").replace(/^.*\//, ""));
}

const makeReporters = (options: RuntimeOptions, bin: string): Reporter[] => {
  const wanted =
    options.report.length === 0 || options.report.every((report) => report.includes("=")) ? [defaultFormat(process.stdout)] : [];
  return [...wanted, ...options.report].map((report) =>
    createReporter(reportFor(report, bin, options.bin.length > 1), process.stdout, { gate: options.level }),
  );
};

/** What can be judged: a MAY grants a choice, and some statements no observer can see. */
const testable = (catalogue: Catalogue): Requirement[] => [...catalogue].filter((each) => each.testable === true && each.level !== "MAY");

/** `oci-conform runtime`: tests each `--bin` in turn. */
export async function run(args: readonly string[]): Promise<number> {
  const options = runtimeOptions(args, availableParallelism());
  if (!options) return 0;
  const catalogue = await loadCatalogue("runtime");
  const selected = select(catalogue, testable(catalogue), options);
  if (options.list) {
    for (const { id, level, summary } of selected) process.stdout.write(`${level.padEnd(11)}${id}\n           ${summary}\n`);
    return 0;
  }
  if (platform() !== "linux") throw new UsageError(`runtimes are tested on Linux; this is ${platform()}`);
  const targets = options.bin.map((bin) => ({ bin, driver: driverFor(bin, options) }));
  for (const { bin } of targets) makeReporters(options, bin);
  const seed = seedOf(options);

  const abort = new AbortController();
  const interrupt = (): void => abort.abort();
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  const codes: number[] = [];
  const all: Results[] = [];
  for (const { bin, driver } of targets) {
    if (abort.signal.aborted) break;
    const reporters = makeReporters(options, bin);
    try {
      const found = await preflightFor(bin, driver, options);
      for (const reporter of reporters) {
        reporter.begin({
          spec: "runtime",
          target: found.target,
          host: { kernel: found.host.kernel, cgroup: found.view, root: found.host.root },
          viewReason: found.viewReason,
          seed,
          jobs: options.jobs,
        });
      }
      const own = options.bundled ? await inProcess(driver, agentPath(), sandboxFor(driver, found), found.host) : driver;
      const results = await runTarget({ bin, driver: own, found, selected, options, seed, signal: abort.signal }, reporters);
      for (const result of results.requirements) for (const reporter of reporters) reporter.requirement(result);
      for (const reporter of reporters) await reporter.end(results);
      all.push(results);
      codes.push(exitCode(results, { gate: options.level }));
    } catch (thrown) {
      if (abort.signal.aborted) break;
      if (!(thrown instanceof Inconclusive)) throw thrown;
      for (const reporter of reporters) await reporter.inconclusive(thrown.message);
      codes.push(exitCodeOf(thrown));
    }
  }
  if (all.length > 1) process.stdout.write(renderTable(all));
  if (abort.signal.aborted) return 130;
  // Our own fault weighs most, then a finding, then a target that could not be tested.
  return [70, 1, 2].find((code) => codes.includes(code)) ?? 0;
}
