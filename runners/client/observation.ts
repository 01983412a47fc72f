import type { Host } from "../../reference-registry/behaviours/behaviour.js";
import type { ClientExchange, HeldByHosts, WireHeaders } from "../../reference-registry/stage/exchange.js";
import type { Natural } from "../../spec/numbers.js";
import type { ContentFacts } from "../registry/observation.js";

export type { ClientExchange, HeldContent, WireBody, WireHeaders } from "../../reference-registry/stage/exchange.js";

/** A command of the client. */
export interface ClientStep {
  readonly name: string;
  /** Above 128 it was ended by a signal; 124 when it took too long. */
  readonly status: Natural;
  readonly stdout: string;
  readonly stderr: string;
}

/** A regular file that the client made below its own directory. */
export interface WrittenFile {
  readonly size: Natural;
  readonly sha256: string;
  /** Of short JSON. */
  readonly text?: string;
}

/** One run of a client. */
export interface ClientRun {
  /** In the order in which they were called; the last one is the verb, if those before it succeeded. Empty for traffic that was only listened to. */
  readonly steps: readonly ClientStep[];
  /** In the order in which the requests came. */
  readonly exchanges: readonly ClientExchange[];
  /** By path. */
  readonly written: Readonly<Record<string, WrittenFile>>;
  readonly held: HeldByHosts;
}

/** What was seen of a case. */
export interface ClientObservation {
  readonly format: "oci-conform/client-observation@1";
  readonly run: ClientRun;
  /** The same case without its behaviours and choices; left out where it has none. */
  readonly control?: ClientRun;
  /** The contents' facts. */
  readonly contents: Readonly<Record<string, ContentFacts>>;
  /** The address of each host, as clients name it: `127.0.0.1:5000`. */
  readonly addresses: Readonly<Partial<Record<Host, string>>>;
}

/** A header's values, joined as RFC 9110, section 5.3, says; undefined when it is missing. */
export function headerOf(message: { readonly headers: WireHeaders } | null, name: string): string | undefined {
  const values = (message?.headers ?? []).filter(([each]) => each === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(", ");
}
