import { createHash } from "node:crypto";
import fc from "fast-check";
import { blobPath, caseOf, get, head, pushBlob, textOf } from "../../generators/registry/steps.js";
import { header } from "../../runners/registry/observation.js";
import { equal, expectThat } from "../check.js";
import { answers, coded } from "./response.js";
import { check, example, section, type View } from "./suite.js";

/** A GET of a blob that is there, with a Range: its parts. */
function ranged(view: View) {
  const { route, model, method } = view;
  const range = view.sent("range");
  if (route.kind !== "blob" || range === undefined || coded(view) || model.blob(route.name, route.digest) !== "present") return undefined;
  const content = model.content(route.digest);
  return content ? { method, range, content } : undefined;
}

/** The bytes that a single `bytes=` range names: first and last, or none when it cannot be satisfied. */
function resolved(range: string, size: number): { readonly first: number; readonly last: number } | "unsatisfiable" | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(range);
  if (!match || (match[1] === "" && match[2] === "")) return undefined;
  if (match[1] === "") {
    const length = Number(match[2]);
    return length === 0 || size === 0 ? "unsatisfiable" : { first: Math.max(0, size - length), last: size - 1 };
  }
  const first = Number(match[1]);
  const last = match[2] === "" ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (match[2] !== "" && Number(match[2]) < first) return undefined;
  return first >= size ? "unsatisfiable" : { first, last };
}

/** The text of a content of which parts are asked for. */
const TEXT = "The quick brown fox jumps over the lazy dog, again and again and again.";
const sha256 = (bytes: Buffer): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

const partial = (view: View) => {
  const found = ranged(view);
  if (found?.method !== "GET") return undefined;
  const part = resolved(found.range, found.content.size);
  return part === undefined || part === "unsatisfiable" ? undefined : { ...found, ...part };
};

const rangeCase = (range: string, more: Readonly<Record<string, string>> = {}) =>
  caseOf(`a part of a blob is asked for: ${range}`, { x: textOf(TEXT) }, [
    ...pushBlob("a", "x"),
    get(blobPath("a", "x"), { range, ...more }),
  ]);

export default section("Ranges", [
  check("registry.blob.range", (view) => {
    const found = partial(view);
    return found && view.sent("if-range") === undefined ? answers(view, 206) : undefined;
  }),
  check("registry.http.range-content-range", (view) => {
    const found = partial(view);
    return found && view.status === 206
      ? equal(view.header("content-range"), `bytes ${found.first}-${found.last}/${found.content.size}`)
      : undefined;
  }),
  check("registry.http.range-content", (view) => {
    const found = partial(view);
    const text = found?.content.text;
    if (!found || text === undefined || view.status !== 206) return undefined;
    return equal(
      view.response.body.sha256,
      sha256(Buffer.from(text).subarray(found.first, found.last + 1)),
      `a body of ${view.response.body.size} bytes for ${found.range}`,
    );
  }),
  check("registry.http.range-fields", (view) => {
    const found = partial(view);
    if (!found || view.status !== 206) return undefined;
    const whole = view.observation.exchanges.find(
      ({ request, response }) => request.url === view.exchange.request.url && request.method === "GET" && response?.status === 200,
    );
    const etag = whole?.response && header(whole.response, "etag");
    return etag === undefined ? undefined : equal(view.header("etag"), etag);
  }),
  check("registry.http.range-several", (view) => {
    const found = ranged(view);
    if (found?.method !== "GET" || view.status !== 206 || !/^bytes=\d+-\d+,\d+-\d+$/.test(found.range)) return undefined;
    const multipart = /^multipart\/byteranges;/i.test(view.header("content-type") ?? "");
    const parts = (view.response.body.text ?? "").match(/content-range: bytes \d+-\d+\/\d+/gi)?.length ?? 0;
    return expectThat(
      multipart ? parts > 0 : view.header("content-range") !== undefined,
      "multipart/byteranges with a Content-Range in each part, or one Content-Range",
      view.header("content-type") ?? "",
    );
  }),
  check("registry.http.range-unsatisfiable", (view) => {
    const found = ranged(view);
    // Without ranges the header is ignored, as it may be.
    if (found?.method !== "GET" || view.facts.choices.ranges !== true) return undefined;
    return resolved(found.range, found.content.size) === "unsatisfiable" ? answers(view, 416) : undefined;
  }),
  check("registry.http.range-unsatisfiable-length", (view) => {
    const found = ranged(view);
    return found && view.status === 416 ? equal(view.header("content-range"), `bytes */${found.content.size}`) : undefined;
  }),
  check("registry.http.range-unit-unknown", (view) => {
    const found = ranged(view);
    if (found?.method !== "GET" || !/^[\w!#$%&'*+.^`|~-]+=/.test(found.range) || /^bytes=/i.test(found.range)) return undefined;
    return view.status === 200 ? equal(view.response.body.sha256, found.content.sha256) : answers(view, 200);
  }),
  check("registry.http.range-get-only", (view) => {
    const found = ranged(view);
    if (found?.method !== "HEAD") return undefined;
    return view.status === 200 ? equal(view.header("content-length"), String(found.content.size)) : answers(view, 200);
  }),
  check("registry.http.if-range", (view) => {
    const found = partial(view);
    const condition = view.sent("if-range");
    if (!found || condition !== '"another"') return undefined;
    return view.status === 200 ? equal(view.response.body.sha256, found.content.sha256) : answers(view, 200);
  }),

  ...["bytes=0-0", "bytes=4-8", "bytes=10-", "bytes=-5", "bytes=-5000", "bytes=60-9999", "bytes=0-"].map((range) =>
    example(["registry.blob.range", "registry.http.range-content-range", "registry.http.range-content"], () =>
      fc.constant(rangeCase(range)),
    ),
  ),
  example("registry.http.range-fields", () =>
    fc
      .constantFrom("bytes=1-3", "bytes=-2")
      .map((range) =>
        caseOf("a blob is asked for, then a part of it", { x: textOf(TEXT) }, [
          ...pushBlob("a", "x"),
          get(blobPath("a", "x")),
          get(blobPath("a", "x"), { range }),
        ]),
      ),
  ),
  example("registry.http.range-several", () => fc.constant(rangeCase("bytes=0-1,10-12"))),
  example(["registry.http.range-unsatisfiable", "registry.http.range-unsatisfiable-length"], () =>
    fc.constantFrom(`bytes=${TEXT.length}-`, "bytes=99999-100000").map((range) => rangeCase(range)),
  ),
  example("registry.http.range-unit-unknown", () => fc.constantFrom("pages=1-2", "lines=0-1").map((range) => rangeCase(range))),
  example("registry.http.range-get-only", () =>
    fc.constant(
      caseOf("a HEAD has a Range", { x: textOf(TEXT) }, [
        ...pushBlob("a", "x"),
        { ...head(blobPath("a", "x")), headers: { range: "bytes=0-3" } },
      ]),
    ),
  ),
  example("registry.http.if-range", () => fc.constant(rangeCase("bytes=0-3", { "if-range": '"another"' }))),
]);
