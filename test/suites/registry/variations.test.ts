import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { xorshift128plus } from "pure-rand/generator/xorshift128plus";
import t from "tap";
import { sequence } from "../../../generators/registry/sequences.js";
import { codingsOf } from "../../../runners/registry/content-coding.js";
import {
  type Exchange,
  header,
  type RegistryObservation,
  type SeenBody,
  type SeenResponse,
} from "../../../runners/registry/observation.js";
import { casesOf, inProcess } from "./in-process.js";

/* Good answers, said otherwise in a way that the specs leave open, are as good as before. */

interface Answered extends Exchange {
  readonly response: SeenResponse;
}

type Variation = (exchange: Answered, contents: RegistryObservation["contents"]) => SeenResponse;

type Header = readonly [string, string];

const bodyOf = (text: string): SeenBody => {
  const digest = (algorithm: string): string => `${algorithm}:${createHash(algorithm).update(text).digest("hex")}`;
  return { size: Buffer.byteLength(text), sha256: digest("sha256"), sha512: digest("sha512"), text };
};

/** The same with other values in a header. */
const reheaded = (response: SeenResponse, name: string, change: (value: string) => string | readonly string[]): SeenResponse => ({
  ...response,
  headers: response.headers.flatMap(([each, value]): Header[] =>
    each === name ? [change(value)].flat().map((changed): Header => [each, changed]) : [[each, value]],
  ),
});

const lengthened = (response: SeenResponse, body: SeenBody): SeenResponse => ({
  ...reheaded(response, "content-length", () => String(body.size)),
  body,
});

const isList = ({ request: { url } }: Exchange): boolean => /\/tags\/list(?:\?|$)|\/referrers\//.test(url);
const isError = ({ response }: Answered): boolean => response.status >= 400 && response.status < 500;

/** JSON that is not content: lists and errors. */
function rewritten(exchange: Answered, change: (value: Record<string, unknown>) => string): SeenResponse {
  const { response } = exchange;
  // The answer to a HEAD need not say how long the other one would be.
  if (exchange.request.method === "HEAD" && isList(exchange))
    return { ...response, headers: response.headers.filter(([name]) => name !== "content-length") };
  const text = response.body.text ?? "";
  const open = (isError(exchange) || (isList(exchange) && response.status === 200)) && text.startsWith("{");
  return open ? lengthened(response, bodyOf(change(JSON.parse(text) as Record<string, unknown>))) : response;
}

const named = ({ headers }: SeenResponse, name: string): boolean => headers.some(([each]) => each === name);

/** A GET whose whole content is read, or a HEAD of the same. */
const reads = ({ request: { method, url, headers }, response }: Answered): boolean =>
  ["GET", "HEAD"].includes(method) &&
  response.status === 200 &&
  /\/(?:blobs|manifests)\/|\/tags\/list/.test(url) &&
  headers.range === undefined;

const VARIATIONS: Readonly<Record<string, Variation>> = {
  "headers in another order": ({ response }) => ({ ...response, headers: response.headers.toReversed() }),
  "more headers": ({ response }) => ({
    ...response,
    headers: [
      ["server", "somebody/1"],
      ["via", "1.1 proxy"],
      ["x-request-id", "7"],
      ["strict-transport-security", "max-age=1"],
      ["vary", "Authorization"],
      ...response.headers,
      ["connection", "keep-alive"],
      ["set-cookie", "a=b; Path=/"],
      ["set-cookie", "c=d"],
    ],
  }),
  "media types in capitals, with parameters where they may have them": (exchange) => {
    if (/\/referrers\//.test(exchange.request.url) && exchange.response.status === 200) return exchange.response;
    const open = isError(exchange) || isList(exchange);
    return reheaded(exchange.response, "content-type", (type) => `${type.toUpperCase()}${open ? " ; charset=UTF-8" : ""}`);
  },
  "JSON over several lines, with more in it": (exchange) =>
    rewritten(exchange, (value) => `\n${JSON.stringify({ "x-more": [null, { a: 1 }], ...value, "x-last": "" }, undefined, "\t")}\r\n`),
  "descriptors with more in them, in another order": (exchange) =>
    rewritten(exchange, (value) =>
      JSON.stringify(
        Array.isArray(value.manifests)
          ? { ...value, manifests: (value.manifests as object[]).map((each) => ({ "x-more": 1, ...each })).toReversed(), annotations: {} }
          : value,
      ),
    ),
  "relative locations": ({ response }) => reheaded(response, "location", (url) => url.replace(/^https?:\/\/[^/]+/, "")),
  "absolute locations": ({ response, request }) => reheaded(response, "location", (url) => new URL(url, request.url).href),
  "locations with a query": ({ response }) =>
    response.status === 202 ? reheaded(response, "location", (url) => `${url}${url.includes("?") ? "&" : "?"}_state=a%2Fb%3D`) : response,
  "content in a coding": (exchange, contents) => {
    const { response, request } = exchange;
    const accept = Object.entries(request.headers).find(([name]) => name.toLowerCase() === "accept-encoding")?.[1];
    const length = header(response, "content-length");
    if (!reads(exchange) || named(response, "content-encoding") || !(accept === undefined || /\bgzip\b(?!\s*;\s*q=0)/.test(accept)))
      return response;
    // The same for HEAD as for GET: as long as what is known of the content makes it.
    const digest = header(response, "docker-content-digest") ?? "";
    const text = response.body.text || Object.values(contents).find(({ sha256, sha512 }) => sha256 === digest || sha512 === digest)?.text;
    const encodedSize = text === undefined ? undefined : gzipSync(text).length;
    const headers: Header[] = response.headers.filter(([name]) => name !== "content-length").concat([["content-encoding", "GZIP"]]);
    if (encodedSize !== undefined && length !== undefined) headers.push(["content-length", String(encodedSize)]);
    return { ...response, headers, body: request.method === "GET" ? { ...response.body, encodedSize: encodedSize ?? 1 } : response.body };
  },
  "bodies in chunks": ({ response, request }) => ({
    ...response,
    headers:
      request.method === "GET" && response.status !== 304
        ? response.headers.map(([name, value]): Header => (name === "content-length" ? ["transfer-encoding", "chunked"] : [name, value]))
        : response.headers,
  }),
  "other words in errors": (exchange) =>
    rewritten(exchange, (value) =>
      JSON.stringify(
        Array.isArray(value.errors)
          ? { errors: (value.errors as object[]).map((each) => ({ ...each, message: "Nein.", detail: ["?"] })) }
          : value,
      ),
    ),
  "several errors": (exchange) =>
    rewritten(exchange, (value) =>
      JSON.stringify(
        Array.isArray(value.errors)
          ? { errors: [{ code: "UNSUPPORTED" }, ...(value.errors as object[]), { code: "DENIED", message: "" }] }
          : value,
      ),
    ),
  "errors in plain text": (exchange) => {
    const { response } = exchange;
    const text = response.body.text ?? "";
    if (!isError(exchange) || text === "" || text.includes("MANIFEST_BLOB_UNKNOWN")) return response;
    return lengthened(
      reheaded(response, "content-type", () => "text/plain"),
      bodyOf("no\n"),
    );
  },
  "challenges with more parameters": ({ response }) =>
    reheaded(response, "www-authenticate", (value) => [`${value}, charset="UTF-8", error="invalid_token"`, "Negotiate"]),
  "links without quotes": ({ response }) => reheaded(response, "link", (value) => value.replace(/rel="?next"?/, "rel=next")),
  "links with more parameters, absolute, among others": ({ response, request }) =>
    reheaded(response, "link", (value) => {
      const url = /^<([^>]*)>/.exec(value)?.[1] ?? "";
      return ['</other>; rel="first"', `<${new URL(url, request.url).href}> ; title="a, b; c" ; REL="last next"`];
    }),
  "digests of another algorithm": (exchange, contents) => {
    if (!reads(exchange) || exchange.request.url.includes("/tags/")) return exchange.response;
    return reheaded(
      exchange.response,
      "docker-content-digest",
      (digest) => Object.values(contents).find(({ sha256 }) => sha256 === digest)?.sha512 ?? digest,
    );
  },
  "lists of header values on lines of their own": ({ response }) =>
    ["oci-tag", "allow"].reduce((changed, name) => reheaded(changed, name, (value) => value.split(", ")), response),
};

/** An answer before each, which asked to wait. */
const throttled: SeenResponse = {
  status: 429,
  headers: [
    ["retry-after", "1"],
    ["date", new Date(0).toUTCString()],
  ],
  body: bodyOf(""),
};

const varied = (observation: RegistryObservation, change: Variation): RegistryObservation => ({
  ...observation,
  exchanges: observation.exchanges.map((exchange) =>
    exchange.response ? { ...exchange, response: change({ ...exchange, response: exchange.response }, observation.contents) } : exchange,
  ),
});

t.setTimeout(0);

t.test("codings have names without regard to case", async (t) => t.same(codingsOf("GZIP, identity"), ["gzip"]));

t.test("good answers stay good", async (t) => {
  const { facts, run, failures } = await inProcess(t);
  const made = sequence(facts);
  const sequences = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => made.generate(new fc.Random(xorshift128plus(seed)), undefined).value);
  const changed = new Map(Object.keys(VARIATIONS).map((name) => [name, 0]));
  for (const subject of [...casesOf(facts, 9), ...sequences]) {
    const observation = await run(subject);
    t.same(failures(subject, observation), [], subject.title);
    for (const [name, change] of Object.entries(VARIATIONS)) {
      const other = varied(observation, change);
      if (JSON.stringify(other) === JSON.stringify(observation)) continue;
      changed.set(name, (changed.get(name) ?? 0) + 1);
      t.same(failures(subject, other), [], `${subject.title}: ${name}`);
    }
    const slow = observation.exchanges.map((each) => ({ ...each, begunMs: each.begunMs * 20, endedMs: each.endedMs * 20, throttled }));
    t.same(failures(subject, { ...observation, exchanges: slow }), [], `${subject.title}: slowly, after a while`);
  }
  // The bundled registry has relative locations anyway, and no challenges.
  for (const [name, count] of changed) if (!/^(?:challenges|relative)/.test(name)) t.ok(count > 0, `${name}: in ${count} cases`);
});
