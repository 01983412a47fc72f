/** spec.md, "Pushing a blob in chunks". */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { begin, blobPath, caseOf, chunk, finish, get, MEDIA, random, request } from "../../../generators/registry/steps.js";
import type { RequestStep } from "../../../runners/registry/case.js";
import { equal, type NotApplicable, notApplicable } from "../../check.js";
import { answers, bytesSent, contentRange, hasHeader } from "../response.js";
import type { Session } from "../sessions.js";
import { checksOf, example, section, unavailable, type View } from "../suite.js";
import { pullable } from "./pullable.js";
import { atSession, checksAt, namedContent } from "./upload-session.js";

/** A PATCH whose range fits its body, on an open session. */
interface Chunk {
  readonly session: Session;
  readonly first: number;
  readonly last: number;
}

const CHUNK = "chunk of an upload";
const NOT_TAKEN = "the chunk was not accepted";

function chunkOf(view: View): Chunk | NotApplicable | undefined {
  if (view.route.kind !== "session" || view.method !== "PATCH") return undefined;
  const session = atSession(view, "PATCH");
  if (!session) return notApplicable("the session is not open any more, or nobody can tell how it stands");
  const range = contentRange(view);
  if (!range || bytesSent(view) === 0 || range.last - range.first + 1 !== bytesSent(view))
    return notApplicable("the PATCH has no Content-Range that fits its body");
  return { session, ...range };
}

/** One that begins where the last one ended, and is not too short. */
function inOrderOf(view: View): Chunk | NotApplicable | undefined {
  const found = chunkOf(view);
  if (found === undefined || "verdict" in found) return found;
  if (found.first !== found.session.offset) return notApplicable("the chunk is out of order");
  return bytesSent(view) >= (found.session.chunkMinLength ?? 0) ? found : notApplicable("the chunk is shorter than the registry takes");
}

function takenOf(view: View): Chunk | NotApplicable | undefined {
  const found = inOrderOf(view);
  return found === undefined || "verdict" in found || view.status === 202 ? found : notApplicable(NOT_TAKEN);
}

const checkChunk = checksOf(CHUNK, chunkOf);
const checkInOrder = checksOf(CHUNK, inOrderOf);
const checkTaken = checksOf(CHUNK, takenOf);
const checkPatch = checksAt("PATCH");
const checkPut = checksAt("PUT");
const checkStatus = checksAt("GET");

/** A PUT that closes a session of chunks, with the last chunk or without, when all of the blob is there. */
function isClosing(view: View): boolean {
  const session = atSession(view, "PUT");
  if (!session || session.offset === 0) return false;
  const content = namedContent(view, session);
  const sent = bytesSent(view);
  const range = contentRange(view);
  const placed =
    sent === 0 ? view.sent("content-range") === undefined : range?.first === session.offset && range.last === session.offset + sent - 1;
  const own = view.exchange.request.body;
  const same =
    session.content !== undefined &&
    view.observation.contents[session.content] === content &&
    (sent === 0 || own?.content === session.content);
  return content !== undefined && placed && same && session.offset + sent === content.size && (own === null || own.from === session.offset);
}

const checkClosing = checksOf("PUT that closes an upload in chunks", (view: View) => (isClosing(view) ? view : undefined));

const RANGE = /^0-\d+$/;
const NO_RANGE = "the answer has no Range like 0-N";

/** Sizes of chunks. */
const SPLITS: readonly (readonly number[])[] = [
  [1, 1],
  [1, 1000],
  [1000, 1],
  [10, 1, 100],
  [100, 100, 100, 100],
];
const split = fc.record({ seed: fc.nat(9999), sizes: oneOf(SPLITS, "chunks") });

/** Chunks of those sizes: the steps, and the label of the last answer. */
function chunksOf(content: string, sizes: readonly number[], last: "patch" | "put"): RequestStep[] {
  const steps: RequestStep[] = [begin("a", "c0")];
  let from = 0;
  for (const [at, size] of sizes.entries()) {
    const final = at === sizes.length - 1 && last === "put";
    if (!final) steps.push(chunk(`c${at}`, `c${at + 1}`, content, from, from + size));
    else
      steps.push(
        request("PUT", `{location:c${at}}`, {
          label: "end",
          query: [["digest", `{sha256:${content}}`]],
          headers: { "content-type": MEDIA.octets, "content-range": `${from}-${from + size - 1}` },
          body: { content, from, to: from + size },
        }),
      );
    from += size;
  }
  if (last === "patch") steps.push(finish(`c${sizes.length}`, content, { body: false, name: "end" }));
  return steps;
}

const total = (sizes: readonly number[]): number => sizes.reduce((sum, size) => sum + size, 0);

/** Sizes that a registry with a least size takes. */
const fitting = (sizes: readonly number[], least = 0): number[] => sizes.map((size) => Math.max(size, least));

export default section("Uploads in chunks", [
  checkInOrder("registry.upload.chunk-accepted", (_, view) => answers(view, 202)),
  checkTaken("registry.upload.chunk-location", (_, view) => hasHeader(view, "location")),
  checkTaken("registry.upload.chunk-range-header", (_, view) => hasHeader(view, "range", RANGE)),
  checkPatch("registry.upload.chunk-range-end", ({ offset }, view) => {
    const taken = takenOf(view);
    const streamed = view.status === 202 && view.sent("content-range") === undefined && bytesSent(view) > 0;
    const last = streamed ? offset + bytesSent(view) - 1 : taken && "last" in taken ? taken.last : undefined;
    if (last === undefined) return notApplicable("the chunk is out of order, or was not accepted");
    const range = view.header("range");
    return range !== undefined && RANGE.test(range) ? equal(range, `0-${last}`) : notApplicable(NO_RANGE);
  }),
  checkTaken("registry.upload.chunk-range-end-as-requested", ({ last }, view) => {
    const range = view.header("range");
    return range !== undefined && RANGE.test(range) ? equal(range, `0-${last}`) : notApplicable(NO_RANGE);
  }),
  checkChunk("registry.upload.chunk-out-of-order", ({ session, first }, view) =>
    first === session.offset ? notApplicable("the chunk is in order") : answers(view, 416),
  ),
  checkChunk("registry.upload.chunk-min-length-header", ({ session, first }, view) => {
    if (first !== session.offset) return notApplicable("the chunk is out of order");
    if (view.status < 400 || view.status === 416) return notApplicable("the chunk was not refused as too short");
    // A chunk in order that is refused is too short, or wrongly refused; then the least size must have been announced.
    return session.chunkMinLength === undefined && /chunk|size|length|small/i.test(view.response.body.text ?? "")
      ? {
          verdict: "fail",
          expected: "OCI-Chunk-Min-Length of the answer that started the upload",
          actual: view.response.body.text?.slice(0, 300),
        }
      : notApplicable("the chunk was not refused as too short, or the least size was announced");
  }),
  checkClosing("registry.upload.close-created", (view) => answers(view, 201)),
  checkClosing("registry.upload.close-location", (view) =>
    view.status === 201 ? hasHeader(view, "location") : notApplicable("the blob was not accepted"),
  ),
  pullable("registry.upload.close-location-pullable", "close"),
  checkPut("registry.upload.final-chunk-out-of-order", ({ offset }, view) => {
    const range = contentRange(view);
    return range && bytesSent(view) > 0 && range.first !== offset
      ? answers(view, 416)
      : notApplicable("the PUT has no chunk that is out of order");
  }),
  checkStatus("registry.upload.status-no-content", (_, view) => answers(view, 204)),
  checkStatus("registry.upload.status-location", (_, view) =>
    view.status === 204 ? hasHeader(view, "location") : notApplicable("no status was given"),
  ),
  checkStatus("registry.upload.status-range", ({ offset }, view) =>
    offset > 0 && view.status === 204 ? hasHeader(view, "range", RANGE) : notApplicable("the session has no bytes, or no status was given"),
  ),
  checkStatus("registry.upload.status-range-end", ({ offset }, view) => {
    const range = view.header("range");
    if (offset === 0 || view.status !== 204) return notApplicable("the session has no bytes, or no status was given");
    return range !== undefined && RANGE.test(range) ? equal(range, `0-${offset - 1}`) : notApplicable(NO_RANGE);
  }),

  example(
    [
      "registry.upload.chunk-accepted",
      "registry.upload.chunk-location",
      "registry.upload.chunk-range-header",
      "registry.upload.chunk-range-end",
      "registry.upload.chunk-range-end-as-requested",
      "registry.upload.close-created",
      "registry.upload.close-location",
      "registry.upload.close-location-pullable",
    ],
    ({ choices }) =>
      fc.tuple(split, oneOf(["patch", "put"])).map(([{ seed, sizes }, last]) => {
        const own = fitting(sizes, choices.chunkMinLength);
        return caseOf(
          `a blob is pushed in ${sizes.length} chunks, the last one by ${last.toUpperCase()}`,
          { x: random(total(own), seed) },
          [...chunksOf("x", own, last), get("{location:end}"), get(blobPath("a", "x"))],
        );
      }),
  ),
  example("registry.upload.chunk-range-end", () =>
    fc
      .nat(9999)
      .map((seed) =>
        caseOf("a blob is pushed in one stream", { x: random(3000, seed) }, [
          begin("a", "u"),
          request("PATCH", "{location:u}", { label: "v", headers: { "content-type": MEDIA.octets }, body: { content: "x" }, stream: true }),
          finish("v", "x", { body: false }),
          get(blobPath("a", "x")),
        ]),
      ),
  ),
  example(["registry.upload.chunk-out-of-order", "registry.upload.status-range-end"], ({ choices }) =>
    fc.record({ seed: fc.nat(9999), gap: oneOf([-1, 1, 10], "gap"), size: oneOf([20, 200]) }).map(({ seed, gap, size: wanted }) => {
      const size = Math.max(wanted, choices.chunkMinLength ?? 0);
      const from = size + gap;
      return caseOf(`a second chunk begins ${gap > 0 ? `${gap} bytes too late` : "a byte too early"}`, { x: random(3 * size, seed) }, [
        begin("a", "u"),
        chunk("u", "v", "x", 0, size),
        chunk("v", "w", "x", from, from + size),
        { ...get("{location:v}"), label: "s" },
        chunk("s", "z", "x", size, 2 * size),
        chunk("z", "y", "x", 2 * size, 3 * size),
        finish("y", "x", { body: false }),
        get(blobPath("a", "x")),
      ]);
    }),
  ),
  example("registry.upload.chunk-out-of-order", () =>
    fc
      .record({ seed: fc.nat(9999), from: oneOf([1, 5, 100], "first byte") })
      .map(({ seed, from }) =>
        caseOf(`a first chunk begins at ${from}`, { x: random(400, seed) }, [begin("a", "u"), chunk("u", "v", "x", from, 300)]),
      ),
  ),
  example("registry.upload.final-chunk-out-of-order", ({ choices }) =>
    fc.record({ seed: fc.nat(9999), gap: oneOf([1, 10], "gap") }).map(({ seed, gap }) => {
      const size = Math.max(100, choices.chunkMinLength ?? 0);
      return caseOf(`the last chunk, in the closing PUT, begins ${gap} bytes too late`, { x: random(2 * size, seed) }, [
        begin("a", "u"),
        chunk("u", "v", "x", 0, size),
        request("PUT", "{location:v}", {
          query: [["digest", "{sha256:x}"]],
          headers: { "content-type": MEDIA.octets, "content-range": `${size + gap}-${2 * size - 1}` },
          body: { content: "x", from: size + gap, to: 2 * size },
        }),
      ]);
    }),
  ),
  example(
    [
      "registry.upload.status-no-content",
      "registry.upload.status-location",
      "registry.upload.status-range",
      "registry.upload.status-range-end",
    ],
    ({ choices }) =>
      split.map(({ seed, sizes }) => {
        const [first = 1] = fitting(sizes, choices.chunkMinLength);
        return caseOf("the status of an upload is asked for, and gone on from", { x: random(2 * first, seed) }, [
          begin("a", "u"),
          chunk("u", "v", "x", 0, first),
          { ...get("{location:v}"), label: "s" },
          chunk("s", "w", "x", first, 2 * first),
          finish("w", "x", { body: false }),
          get(blobPath("a", "x")),
        ]);
      }),
  ),
  example("registry.upload.chunk-min-length-header", ({ choices }) =>
    choices.chunkMinLength !== undefined
      ? unavailable("the registry announces its least size")
      : fc
          .nat(9999)
          .map((seed) =>
            caseOf("a chunk of one byte is sent", { x: random(2, seed) }, [
              begin("a", "u"),
              chunk("u", "v", "x", 0, 1),
              chunk("v", "w", "x", 1, 2),
              finish("w", "x", { body: false }),
            ]),
          ),
  ),
]);
