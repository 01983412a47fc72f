import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { reasonOf } from "../../../files/place.js";
import { type Untested, withIncomplete } from "../../../reports/results/incomplete.js";
import { type Results, type Suite, summarize } from "../../../reports/results/results.js";
import { Inconclusive, UsageError } from "../../../spec/errors.js";
import { validateResults } from "../../../spec/validate.js";

const isResults = (value: unknown): value is Results => validateResults(value).length === 0;

function parsed(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (thrown) {
    throw new UsageError(`${file}: it cannot be read (${reasonOf(thrown)})`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${file}: it is no JSON; results are written by --report json=FILE`);
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;

const SUITES: readonly Suite[] = ["runtime", "image", "distribution"];

/** What a run wrote that tested nothing; an older one does not say what that was. */
function untestedOf(file: string, value: Readonly<Record<string, unknown>>): Untested {
  const suite = SUITES.find((each) => each === value.suite);
  const target = typeof value.target === "string" ? value.target : basename(file);
  return { suite: suite ?? "runtime", target, reason: String(value.reason) };
}

/**
 * Reads what `--report json=FILE` wrote, of a run that tested nothing too.
 * @throws UsageError for another file.
 */
export function readRun(file: string): Results | Untested {
  const value = parsed(file);
  const format = isRecord(value) ? value.format : undefined;
  if (isRecord(value) && format === "oci-conform/inconclusive@1") return untestedOf(file, value);
  if (format !== "oci-conform/results@1") throw new UsageError(`${file}: these are no results; they are written by --report json=FILE`);
  // What an older version wrote does not count or say what that version did not know.
  if (isResults(value)) return withIncomplete({ ...value, summary: summarize(value.requirements) });
  const [problem] = validateResults(value);
  throw new UsageError(`${file}: these results are broken: ${problem?.path} ${problem?.message}`);
}

/**
 * Reads results.
 * @throws UsageError for another file; Inconclusive for a run that tested nothing.
 */
export function readResults(file: string): Results {
  const run = readRun(file);
  if ("requirements" in run) return run;
  throw new Inconclusive(`${file}: that run tested nothing: ${run.reason}`);
}
