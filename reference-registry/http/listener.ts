import { createServer as createPlain, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from "node:http";
import { createServer as createSecure } from "node:https";
import type { Duplex } from "node:stream";
import type { Hooks } from "../faults/hooks.js";
import type { Call, Handler } from "./call.js";
import { type Reply, refusal } from "./reply.js";
import { send } from "./send.js";
import { targeted } from "./target.js";

/** PEM texts. */
export interface Tls {
  readonly cert: string;
  readonly key: string;
}

/** What a listener needs beside its handler. */
export interface Listening {
  readonly tls: Tls | undefined;
  readonly hooks: Hooks;
  /** Which of the registry's addresses this is. */
  readonly address?: number;
  /** Told of what is answered with 500. */
  readonly onError: (thrown: unknown) => void;
}

/** A server that answers every request by the handler. */
export function listener(handler: Handler, { tls, hooks, onError, address = 0 }: Listening): Server {
  const here: Handler = (call) => handler(address === 0 ? call : { ...call, address });
  const listen = (request: IncomingMessage, response: ServerResponse): void => void answer(here, request, response, onError);
  const server = tls ? createSecure({ cert: tls.cert, key: tls.key }, listen) : createPlain(listen);
  // An upload may take as long as it takes; only a connection on which nothing happens is given up.
  server.requestTimeout = 0;
  server.timeout = 120_000;
  server.keepAliveTimeout = 75_000;
  refusing(server, hooks);
  if (hooks.has("expect-ignored")) server.on("checkContinue", listen);
  return server;
}

async function answer(handler: Handler, request: IncomingMessage, response: ServerResponse, onError: Listening["onError"]): Promise<void> {
  const method = request.method ?? "GET";
  try {
    const call = callOf(request);
    await send(response, method, call ? await handler(call) : MALFORMED);
  } catch (thrown) {
    // With the client gone there is nobody to tell, and nothing wrong with us.
    if (request.destroyed && !request.complete) return;
    if (!response.headersSent) {
      onError(thrown);
      await send(response, method, FAILED);
    } else if (!request.socket.destroyed) {
      onError(thrown);
      response.destroy();
    }
  }
}

const MALFORMED = refusal(400, "NAME_INVALID", "the URL has a percent sign that begins no escape");
const FAILED: Reply = {
  status: 500,
  headers: { "Content-Type": "text/plain" },
  body: Buffer.from("The registry failed. It is not the request's fault.\n"),
};

function callOf(request: IncomingMessage): Call | undefined {
  try {
    return {
      method: request.method ?? "GET",
      ...targeted(request.url ?? "/"),
      headers: request.headers,
      // A handler that stops reading early still wants to answer on this connection.
      body: { [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer> },
      address: 0,
      secure: "encrypted" in request.socket,
      allows: () => true,
    };
  } catch (thrown) {
    if (thrown instanceof URIError) return undefined;
    throw thrown;
  }
}

/** Has a server say why, where Node by itself would close the connection without a word. */
export function refusing(server: Server, hooks: Hooks): void {
  server.on("clientError", (thrown: NodeJS.ErrnoException, socket) => refuseUnread(thrown, socket, hooks));
  server.on("connect", (_request, socket) => endWith(socket, 501));
}

/** Answers what Node's parser does not take for a request (RFC 9110, section 15.6.2, for methods that nobody knows). */
function refuseUnread(thrown: NodeJS.ErrnoException, socket: Duplex, hooks: Hooks): void {
  if (!socket.writable || thrown.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const statuses: Readonly<Record<string, number>> = {
    HPE_HEADER_OVERFLOW: 431,
    HPE_INVALID_METHOD: hooks.has("unknown-method-400") ? 400 : 501,
    ERR_HTTP_REQUEST_TIMEOUT: 408,
  };
  endWith(socket, statuses[thrown.code ?? ""] ?? 400);
}

/** Answers by hand, where Node has no response to write to, and closes the connection. */
function endWith(socket: Duplex, status: number): void {
  const headers = [`Date: ${new Date().toUTCString()}`, "Connection: close", "Content-Length: 0"];
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers.join("\r\n")}\r\n\r\n`);
}
