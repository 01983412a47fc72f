import type { StoredFacts } from "../stored-facts.js";
import type { StoredFormat } from "../stored-format.js";
import type { ClientCase } from "./case.js";
import type { ClientFacts } from "./facts.js";
import type { ClientObservation } from "./observation.js";
import { problemsInCase } from "./references.js";

export type ClientFactsFile = StoredFacts<ClientFacts>;

export const CLIENT_CASE: StoredFormat<ClientCase> = {
  name: "oci-conform/client-case@1",
  what: "a case of the client suite",
  schema: "client-case",
  references: problemsInCase,
};

export const CLIENT_OBSERVATION: StoredFormat<ClientObservation> = {
  name: "oci-conform/client-observation@1",
  what: "an observation of the client suite",
  schema: "client-observation",
};

export const CLIENT_FACTS: StoredFormat<ClientFactsFile> = {
  name: "oci-conform/client-facts@1",
  what: "facts of the client suite",
  schema: "client-facts",
};
