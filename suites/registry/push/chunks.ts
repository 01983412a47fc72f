import fc from "fast-check";
import { begin, blobPath, caseOf, chunk, finish, get, MEDIA, random, request } from "../../../generators/registry/steps.js";
import type { RequestStep } from "../../../runners/registry/case.js";
import { equal } from "../../check.js";
import { answers, bytesSent, contentRange, hasHeader } from "../response.js";
import type { Session } from "../sessions.js";
import { type Check, check, example, section, unavailable, type View } from "../suite.js";
import { pullable } from "./pullable.js";
import { atSession, namedContent } from "./upload-session.js";

/** A PATCH whose range fits its body, on an open session. */
function chunked(view: View): { readonly session: Session; readonly first: number; readonly last: number } | undefined {
  const session = atSession(view, "PATCH");
  const range = contentRange(view);
  if (!session || !range || bytesSent(view) === 0 || range.last - range.first + 1 !== bytesSent(view)) return undefined;
  return { session, ...range };
}

/** A chunk that begins where the last one ended, and is not too short. */
function inOrder(view: View): { readonly last: number } | undefined {
  const found = chunked(view);
  if (!found || found.first !== found.session.offset) return undefined;
  return bytesSent(view) >= (found.session.chunkMinLength ?? 0) ? found : undefined;
}

const taken = (view: View) => (view.status === 202 ? inOrder(view) : undefined);

/** A PUT that closes a session of chunks, with the last chunk or without, when all of the blob is there. */
function closes(view: View): boolean {
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

const RANGE = /^0-\d+$/;

const rangeEnd = (id: string): Check =>
  check(id, (view) => {
    const found = taken(view);
    const range = view.header("range");
    return found && range !== undefined && RANGE.test(range) ? equal(range, `0-${found.last}`) : undefined;
  });

const asksStatus = (view: View) => atSession(view, "GET");

const split = fc.record({ seed: fc.nat(9999), sizes: fc.array(fc.constantFrom(1, 10, 100, 1000), { minLength: 2, maxLength: 4 }) });

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
  check("registry.upload.chunk-accepted", (view) => inOrder(view) && answers(view, 202)),
  check("registry.upload.chunk-location", (view) => taken(view) && hasHeader(view, "location")),
  check("registry.upload.chunk-range-header", (view) => taken(view) && hasHeader(view, "range", RANGE)),
  check("registry.upload.chunk-range-end", (view) => {
    const session = atSession(view, "PATCH");
    const streamed = session && view.status === 202 && view.sent("content-range") === undefined && bytesSent(view) > 0;
    const last = streamed ? session.offset + bytesSent(view) - 1 : taken(view)?.last;
    const range = view.header("range");
    return last !== undefined && range !== undefined && RANGE.test(range) ? equal(range, `0-${last}`) : undefined;
  }),
  rangeEnd("registry.upload.chunk-range-end-as-requested"),
  check("registry.upload.chunk-out-of-order", (view) => {
    const found = chunked(view);
    return found && found.first !== found.session.offset ? answers(view, 416) : undefined;
  }),
  check("registry.upload.chunk-min-length-header", (view) => {
    const found = chunked(view);
    if (!found || found.first !== found.session.offset || view.status < 400 || view.status === 416) return undefined;
    // A chunk in order that is refused is too short, or wrongly refused; then the least size must have been announced.
    return found.session.chunkMinLength === undefined && /chunk|size|length|small/i.test(view.response.body.text ?? "")
      ? {
          verdict: "fail",
          expected: "OCI-Chunk-Min-Length of the answer that started the upload",
          actual: view.response.body.text?.slice(0, 300),
        }
      : undefined;
  }),
  check("registry.upload.close-created", (view) => (closes(view) ? answers(view, 201) : undefined)),
  check("registry.upload.close-location", (view) => (closes(view) && view.status === 201 ? hasHeader(view, "location") : undefined)),
  pullable("registry.upload.close-location-pullable", "close"),
  check("registry.upload.final-chunk-out-of-order", (view) => {
    const session = atSession(view, "PUT");
    const range = contentRange(view);
    return session && range && bytesSent(view) > 0 && range.first !== session.offset ? answers(view, 416) : undefined;
  }),
  check("registry.upload.status-no-content", (view) => asksStatus(view) && answers(view, 204)),
  check("registry.upload.status-location", (view) => (asksStatus(view) && view.status === 204 ? hasHeader(view, "location") : undefined)),
  check("registry.upload.status-range", (view) => {
    const session = asksStatus(view);
    return session && session.offset > 0 && view.status === 204 ? hasHeader(view, "range", RANGE) : undefined;
  }),
  check("registry.upload.status-range-end", (view) => {
    const session = asksStatus(view);
    const range = view.header("range");
    return session && session.offset > 0 && view.status === 204 && range !== undefined && RANGE.test(range)
      ? equal(range, `0-${session.offset - 1}`)
      : undefined;
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
      fc.tuple(split, fc.constantFrom("patch" as const, "put" as const)).map(([{ seed, sizes }, last]) => {
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
    fc
      .record({ seed: fc.nat(9999), gap: fc.constantFrom(-1, 1, 10), size: fc.constantFrom(20, 200) })
      .map(({ seed, gap, size: wanted }) => {
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
      .record({ seed: fc.nat(9999), from: fc.constantFrom(1, 5, 100) })
      .map(({ seed, from }) =>
        caseOf(`a first chunk begins at ${from}`, { x: random(400, seed) }, [begin("a", "u"), chunk("u", "v", "x", from, 300)]),
      ),
  ),
  example("registry.upload.final-chunk-out-of-order", ({ choices }) =>
    fc.record({ seed: fc.nat(9999), gap: fc.constantFrom(1, 10) }).map(({ seed, gap }) => {
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
