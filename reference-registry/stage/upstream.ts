import { Agent, type ClientRequest, type IncomingMessage, request as plainRequest } from "node:http";
import { Agent as SecureAgent, request as secureRequest } from "node:https";
import type { Fields } from "./fields.js";

/** What is asked of the registry behind. */
export interface Asked {
  readonly method: string;
  /** Path and query, as they came. */
  readonly target: string;
  readonly headers: Fields;
}

/** The registry that a forwarder stands before. */
export class Upstream {
  /** `https://registry.example`, without a slash at its end. */
  readonly origin: string;
  /** What a Host field says of it. */
  readonly host: string;
  readonly #url: URL;
  readonly #secure: boolean;
  readonly #agent: Agent;

  /** @param ca a PEM text: whom to trust besides those whom the system trusts */
  constructor(url: URL, ca?: string) {
    this.#url = url;
    this.#secure = url.protocol === "https:";
    this.origin = url.origin;
    this.host = url.host;
    this.#agent = this.#secure ? new SecureAgent({ keepAlive: true, ...(ca === undefined ? {} : { ca }) }) : new Agent({ keepAlive: true });
  }

  /** Begins a request; a body is for the caller to send. */
  ask({ method, target, headers }: Asked): ClientRequest {
    const { hostname, port } = this.#url;
    const options = {
      method,
      path: target,
      host: hostname.replace(/^\[(.*)\]$/, "$1"),
      port: port === "" ? (this.#secure ? 443 : 80) : Number(port),
      agent: this.#agent,
      setHost: false,
    };
    const asked = this.#secure ? secureRequest(options) : plainRequest(options);
    // A POST without a body says nothing about one.
    asked.useChunkedEncodingByDefault = false;
    const values = new Map<string, { readonly name: string; readonly all: string[] }>();
    for (const [name, value] of headers) {
      const known = values.get(name.toLowerCase());
      if (known) known.all.push(value);
      else values.set(name.toLowerCase(), { name, all: [value] });
    }
    for (const { name, all } of values.values()) asked.setHeader(name, all);
    return asked;
  }

  /** Closes connections on which nothing is under way. */
  close(): void {
    this.#agent.destroy();
  }
}

/** Fulfilled with the head of the answer. @throws Error where there is none */
export const headOf = (asked: ClientRequest): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    asked.once("response", resolve);
    asked.on("error", reject);
    asked.once("close", () => reject(new Error("the connection is closed")));
  });
