/** RFC 9110, section 14: parts of blobs. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { blobPath, caseOf, get, head, pushBlob, textOf } from "../../../generators/registry/steps.js";
import { type ContentFacts, header } from "../../../runners/registry/observation.js";
import { equal, expectThat, type NotApplicable, notApplicable } from "../../check.js";
import { answers, coded } from "../response.js";
import { checksOf, example, section, type View } from "../suite.js";

/** A request for a blob that is there, with a Range. */
interface Ranged {
  readonly range: string;
  readonly content: ContentFacts;
}

function rangedOf(view: View): Ranged | NotApplicable | undefined {
  const { route, model } = view;
  const range = view.sent("range");
  if (route.kind !== "blob" || range === undefined) return undefined;
  if (coded(view)) return notApplicable("the answer's parts are those of a coding");
  const content = model.content(route.digest);
  if (model.blob(route.name, route.digest) !== "present" || !content) return notApplicable("the blob is not there, or nobody can tell");
  return { range, content };
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

const ABOUT = "GET of a blob with a Range";

const getOf = (view: View): Ranged | NotApplicable | undefined => (view.method === "GET" ? rangedOf(view) : undefined);

/** Checks of requests for what may be several parts, none, or no range at all. */
const checkGet = checksOf(ABOUT, getOf);

/** Checks of requests for one part that there is. */
const checkPart = checksOf(ABOUT, (view: View) => {
  const ranged = getOf(view);
  if (ranged === undefined || "verdict" in ranged) return ranged;
  const part = resolved(ranged.range, ranged.content.size);
  return part === undefined || part === "unsatisfiable"
    ? notApplicable("the Range is not of one part that there is")
    : { ...ranged, ...part };
});

const NO_PART = "the answer is not 206";

const rangeCase = (range: string, more: Readonly<Record<string, string>> = {}) =>
  caseOf(`a part of a blob is asked for: ${range}`, { x: textOf(TEXT) }, [
    ...pushBlob("a", "x"),
    get(blobPath("a", "x"), { range, ...more }),
  ]);

export default section("Ranges", [
  checkPart("registry.blob.range", (_, view) =>
    view.sent("if-range") === undefined ? answers(view, 206) : notApplicable("the request has If-Range"),
  ),
  checkPart("registry.http.range-content-range", ({ first, last, content: { size } }, view) =>
    view.status === 206 ? equal(view.header("content-range"), `bytes ${first}-${last}/${size}`) : notApplicable(NO_PART),
  ),
  checkPart("registry.http.range-content", ({ range, first, last, content: { text } }, { status, response: { body } }) => {
    if (status !== 206) return notApplicable(NO_PART);
    if (text === undefined) return notApplicable("the blob's bytes are not known");
    const part = sha256(Buffer.from(text).subarray(first, last + 1));
    return equal(body.sha256, part, `a body of ${body.size} bytes for ${range}`);
  }),
  checkPart("registry.http.range-fields", (_, view) => {
    if (view.status !== 206) return notApplicable(NO_PART);
    const whole = view.observation.exchanges.find(
      ({ request, response }) => request.url === view.exchange.request.url && request.method === "GET" && response?.status === 200,
    );
    const etag = whole?.response && header(whole.response, "etag");
    return etag === undefined ? notApplicable("no answer with the whole blob has an ETag") : equal(view.header("etag"), etag);
  }),
  checkGet("registry.http.range-several", ({ range }, view) => {
    if (view.status !== 206) return notApplicable(NO_PART);
    if (!/^bytes=\d+-\d+,\d+-\d+$/.test(range)) return notApplicable("the Range is not of two parts");
    const multipart = /^multipart\/byteranges;/i.test(view.header("content-type") ?? "");
    const parts = (view.response.body.text ?? "").match(/content-range: bytes \d+-\d+\/\d+/gi)?.length ?? 0;
    return expectThat(
      multipart ? parts > 0 : view.header("content-range") !== undefined,
      "multipart/byteranges with a Content-Range in each part, or one Content-Range",
      view.header("content-type") ?? "",
    );
  }),
  checkGet("registry.http.range-unsatisfiable", ({ range, content: { size } }, view) => {
    // Without ranges the header is ignored, as it may be.
    if (view.facts.choices.ranges !== true) return notApplicable("the registry does not give parts of blobs");
    return resolved(range, size) === "unsatisfiable" ? answers(view, 416) : notApplicable("the Range can be satisfied, or is malformed");
  }),
  checksOf("request for a blob with a Range", rangedOf)("registry.http.range-unsatisfiable-length", ({ content: { size } }, view) =>
    view.status === 416 ? equal(view.header("content-range"), `bytes */${size}`) : notApplicable("the answer is not 416"),
  ),
  checkGet("registry.http.range-unit-unknown", ({ range, content }, view) => {
    if (!/^[\w!#$%&'*+.^`|~-]+=/.test(range) || /^bytes=/i.test(range)) return notApplicable("the Range is in bytes, or malformed");
    return view.status === 200 ? equal(view.response.body.sha256, content.sha256) : answers(view, 200);
  }),
  checksOf("HEAD of a blob with a Range", (view) => (view.method === "HEAD" ? rangedOf(view) : undefined))(
    "registry.http.range-get-only",
    ({ content: { size } }, view) => (view.status === 200 ? equal(view.header("content-length"), String(size)) : answers(view, 200)),
  ),
  checkPart("registry.http.if-range", ({ content }, view) => {
    if (view.sent("if-range") !== '"another"') return notApplicable("the request has no If-Range of another entity tag");
    return view.status === 200 ? equal(view.response.body.sha256, content.sha256) : answers(view, 200);
  }),

  example(["registry.blob.range", "registry.http.range-content-range", "registry.http.range-content"], () =>
    oneOf(
      ["bytes=0-0", "bytes=4-8", "bytes=10-", "bytes=-5", "bytes=-5000", "bytes=60-9999", "bytes=0-", `bytes=${TEXT.length - 1}-`],
      "Range",
    ).map((range) => rangeCase(range)),
  ),
  example("registry.http.range-fields", () =>
    oneOf(["bytes=1-3", "bytes=-2"], "Range").map((range) =>
      caseOf("a blob is asked for, then a part of it", { x: textOf(TEXT) }, [
        ...pushBlob("a", "x"),
        get(blobPath("a", "x")),
        get(blobPath("a", "x"), { range }),
      ]),
    ),
  ),
  example("registry.http.range-several", () => fc.constant(rangeCase("bytes=0-1,10-12"))),
  example(["registry.http.range-unsatisfiable", "registry.http.range-unsatisfiable-length"], () =>
    oneOf([`bytes=${TEXT.length}-`, "bytes=99999-100000"], "Range").map((range) => rangeCase(range)),
  ),
  example("registry.http.range-unit-unknown", () => oneOf(["pages=1-2", "lines=0-1"], "Range").map((range) => rangeCase(range))),
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
