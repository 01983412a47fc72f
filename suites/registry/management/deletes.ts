/** spec.md, "Content Management": deleting tags, manifests and blobs. */
import fc from "fast-check";
import {
  blobPath,
  caseOf,
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
} from "../../../generators/registry/steps.js";
import { type ExplainedResult, type NotApplicable, notApplicable } from "../../check.js";
import type { Presence } from "../holdings.js";
import { answers, isKnownDigest, plainGet } from "../response.js";
import { type Check, check, checksOf, example, section, unavailable, type View } from "../suite.js";

type Kind = "tag" | "manifest" | "blob";

/** A DELETE of something. */
interface Deletion {
  readonly name: string;
  readonly presence: Presence;
  /** Whether a manifest refers to it. */
  readonly inUse: boolean;
}

function deletionOf(view: View, kind: Kind): Deletion | NotApplicable | undefined {
  const { route, model, method } = view;
  if (method !== "DELETE" || !("name" in route)) return undefined;
  const asked = route.kind === "blob" ? "blob" : route.kind === "manifest" ? (route.by === "tag" ? "tag" : "manifest") : undefined;
  if (asked !== kind) return undefined;
  if (view.concurrent) return notApplicable("others use the repository at the same time");
  const { name } = route;
  if (route.kind === "blob") return { name, presence: model.blob(name, route.digest), inUse: model.references(name, route.digest) };
  if (route.kind !== "manifest") return undefined;
  const { reference } = route;
  return { name, presence: model.manifest(name, reference).presence, inUse: kind === "manifest" && model.references(name, reference) };
}

const checkDeletion = (id: string, kind: Kind, judge: (deletion: Deletion, view: View) => ExplainedResult): Check =>
  checksOf(`DELETE of a ${kind}`, (view: View) => deletionOf(view, kind))(id, judge);

const allowed = (view: View, kind: Kind): boolean | undefined => {
  const { tagDelete, manifestDelete, blobDelete } = view.facts.choices;
  return { tag: tagDelete, manifest: manifestDelete, blob: blobDelete }[kind];
};

const NOT_THERE = "what is deleted is not there, or nobody can tell";
const NOT_ALLOWED = "the registry does not delete this, as far as is known";

const accepted = (id: string, kind: Kind): Check =>
  checkDeletion(id, kind, ({ presence, inUse }, view) => {
    if (presence !== "present") return notApplicable(NOT_THERE);
    if (inUse) return notApplicable("a manifest refers to it");
    return allowed(view, kind) === true ? answers(view, 202) : notApplicable(NOT_ALLOWED);
  });

const disabled = (id: string, kind: Kind): Check =>
  checkDeletion(id, kind, ({ presence }, view) => {
    if (presence !== "present") return notApplicable(NOT_THERE);
    return allowed(view, kind) !== true && view.status >= 300 ? answers(view, 400, 405) : notApplicable("the registry deletes this");
  });

/** The earlier acknowledged deletion of what is asked for now, which nothing has brought back. */
function deleted(view: View, kind: Kind): boolean {
  const { route, observation, exchange, model } = view;
  if (view.concurrent || !plainGet(view) || (kind === "blob" ? route.kind !== "blob" : route.kind !== "manifest")) return false;
  const path = exchange.request.url;
  const before = observation.exchanges.slice(0, observation.exchanges.indexOf(exchange));
  if (!before.some(({ request, response }) => request.method === "DELETE" && request.url === path && response?.status === 202))
    return false;
  if (route.kind === "blob") return kind === "blob" && model.blob(route.name, route.digest) === "deleted";
  return (
    route.kind === "manifest" &&
    route.by === (kind === "tag" ? "tag" : "digest") &&
    model.manifest(route.name, route.reference).presence === "deleted"
  );
}

/** Whether the registry itself said last that it is not there. */
function saidGone({ exchange, observation: { exchanges } }: View): boolean {
  const before = exchanges.slice(0, exchanges.indexOf(exchange));
  return before.findLast(({ request }) => request.method === "GET" && request.url === exchange.request.url)?.response?.status === 404;
}

const gone = (id: string, kind: Kind): Check =>
  check(id, (view) => (deleted(view, kind) ? answers(view, 404) : notApplicable(`no ${kind} was asked for after its deletion`)));

/** A tag whose manifest was deleted by its digest. */
function orphaned(view: View): boolean {
  const { route, observation, exchange, model } = view;
  if (
    view.concurrent ||
    !plainGet(view) ||
    route.kind !== "manifest" ||
    route.by !== "tag" ||
    model.tag(route.name, route.reference).presence !== "deleted"
  )
    return false;
  const before = observation.exchanges.slice(0, observation.exchanges.indexOf(exchange));
  const put = before.findLast(({ request }) => request.method === "PUT" && request.url === exchange.request.url);
  const content = put && model.sent(put);
  return before.some(
    ({ request, response }) =>
      request.method === "DELETE" &&
      response?.status === 202 &&
      content !== undefined &&
      request.url.endsWith(`/${route.name}/manifests/${content.sha256}`),
  );
}

const seeds = fc.nat(9999);
const off = (what: string) => unavailable(`the registry does not delete ${what}`);
const on = (what: string) => unavailable(`the registry deletes ${what}`);
const removeTag = (seed: number) =>
  caseOf("a tag is deleted", image("m", seed), [
    ...pushImage("a", "m", "v1"),
    pushManifest("a", "m", "v2", MEDIA.manifest),
    remove(manifestPath("a", "v1")),
    get(manifestPath("a", "v1"), { accept: MEDIA.manifest }),
    get(manifestPath("a", "v2"), { accept: MEDIA.manifest }),
    request("GET", "/v2/{repo:a}/tags/list"),
  ]);
const removeManifest = (seed: number) =>
  caseOf("a manifest is deleted", { ...image("m", seed), ...image("n", seed + 1) }, [
    ...pushImage("a", "n", "v2"),
    ...pushImage("a", "m", "v1"),
    remove(manifestPath("a", "{sha256:m}")),
    get(manifestPath("a", "{sha256:m}"), { accept: MEDIA.manifest }),
    get(manifestPath("a", "v1"), { accept: MEDIA.manifest }),
    get(manifestPath("a", "v2"), { accept: MEDIA.manifest }),
    request("GET", "/v2/{repo:a}/tags/list"),
  ]);
const removeBlob = (seed: number) =>
  caseOf("a blob is deleted", { x: random(30, seed), y: random(31, seed) }, [
    ...pushBlob("a", "x"),
    ...pushBlob("a", "y"),
    remove(blobPath("a", "x")),
    get(blobPath("a", "x")),
    get(blobPath("a", "y")),
    remove(blobPath("a", "x")),
    ...pushBlob("a", "x"),
    get(blobPath("a", "x")),
  ]);

export default section("Deleting", [
  accepted("registry.delete.tag-accepted", "tag"),
  accepted("registry.delete.manifest-accepted", "manifest"),
  accepted("registry.delete.blob-accepted", "blob"),
  disabled("registry.delete.tag-disabled", "tag"),
  disabled("registry.delete.manifest-disabled", "manifest"),
  disabled("registry.delete.blob-disabled", "blob"),
  gone("registry.delete.tag-gone", "tag"),
  gone("registry.delete.manifest-gone", "manifest"),
  gone("robustness.registry.deleted-visible", "blob"),
  check("registry.delete.manifest-tags-gone", (view) =>
    orphaned(view) ? answers(view, 404) : notApplicable("no tag was asked for after the deletion of its manifest"),
  ),
  checkDeletion("registry.delete.blob-unknown", "blob", ({ name, presence }, view) => {
    if (view.route.kind === "blob" && !isKnownDigest(view.route.digest)) return notApplicable("the digest may be refused as malformed");
    if (allowed(view, "blob") !== true) return notApplicable(NOT_ALLOWED);
    if (view.model.repository(name).known !== "present") return notApplicable("nothing was pushed to the repository");
    return presence === "absent" || (presence === "deleted" && saidGone(view))
      ? answers(view, 404)
      : notApplicable("the blob is there, or nobody can tell");
  }),
  checkDeletion("registry.delete.manifest-repository-unknown", "manifest", ({ name }, view) => {
    if (allowed(view, "manifest") !== true) return notApplicable(NOT_ALLOWED);
    if (view.route.kind === "manifest" && !isKnownDigest(view.route.reference))
      return notApplicable("the digest may be refused as malformed");
    return view.model.repository(name).known === "absent"
      ? answers(view, 404)
      : notApplicable("something was pushed to the repository, or nobody can tell");
  }),
  check(
    "registry.general.management-supported",
    (view) => {
      if (view.method !== "DELETE") return undefined;
      const there = (["tag", "manifest", "blob"] as const).some((kind) => {
        const deletion = deletionOf(view, kind);
        return deletion !== undefined && "presence" in deletion && deletion.presence === "present" && !deletion.inUse;
      });
      return there ? answers(view, 202, 400, 405) : notApplicable("nothing is deleted that is there and free");
    },
    "DELETE",
  ),

  example(["registry.delete.tag-accepted", "registry.delete.tag-gone", "registry.general.management-supported"], ({ choices }) =>
    choices.tagDelete === false ? off("tags") : seeds.map(removeTag),
  ),
  example(["registry.delete.tag-disabled", "registry.general.management-supported"], ({ choices }) =>
    choices.tagDelete === true ? on("tags") : seeds.map(removeTag),
  ),
  example(["registry.delete.manifest-accepted", "registry.delete.manifest-gone", "registry.delete.manifest-tags-gone"], ({ choices }) =>
    choices.manifestDelete === false ? off("manifests") : seeds.map(removeManifest),
  ),
  example("registry.delete.manifest-disabled", ({ choices }) =>
    choices.manifestDelete === true ? on("manifests") : seeds.map(removeManifest),
  ),
  example(["registry.delete.blob-accepted", "registry.delete.blob-unknown", "robustness.registry.deleted-visible"], ({ choices }) =>
    choices.blobDelete === false ? off("blobs") : seeds.map(removeBlob),
  ),
  example("registry.delete.blob-unknown", ({ choices }) =>
    choices.blobDelete === false
      ? off("blobs")
      : seeds.map((seed) =>
          caseOf("a blob that was never pushed is deleted", { x: random(30, seed), y: random(31, seed) }, [
            ...pushBlob("a", "y"),
            remove(blobPath("a", "x")),
          ]),
        ),
  ),
  example("registry.delete.blob-disabled", ({ choices }) => (choices.blobDelete === true ? on("blobs") : seeds.map(removeBlob))),
  example(["registry.tags.body-tags", "registry.delete.manifest-accepted"], ({ choices }) =>
    choices.manifestDelete === false
      ? off("manifests")
      : seeds.map((seed) =>
          caseOf("the tags are listed when the only one is gone", image("m", seed), [
            ...pushImage("a", "m", "v1"),
            remove(manifestPath("a", "{sha256:m}")),
            request("GET", "/v2/{repo:a}/tags/list"),
          ]),
        ),
  ),
  example("registry.delete.manifest-repository-unknown", ({ choices }) =>
    choices.manifestDelete === false
      ? off("manifests")
      : seeds.map((seed) =>
          caseOf("a manifest of a repository that is not there is deleted", image("m", seed), [
            remove(manifestPath("nowhere", "{sha256:m}")),
          ]),
        ),
  ),
  example(["registry.referrers.subject-matches", "registry.delete.manifest-accepted"], ({ choices }) =>
    choices.manifestDelete === false || choices.referrers !== true
      ? off("manifests, or has no referrers API")
      : seeds.map((seed) =>
          caseOf(
            "a referrer is deleted",
            {
              ...image("s", seed),
              ...image("m", seed + 1, { subject: { mediaType: MEDIA.manifest, digest: "{sha256:s}", size: "{size:s}" } }),
            },
            [
              ...pushImage("a", "s", "v1"),
              ...pushImage("a", "m"),
              get("/v2/{repo:a}/referrers/{sha256:s}"),
              remove(manifestPath("a", "{sha256:m}")),
              get("/v2/{repo:a}/referrers/{sha256:s}"),
            ],
          ),
        ),
  ),
]);
