import fc from "fast-check";
import { begin, blobPath, caseOf, finish, get, MEDIA, pushBlob, random, remove, request, textOf } from "../../generators/registry/steps.js";
import { ALGORITHMS, isAlgorithm, isDigest } from "../../spec/distribution/grammar.js";
import { equal, expectThat, type Judgement } from "../check.js";
import type { Acknowledged } from "./model.js";
import { answers, bytesSent, hasHeader, instead, plainGet } from "./response.js";
import type { Session } from "./sessions.js";
import { type Check, check, checkCase, example, section, unavailable, type View } from "./suite.js";

/** A POST that opens a session and asks for nothing else. */
const starts = (view: View): boolean =>
  view.route.kind === "uploads" &&
  view.method === "POST" &&
  !view.query.has("mount") &&
  !view.query.has("digest") &&
  !view.query.has("digest-algorithm");

/** A request to an open session that the model knows all about. */
export function atSession(view: View, method: string): Session | undefined {
  const { route, model } = view;
  if (route.kind !== "session" || view.method !== method || view.concurrent) return undefined;
  const session = model.session(route.session);
  // What was given later is where it goes on; places given before may be gone.
  return session?.state === "open" && session.at === route.session ? session : undefined;
}

/** The content whose digest a closing PUT names, when the registry knows the algorithm. */
export function namedContent(view: View, session: Session) {
  const digest = view.query.get("digest") ?? "";
  const content = view.model.content(digest);
  const { choices } = view.facts;
  const knows = digest.startsWith("sha256:")
    ? session.algorithm === undefined || session.algorithm === "sha256"
    : session.algorithm === "sha512" && digest.startsWith("sha512:") && choices.sha512Blob === true;
  return content && knows ? content : undefined;
}

/** A PUT with a whole blob to a fresh session, by its digest. */
const wholePut = (view: View): boolean => {
  const session = atSession(view, "PUT");
  if (session?.offset !== 0 || view.sent("content-range") !== undefined) return false;
  const sent = view.exchange.request.body === null ? undefined : view.model.sent(view.exchange);
  const content = namedContent(view, session);
  return content !== undefined && (sent === content || (content.size === 0 && bytesSent(view) === 0));
};

/** A PUT to an open session by a digest that cannot be right. */
function wrongDigest(view: View, of: (digest: string, algorithm: string) => boolean): boolean {
  const session = atSession(view, "PUT");
  const digest = view.query.get("digest");
  return session !== undefined && digest !== null && of(digest, digest.split(":")[0] ?? "");
}

/** A POST with a digest and the whole blob. */
const single = (view: View): boolean => {
  if (view.route.kind !== "uploads" || view.method !== "POST" || view.query.has("mount")) return false;
  const content = view.model.sent(view.exchange);
  return content !== undefined && view.query.get("digest") === content.sha256;
};

/** The answer has a Location that is a URL of HTTP, or a path. */
function leadsOn(view: View): Judgement {
  const value = view.header("location") ?? "";
  const { url } = view.exchange.request;
  const web = URL.canParse(value, url) && /^https?:$/.test(new URL(value, url).protocol);
  return value === "" || web ? hasHeader(view, "location") : expectThat(false, "a Location: an http(s) URL, or a path", value);
}

const locationOf = (id: string, when: (view: View) => boolean): Check =>
  check(id, (view) => (when(view) ? hasHeader(view, "location") : undefined));

/** The Location of an acknowledgement gives what was acknowledged. */
export const pullable = (id: string, by: Acknowledged["by"]): Check =>
  check(id, (view) => {
    const [label] = view.exchange.uses;
    const acknowledged = label === undefined ? undefined : view.model.acknowledged(label);
    if (acknowledged?.by !== by || !plainGet(view) || view.query.has("digest") || view.concurrent) return undefined;
    return view.status === 200 ? equal(view.response.body.sha256, acknowledged.content.sha256) : answers(view, 200);
  });

/** A token that may well be a UUID, in whatever notation: 22 characters carry 128 bits. */
const UUID = /[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|[\w-]{22,}/i;

const aBlob = fc.record({ size: fc.constantFrom(1, 40, 3000), seed: fc.nat(9999) });
const noSingle = "the registry takes single POSTs";

export default section("Uploads in one piece", [
  check("registry.upload.start-accepted", (view) => (starts(view) && view.status < 300 ? answers(view, 202) : undefined)),
  check("registry.upload.start-location", (view) => (starts(view) && view.status === 202 ? leadsOn(view) : undefined)),
  checkCase("registry.upload.start-location", ({ observation: { exchanges } }) => {
    const lost = exchanges.find(({ failure }) => failure?.kind === "elsewhere");
    return lost && expectThat(false, "a Location at which the upload goes on", `${lost.request.url}: ${lost.failure?.message}`);
  }),
  check("registry.upload.session-uuid", (view) =>
    starts(view) && view.status === 202
      ? expectThat(UUID.test(view.header("location") ?? ""), "a Location with a UUID", view.header("location") ?? "no Location")
      : undefined,
  ),
  checkCase("registry.upload.session-unique", ({ observation }) => {
    const locations = observation.exchanges.flatMap(({ request, response }) =>
      request.method === "POST" && response?.status === 202 ? (response.headers.find(([name]) => name === "location")?.[1] ?? []) : [],
    );
    if (locations.length < 2) return undefined;
    return expectThat(new Set(locations).size === locations.length, "a Location of its own for each upload", locations);
  }),
  check("registry.upload.put-created", (view) => (wholePut(view) ? answers(view, 201) : undefined)),
  locationOf("registry.upload.put-location", (view) => wholePut(view) && view.status === 201),
  pullable("registry.upload.put-location-pullable", "put"),
  check("registry.push.digest-malformed", (view) => (wrongDigest(view, (digest) => !isDigest(digest)) ? answers(view, 400) : undefined)),
  check("registry.push.digest-mismatch", (view) =>
    wrongDigest(view, (digest) => {
      const sent = view.model.sent(view.exchange);
      return (
        sent !== undefined &&
        atSession(view, "PUT")?.offset === 0 &&
        isDigest(digest) &&
        digest.startsWith("sha256:") &&
        digest !== sent.sha256
      );
    })
      ? answers(view, 400)
      : undefined,
  ),
  check("registry.push.digest-algorithm-unsupported", (view) =>
    wrongDigest(view, (digest, algorithm) => isDigest(digest) && !isAlgorithm(algorithm)) ? answers(view, 400) : undefined,
  ),
  check("registry.upload.single-post-created", (view) =>
    single(view) && view.facts.choices.singlePost === true ? answers(view, 201) : undefined,
  ),
  locationOf("registry.upload.single-post-location", (view) => single(view) && view.status === 201),
  pullable("registry.upload.single-post-location-pullable", "single-post"),
  check("registry.upload.single-post-unsupported-accepted", (view) =>
    single(view) && view.facts.choices.singlePost !== true && view.status !== 201 ? instead(view) : undefined,
  ),
  check("registry.upload.single-post-unsupported-location", (view) => {
    if (view.facts.choices.singlePost === true) return undefined;
    if (single(view) && view.status === 202) return hasHeader(view, "location");
    return wholePut(view) && atSession(view, "PUT")?.begun === "single-post" ? answers(view, 201) : undefined;
  }),
  check("registry.upload.digest-algorithm-used", (view) => {
    const session = atSession(view, "PUT");
    if (session?.algorithm === undefined || !isAlgorithm(session.algorithm) || view.facts.choices.digestAlgorithm !== true)
      return undefined;
    const content = view.model.sent(view.exchange);
    return content && session.offset === 0 && view.query.get("digest") === content[session.algorithm] ? answers(view, 201) : undefined;
  }),
  check("registry.upload.cancel-no-content", (view) => {
    const session = atSession(view, "DELETE");
    return session && view.status < 300 && view.facts.choices.cancel === true ? answers(view, 204) : undefined;
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
  example("registry.push.digest-malformed", () =>
    fc
      .record({
        seed: fc.nat(999),
        digest: fc.constantFrom("sha256", "sha256:", "nonsense", "sha256:xyz", "SHA256:00", `sha256:${"0".repeat(63)}`),
      })
      .map(({ seed, digest }) =>
        caseOf(`an upload is closed by the digest ${digest}`, { x: random(20, seed) }, [
          begin("a", "u"),
          request("PUT", "{location:u}", {
            query: [["digest", digest]],
            headers: { "content-type": MEDIA.octets },
            body: { content: "x" },
          }),
        ]),
      ),
  ),
  example("registry.push.digest-algorithm-unsupported", () =>
    fc.nat(999).map((seed) =>
      caseOf("an upload is closed by a digest of an algorithm that nobody knows", { x: random(20, seed) }, [
        begin("a", "u"),
        request("PUT", "{location:u}", {
          query: [["digest", `quux:${"a".repeat(ALGORITHMS.sha256)}`]],
          headers: { "content-type": MEDIA.octets },
          body: { content: "x" },
        }),
      ]),
    ),
  ),
  example(["registry.push.digest-mismatch", "robustness.registry.content-mismatched", "robustness.registry.error-code"], () =>
    aBlob.map(({ size, seed }) =>
      caseOf("a blob is pushed by another one's digest", { x: random(size, seed), y: random(size, seed + 1) }, [
        ...pushBlob("a", "y"),
        begin("b", "u"),
        request("PUT", "{location:u}", {
          query: [["digest", "{sha256:y}"]],
          headers: { "content-type": MEDIA.octets },
          body: { content: "x" },
        }),
        get(blobPath("b", "y")),
      ]),
    ),
  ),
  example(
    ["registry.upload.single-post-created", "registry.upload.single-post-location", "registry.upload.single-post-location-pullable"],
    ({ choices }) =>
      choices.singlePost === false
        ? unavailable("the registry does not take single POSTs")
        : aBlob.map(({ size, seed }) =>
            caseOf("a blob is pushed by a single POST", { x: random(size, seed) }, [
              request("POST", "/v2/{repo:a}/blobs/uploads/", {
                label: "p",
                query: [["digest", "{sha256:x}"]],
                headers: { "content-type": MEDIA.octets },
                body: { content: "x" },
              }),
              get("{location:p}"),
              get(blobPath("a", "x")),
            ]),
          ),
  ),
  example(["registry.upload.single-post-unsupported-accepted", "registry.upload.single-post-unsupported-location"], ({ choices }) =>
    choices.singlePost === true
      ? unavailable(noSingle)
      : aBlob.map(({ size, seed }) =>
          caseOf("a single POST is gone on with by a PUT", { x: random(size, seed) }, [
            request("POST", "/v2/{repo:a}/blobs/uploads/", {
              label: "p",
              query: [["digest", "{sha256:x}"]],
              headers: { "content-type": MEDIA.octets },
              body: { content: "x" },
            }),
            finish("p", "x"),
          ]),
        ),
  ),
  example("registry.upload.digest-algorithm-used", ({ choices }) =>
    choices.digestAlgorithm !== true
      ? unavailable("the registry does not take digest-algorithm")
      : aBlob.map(({ size, seed }) =>
          caseOf("a blob is pushed by its sha512 digest", { x: random(size, seed) }, [
            ...pushBlob("a", "x", "sha512"),
            get(blobPath("a", "x", "sha512")),
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
  example(["registry.push.digest-mismatch", "robustness.registry.content-mismatched"], () =>
    aBlob.map(({ size, seed }) =>
      caseOf("a blob is pushed by the digest of one that nobody has", { x: random(size, seed), y: random(size, seed + 1) }, [
        begin("a", "u"),
        request("PUT", "{location:u}", {
          query: [["digest", "{sha256:y}"]],
          headers: { "content-type": MEDIA.octets },
          body: { content: "x" },
        }),
        get(blobPath("a", "y")),
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
