import type { Call, Handler } from "../http/call.js";
import { json, type Reply } from "../http/reply.js";
import {
  adding,
  asked,
  at,
  both,
  bytesOf,
  dropping,
  type Fault,
  getting,
  header,
  heard,
  nameIn,
  notAsked,
  renamed,
  said,
  status,
  type Where,
  withQuery,
  wrapped,
} from "./fault.js";

const LIST = at("referrers", "GET");
const INDEX = "application/vnd.oci.image.index.v1+json";
const FILTERED = both(LIST, asked("artifactType"));

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: unknown;
}

const parsed = (bytes: Buffer): Record<string, unknown> => JSON.parse(bytes.toString()) as Record<string, unknown>;
const listed = async (reply: Reply): Promise<Descriptor[]> => parsed(await bytesOf(reply)).manifests as Descriptor[];

/** The same list with other descriptors. */
const relisted = (reply: Reply, manifests: unknown): Reply => ({
  ...reply,
  body: Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests })),
});

const list = (
  name: string,
  requirement: string,
  change: (all: Descriptor[], call: Call, handler: Handler) => unknown,
  where: Where = LIST,
): Fault =>
  said(name, requirement, where, 200, async (reply, call, handler) => relisted(reply, await change(await listed(reply), call, handler)));

/** What a descriptor of a list is about, as it was pushed. */
const manifestOf = async (handler: Handler, call: Call, { digest }: Descriptor): Promise<Record<string, unknown>> =>
  parsed(await bytesOf(await handler(getting(call, { kind: "manifest", name: nameIn(call), reference: digest }))));

/** Other descriptors for those whose manifests are like that. */
const described = (
  name: string,
  requirement: string,
  which: (manifest: Record<string, unknown>) => boolean,
  change: (descriptor: Descriptor) => Descriptor,
): Fault =>
  list(name, requirement, (all, call, handler) =>
    Promise.all(all.map(async (each) => (which(await manifestOf(handler, call, each)) ? change(each) : each))),
  );

const isIndex = (manifest: Record<string, unknown>): boolean => manifest.mediaType === INDEX;
const untyped = ({ artifactType: _, ...descriptor }: Descriptor): Descriptor => descriptor;

/** Manifests that were pushed to each repository, newest last. */
const pushes = (name: string, requirement: string, change: (all: Descriptor[], pushed: readonly string[], call: Call) => unknown): Fault =>
  wrapped(name, requirement, (handler) => {
    const pushed: { name: string; digest: string }[] = [];
    return async (call) => {
      const reply = await handler(call);
      const digest = reply.headers["Docker-Content-Digest"];
      if (at("manifest", "PUT")(call) && typeof digest === "string") pushed.push({ name: nameIn(call), digest });
      if (!LIST(call) || reply.status !== 200) return reply;
      const here = pushed.flatMap((each) => (each.name === nameIn(call) ? [each.digest] : []));
      return relisted(reply, change(await listed(reply), here, call));
    };
  });

/** What other repositories have for the same subject. */
const otherRepositories: Fault = wrapped("referrers-of-other-repositories", "registry.referrers.same-repository", (handler) => {
  const names = new Set<string>();
  return async (call) => {
    const reply = await handler(call);
    if (reply.status === 201) names.add(nameIn(call));
    if (!LIST(call) || reply.status !== 200) return reply;
    const others = await Promise.all(
      [...names].filter((each) => each !== nameIn(call)).map(async (each) => listed(await handler(renamed(call, each)))),
    );
    return relisted(reply, [...(await listed(reply)), ...others.flat()]);
  };
});

/** Pages of one descriptor, whatever was asked for. */
const paged = (name: string, requirement: string, change: (reply: Reply, call: Call) => Reply | Promise<Reply>): Fault =>
  wrapped(name, requirement, (handler) => async (call) => {
    if (!LIST(call)) return handler(call);
    const reply = await handler(withQuery(call, { n: "1" }));
    return reply.status === 200 ? change(reply, call) : reply;
  });

/** Listing referrers. */
export const REFERRERS_FAULTS: readonly Fault[] = [
  status("referrers-203", "registry.referrers.list-ok", LIST, 200, 203),
  said("referrers-404-when-empty", "registry.referrers.never-not-found", LIST, 200, async (reply) =>
    (await listed(reply)).length > 0 ? reply : { ...reply, status: 404 },
  ),
  said("referrers-of-nonsense-200", "registry.referrers.digest-invalid", LIST, 400, () =>
    json(200, { schemaVersion: 2, mediaType: INDEX, manifests: [] }, { "Content-Type": INDEX }),
  ),
  said("referrers-under-other-key", "registry.referrers.body-index", LIST, 200, async (reply) => ({
    ...reply,
    body: Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, referrers: await listed(reply) })),
  })),
  header("referrers-as-plain-json", "registry.referrers.content-type", LIST, "Content-Type", () => "application/json"),
  pushes("referrers-of-other-subjects", "registry.referrers.subject-matches", (all, pushed) => [
    ...all,
    ...pushed
      .filter((digest) => !all.some((each) => each.digest === digest))
      .slice(0, 1)
      .map((digest) => ({ mediaType: "application/vnd.oci.image.manifest.v1+json", digest, size: 1 })),
  ]),
  otherRepositories,
  described("artifact-type-omitted", "registry.referrers.artifact-type", ({ artifactType }) => Boolean(artifactType), untyped),
  described(
    "config-type-omitted",
    "registry.referrers.artifact-type-of-config",
    (manifest) => !isIndex(manifest) && !manifest.artifactType,
    untyped,
  ),
  described(
    "index-with-artifact-type",
    "registry.referrers.index-without-artifact-type",
    (manifest) => isIndex(manifest) && !manifest.artifactType,
    (descriptor) => ({ ...descriptor, artifactType: INDEX }),
  ),
  list("referrers-without-annotations", "registry.referrers.annotations", (all) => all.map(({ annotations: _, ...each }) => each)),
  list("referrers-null-when-empty", "registry.referrers.empty-list", (all) => (all.length > 0 ? all : null)),
  paged("referrers-page-without-link", "registry.referrers.link", (reply) => dropping(reply, "Link")),
  paged("referrers-pages-repeat", "registry.referrers.pages-differ", async (reply, { query }) => {
    const [last] = query.get("last") ?? [];
    const again = last === undefined ? [] : [{ mediaType: "application/vnd.oci.image.manifest.v1+json", digest: last, size: 1 }];
    return relisted(reply, [...again, ...(await listed(reply))]);
  }),
  paged("referrers-link-without-rel", "registry.referrers.link-form", (reply) =>
    reply.headers.Link === undefined ? reply : adding(reply, { Link: String(reply.headers.Link).replace(/; rel="next"/, "") }),
  ),
  heard("referrers-filter-ignored", "registry.referrers.filter", FILTERED, (call) => withQuery(call, { artifactType: undefined })),
  said("referrers-filter-not-named", "registry.referrers.filter-header", FILTERED, 200, (reply) => dropping(reply, "OCI-Filters-Applied")),
  said("referrers-filter-only-named", "registry.referrers.filter-matches", FILTERED, 200, async (reply, call, handler) =>
    adding(await handler(withQuery(call, { artifactType: undefined })), {
      "OCI-Filters-Applied": String(reply.headers["OCI-Filters-Applied"]),
    }),
  ),
  pushes("referrers-without-newest", "registry.referrers.newly-pushed", (all, pushed, call) =>
    notAsked("artifactType")(call)
      ? all.filter(({ digest }) => digest !== pushed.findLast((each) => all.some((one) => one.digest === each)))
      : all,
  ),
];
