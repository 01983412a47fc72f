import type { Host } from "../../reference-registry/behaviours/behaviour.js";
import type { ClientExchange, HeldByHosts } from "../../reference-registry/stage/exchange.js";
import type { Play, StageHost } from "../../reference-registry/stage/play.js";
import { type Certified, certify } from "./certificate/certificate.js";
import type { Addresses } from "./fill.js";

/** The hosts of a run, wherever they are. */
export interface Staging {
  readonly addresses: Addresses;
  begin(play: Play): Promise<void>;
  end(): Promise<{ readonly exchanges: readonly ClientExchange[]; readonly held: HeldByHosts }>;
  close(): Promise<void>;
}

/** Opens hosts. */
export type OpenStage = (hosts: readonly StageHost[]) => Promise<Staging>;

/** Where a host listens. */
export type At = Readonly<Record<Host, readonly [address: string, port: number]>>;

const ADDRESSES = ["127.0.0.1", "127.0.0.2"] as const;
const [HERE, THERE] = ADDRESSES;

/** Ports that are the same in every run, for a network of our own: without TLS, and with it. */
export const FIXED: { readonly http: At; readonly https: At } = {
  http: { registry: [HERE, 5000], other: [THERE, 5000], plain: [HERE, 5080], token: [HERE, 5001] },
  https: { registry: [HERE, 5443], other: [THERE, 5443], plain: [HERE, 5480], token: [HERE, 5444] },
};

/** Any ports that are free. Only Linux has more than one loopback address by itself. */
export const FREE: typeof FIXED = (() => {
  const there = process.platform === "linux" ? THERE : HERE;
  const at: At = { registry: [HERE, 0], other: [there, 0], plain: [HERE, 0], token: [HERE, 0] };
  return { http: at, https: at };
})();

const HOSTS_OF = (at: At): readonly (readonly [Host, readonly [string, number]])[] => [
  ["registry", at.registry],
  ["other", at.other],
  ["plain", at.plain],
  ["token", at.token],
];

/** The hosts with TLS and those without, each opened when a case first wants them. */
export class Stages {
  readonly certified: Certified = certify([...ADDRESSES, "localhost"]);
  readonly #open: OpenStage;
  readonly #at: typeof FIXED;
  readonly #opened = new Map<keyof typeof FIXED, Promise<Staging>>();

  constructor(open: OpenStage, at: typeof FIXED) {
    this.#open = open;
    this.#at = at;
  }

  for(scheme: keyof typeof FIXED): Promise<Staging> {
    const known = this.#opened.get(scheme);
    if (known) return known;
    const { cert, key } = this.certified;
    const opening = this.#open(
      HOSTS_OF(this.#at[scheme]).map(([host, [address, port]]) => ({
        host,
        address,
        port,
        ...(scheme === "https" && host !== "plain" ? { tls: { cert, key } } : {}),
      })),
    );
    this.#opened.set(scheme, opening);
    return opening;
  }

  async close(): Promise<void> {
    for (const each of this.#opened.values()) await (await each).close();
  }
}
