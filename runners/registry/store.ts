import { readCaseJson, storedCasesBy, storeFiles } from "../stored-case.js";
import { parseStored } from "../stored-format.js";
import type { RegistryCase } from "./case.js";
import { REGISTRY_CASE } from "./formats.js";
import type { RegistryObservation } from "./observation.js";
import { type ReproduceOptions, reproduceScript } from "./reproduce.js";
import type { RegistryFacts } from "./target.js";

/** A failing case as it is kept. */
export interface StoredCase {
  readonly case: RegistryCase;
  readonly observation: RegistryObservation;
  /** What was known of the registry: the checks need it to judge the observation again. */
  readonly facts: RegistryFacts;
  readonly reproduce: ReproduceOptions;
}

/** Keeps a case in a directory of its own. Returns its path. */
export const store = (root: string, name: string, { case: subject, observation, facts, reproduce }: StoredCase): string =>
  storeFiles(root, name, {
    "case.json": subject,
    "observation.json": observation,
    "setting.json": facts,
    "reproduce.sh": reproduceScript(subject, reproduce),
  });

/** Reads a registry case. @throws UsageError with the path and what is wrong. */
export function readCase(path: string): RegistryCase {
  const { file, value } = readCaseJson(path);
  return parseStored(file, value, REGISTRY_CASE);
}

/** The registry cases stored under a directory, by name. */
export const storedCases = (root: string): readonly RegistryCase[] => storedCasesBy(root, readCase);
