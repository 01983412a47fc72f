import { readCaseJson, storedCasesBy, storeFiles } from "../stored-case.js";
import { parseStored } from "../stored-format.js";
import type { RuntimeCase } from "./case.js";
import { RUNTIME_CASE } from "./formats.js";
import type { Observation } from "./observation.js";
import { type ReproduceOptions, reproduceScript } from "./reproduce.js";
import { configTextOf } from "./script.js";
import type { Setting } from "./target.js";

/** A failing case as it is kept: enough to replay it, to judge it again, and to reproduce it without the harness. */
export interface StoredCase {
  readonly case: RuntimeCase;
  readonly observation: Observation;
  /** What was known of host and target: the checks need it to judge the observation again. */
  readonly setting: Setting;
  readonly reproduce: ReproduceOptions;
}

/** Keeps a case in a directory of its own. Returns its path. */
export function store(root: string, name: string, stored: StoredCase): string {
  const [container] = stored.case.containers;
  const config = container ? configTextOf(container) : null;
  return storeFiles(root, name, {
    "case.json": stored.case,
    "observation.json": stored.observation,
    "setting.json": stored.setting,
    ...(config === null ? {} : { "config.json": config }),
    "reproduce.sh": reproduceScript(stored.case, stored.reproduce),
  });
}

/** Reads case.json of a stored directory, or a case file itself. @throws UsageError with the path and what is wrong. */
export function readCase(path: string): RuntimeCase {
  const { file, value } = readCaseJson(path);
  return parseStored(file, value, RUNTIME_CASE);
}

/** The runtime cases stored under a directory, by name. */
export const storedCases = (root: string): readonly RuntimeCase[] => storedCasesBy(root, readCase);
