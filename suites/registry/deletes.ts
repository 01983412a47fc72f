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
} from "../../generators/registry/steps.js";
import { answers, plainGet } from "./response.js";
import { type Check, check, example, section, unavailable, type View } from "./suite.js";

type Kind = "tag" | "manifest" | "blob";

/** A DELETE of something: whether it is there, and whether a manifest refers to it. */
function deleting(view: View, kind: Kind) {
  const { route, model, method } = view;
  if (method !== "DELETE" || view.concurrent) return undefined;
  if (kind === "blob") {
    if (route.kind !== "blob") return undefined;
    const { name, digest } = route;
    return { name, presence: model.blob(name, digest), inUse: model.references(name, digest) };
  }
  if (route.kind !== "manifest" || route.by !== (kind === "tag" ? "tag" : "digest")) return undefined;
  const { name, reference } = route;
  return { name, presence: model.manifest(name, reference).presence, inUse: kind === "manifest" && model.references(name, reference) };
}

const allowed = (view: View, kind: Kind): boolean | undefined => {
  const { tagDelete, manifestDelete, blobDelete } = view.facts.choices;
  return { tag: tagDelete, manifest: manifestDelete, blob: blobDelete }[kind];
};

const accepted = (kind: Kind): Check =>
  check(`registry.delete.${kind}-accepted`, (view) => {
    const found = deleting(view, kind);
    return found?.presence === "present" && !found.inUse && allowed(view, kind) === true ? answers(view, 202) : undefined;
  });

const disabled = (kind: Kind): Check =>
  check(`registry.delete.${kind}-disabled`, (view) =>
    deleting(view, kind)?.presence === "present" && allowed(view, kind) !== true && view.status >= 300
      ? answers(view, 400, 405)
      : undefined,
  );

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

const gone = (id: string, kind: Kind): Check => check(id, (view) => (deleted(view, kind) ? answers(view, 404) : undefined));

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
  accepted("tag"),
  accepted("manifest"),
  accepted("blob"),
  disabled("tag"),
  disabled("manifest"),
  disabled("blob"),
  gone("registry.delete.tag-gone", "tag"),
  gone("registry.delete.manifest-gone", "manifest"),
  gone("robustness.registry.deleted-visible", "blob"),
  check("registry.delete.manifest-tags-gone", (view) => (orphaned(view) ? answers(view, 404) : undefined)),
  check("registry.delete.blob-unknown", (view) => {
    const found = deleting(view, "blob");
    if (!found || view.model.repository(found.name).known !== "present" || allowed(view, "blob") !== true) return undefined;
    return found.presence === "absent" || (found.presence === "deleted" && saidGone(view)) ? answers(view, 404) : undefined;
  }),
  check("registry.delete.manifest-repository-unknown", (view) => {
    const found = deleting(view, "manifest");
    return found && view.model.repository(found.name).known === "absent" && allowed(view, "manifest") === true
      ? answers(view, 404)
      : undefined;
  }),
  check("registry.general.management-supported", (view) => {
    const there = (["tag", "manifest", "blob"] as const).some((kind) => {
      const found = deleting(view, kind);
      return found?.presence === "present" && !found.inUse;
    });
    return there ? answers(view, 202, 400, 405) : undefined;
  }),

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
