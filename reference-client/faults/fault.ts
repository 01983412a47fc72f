import { bytesContent } from "../content/content.js";
import { objectIn } from "../content/descriptor.js";
import { Failure } from "../failure.js";
import type { Answer, Call, Headers, Send, Wrap } from "../http/message.js";
import type { Place } from "../http/place.js";
import type { HookName } from "./hooks.js";

/** A requirement broken on purpose, to see whether the suite notices. */
export interface Fault {
  readonly name: string;
  /** The id of the requirement that it breaks. */
  readonly requirement: string;
  /** Changes requests, answers or both. Called once for each run, so that it may keep a state. */
  readonly wrap?: Wrap;
  /** What only the code that it breaks can do. */
  readonly hooks?: readonly HookName[];
  /** What a case must have for it to show: TLS, credentials, or a proxy. */
  readonly needs?: "tls" | "credentials" | "proxy";
}

/** The client breaks, as programs do that did not reckon with something. */
export class Crash extends Error {}

/** Whether a fault concerns this request. */
export type Where = (call: Call) => boolean;

/** What a path addresses; an upload may be anywhere, but begins in one place. */
type Kind = "manifest" | "blob" | "uploads" | "upload" | "tags" | "referrers" | "other";

const PATHS: readonly (readonly [Kind, RegExp])[] = [
  ["uploads", /^\/v2\/.+\/blobs\/uploads\/(?:\?|$)/],
  ["upload", /^\/v2\/.+\/blobs\/uploads\//],
  ["blob", /^\/v2\/.+\/blobs\//],
  ["manifest", /^\/v2\/.+\/manifests\//],
  ["tags", /^\/v2\/.+\/tags\/list/],
  ["referrers", /^\/v2\/.+\/referrers\//],
];

const kindOf = ({ place: { target } }: Call): Kind => PATHS.find(([, path]) => path.test(target))?.[0] ?? "other";

/** Requests of these methods to an endpoint. */
export const at =
  (kind: Kind, ...methods: readonly string[]): Where =>
  (call) =>
    methods.includes(call.method) && kindOf(call) === kind;

/** Requests that go on with an upload: wherever a Location led, nothing else is sent by these methods. */
export const going =
  (...methods: readonly string[]): Where =>
  (call) =>
    methods.includes(call.method) && kindOf(call) !== "manifest";

export const both =
  (...all: readonly Where[]): Where =>
  (call) =>
    all.every((where) => where(call));

/** The tag or digest in the path of a manifest. */
export const referenceIn = ({ place: { target } }: Call): string => /\/manifests\/([^?]*)/.exec(target)?.[1] ?? "";

/** The tag of a list of referrers. */
export const isList: Where = (call) => /^[a-z0-9.+_-]+[-.][0-9a-zA-Z=_-]{63,}$/.test(referenceIn(call));
export const atList = (...methods: readonly string[]): Where => both(at("manifest", ...methods), isList);
/** A manifest that is no list of referrers. */
export const atImage = (...methods: readonly string[]): Where => both(at("manifest", ...methods), (call) => !isList(call));

export const placed = (call: Call, change: (target: string) => string): Call => ({
  ...call,
  place: { ...call.place, target: change(call.place.target) },
});

export const sent = (call: Call, headers: Headers): Call => ({ ...call, headers: { ...call.headers, ...headers } });

/** Without a header. */
export function lacking<T extends { readonly headers?: Headers }>(message: T, name: string): T {
  const { [name]: _, ...headers } = message.headers ?? {};
  return { ...message, headers };
}

/** An answer that nobody gave. */
export const madeUp = (place: Place, status: number, headers: Headers = {}, text = ""): Answer => ({
  status,
  place,
  headers,
  body: bodyOf(Buffer.from(text)),
});

export async function* bodyOf(bytes: Buffer): AsyncGenerator<Buffer, void, undefined> {
  if (bytes.length > 0) yield bytes;
}

/** Requests are changed before they are sent. */
export const sending =
  (where: Where, change: (call: Call) => Call): Wrap =>
  (send) =>
  (call) =>
    send(where(call) ? change(call) : call);

/** Requests are not sent at all. */
export const omitting =
  (where: Where, answer: (call: Call) => Answer): Wrap =>
  (send) =>
  async (call) =>
    where(call) ? answer(call) : send(call);

/** Answers are taken for other ones. */
export const hearing =
  (where: Where, change: (answer: Answer, call: Call, send: Send) => Answer | Promise<Answer>): Wrap =>
  (send) =>
  async (call) => {
    const answer = await send(call);
    return where(call) ? change(answer, call, send) : answer;
  };

/** Something is asked for before, whatever comes of it. */
export const before =
  (where: Where, more: (call: Call) => Call): Wrap =>
  (send) =>
  async (call) => {
    if (where(call)) for await (const _ of (await send(more(call))).body);
    return send(call);
  };

/** One wrap around another, of which `inner` is nearer to the registry. */
export const around =
  (outer: Wrap, inner: Wrap): Wrap =>
  (send) =>
    outer(inner(send));

/** The JSON that is sent is another one. */
export const editing =
  (where: Where, change: (document: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>): Wrap =>
  (send) =>
  async (call) => {
    if (!where(call) || !call.body) return send(call);
    const bytes = Buffer.from(JSON.stringify(change(objectIn(await bytesIn(call.body.open())))));
    const answer = await send({ ...call, body: bytesContent(bytes) });
    // Its digest is not that of what the client meant to send.
    return lacking(answer, "docker-content-digest");
  };

export async function bytesIn(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export const failing = (what: string): never => {
  throw new Failure(what);
};

export const wrapped = (name: string, requirement: string, wrap: Wrap): Fault => ({ name, requirement, wrap });
export const hooked = (name: string, requirement: string, ...hooks: readonly HookName[]): Fault => ({ name, requirement, hooks });
export const needing = (needs: NonNullable<Fault["needs"]>, fault: Fault): Fault => ({ ...fault, needs });
