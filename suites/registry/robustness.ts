/** Statements of our own: content is kept, is whole, and is only its repository's. */
import fc from "fast-check";
import { oneOf } from "../../generators/choices.js";
import {
  begin,
  blobPath,
  caseOf,
  chunk,
  finish,
  get,
  image,
  MEDIA,
  manifestPath,
  pushBlob,
  pushImage,
  pushManifest,
  random,
  remove,
  request,
  textOf,
} from "../../generators/registry/steps.js";
import { collects, type RegistryCase, restarts, type Step, usesAddresses } from "../../runners/registry/case.js";
import { type CheckResult, equal, expectThat, type NotApplicable, notApplicable } from "../check.js";
import { came } from "./answered.js";
import { answers, aside, digestIn, isObject, jsonBody, plainGet, presenceAt } from "./response.js";
import { queryOf } from "./route.js";
import { check, checkAimed, example, section, unavailable, type View } from "./suite.js";

/** A GET of what was acknowledged and not deleted. */
export function acknowledged(view: View) {
  const { route, model } = view;
  if (!plainGet(view) || view.concurrent) return undefined;
  if (route.kind === "blob") return model.blob(route.name, route.digest) === "present" ? model.content(route.digest) : undefined;
  if (route.kind !== "manifest") return undefined;
  const found = model.manifest(route.name, route.reference);
  // By its own type: whether others will do is for other requirements to judge.
  const asked = found.mediaType !== undefined && (view.sent("accept") ?? "").includes(found.mediaType);
  return found.presence === "present" && asked ? found.content : undefined;
}

export const READ = "plain GET of what was acknowledged";

/** What comes between a push and a pull that has a rule of its own. */
const whyNotInOneGo = ({ case: testCase }: View): NotApplicable | undefined =>
  restarts(testCase)
    ? notApplicable("the registry is restarted")
    : collects(testCase)
      ? notApplicable("garbage is collected")
      : usesAddresses(testCase)
        ? notApplicable("the registry is asked at several addresses")
        : undefined;

/** Gives what was acknowledged and not deleted. */
export const pulled = (view: View): CheckResult => {
  const content = acknowledged(view);
  return content && (view.status === 200 ? equal(view.response.body.sha256, content.sha256) : answers(view, 200));
};

/** What was deleted, and acknowledged so, before a restart. */
function stillGone(view: View): CheckResult {
  const { exchange, observation } = view;
  if (view.method !== "GET") return undefined;
  const deleted = observation.exchanges.some(
    ({ request, response }) => request.method === "DELETE" && request.url === exchange.request.url && response?.status === 202,
  );
  return deleted && presenceAt(view) === "deleted"
    ? expectThat(view.status !== 200, "nothing: its deletion was acknowledged", view.status)
    : undefined;
}

/** Whether an upload was closed with a digest by another repository's URL, without a byte, and by no other. */
function closedElsewhere({ exchange, observation: { exchanges }, model }: View, digest: string): boolean {
  const before = exchanges.slice(0, exchanges.indexOf(exchange));
  const closing = before.filter(({ request }) => request.method === "PUT" && queryOf(request.url).get("digest") === digest);
  return closing.length > 0 && closing.every((each) => model.route(each).kind === "upload" && each.request.body === null);
}

/** Whether a push to the URL that is asked for was refused before. */
function wasRefused({ exchange, observation: { exchanges } }: View): boolean {
  const before = exchanges.slice(0, exchanges.indexOf(exchange));
  return before.some((each) => each.request.method === "PUT" && each.request.url === exchange.request.url && came(each, 201) === "refused");
}

const seeds = fc.nat(9999);
const tagPush = (name: string, tag = "t"): Step => pushManifest("a", name, tag, MEDIA.manifest);
const tagGet = (tag = "t"): Step => get(manifestPath("a", tag), { accept: MEDIA.manifest });

const restartCase = (title: string, contents: RegistryCase["contents"], before: readonly Step[], after: readonly Step[]): RegistryCase =>
  caseOf(title, contents, [...before, { restart: "SIGKILL" }, ...after]);

export default section("Robustness", [
  check(
    "robustness.registry.acknowledged-unreadable",
    (view) => {
      return whyNotInOneGo(view) ?? pulled(view);
    },
    READ,
  ),
  checkAimed("robustness.registry.content-mismatched", "plain GET by a digest", (view) => {
    const digest = digestIn(view.exchange.request.url);
    if (digest === undefined || !plainGet(view) || view.concurrent) return undefined;
    const { sha256, sha512 } = view.response.body;
    return expectThat(
      view.status !== 200 || digest === sha256 || digest === sha512,
      `no success, or content of the digest ${digest}`,
      sha256,
    );
  }),
  checkAimed("robustness.registry.unfinished-visible", "plain GET of a blob", (view) => {
    const { route, model } = view;
    if (route.kind !== "blob" || !plainGet(view)) return undefined;
    return model.blob(route.name, route.digest) === "absent"
      ? expectThat(view.status !== 200, "no blob before its upload is closed", view.status)
      : notApplicable("the blob is there, or nobody can tell");
  }),
  checkAimed("robustness.registry.repository-leak", "request for what another repository has", (view) => {
    const { route, model } = view;
    if (view.concurrent) return notApplicable("others use the repository at the same time");
    if (route.kind === "upload" && view.method === "GET") {
      // The range of what another repository's upload has.
      const end = /^0-(\d+)$/.exec(view.header("range") ?? "")?.[1];
      const seen = view.status < 300 && Number(end) > 0;
      return expectThat(!seen, "no bytes of another repository's upload", `status ${view.status}, Range: ${view.header("range")}`);
    }
    if (route.kind === "tags" && view.status === 200) {
      const own = model.tags(route.name);
      const body = jsonBody(view);
      if (!own || !isObject(body) || !Array.isArray(body.tags))
        return notApplicable("the answer has no tags, or which there are is not known");
      return equal(
        body.tags.filter((tag: unknown) => typeof tag === "string" && !own.includes(tag) && model.anywhere("manifest", tag) !== "absent"),
        [],
      );
    }
    if (!plainGet(view)) return undefined;
    if (route.kind === "blob" && closedElsewhere(view, route.digest)) {
      const { sha256 } = view.response.body;
      return expectThat(
        view.status !== 200 || sha256 !== route.digest,
        "no blob of bytes that only another repository's upload had",
        sha256,
      );
    }
    if (route.kind === "blob" && model.blob(route.name, route.digest) === "absent")
      return expectThat(view.status !== 200, "nothing of another repository", view.status);
    if (route.kind === "manifest" && model.manifest(route.name, route.reference).presence === "absent")
      return expectThat(view.status !== 200, "nothing of another repository", view.status);
    return undefined;
  }),
  check(
    "robustness.registry.session-unknown",
    (view) => {
      const { route, model } = view;
      if (view.concurrent || aside(view))
        return notApplicable("others use the session, or the answer speaks of rights, of patience or of room");
      if (route.kind === "upload" && view.exchange.uses.length === 0 && view.case.aims.includes("robustness.registry.session-unknown"))
        return expectThat(view.status >= 400 && view.status < 500, "a 4xx", view.status);
      if (route.kind !== "session") return undefined;
      const session = model.session(route.session);
      return session?.state === "closed" || session?.state === "cancelled"
        ? expectThat(view.status >= 400 && view.status < 500, "a 4xx", view.status)
        : notApplicable("the session is open, or nobody can tell");
    },
    "request to an upload session",
  ),
  checkAimed("robustness.registry.refused-changes-nothing", READ, (view) =>
    wasRefused(view) ? pulled(view) : notApplicable("no push to this place was refused before"),
  ),
  example("robustness.registry.acknowledged-unreadable", () =>
    seeds.map((seed) =>
      caseOf("an image is pulled as soon as it is pushed", image("m", seed), [
        ...pushBlob("a", "m-config"),
        get(blobPath("a", "m-config")),
        ...pushBlob("a", "m-layer"),
        get(blobPath("a", "m-layer")),
        tagPush("m"),
        tagGet(),
      ]),
    ),
  ),
  example("robustness.registry.unfinished-visible", () =>
    seeds.map((seed) =>
      caseOf("a blob is asked for before its upload is closed", { x: random(500, seed) }, [
        begin("a", "u"),
        chunk("u", "v", "x", 0, 500),
        get(blobPath("a", "x")),
        finish("v", "x", { body: false }),
        get(blobPath("a", "x")),
      ]),
    ),
  ),
  example(["robustness.registry.refused-changes-nothing", "robustness.registry.acknowledged-unreadable"], () =>
    oneOf(["null", "{", "", "[1]"], "manifest").map((text) =>
      caseOf("a tag is pushed with what is no manifest", { ...image("m", 9), bad: textOf(text) }, [
        ...pushImage("a", "m", "v1"),
        pushManifest("a", "bad", "v1"),
        get(manifestPath("a", "v1"), { accept: MEDIA.manifest }),
      ]),
    ),
  ),
  example("robustness.registry.repository-leak", () =>
    seeds.map((seed) =>
      caseOf("the tags of one repository are looked for in another", { ...image("m", seed), ...image("n", seed + 1) }, [
        ...pushImage("a", "m", "one"),
        ...pushImage("b", "n", "two"),
        request("GET", "/v2/{repo:a}/tags/list"),
        request("GET", "/v2/{repo:b}/tags/list"),
      ]),
    ),
  ),
  check(
    "robustness.registry.list-behind",
    ({ route, exchange: { late }, method, status, concurrent }) => {
      if (method !== "GET" || (route.kind !== "tags" && route.kind !== "referrers") || status !== 200 || concurrent) return undefined;
      // What never came right is judged for what it is.
      if (late?.right === false) return notApplicable("the list never came right");
      return expectThat(late === undefined, "a list that is right at once", `right after ${late?.ms} ms`);
    },
    "request for tags or referrers",
  ),
  example("robustness.registry.list-behind", () =>
    seeds.map((seed) =>
      caseOf("the tags are listed after each of two pushes", image("m", seed), [
        ...pushImage("a", "m", "v1"),
        request("GET", "/v2/{repo:a}/tags/list"),
        tagPush("m", "v2"),
        request("GET", "/v2/{repo:a}/tags/list"),
      ]),
    ),
  ),
  example("robustness.registry.repository-leak", ({ choices }) =>
    seeds.map((seed) => {
      const size = Math.max(40, choices.chunkMinLength ?? 0);
      return caseOf("what an upload of one repository has is looked for in another", { x: random(size, seed), y: random(size, seed + 1) }, [
        ...pushBlob("b", "y"),
        begin("a", "u"),
        chunk("u", "v", "x", 0, size),
        request("GET", "{moved:v:b}"),
        request("PUT", "{moved:v:b}", { query: [["digest", "{sha256:x}"]], headers: { "content-length": "0" } }),
        get(blobPath("a", "x")),
        get(blobPath("b", "x")),
      ]);
    }),
  ),
  check(
    "robustness.registry.acknowledged-lost",
    (view) => (restarts(view.case) ? (pulled(view) ?? stillGone(view)) : notApplicable("the registry is not restarted")),
    "request for what was acknowledged or deleted before the restart",
  ),
  example("robustness.registry.acknowledged-lost", ({ ours, choices }) =>
    ours && choices.blobDelete === true && choices.manifestDelete === true
      ? seeds.map((seed) =>
          restartCase(
            "an image is deleted, and the registry killed",
            image("m", seed),
            [
              ...pushImage("a", "m", "v1"),
              ...pushImage("a", "m"),
              remove(manifestPath("a", "{sha256:m}")),
              remove(blobPath("a", "m-layer")),
            ],
            [get(manifestPath("a", "{sha256:m}"), { accept: MEDIA.manifest }), get(blobPath("a", "m-layer"))],
          ),
        )
      : unavailable("the harness did not start the registry (--server), or it deletes nothing"),
  ),
  example("robustness.registry.acknowledged-lost", ({ ours }) =>
    ours
      ? seeds.map((seed) =>
          restartCase("an image is pushed, and the registry killed", image("m", seed), pushImage("a", "m", "v1"), [
            get(manifestPath("a", "v1"), { accept: MEDIA.manifest }),
            get(blobPath("a", "m-layer")),
            request("GET", "/v2/{repo:a}/tags/list"),
          ]),
        )
      : unavailable("the harness did not start the registry (--server)"),
  ),
  example(["robustness.registry.acknowledged-lost", "robustness.registry.unfinished-visible"], ({ ours }) =>
    ours
      ? seeds.map((seed) =>
          restartCase(
            "the registry is killed in the middle of an upload",
            { x: random(2000, seed), y: random(100, seed + 1) },
            [...pushBlob("a", "y"), begin("a", "u"), chunk("u", "v", "x", 0, 1000)],
            [get(blobPath("a", "x")), get(blobPath("a", "y")), ...pushBlob("a", "x"), get(blobPath("a", "x"))],
          ),
        )
      : unavailable("the harness did not start the registry (--server)"),
  ),
]);
