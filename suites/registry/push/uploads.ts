/** spec.md, "POST then PUT". */
import { begin, blobPath, caseOf, finish, get, MEDIA, random, remove, request, textOf } from "../../../generators/registry/steps.js";
import { expectThat, type Judgement, notApplicable } from "../../check.js";
import { answers, hasHeader } from "../response.js";
import { checkCase, checksOf, example, section, unavailable, type View } from "../suite.js";
import { pullable } from "./pullable.js";
import { aBlob, checksAt, isWholePut } from "./upload-session.js";

/** A POST that opens a session and asks for nothing else. */
const isStart = (view: View): boolean =>
  view.route.kind === "uploads" &&
  view.method === "POST" &&
  !view.query.has("mount") &&
  !view.query.has("digest") &&
  !view.query.has("digest-algorithm");

const checkStart = checksOf("POST that begins an upload", (view: View) => (isStart(view) ? view : undefined));
const checkDelete = checksAt("DELETE");

/** A PUT with a whole blob to a fresh session, by its digest. */
const checkWholePut = checksOf("PUT of a whole blob", (view: View) => (isWholePut(view) ? view : undefined));

/** The answer has a Location that is a URL of HTTP, or a path. */
function leadsOn(view: View): Judgement {
  const value = view.header("location") ?? "";
  const { url } = view.exchange.request;
  const web = URL.canParse(value, url) && /^https?:$/.test(new URL(value, url).protocol);
  return value === "" || web ? hasHeader(view, "location") : expectThat(false, "a Location: an http(s) URL, or a path", value);
}

/** A token that may well be a UUID, in whatever notation: 22 characters carry 128 bits. */
const UUID = /[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|[\w-]{22,}/i;

export default section("Uploads in one piece", [
  checkStart("registry.upload.start-accepted", (view) =>
    view.status < 300 ? answers(view, 202) : notApplicable("the upload was not begun"),
  ),
  checkStart("registry.upload.start-location", (view) => (view.status === 202 ? leadsOn(view) : notApplicable("the upload was not begun"))),
  checkCase("registry.upload.start-location", ({ observation: { exchanges } }) => {
    const lost = exchanges.find(({ failure }) => failure?.kind === "elsewhere");
    if (!lost) return notApplicable("no upload was begun, or it went on where the registry is");
    return expectThat(false, "a Location at which the upload goes on", `${lost.request.url}: ${lost.failure?.message}`);
  }),
  checkStart("registry.upload.session-uuid", (view) =>
    view.status === 202
      ? expectThat(UUID.test(view.header("location") ?? ""), "a Location with a UUID", view.header("location") ?? "no Location")
      : notApplicable("the upload was not begun"),
  ),
  checkCase("registry.upload.session-unique", ({ observation }) => {
    const locations = observation.exchanges.flatMap(({ request, response }) =>
      request.method === "POST" && response?.status === 202 ? (response.headers.find(([name]) => name === "location")?.[1] ?? []) : [],
    );
    if (locations.length < 2) return notApplicable("fewer than two uploads were begun");
    return expectThat(new Set(locations).size === locations.length, "a Location of its own for each upload", locations);
  }),
  checkWholePut("registry.upload.put-created", (view) => answers(view, 201)),
  checkWholePut("registry.upload.put-location", (view) =>
    view.status === 201 ? hasHeader(view, "location") : notApplicable("the blob was not accepted"),
  ),
  pullable("registry.upload.put-location-pullable", "put"),
  checkDelete("registry.upload.cancel-no-content", (_, view) => {
    if (view.facts.choices.cancel !== true) return notApplicable("the registry does not cancel uploads");
    return view.status < 300 ? answers(view, 204) : notApplicable("the upload was not cancelled");
  }),

  example(["registry.upload.put-location", "registry.upload.put-location-pullable", "registry.upload.session-uuid"], () =>
    aBlob.map(({ size, seed }) =>
      caseOf("the Location of a pushed blob is followed", { x: random(size, seed) }, [
        begin("a", "u"),
        finish("u", "x", { name: "p" }),
        get("{location:p}"),
      ]),
    ),
  ),
  example(["registry.upload.session-unique", "registry.upload.session-uuid"], () =>
    aBlob.map(({ size, seed }) =>
      caseOf("two uploads go on at the same time", { x: random(size, seed), y: random(size, seed + 1) }, [
        begin("a", "u"),
        begin("a", "v"),
        finish("v", "y"),
        finish("u", "x"),
        get(blobPath("a", "x")),
        get(blobPath("a", "y")),
      ]),
    ),
  ),
  example(["registry.upload.cancel-no-content", "robustness.registry.session-unknown"], ({ choices }) =>
    choices.cancel !== true
      ? unavailable("the registry does not cancel uploads")
      : aBlob.map(({ size, seed }) =>
          caseOf("an upload is cancelled, then closed", { x: random(size, seed) }, [
            begin("a", "u"),
            remove("{location:u}"),
            finish("u", "x"),
            get(blobPath("a", "x")),
          ]),
        ),
  ),
  example(["robustness.registry.session-unknown", "robustness.registry.error-code"], () =>
    aBlob.map(({ size, seed }) =>
      caseOf("a session is used again after it was closed", { x: random(size, seed), y: textOf("again") }, [
        begin("a", "u"),
        finish("u", "x"),
        request("PATCH", "{location:u}", { headers: { "content-type": MEDIA.octets, "content-range": "0-4" }, body: { content: "y" } }),
        finish("u", "y"),
        get(blobPath("a", "y")),
        get(blobPath("a", "x")),
      ]),
    ),
  ),
]);
