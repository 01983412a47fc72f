import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { dispatcher } from "./api/dispatch.js";
import type { AuthOptions } from "./auth/credentials.js";
import { guard } from "./auth/guard.js";
import { choicesNamed } from "./choices.js";
import type { Fault } from "./faults/fault.js";
import { faultNamed } from "./faults/index.js";
import type { Handler } from "./http/call.js";
import { listener, type Tls } from "./http/listener.js";
import { LIMITS, openRegistry } from "./open.js";
import type { Limits, Registry } from "./registry.js";
import type { TagOrder } from "./store/repository.js";

/** How to run a registry. */
export interface ServeOptions {
  /** Where everything is kept; made where it does not exist. Belongs to one process at a time. */
  readonly dir: string;
  /** 0, the default, takes any that is free. */
  readonly port?: number;
  /** More ports to listen on: other addresses of the same registry. */
  readonly morePorts?: readonly number[];
  /** 127.0.0.1 by default. */
  readonly host?: string;
  readonly auth?: AuthOptions;
  readonly tls?: Tls;
  /** The name of a seeded fault. */
  readonly fault?: string;
  /** The name of a choice (`choices.ts`) that is made otherwise. */
  readonly choice?: string;
  /** Names of more of them. */
  readonly choices?: readonly string[];
  /** False leaves out fsync: what was acknowledged outlives the process, but not a loss of power. Default true. */
  readonly durable?: boolean;
  /** Sent as OCI-Chunk-Min-Length; by default there is none. */
  readonly chunkMinLength?: number;
  /** The most bytes of a manifest, 4 MiB by default. */
  readonly manifestLimit?: number;
  /** The most entries of one page of tags or referrers; by default as many as there are. */
  readonly pageLimit?: number;
  /** In which order tags are listed: by their bytes, the default, or `caseless`, which the releases up to 1.1.1 want. */
  readonly tagOrder?: TagOrder;
  /** Told of what the registry answers with 500. Default: nobody. */
  readonly onError?: (thrown: unknown) => void;
}

/** A registry that accepts connections. */
export interface Served {
  /** `http://127.0.0.1:5000` */
  readonly url: string;
  /** The other addresses. */
  readonly others: readonly string[];
  /** Ends it. Fulfilled when the listening socket and every connection are closed. */
  close(): Promise<void>;
}

/** How often abandoned uploads are looked for. */
const SWEEP = 60_000;

/**
 * Starts the reference registry: all of the distribution spec, from a directory.
 * @throws RangeError for a fault or choice that does not exist.
 */
export async function serve(options: ServeOptions): Promise<Served> {
  const { dir, durable = true, host = "127.0.0.1", port = 0, morePorts = [], onError = () => undefined } = options;
  const fault = options.fault === undefined ? undefined : faultNamed(options.fault);
  const choices = choicesNamed([...(options.choice === undefined ? [] : [options.choice]), ...(options.choices ?? [])]);
  const limits = Object.assign(limitsOf(options), ...choices.map((each) => each.limits));
  const registry = await openRegistry(dir, durable, limits, fault);
  const { uploads } = registry;
  let crash = (): void => undefined;
  const handler = handlerOf(registry, options, [...choices.map(({ wrap }) => wrap), fault?.wrap], () => crash());
  const ports = [port, ...morePorts];
  const servers = ports.map((_, address) => listener(handler, { tls: options.tls, hooks: registry.hooks, address, onError }));
  const closed = Promise.all(servers.map((server) => new Promise((resolve) => server.once("close", resolve))));
  crash = () => {
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
  };
  for (const [at, server] of servers.entries()) {
    server.listen(ports[at], host);
    await once(server, "listening");
  }
  const urls = servers.map((server) => urlOf(server, options.tls !== undefined, host));
  const sweeping = setInterval(() => void uploads.expire().catch(onError), SWEEP).unref();
  return {
    url: urls[0] ?? "",
    others: urls.slice(1),
    close: async () => {
      clearInterval(sweeping);
      if (servers.some(({ listening }) => listening)) crash();
      await closed;
    },
  };
}

const limitsOf = (options: ServeOptions): Limits => ({
  ...LIMITS,
  ...(options.chunkMinLength === undefined ? {} : { chunkMinLength: options.chunkMinLength }),
  ...(options.manifestLimit === undefined ? {} : { manifestLimit: options.manifestLimit }),
  ...(options.tagOrder === undefined ? {} : { tagOrder: options.tagOrder }),
  ...(options.pageLimit === undefined ? {} : { pageLimit: options.pageLimit }),
});

function handlerOf(registry: Registry, { auth }: ServeOptions, wraps: readonly Fault["wrap"][], crash: () => void): Handler {
  const plain = dispatcher(registry);
  return wraps.reduce<Handler>((handler, wrap) => wrap?.(handler, { crash }) ?? handler, auth ? guard(auth, plain) : plain);
}

function urlOf(server: Server, secure: boolean, host: string): string {
  const { port } = server.address() as AddressInfo;
  return `${secure ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
