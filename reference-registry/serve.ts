import { once } from "node:events";
import { createServer as createPlain, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecure } from "node:https";
import type { AddressInfo } from "node:net";
import { dispatcher } from "./api/dispatch.js";
import type { AuthOptions } from "./auth/credentials.js";
import { guard } from "./auth/guard.js";
import type { Call, Handler } from "./http/call.js";
import { parseQuery } from "./http/query.js";
import { Refused, type Reply, refusal } from "./http/reply.js";
import { routeOf } from "./http/route.js";
import { send } from "./http/send.js";
import type { Registry } from "./registry.js";
import { openStore } from "./store/load.js";
import { Uploads } from "./store/uploads.js";

/** How to run a registry. */
export interface ServeOptions {
  /** Where everything is kept; made where it does not exist. Belongs to one process at a time. */
  readonly dir: string;
  /** 0, the default, takes any that is free. */
  readonly port?: number;
  /** 127.0.0.1 by default. */
  readonly host?: string;
  readonly auth?: AuthOptions;
  /** PEM texts. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** The name of a seeded fault. */
  readonly fault?: string;
  /** False leaves out fsync: what was acknowledged outlives the process, but not a loss of power. Default true. */
  readonly durable?: boolean;
  /** Sent as OCI-Chunk-Min-Length; by default there is none. */
  readonly chunkMinLength?: number;
  /** The most bytes of a manifest, 4 MiB by default. */
  readonly manifestLimit?: number;
  /** The most entries of one page of tags or referrers; by default as many as there are. */
  readonly pageLimit?: number;
  /** Told of what the registry answers with 500. Default: nobody. */
  readonly onError?: (thrown: unknown) => void;
}

/** A registry that accepts connections. */
export interface Served {
  /** `http://127.0.0.1:5000` */
  readonly url: string;
  /** Fulfilled when the listening socket and every connection are closed. */
  close(): Promise<void>;
}

const SWEEP = 60_000;

/** Starts the reference registry: all of the distribution spec, from a directory. */
export async function serve(options: ServeOptions): Promise<Served> {
  const store = await openStore(options.dir, options.durable ?? true);
  const uploads = new Uploads(store.files);
  await uploads.load();
  const registry: Registry = {
    store,
    uploads,
    hooks: new Set(),
    limits: {
      chunkMinLength: options.chunkMinLength ?? 0,
      manifestLimit: options.manifestLimit ?? 4 * 1024 * 1024,
      pageLimit: options.pageLimit ?? Number.POSITIVE_INFINITY,
    },
  };
  const handler = options.auth ? guard(options.auth, dispatcher(registry)) : dispatcher(registry);
  const server = listener(handler, options);
  server.listen(options.port ?? 0, options.host ?? "127.0.0.1");
  await once(server, "listening");
  const sweeping = setInterval(() => void uploads.expire().catch((thrown: unknown) => options.onError?.(thrown)), SWEEP).unref();
  return {
    url: urlOf(server, options),
    close: async () => {
      clearInterval(sweeping);
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function urlOf(server: Server, { tls, host = "127.0.0.1" }: ServeOptions): string {
  const { port } = server.address() as AddressInfo;
  return `${tls ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function listener(handler: Handler, { tls, onError }: ServeOptions): Server {
  const listen = (request: IncomingMessage, response: ServerResponse): void => {
    void answer(handler, request, response, onError);
  };
  const server = tls ? createSecure({ cert: tls.cert, key: tls.key }, listen) : createPlain(listen);
  // An upload may take as long as it takes; only a connection on which nothing happens is given up.
  server.requestTimeout = 0;
  server.timeout = 120_000;
  server.keepAliveTimeout = 75_000;
  return server;
}

async function answer(
  handler: Handler,
  request: IncomingMessage,
  response: ServerResponse,
  onError: ServeOptions["onError"],
): Promise<void> {
  try {
    await send(response, request.method ?? "GET", await replyTo(handler, request));
  } catch (thrown) {
    // With the client gone there is nobody to tell, and nothing wrong with us.
    if (request.destroyed && !request.complete) return;
    if (response.headersSent) {
      response.destroy();
      if (!response.writableFinished && !request.socket.destroyed) onError?.(thrown);
      return;
    }
    onError?.(thrown);
    await send(response, request.method ?? "GET", refusal(500, "UNSUPPORTED", "the registry failed; it is not the request's fault"));
  }
}

async function replyTo(handler: Handler, request: IncomingMessage): Promise<Reply> {
  const call = callOf(request);
  if (!call) return refusal(400, "NAME_INVALID", "the URL has a percent sign that begins no escape");
  try {
    return await handler(call);
  } catch (thrown) {
    if (thrown instanceof Refused) return thrown.reply;
    throw thrown;
  }
}

function callOf(request: IncomingMessage): Call | undefined {
  const target = request.url ?? "/";
  const mark = target.indexOf("?");
  try {
    return {
      method: request.method ?? "GET",
      target,
      route: routeOf(mark < 0 ? target : target.slice(0, mark)),
      query: parseQuery(mark < 0 ? "" : target.slice(mark + 1)),
      headers: request.headers,
      // A handler that stops reading early still wants to answer on this connection.
      body: { [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer> },
      secure: "encrypted" in request.socket,
      allows: () => true,
    };
  } catch (thrown) {
    if (thrown instanceof URIError) return undefined;
    throw thrown;
  }
}
