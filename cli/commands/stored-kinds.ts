import { CLIENT_CASE, CLIENT_OBSERVATION } from "../../runners/client/formats.js";
import { IMAGE_CASE, IMAGE_OBSERVATION } from "../../runners/image/formats.js";
import { REGISTRY_CASE, REGISTRY_OBSERVATION } from "../../runners/registry/formats.js";
import { RUNTIME_CASE, RUNTIME_OBSERVATION } from "../../runners/runtime/formats.js";
import { claimedFormat, type StoredFormat } from "../../runners/stored-format.js";
import type { WithOptions } from "../options/option-values.js";
import type { Again } from "../session/again.js";
import { withClientOptions } from "./client/options.js";
import { withImageToolOptions } from "./image/tool/options.js";
import { withRegistryOptions } from "./registry/options.js";
import { withRuntimeOptions } from "./runtime/options.js";

/** A kind of stored cases: what they look like, the options of their targets, and the suite. */
export interface StoredKind {
  readonly case: StoredFormat<never>;
  readonly observation: StoredFormat<never>;
  readonly withOptions: WithOptions;
  readonly load: () => Promise<{ readonly suiteAgain: Again }>;
}

/** Every kind of stored cases. */
export const STORED_KINDS: readonly StoredKind[] = [
  { case: RUNTIME_CASE, observation: RUNTIME_OBSERVATION, withOptions: withRuntimeOptions, load: () => import("./runtime/again.js") },
  { case: REGISTRY_CASE, observation: REGISTRY_OBSERVATION, withOptions: withRegistryOptions, load: () => import("./registry/again.js") },
  { case: IMAGE_CASE, observation: IMAGE_OBSERVATION, withOptions: withImageToolOptions, load: () => import("./image/tool/again.js") },
  { case: CLIENT_CASE, observation: CLIENT_OBSERVATION, withOptions: withClientOptions, load: () => import("./client/again.js") },
];

/** The suite that a stored value says it is of. @throws UsageError with the file where it says none */
export async function suiteOf(file: string, value: unknown, part: "case" | "observation"): Promise<Again> {
  const formats = STORED_KINDS.map((kind) => kind[part]);
  const claimed = claimedFormat(file, value, formats);
  const kind = STORED_KINDS.find((each) => each[part].name === claimed);
  if (!kind) throw new TypeError(`${claimed} is none of ${formats.map(({ name }) => name).join(", ")}`);
  return (await kind.load()).suiteAgain;
}
