import type { StoredFacts } from "../stored-facts.js";
import type { StoredFormat } from "../stored-format.js";
import type { RegistryCase } from "./case.js";
import type { RegistryObservation } from "./observation.js";
import { problemsInCase } from "./references.js";
import type { RegistryFacts } from "./target.js";

export type RegistryFactsFile = StoredFacts<RegistryFacts>;

export const REGISTRY_CASE: StoredFormat<RegistryCase> = {
  name: "oci-conform/registry-case@1",
  what: "a case of the registry suite",
  schema: "registry-case",
  references: problemsInCase,
};

export const REGISTRY_OBSERVATION: StoredFormat<RegistryObservation> = {
  name: "oci-conform/registry-observation@1",
  what: "an observation of the registry suite",
  schema: "registry-observation",
};

export const REGISTRY_FACTS: StoredFormat<RegistryFactsFile> = {
  name: "oci-conform/registry-facts@1",
  what: "facts of the registry suite",
  schema: "registry-facts",
};
