import { availableParallelism, release as kernel, type } from "node:os";
import { basename } from "node:path";
import { exitCode } from "../reports/exit-code.js";
import { createReporter, defaultFormat, type Reporter } from "../reports/reporter.js";
import type { Results } from "../reports/results.js";
import { renderTable } from "../reports/table.js";
import { Inconclusive, UsageError } from "../runners/errors.js";
import { Beyond } from "../runners/image/limits.js";
import { assertThere, readLayout } from "../runners/image/read.js";
import { type Catalogue, loadCatalogue, type Requirement } from "../spec/catalogue.js";
import { checked } from "../suites/image/index.js";
import { Judge } from "../suites/image/judge.js";
import { exitCodeOf } from "./exit.js";
import { type ImageOptions, imageOptions } from "./image-options.js";
import { imageResults } from "./image-results.js";
import { reportFile } from "./report-file.js";
import { select } from "./selection.js";

const MEBIBYTE = 2 ** 20;

/** What reading an image can judge: statements on content, and our own rules about it. */
const judgeable = (catalogue: Catalogue): Requirement[] =>
  [...catalogue].filter(({ id, testable, level }) => testable === true && level !== "MAY" && checked.has(id));

function reportersFor(options: ImageOptions, path: string): Reporter[] {
  const wanted =
    options.report.length === 0 || options.report.every((report) => report.includes("=")) ? [defaultFormat(process.stdout)] : [];
  return [...wanted, ...options.report].map((report) => {
    const named = options.paths.length > 1 ? reportFile(report, basename(path)) : report;
    return createReporter(named, process.stdout, { gate: options.level });
  });
}

/** What came of one path: its exit code, and its results if it could be read. */
interface Outcome {
  readonly code: number;
  readonly results?: Results;
}

/** Says why a layout, or a part of it, was not judged. */
const inconclusive = (message: string): number => exitCodeOf(new Inconclusive(message));

/** Reads and judges one layout. */
async function validate(path: string, selected: readonly Requirement[], options: ImageOptions, signal: AbortSignal): Promise<Outcome> {
  const reporters = reportersFor(options, path);
  const begun = performance.now();
  const wanted = new Set(selected.map(({ id }) => id));
  const judge = new Judge(options.spec, (id) => wanted.has(id));
  for (const reporter of reporters) {
    reporter.begin({
      spec: "image",
      target: { name: path, version: "", release: options.spec },
      host: { kernel: `${type()} ${kernel()}` },
      jobs: options.jobs,
    });
  }
  const progress = (done: number, total: number): void => {
    const part = { phase: "read", done: Math.floor(done / MEBIBYTE), total: Math.ceil(total / MEBIBYTE), findings: 0 } as const;
    for (const reporter of reporters) reporter.progress(part);
  };
  try {
    const watch = { layer: (file: string) => judge.layer(file), progress };
    const layout = await readLayout(path, watch, { limits: options.limits, jobs: options.jobs, signal });
    const counts = judge.end(layout);
    const durationMs = performance.now() - begun;
    const results = imageResults({ layout, counts, selected, release: options.spec, durationMs, interrupted: signal.aborted });
    for (const result of results.requirements) for (const reporter of reporters) reporter.requirement(result);
    for (const reporter of reporters) await reporter.end(results);
    const code = exitCode(results, { gate: options.level });
    if (signal.aborted) return { code, results };
    const [first, ...more] = layout.beyond;
    // Said in any case: a finding does not make up for what was not read.
    const stopped = first === undefined ? 0 : inconclusive(first + (more.length > 0 ? `; and ${more.length} more limits were met` : ""));
    if (code !== 0 || stopped !== 0) return { code: code || stopped, results };
    const shown = results.requirements.some(({ verdict }) => verdict === "pass" || verdict === "fail");
    return { code: shown ? 0 : inconclusive(`${path} has nothing that exercises what is selected`), results };
  } catch (thrown) {
    if (!(thrown instanceof Inconclusive || thrown instanceof Beyond)) throw thrown;
    for (const reporter of reporters) await reporter.inconclusive(thrown.message);
    return { code: inconclusive(thrown.message) };
  }
}

/** The options that ask for a tool to be driven, by whatever follows them. */
const asksForTool = (args: readonly string[]): boolean => args.some((arg) => /^--tool(?:-cmd)?(?:=|$)/.test(arg));

/** `oci-conform image PATH…`: validates each layout in turn; with `--tool`, drives tools; `generate` writes layouts for others. */
export async function run(args: readonly string[]): Promise<number> {
  if (args[0] === "generate") return (await import("./image-generate.js")).run(args.slice(1));
  if (asksForTool(args)) return (await import("./image-tool.js")).run(args);
  const options = imageOptions(args, availableParallelism());
  if (!options) return 0;
  const catalogue = await loadCatalogue("image");
  const selected = select(catalogue, judgeable(catalogue), options);
  if (options.list) {
    for (const { id, level, summary } of selected) process.stdout.write(`${level.padEnd(11)}${id}\n           ${summary}\n`);
    return 0;
  }
  for (const path of options.paths) await assertThere(path);
  if (
    new Set(options.paths.map((path) => basename(path))).size < options.paths.length &&
    options.report.some((report) => report.includes("="))
  )
    throw new UsageError("image: reports to files are named after the layouts, and two of these have the same name");

  const abort = new AbortController();
  const interrupt = (): void => abort.abort();
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  const outcomes: Outcome[] = [];
  for (const path of options.paths) {
    if (!abort.signal.aborted) outcomes.push(await validate(path, selected, options, abort.signal));
  }
  const all = outcomes.flatMap(({ results }) => results ?? []);
  // A table among the lines of a TAP stream would be none of it.
  if (all.length > 1 && process.stdout.isTTY) process.stdout.write(renderTable(all));
  if (abort.signal.aborted) return 130;
  return [70, 1, 2].find((code) => outcomes.some((outcome) => outcome.code === code)) ?? 0;
}
