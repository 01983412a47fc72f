import { readFileSync } from "node:fs";
import { reasonOf } from "../files/place.js";
import type { Results } from "../reports/results.js";
import { Inconclusive, UsageError } from "../runners/errors.js";
import { validateResults } from "../spec/validate.js";

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

/**
 * Reads what `--report json=FILE` wrote.
 * @throws UsageError for another file; Inconclusive for a run that tested nothing.
 */
export function readResults(file: string): Results {
  const value = parsed(file);
  const format: unknown = typeof value === "object" && value !== null && "format" in value ? value.format : undefined;
  if (format === "oci-conform/inconclusive@1") {
    const reason: unknown = typeof value === "object" && value !== null && "reason" in value ? value.reason : undefined;
    throw new Inconclusive(`${file}: that run tested nothing: ${String(reason)}`);
  }
  if (format !== "oci-conform/results@1") throw new UsageError(`${file}: these are no results; they are written by --report json=FILE`);
  if (isResults(value)) return value;
  const [problem] = validateResults(value);
  throw new UsageError(`${file}: these results are broken: ${problem?.path} ${problem?.message}`);
}
