/** spec.md, "Pushing a blob in chunks". */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { pushing } from "../../../generators/client/cases.js";
import { image } from "../../../generators/client/images.js";
import type { Behaviour } from "../../../reference-registry/behaviours/behaviour.js";
import { type CheckResult, combine, type ExplainedResult, expectThat, notApplicable } from "../../check.js";
import { type Check, check, example, inWords, section } from "../suite.js";
import type { ClientView, Viewed } from "../view.js";
import { dataOf, isChunked, rangeOf, type Upload, uploadsOf } from "./uploads.js";

const NONE = "no blob is pushed in chunks";

/** A check that looks at one upload in chunks at a time. */
const checkUpload = (id: string, judge: (upload: Upload, view: ClientView) => CheckResult): Check =>
  check(id, (view) =>
    combine(
      uploadsOf(view.exchanges)
        .filter(isChunked)
        .map((upload): ExplainedResult => judge(upload, view) ?? notApplicable(NONE)),
      NONE,
    ),
  );

/** A check that looks at one chunk that says where it belongs, with the ones before it. */
const checkChunk = (
  id: string,
  judge: (chunk: Viewed, before: readonly Viewed[], upload: Upload, view: ClientView) => CheckResult,
): Check =>
  checkUpload(id, (upload, view) => {
    const chunks = dataOf(upload).filter(({ sent }) => sent("content-range") !== undefined);
    return combine(
      chunks.map((chunk, at): ExplainedResult => {
        const result = judge(chunk, chunks.slice(0, at), upload, view) ?? notApplicable("no chunk is of that kind");
        return result.verdict === "fail" ? { ...result, note: inWords(chunk) } : result;
      }),
      "no chunk has a Content-Range",
    );
  });

const taken = ({ status = 0 }: Pick<Viewed, "status">): boolean => status >= 200 && status < 300;

/**
 * How far the registry has the blob before a request, as its last answer said; undefined where it said nothing of the kind, or `0-0` before it took
 * anything: that is one byte, or what registries say of none.
 */
function haveBefore(chunk: Viewed, { requests }: Upload, { case: { behaviours = [] } }: ClientView): number | undefined {
  const last = requests.filter(({ at, status = 0 }) => at < chunk.at && (taken({ status }) || status === 416)).at(-1);
  if (!last) return 0;
  // Who says something else than what is so is not to be believed, nor to be doubted.
  const lies = last.behaviours.some((index) => {
    const does = behaviours[index]?.does;
    return does?.kind === "status" || does?.kind === "answer" || (does?.kind === "header" && does.name === "Range");
  });
  if (lies && last.got("range") !== undefined) return undefined;
  const [, end] = /^0-(\d+)$/.exec(last.got("range") ?? "") ?? [];
  const some = requests.some(({ at, method, status = 0 }) => at < chunk.at && method === "PATCH" && taken({ status }));
  return end === undefined || (end === "0" && !some) ? undefined : Number(end) + 1;
}

/** Whether what was sent to an upload came by another one, or by a mount, which a client may begin when a request of its fails. */
function cameOtherwise(upload: Upload, { exchanges, observation: { contents } }: ClientView): boolean {
  const bodies = dataOf(upload).flatMap(({ request: { body } }) => (body ? [body] : []));
  const [whole, ...more] = bodies;
  const size = bodies.reduce((sum, body) => sum + body.size, 0);
  return exchanges.some(({ at, query, status }) => {
    const digest = query.get("digest") ?? query.get("mount");
    if (at < upload.start.at || digest === null || status !== 201) return false;
    if (whole && more.length === 0 && (whole.sha256 === digest || whole.sha512 === digest)) return true;
    return Object.values(contents).some((each) => (each.sha256 === digest || each.sha512 === digest) && each.size === size);
  });
}

const minimum = ({ start }: Upload): number => Number(start.got("oci-chunk-min-length") ?? 0);

/** Of traffic that was only listened to the digest of a blob is known that went in one piece. */
function closesAlone(upload: Upload, put: Viewed, digest: string): ExplainedResult {
  const [piece, ...more] = dataOf(upload);
  const { body } = piece?.request ?? {};
  if (!piece || !body || body.broken || more.length > 0 || !(taken(piece) || piece === put))
    return notApplicable("the blob did not go in one piece, or not as a whole");
  const own = digest.startsWith("sha512:") ? body.sha512 : body.sha256;
  return /^sha(?:256|512):/.test(digest)
    ? expectThat(digest === own, `the digest of the ${body.size} bytes that were sent: ${own}`, digest, inWords(put))
    : notApplicable("the digest is of another algorithm");
}

const seeds = fc.nat(99);
const inChunks = (
  title: string,
  seed: number,
  chunk: number,
  behaviours: readonly Behaviour[] = [],
  algorithm: "sha256" | "sha512" = "sha256",
) =>
  pushing(title, algorithm === "sha256" ? image("m", seed, { size: 4000 }) : image("m", seed, { size: 4000, algorithm }), behaviours, {
    verb: "push-chunks",
    chunk,
  });

const IN_ORDER = [
  "registry.client.chunked-start-empty",
  "registry.client.chunk-range-inclusive",
  "registry.client.first-chunk-at-zero",
  "registry.client.chunk-range-form",
  "registry.client.chunks-in-order",
  "registry.client.session-closed-by-put",
  "registry.client.close-with-digest",
];

export default section("Pushing in chunks", [
  checkUpload("registry.client.chunked-start-empty", ({ start }) =>
    expectThat(
      start.sent("content-length") === "0",
      "Content-Length: 0",
      start.sent("content-length") ?? "no Content-Length",
      inWords(start),
    ),
  ),
  checkUpload("registry.client.digest-algorithm-parameter", ({ start, requests }) => {
    const digest = requests.map(({ method, query }) => (method === "PUT" ? query.get("digest") : null)).find((each) => each !== null) ?? "";
    const algorithm = digest.split(":")[0] ?? "";
    if (algorithm === "" || algorithm === "sha256")
      return notApplicable("no upload is closed with a digest of another algorithm than sha256");
    return expectThat(
      start.query.get("digest-algorithm") === algorithm,
      `digest-algorithm=${algorithm}`,
      start.request.target,
      inWords(start),
    );
  }),
  checkChunk("registry.client.chunk-range-form", ({ sent }) =>
    expectThat(/^[0-9]+-[0-9]+$/.test(sent("content-range") ?? ""), "two numbers with a dash between them", sent("content-range")),
  ),
  checkChunk("registry.client.chunk-range-inclusive", (chunk) => {
    const range = rangeOf(chunk);
    const { body } = chunk.request;
    if (!range || !body || body.broken) return undefined;
    return expectThat(
      range.to - range.from + 1 === body.size,
      `${range.from}-${range.from + body.size - 1} for ${body.size} bytes`,
      chunk.sent("content-range"),
    );
  }),
  checkChunk("registry.client.first-chunk-at-zero", (chunk, before) => {
    const range = rangeOf(chunk);
    return before.length > 0 || !range
      ? undefined
      : expectThat(range.from === 0, "the first chunk begins with 0", chunk.sent("content-range"));
  }),
  checkChunk("registry.client.chunks-in-order", (chunk, before, upload, view) => {
    const range = rangeOf(chunk);
    const have = haveBefore(chunk, upload, view);
    if (before.length === 0 || !range || have === undefined) return undefined;
    return expectThat(range.from === have, `a chunk from byte ${have} on`, chunk.sent("content-range"));
  }),
  checkUpload("registry.client.chunk-min-length-kept", (upload) => {
    const least = minimum(upload);
    const whole = upload.requests.find(({ method, status }) => method === "PUT" && status === 201);
    if (least === 0 || !whole) return notApplicable("no registry said how long chunks have to be, or the upload was not closed");
    const data = dataOf(upload);
    // The last one may be sent more than once: after a challenge, or a connection that broke.
    const end = Math.max(-1, ...data.map((chunk) => rangeOf(chunk)?.to ?? -1));
    const short = data.slice(0, -1).find((chunk) => (chunk.request.body?.size ?? 0) < least && (end < 0 || rangeOf(chunk)?.to !== end));
    return expectThat(
      short === undefined,
      `chunks of at least ${least} bytes but for the last`,
      `one of ${short?.request.body?.size} bytes`,
      short && inWords(short),
    );
  }),
  checkUpload("registry.client.chunk-location-followed", (upload) => {
    const { start, requests } = upload;
    return combine(
      requests
        .filter(({ method }) => method === "PATCH" || method === "PUT")
        .map((request): ExplainedResult => {
          const before = [start, ...requests].filter(
            ({ at, status = 0, got }) => at < request.at && status >= 200 && status < 300 && got("location") !== undefined,
          );
          const latest = before.at(-1);
          if (request.route.kind !== "session" || !latest || latest.method !== "PATCH") return notApplicable("no chunk came before");
          return expectThat(
            request.route.of === latest.at,
            `the Location of the chunk before: ${latest.got("location")}`,
            request.request.target,
            inWords(request),
          );
        }),
      "no chunk came before",
    );
  }),
  checkUpload("registry.client.status-location-followed", ({ requests }) => {
    const status = requests
      .filter(({ method, status: code, got }) => method === "GET" && code === 204 && got("location") !== undefined)
      .at(-1);
    const next = status && requests.find(({ at, method }) => at > status.at && (method === "PATCH" || method === "PUT"));
    if (!status || !next) return notApplicable("no client asked how far an upload is, and went on");
    return expectThat(
      next.route.kind === "session" && next.route.of === status.at,
      `the Location of the status: ${status.got("location")}`,
      next.request.target,
      inWords(next),
    );
  }),
  checkUpload("registry.client.session-closed-by-put", (upload, view) => {
    const { requests } = upload;
    if (view.ending !== "done") return notApplicable("the client does not say that it pushed everything");
    if (requests.some(({ method }) => method === "DELETE") || !requests.some((each) => each.method === "PATCH" && taken(each)))
      return notApplicable("the upload was given up");
    const closed = requests.some(({ method }) => method === "PUT");
    if (!closed && cameOtherwise(upload, view)) return notApplicable("the upload was given up, and the blob came in another way");
    return expectThat(
      closed,
      "a PUT that closes the session",
      requests.map(({ method }) => method),
    );
  }),
  checkUpload("registry.client.close-with-digest", (upload, view) => {
    const put = upload.requests.filter(({ method }) => method === "PUT").at(-1);
    if (!put) return notApplicable("no upload was closed");
    const digest = put.query.get("digest");
    if (digest === null) return { verdict: "fail", expected: "the digest of the whole blob in the query", actual: put.request.target };
    if (view.case.verb === "any") return closesAlone(upload, put, digest);
    const bodies = dataOf(upload)
      .filter((each) => taken(each) || each === put)
      .flatMap(({ request: { body } }) => (body ? [body] : []));
    const is = ({ sha256, sha512 }: { readonly sha256: string; readonly sha512: string }): boolean =>
      sha256 === digest || sha512 === digest;
    const [whole, ...more] = bodies;
    if (!whole || bodies.some(({ broken }) => broken)) return notApplicable("the blob did not come whole");
    if (more.length === 0) return expectThat(is(whole), `the digest of the blob: ${whole.sha256}`, digest, inWords(put));
    // Of several chunks the whole is known where it is a content of the case: clients that keep blobs in another form push others.
    const size = bodies.reduce((sum, body) => sum + body.size, 0);
    const blob = Object.values(view.observation.contents).find(is);
    if (blob)
      return expectThat(
        blob.size === size,
        `the digest of the ${size} bytes that were sent`,
        `that of ${blob.size} bytes: ${digest}`,
        inWords(put),
      );
    const part = bodies.findIndex(is);
    return part < 0
      ? notApplicable("nobody knows what was to be pushed")
      : { verdict: "fail", expected: "the digest of the whole blob", actual: `that of chunk ${part + 1}: ${digest}` };
  }),

  example(IN_ORDER, "push-chunks", () =>
    fc
      .tuple(seeds, oneOf([500, 1000, 4096, 100_000], "chunk"))
      .map(([seed, chunk]) => inChunks(`blobs are pushed in chunks of ${chunk} bytes`, seed, chunk)),
  ),
  example("registry.client.digest-algorithm-parameter", "push-chunks", () =>
    seeds.map((seed) => inChunks("blobs are pushed in chunks, by their sha512", seed, 1000, [], "sha512")),
  ),
  example("registry.client.chunk-min-length-kept", "push-chunks", () =>
    fc
      .tuple(seeds, oneOf(["700", "1000", "1500", "100000"], "OCI-Chunk-Min-Length"))
      .map(([seed, value]) =>
        inChunks(`OCI-Chunk-Min-Length is ${value}, and the client was told 1000`, seed, 1000, [
          { on: { to: "uploads" }, does: { kind: "header", name: "OCI-Chunk-Min-Length", value } },
        ]),
      ),
  ),
  example("registry.client.chunk-location-followed", "push-chunks", () =>
    seeds.map((seed) =>
      inChunks("each chunk's answer gives another place", seed, 1000, [
        { on: { to: "any", methods: ["POST", "PATCH"] }, does: { kind: "location", moving: true } },
      ]),
    ),
  ),
  example(["registry.client.status-location-followed", "registry.client.chunks-in-order"], "push-chunks", () =>
    fc.tuple(seeds, oneOf([2, 3], "chunk")).map(([seed, nth]) =>
      inChunks(`chunk ${nth} is refused as out of order`, seed, 1000, [
        { on: { to: "upload", methods: ["PATCH"], nth: [nth] }, does: { kind: "answer", status: 416 } },
        { on: { to: "upload", methods: ["GET"] }, does: { kind: "location", query: "told=status" } },
      ]),
    ),
  ),
]);
