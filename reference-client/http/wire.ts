import { Agent, type ClientRequest, type IncomingMessage, request as plain, type RequestOptions } from "node:http";
import { Agent as SecureAgent, request as secure } from "node:https";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Failure } from "../failure.js";
import type { Limits } from "../limits.js";
import type { Answer, Call, Headers, Send } from "./message.js";
import { textOf } from "./place.js";

/** A request without an answer. */
export class Unanswered extends Failure {
  /** The connection had been used before: the registry may have closed it before it saw the request. */
  readonly stale: boolean;
  constructor(call: Call, cause: unknown, stale = false) {
    super(`${call.method} ${textOf(call.place)}: ${causeOf(cause)}`);
    this.stale = stale;
  }
}

/** Nothing came for too long, or next to nothing. */
export class TooSlow extends Failure {}

/** Node has an error of several attempts, one for each address, whose own message is empty. */
const causeOf = (thrown: unknown): string => {
  const [first = thrown] = thrown instanceof AggregateError ? thrown.errors : [thrown];
  return first instanceof Error ? first.message : String(first);
};

/** Connections to registries. */
export interface Wire {
  readonly send: Send;
  /** Ends all connections. */
  close(): void;
}

/** What connections are made with. */
export interface WireOptions {
  readonly limits: Limits;
  /** Whom to trust, PEM; whom Node trusts by itself where it is left out. */
  readonly ca?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Requests by HTTP/1.1, one at a time on a connection, which is kept for the next one. */
export function wire({ limits, ca, signal }: WireOptions): Wire {
  const agents = { "http:": new Agent({ keepAlive: true }), "https:": new SecureAgent({ keepAlive: true, ...(ca ? { ca } : {}) }) };
  const open = new Set<ClientRequest>();
  const begin = (call: Call): ClientRequest => {
    const { protocol, hostname, port } = new URL(call.place.origin);
    const isSecure = protocol === "https:";
    const options: RequestOptions = {
      hostname: hostname.replace(/^\[(.*)\]$/, "$1"),
      port: port || (isSecure ? 443 : 80),
      method: call.method,
      path: call.place.target,
      headers: headersOf(call),
      agent: call.once ? false : agents[isSecure ? "https:" : "http:"],
      timeout: limits.idleMs,
      ...(signal && !call.tidying ? { signal } : {}),
    };
    return isSecure ? secure({ ...options, ...(ca ? { ca } : {}) }) : plain(options);
  };
  const send: Send = (call) =>
    new Promise((answered, failed) => {
      const sending = begin(call);
      open.add(sending);
      const state: Waiting = { late: undefined };
      const late = () => {
        state.late ??= new TooSlow(`${call.method} ${textOf(call.place)}: nothing comes for ${limits.idleMs / 1000} s`);
        sending.destroy(state.late);
      };
      let waiting: NodeJS.Timeout | undefined;
      let isAnswered = false;
      sending.on("timeout", late);
      // Bytes of headers that come one by one are no answer either.
      sending.on("finish", () => {
        if (!isAnswered) waiting = setTimeout(late, 2 * limits.idleMs);
      });
      sending.on("error", (thrown) => failed(state.late ?? new Unanswered(call, thrown, sending.reusedSocket)));
      sending.on("response", (response) => {
        isAnswered = true;
        clearTimeout(waiting);
        answered(answerOf(call, response, limits, state));
      });
      sending.on("close", () => {
        clearTimeout(waiting);
        open.delete(sending);
        failed(new Unanswered(call, new Error("the connection was closed"), sending.reusedSocket));
      });
      if (call.body) pipeline(Readable.from(call.body.open()), sending).catch((thrown: unknown) => sending.destroy(thrown as Error));
      else sending.end();
    });
  return {
    send,
    close: () => {
      for (const each of open) each.destroy();
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

/** What every request says. Nobody is asked to pack anything: digests are of the content as it is. */
function headersOf({ method, headers, body }: Call): Headers {
  const isEmpty = ["POST", "PUT", "PATCH", "DELETE"].includes(method) && headers?.["transfer-encoding"] === undefined;
  const empty: Headers = isEmpty ? { "content-length": "0" } : {};
  const length = body ? { "content-length": String(body.size) } : empty;
  return { "user-agent": "oci-client", "accept-encoding": "identity", ...length, ...headers };
}

/** What is known of a request on which nothing comes any more. */
interface Waiting {
  late: TooSlow | undefined;
}

function answerOf({ place }: Call, response: IncomingMessage, limits: Limits, state: Waiting): Answer {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headersDistinct)) if (value) headers[name] = value.join(", ");
  return { status: response.statusCode ?? 0, place, headers, body: inTime(response, limits, state) };
}

/** The slowest body that is put up with, in bytes a second. */
const SLOWEST = 1000;

/** A body that does not come too slowly. */
async function* inTime(response: IncomingMessage, { idleMs }: Limits, state: Waiting): AsyncGenerator<Buffer, void, undefined> {
  const start = Date.now();
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      const seconds = (Date.now() - start - 2 * idleMs) / 1000;
      if (seconds > 0 && size / seconds < SLOWEST) throw new TooSlow("the answer comes too slowly");
      yield chunk;
    }
  } catch (thrown) {
    throw state.late ?? thrown;
  }
}
