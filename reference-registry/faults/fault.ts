import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import type { Call, Handler } from "../http/call.js";
import type { Headers, Reply } from "../http/reply.js";
import type { Route } from "../http/route.js";
import type { Link } from "../store/collect.js";
import type { Files } from "../store/files.js";
import type { HookName } from "./hooks.js";

/** What a fault can do to the server as a whole. */
export interface Control {
  /** Ends the server as a crash would: at once, with all its connections. */
  crash(): void;
}

/**
 * What a run must have for a fault to show: a registry that is restarted, one that asks for credentials, a limit on the time of an answer, which
 * never comes, a collection of garbage, or a second address.
 */
export type Need = "restart" | "auth" | "timeout" | "collection" | "addresses";

/** A requirement broken on purpose, to see whether the suite notices. */
export interface Fault {
  readonly name: string;
  /** The id of the requirement that it breaks. */
  readonly requirement: string;
  /** None: it shows on any registry that is asked. */
  readonly needs?: Need;
  /** Changes requests, answers or both. Called once for each server, so that it may keep a state. */
  readonly wrap?: (handler: Handler, control: Control) => Handler;
  /** A fault that only the code it breaks can make. */
  readonly hook?: HookName;
  /** Changes to files that are not made: lost with the process. */
  readonly forgets?: Files["forgets"];
  /** No example of a default run shows it: only one operation after another does, or a race, which is a matter of luck and left to fuzz runs. */
  readonly shownBy?: "combinations" | "races";
  /** Links by which its collection of garbage keeps nothing. */
  readonly neglects?: readonly Link[];
}

/** Whether a fault concerns this request. */
export type Where = (call: Call) => boolean;

/** Requests of these methods to an endpoint. */
export const at =
  (kind: Route["kind"], ...methods: readonly string[]): Where =>
  (call) =>
    call.route.kind === kind && methods.includes(call.method);

export const either =
  (...all: readonly Where[]): Where =>
  (call) =>
    all.some((where) => where(call));

export const both =
  (...all: readonly Where[]): Where =>
  (call) =>
    all.every((where) => where(call));

export const byTag: Where = ({ route }) => route.kind === "manifest" && !route.reference.includes(":");
export const byDigest: Where = (call) => call.route.kind === "manifest" && !byTag(call);
export const asked =
  (parameter: string): Where =>
  ({ query }) =>
    query.has(parameter);
export const notAsked =
  (parameter: string): Where =>
  ({ query }) =>
    !query.has(parameter);

export const wrapped = (name: string, requirement: string, wrap: NonNullable<Fault["wrap"]>): Fault => ({ name, requirement, wrap });

/** The same fault, which shows only with what it needs. */
export const needing = (needs: Need, fault: Fault): Fault => ({ ...fault, needs });

export const inCode = (name: HookName, requirement: string): Fault => ({ name, requirement, hook: name });

export const forgetting = (name: string, requirement: string, change: "write" | "remove", path: RegExp): Fault => ({
  name,
  requirement,
  needs: "restart",
  forgets: (what, where) => what === change && path.test(where),
});

export const neglecting = (name: string, requirement: string, ...neglects: readonly Link[]): Fault => ({
  name,
  requirement,
  needs: "collection",
  neglects,
});

/** A handler around another one. */
export type Wrap = (handler: Handler) => Handler;

/** Requests are changed before they are handled. */
export const hearing =
  (where: Where, change: (call: Call) => Call): Wrap =>
  (handler) =>
  (call) =>
    handler(where(call) ? change(call) : call);

/** Requests are answered without being handled. */
export const refusing =
  (where: Where, answer: (call: Call) => Reply): Wrap =>
  (handler) =>
  (call) =>
    where(call) ? answer(call) : handler(call);

/** Answers are changed. */
export const saying =
  (where: Where, change: (reply: Reply, call: Call, handler: Handler) => Reply | Promise<Reply>): Wrap =>
  (handler) =>
  async (call) => {
    const reply = await handler(call);
    return where(call) ? change(reply, call, handler) : reply;
  };

/** Requests are changed before they are handled. */
export const heard = (name: string, requirement: string, where: Where, change: (call: Call) => Call): Fault =>
  wrapped(name, requirement, hearing(where, change));

/** Requests are answered without being handled. */
export const refused = (name: string, requirement: string, where: Where, answer: (call: Call) => Reply): Fault =>
  wrapped(name, requirement, refusing(where, answer));

/** Answers with such a status (2: any success; 4: any refusal) are changed. */
export const said = (
  name: string,
  requirement: string,
  where: Where,
  status: number,
  change: (reply: Reply, call: Call, handler: Handler) => Reply | Promise<Reply>,
): Fault =>
  wrapped(
    name,
    requirement,
    saying(where, (reply, call, handler) => {
      const concerned = status < 10 ? Math.floor(reply.status / 100) === status : reply.status === status;
      return concerned ? change(reply, call, handler) : reply;
    }),
  );

/** A status is another one. */
export const status = (name: string, requirement: string, where: Where, from: number, to: number): Fault =>
  said(name, requirement, where, from, (reply) => ({ ...reply, status: to }));

/** A success lacks a header. */
export const without = (name: string, requirement: string, where: Where, header: string): Fault =>
  said(name, requirement, where, 2, (reply) => dropping(reply, header));

/** A success has another value in a header; undefined leaves it as it is. */
export const header = (
  name: string,
  requirement: string,
  where: Where,
  key: string,
  value: (old: string, call: Call) => string | undefined,
): Fault =>
  said(name, requirement, where, 2, (reply, call) => {
    const old = reply.headers[key];
    const changed = typeof old === "string" ? value(old, call) : undefined;
    return changed === undefined ? reply : { ...reply, headers: { ...reply.headers, [key]: changed } };
  });

/** A success has another body. */
export const body = (
  name: string,
  requirement: string,
  where: Where,
  change: (body: Buffer, call: Call, handler: Handler) => Buffer | Promise<Buffer>,
): Fault =>
  said(name, requirement, where, 2, async (reply, call, handler) => ({
    ...reply,
    body: await change(await bytesOf(reply), call, handler),
  }));

export const dropping = (reply: Reply, header: string): Reply => {
  const { [header]: _, ...headers } = reply.headers;
  return { ...reply, headers };
};

export const adding = (reply: Reply, headers: Headers): Reply => ({ ...reply, headers: { ...reply.headers, ...headers } });

/** All of an answer's body, in memory. */
export async function bytesOf({ body }: Reply): Promise<Buffer> {
  if (body === undefined) return Buffer.alloc(0);
  return Buffer.isBuffer(body) ? body : (await readFile(body.path)).subarray(body.start, body.start + body.length);
}

/** The same answer with its content in the coding gzip; a coded representation has an ETag of its own (RFC 9110, section 8.8.3). */
export async function gzipped(reply: Reply): Promise<Reply> {
  const { ETag, "Content-Length": _, ...headers } = reply.headers;
  return {
    ...reply,
    headers: {
      ...headers,
      "Content-Encoding": "gzip",
      Vary: "Accept-Encoding",
      ...(typeof ETag === "string" ? { ETag: ETag.replace(/"$/, '-gzip"') } : {}),
    },
    body: gzipSync(await bytesOf(reply)),
  };
}

/** The repository of a request, or none. */
export const nameIn = ({ route }: Call): string => ("name" in route ? route.name : "");

/** The same request about another repository. */
export const renamed = (call: Call, name: string): Call => ({
  ...call,
  route: "name" in call.route ? { ...call.route, name } : call.route,
});

export const withHeaders = (call: Call, headers: Readonly<Record<string, string | undefined>>): Call => {
  const changed: Record<string, string | string[] | undefined> = { ...call.headers };
  for (const [key, value] of Object.entries(headers)) {
    if (value === undefined) delete changed[key];
    else changed[key] = value;
  }
  return { ...call, headers: changed };
};

/** The same request with a parameter set, or taken out. */
export function withQuery(call: Call, parameters: Readonly<Record<string, string | undefined>>): Call {
  const query = new Map(call.query);
  for (const [key, value] of Object.entries(parameters)) {
    if (value === undefined) query.delete(key);
    else query.set(key, [value]);
  }
  return { ...call, query };
}

/** The same request without a body, by GET. */
export const getting = (call: Call, route: Route): Call => ({ ...call, method: "GET", route, query: new Map(), headers: {} });
