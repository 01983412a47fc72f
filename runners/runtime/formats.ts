import type { StoredFacts } from "../stored-facts.js";
import type { StoredFormat } from "../stored-format.js";
import type { RuntimeCase } from "./case.js";
import type { RuntimeFacts } from "./facts.js";
import type { Observation } from "./observation.js";
import { problemsInCase } from "./references.js";

export type RuntimeFactsFile = StoredFacts<RuntimeFacts>;

export const RUNTIME_CASE: StoredFormat<RuntimeCase> = {
  name: "oci-conform/runtime-case@1",
  what: "a case of the runtime suite",
  schema: "runtime-case",
  references: problemsInCase,
};

export const RUNTIME_OBSERVATION: StoredFormat<Observation> = {
  name: "oci-conform/runtime-observation@1",
  what: "an observation of the runtime suite",
  schema: "runtime-observation",
};

export const RUNTIME_FACTS: StoredFormat<RuntimeFactsFile> = {
  name: "oci-conform/runtime-facts@1",
  what: "facts of the runtime suite",
  schema: "runtime-facts",
};
