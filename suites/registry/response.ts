import { codingsOf } from "../../runners/registry/content-coding.js";
import type { Exchange, RegistryObservation, SeenBody } from "../../runners/registry/observation.js";
import { header } from "../../runners/registry/observation.js";
import { nextLink } from "../../runners/registry/run-case.js";
import { isDigest, isTag } from "../../spec/distribution/grammar.js";
import { type ExplainedResult, expectThat, type Judgement, notApplicable } from "../check.js";
import { failed } from "./answered.js";
import type { Presence } from "./holdings.js";
import { parseJson } from "./manifest.js";
import type { View } from "./suite.js";

/** An answer that speaks of rights, of patience or of room says nothing about the content. */
export const aside = (view: View): boolean => [401, 403, 429, 507].includes(view.status) || (view.status === 413 && !large(view));

/** A manifest as large as the spec asks registries to take: to refuse that is no matter of a quota. */
const large = (view: View): boolean => view.route.kind === "manifest" && bytesSent(view) >= 4_000_000;

/** Whether the blob or manifest that a request asks for is there; unknown of all else. */
export function presenceAt({ route, model }: View): Presence {
  if (route.kind === "blob") return model.blob(route.name, route.digest);
  return route.kind === "manifest" ? model.manifest(route.name, route.reference).presence : "unknown";
}

/** The answer's status is one of these; answers about rights are not judged. */
export const answers = (view: View, ...statuses: readonly number[]): ExplainedResult =>
  aside(view)
    ? notApplicable(`${view.status} speaks of rights, of patience or of room`)
    : expectThat(statuses.includes(view.status), `status ${statuses.join(" or ")}`, `status ${view.status}${words(view)}`);

/** What was asked for beyond an upload was not done: the spec has 202 for that, and no refusal. */
export const instead = (view: View): ExplainedResult =>
  view.status === 401 || view.status === 429 || view.status >= 500
    ? notApplicable(`${view.status} says nothing about what was asked for`)
    : expectThat(view.status === 202, "status 202", `status ${view.status}${words(view)}`);

/** Whether the repository of a request gives this client what is there: then 403 is no matter of rights. */
function reads({ route, observation: { exchanges } }: View): boolean {
  if (!("name" in route)) return false;
  const below = `/v2/${route.name}/`;
  return exchanges.some(
    ({ request: { method, url }, response }) =>
      method === "GET" && response?.status === 200 && /\/(?:blobs|manifests)\//.test(url) && url.includes(below),
  );
}

/** The answer says that it is not there. */
export const missing = (view: View): ExplainedResult =>
  view.status === 403 && reads(view) ? expectThat(false, "status 404", `status 403${words(view)}`) : answers(view, 404);

/** The answer says no, in whatever way that is not a failure of its own. */
export const refuses = (view: View, what: string): Judgement =>
  expectThat(view.status >= 300 && view.status < 600, `no success: ${what}`, `status ${view.status}`);

/** What an error's body says, shortened. */
export function words({ response, status }: Pick<View, "response" | "status">): string {
  const text = response.body.text?.trim() ?? "";
  return status < 400 || text === "" ? "" : `: ${text.slice(0, 300)}`;
}

/** The answer has that header; `form` says what it must look like. */
export function hasHeader(view: View, name: string, form?: RegExp): Judgement {
  const value = view.header(name);
  return expectThat(
    value !== undefined && value !== "" && (form?.test(value) ?? true),
    `${name}${form ? ` like ${form.source}` : ""}`,
    value ?? `no ${name}`,
  );
}

/** The answer's content is coded (RFC 9110, section 8.4): its length and parts are those of the coding. */
export const coded = (view: Pick<View, "header">): boolean => codingsOf(view.header("content-encoding")).length > 0;

const CONDITIONS = ["range", "if-none-match", "if-match", "if-range", "if-modified-since"] as const;

/** Without a header that changes what is given. */
export const unconditional = (view: View): boolean => CONDITIONS.every((name) => view.sent(name) === undefined);

/** A GET without anything that changes what is given. */
export const plainGet = (view: View): boolean => view.method === "GET" && unconditional(view);

/** Whether what the client accepts has room for a media type: without Accept there is. */
export function accepts(view: View, mediaType: string): boolean {
  const accept = view.sent("accept");
  if (accept === undefined) return true;
  const types = accept
    .split(",")
    .filter((part) => !/;\s*q\s*=\s*0(?:\.0*)?\s*(?:;|$)/i.test(part))
    .map((part) => part.split(";")[0]?.trim().toLowerCase());
  return types.includes("*/*") || types.includes(mediaType) || types.includes(`${mediaType.split("/")[0]}/*`);
}

/** A digest of an algorithm that registries know, in its form. */
export const isKnownDigest = (digest: string): boolean => /^sha(256|512):/.test(digest) && isDigest(digest);

/** A tag, or a digest of an algorithm that registries know: what else is asked for may as well be refused as malformed. */
export const wellFormed = (reference: string): boolean => isKnownDigest(reference) || isTag(reference);

/** Many checks look at one answer, so that its body is parsed once. */
const parsed = new WeakMap<SeenBody, unknown>();

/** The answer's body as JSON; undefined when it is none. */
export function jsonBody({ response: { body } }: Pick<View, "response">): unknown {
  if (!parsed.has(body)) parsed.set(body, parseJson(body.text));
  return parsed.get(body);
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The codes of an error's body; empty without any. */
export function errorCodes(view: Pick<View, "response">): readonly string[] {
  const body = jsonBody(view);
  if (!isObject(body) || !Array.isArray(body.errors)) return [];
  return body.errors.flatMap((error: unknown) => (isObject(error) && typeof error.code === "string" ? [error.code] : []));
}

/** The exchanges of one step: its pages. Of traffic that was only listened to each exchange is a step. */
export function ofStep({ exchanges, overheard }: RegistryObservation, exchange: Exchange): readonly Exchange[] {
  const { phase, client, step } = exchange;
  return overheard ? [exchange] : exchanges.filter((each) => each.phase === phase && each.client === client && each.step === step);
}

/** All pages of a step that follows links, when this is the last of them; undefined before. */
export function pagesOf(view: View): readonly Exchange[] | undefined {
  if (nextLink(view.header("link")) !== undefined) return undefined;
  const pages = ofStep(view.observation, view.exchange);
  return pages.at(-1) === view.exchange ? pages : undefined;
}

/** `Content-Range` of a request to an upload: the first and last byte. */
export function contentRange(view: View): { readonly first: number; readonly last: number } | undefined {
  const match = /^(\d+)-(\d+)$/.exec(view.sent("content-range") ?? "");
  return match ? { first: Number(match[1]), last: Number(match[2]) } : undefined;
}

/** How many bytes the request carried. */
export const bytesSent = ({ exchange: { request } }: Pick<View, "exchange">): number =>
  request.body ? request.body.to - request.body.from : 0;

export { header };

/** The digest of a URL that names content by one. */
export const digestIn = (url: string): string | undefined => /\/(?:blobs|manifests)\/(sha(?:256|512):[0-9a-f]+)(?:$|\?)/.exec(url)?.[1];

/** No failure of the server, save what it says that it does not implement, or has no room for. */
export function sound(view: View): Judgement {
  const judged = expectThat(!failed(view.status), "no failure of the server", `status ${view.status}${words(view)}`);
  return judged.verdict === "fail" ? { ...judged, kind: kindOf(view) } : judged;
}

/** What tells failures of the server apart, whatever the case: method, endpoint, status, and its words without names and numbers. */
const kindOf = (view: View): string => {
  const said = words(view)
    .replaceAll(/[\w.:/+%-]*[\d/][\w.:/+%-]*/g, "*")
    .replaceAll(/\s+/g, " ");
  return `${view.method} ${view.route.kind} ${view.status}${said.slice(0, 120)}`;
};
