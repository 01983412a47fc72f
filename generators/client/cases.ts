import type { Behaviour } from "../../reference-registry/behaviours/behaviour.js";
import type { ClientCase, Held, Place } from "../../runners/client/case.js";
import type { Content } from "../../runners/registry/case.js";

type More = Partial<Omit<ClientCase, "format" | "contents" | "title">>;

/** A case of one verb. */
export const caseOf = (
  title: string,
  verb: ClientCase["verb"],
  contents: Readonly<Record<string, Content>>,
  target: Place,
  more: More = {},
): ClientCase => ({ format: "oci-conform/client-case@1", title, aims: [], verb, contents, target, ...more });

/** A place in the repository `a`. */
export const inA = (reference: string): Place => ({ repository: "a", reference });

/** A manifest that the registry holds in the repository `a`, by these tags. */
export const held = (manifest: string, ...tags: readonly string[]): Held => ({ repository: "a", manifest, tags });

/** A pull of the manifest `m` by the tag `t`. */
export const pulling = (
  title: string,
  contents: Readonly<Record<string, Content>>,
  behaviours: readonly Behaviour[] = [],
  more: More = {},
): ClientCase =>
  caseOf(title, "pull", contents, inA("t"), { holds: [held("m", "t")], ...(behaviours.length > 0 ? { behaviours } : {}), ...more });

/** A push of the manifest `m` by the tag `t`. */
export const pushing = (
  title: string,
  contents: Readonly<Record<string, Content>>,
  behaviours: readonly Behaviour[] = [],
  more: More = {},
): ClientCase => caseOf(title, "push", contents, inA("t"), { local: "m", ...(behaviours.length > 0 ? { behaviours } : {}), ...more });
