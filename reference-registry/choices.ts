import { Readable } from "node:stream";
import {
  adding,
  asked,
  at,
  both,
  byTag,
  bytesOf,
  dropping,
  either,
  getting,
  gzipped,
  hearing,
  nameIn,
  refusing,
  saying,
  type Where,
  type Wrap,
  withHeaders,
  withQuery,
} from "./faults/fault.js";
import type { Call } from "./http/call.js";
import { type ErrorCode, type Headers, json, type Reply, refusal } from "./http/reply.js";
import type { Limits } from "./registry.js";

/** Something that the spec leaves to a registry, done otherwise than this one does it by itself. The suite must not find fault with it. */
export interface Choice {
  readonly name: string;
  readonly limits?: Partial<Limits>;
  /** Requirements of the level SHOULD that it departs from. */
  readonly against?: readonly string[];
  /** Changes requests, answers or both. Called once for each server, so that it may keep a state. */
  readonly wrap?: Wrap;
}

const any: Where = () => true;
const UPLOADS = at("uploads", "POST");
const UPLOAD = either(UPLOADS, at("upload", "GET", "HEAD", "PATCH"));
const BLOB = at("blob", "GET", "HEAD");
const MANIFEST = at("manifest", "GET", "HEAD");
const TAG_DELETE = both(at("manifest", "DELETE"), byTag);

/** Names of more components than that. */
const ofComponents =
  (most: number): Where =>
  (call) =>
    nameIn(call).split("/").length > most;

/** A success with another Location. */
const located = (reply: Reply, change: (old: string) => string): Reply =>
  typeof reply.headers.Location === "string" ? adding(reply, { Location: change(reply.headers.Location) }) : reply;

const withParameter = (url: string, parameter: string): string => `${url}${url.includes("?") ? "&" : "?"}${parameter}`;

const unsupported = (status: number, headers?: Headers): Reply =>
  refusal(status, "UNSUPPORTED", "this registry does not do that", undefined, headers);

/** A 4xx without the body that the spec describes, save where it wants a code. */
const wordless = (words: string): Wrap =>
  saying(any, async (reply) =>
    reply.status < 400 || (await bytesOf(reply)).includes("MANIFEST_BLOB_UNKNOWN")
      ? reply
      : {
          ...dropping(reply, "Content-Type"),
          ...(words === ""
            ? { body: Buffer.alloc(0) }
            : { headers: { ...reply.headers, "Content-Type": "text/plain" }, body: Buffer.from(words) }),
        },
  );

/** Each success about an upload gives another place, and the places before are gone. */
const movingUploads: Wrap = (handler) => {
  const places = new Map<string, number>();
  return async (call) => {
    const { route, query } = call;
    const id = route.kind === "upload" ? route.id : undefined;
    if (id !== undefined && places.has(id) && query.get("place")?.[0] !== String(places.get(id)))
      return refusal(404, "BLOB_UPLOAD_UNKNOWN", "the upload has moved");
    const reply = await handler(withQuery(call, { place: undefined }));
    const { Location } = reply.headers;
    if (!UPLOAD(call) || typeof Location !== "string" || !Location.includes("/uploads/")) return reply;
    const own = id ?? Location.slice(Location.lastIndexOf("/") + 1);
    const place = (places.get(own) ?? 0) + (reply.status < 300 ? 1 : 0);
    places.set(own, place);
    return located(reply, (old) => withParameter(old, `place=${place}`));
  };
};

/** Only what the client says that it accepts. */
const strictly: Wrap = saying(MANIFEST, (reply, { headers: { accept } }) => {
  const type = String(reply.headers["Content-Type"]);
  const taken = accept === undefined || accept.split(",").some((each) => ["*/*", type].includes(each.split(";")[0]?.trim() ?? ""));
  return reply.status !== 200 || taken ? reply : refusal(404, "MANIFEST_UNKNOWN", "it is here, but not of a type that you accept");
});

/** A manifest goes with its last tag, when that is deleted or given to another one. */
const untaggedGo: Wrap = (handler) => async (call) => {
  const { route } = call;
  if (!either(TAG_DELETE, both(at("manifest", "PUT"), byTag))(call) || route.kind !== "manifest") return handler(call);
  const digestOf = async (reference: string) => (await handler(getting(call, { ...route, reference }))).headers["Docker-Content-Digest"];
  const digest = await digestOf(route.reference);
  const reply = await handler(call);
  if (reply.status >= 300 || typeof digest !== "string") return reply;
  const list = await handler(getting(call, { kind: "tags", name: route.name }));
  const { tags = [] } = JSON.parse((await bytesOf(list)).toString()) as { tags?: string[] };
  for (const tag of tags) if ((await digestOf(tag)) === digest) return reply;
  await handler({ ...call, method: "DELETE", route: { ...route, reference: digest } });
  return reply;
};

/** Now and then a client has to wait. */
const busy: Wrap = (handler) => {
  let count = 0;
  return (call) => (++count % 10 === 0 ? refusal(429, "TOOMANYREQUESTS", "come back", undefined, { "Retry-After": "0" }) : handler(call));
};

/** A request's body, and the request with it still to be read. */
async function read(call: Call): Promise<{ readonly body: Buffer; readonly again: Call }> {
  const chunks: Buffer[] = [];
  for await (const chunk of call.body) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  return { body, again: { ...call, body: Readable.from([body]) } };
}

/** A tag that stands for a manifest is not given to another one. */
const tagsStay =
  (status: number, code: ErrorCode): Wrap =>
  (handler) =>
  async (call) => {
    const { route } = call;
    if (route.kind !== "manifest" || call.method !== "PUT") return handler(call);
    const { body, again } = await read(call);
    for (const tag of [...(byTag(call) ? [route.reference] : []), ...(call.query.get("tag") ?? [])]) {
      const before = await handler(getting(call, { ...route, reference: tag }));
      if (before.status === 200 && !(await bytesOf(before)).equals(body)) return refusal(status, code, "tags do not move here");
    }
    return handler(again);
  };

/** What is pushed after so many pushes is refused. */
const quota =
  (pushes: number, full: Reply): Wrap =>
  (handler) => {
    let count = 0;
    return (call) => {
      const pushing = at("upload", "PUT")(call) || at("manifest", "PUT")(call);
      return pushing && ++count > pushes ? full : handler(call);
    };
  };

/** Lists are as they were some requests ago, as long as nobody has asked for them so often. */
const lagging =
  (asked: number): Wrap =>
  (handler) => {
    const known = new Map<string, { reply: Reply; left: number }>();
    return async (call) => {
      if (!either(at("tags", "GET"), at("referrers", "GET"))(call)) return handler(call);
      const reply = await handler(call);
      const fresh = { ...reply, body: await bytesOf(reply) };
      const before = known.get(call.target);
      const same = before !== undefined && (await bytesOf(before.reply)).equals(fresh.body);
      if (before && !same && before.left > 0) {
        before.left--;
        return before.reply;
      }
      known.set(call.target, { reply: fresh, left: asked });
      return fresh;
    };
  };

/** What a manifest of the repository names is not deleted. */
const usedStays: Wrap = (handler) => {
  const texts = new Map<string, string[]>();
  return async (call) => {
    const { route } = call;
    if (route.kind === "manifest" && call.method === "PUT") {
      const { body, again } = await read(call);
      const reply = await handler(again);
      if (reply.status === 201) texts.set(route.name, [...(texts.get(route.name) ?? []), body.toString()]);
      return reply;
    }
    const digest = route.kind === "blob" ? route.digest : route.kind === "manifest" ? route.reference : "";
    const used = "name" in route && digest.includes(":") && (texts.get(route.name) ?? []).some((text) => text.includes(digest));
    return call.method === "DELETE" && used
      ? refusal(405, "DENIED", "a manifest names it", undefined, { Allow: "GET, HEAD" })
      : handler(call);
  };
};

/** JSON with more in it than is asked for, over several lines. */
const talkative: Wrap = saying(any, async (reply, { route }) => {
  const list = route.kind === "tags" || route.kind === "referrers";
  if (!list && reply.status < 400) return reply;
  const text = (await bytesOf(reply)).toString();
  if (!text.startsWith("{")) return reply;
  const value = { "org.example.more": { a: [1, null] }, ...(JSON.parse(text) as object) };
  const type = `${String(reply.headers["Content-Type"])}${route.kind === "referrers" ? "" : "; charset=utf-8"}`;
  return { ...adding(reply, { "Content-Type": type }), body: Buffer.from(JSON.stringify(value, undefined, 2)) };
});

const lowerCase: Wrap = saying(any, (reply) => ({
  ...reply,
  headers: Object.fromEntries(Object.entries(reply.headers).map(([name, value]) => [name.toLowerCase(), value])),
}));

const choice = (name: string, wrap: Wrap, ...against: readonly string[]): Choice => ({ name, wrap, against });
const limited = (name: string, limits: Partial<Limits>): Choice => ({ name, limits });

/** Every choice that can be made otherwise. */
export const CHOICES: readonly Choice[] = [
  limited("chunks-of-500", { chunkMinLength: 500 }),
  limited("pages-of-2", { pageLimit: 2 }),
  limited("large-manifests", { manifestLimit: 64 * 1024 * 1024 }),
  limited("manifests-of-missing-blobs", { sparse: true }),
  limited("tags-without-case", { tagOrder: "caseless" }),
  choice(
    "no-tag-deletion",
    refusing(TAG_DELETE, () => unsupported(400)),
  ),
  choice(
    "no-deletion",
    refusing(either(at("manifest", "DELETE"), at("blob", "DELETE")), () => unsupported(405, { Allow: "GET, HEAD" })),
  ),
  choice(
    "no-cancelling",
    refusing(at("upload", "DELETE"), () => unsupported(405, { Allow: "GET, PATCH, PUT" })),
  ),
  choice(
    "no-mounts",
    hearing(both(UPLOADS, asked("mount")), (call) => withQuery(call, { mount: undefined, from: undefined })),
  ),
  choice(
    "no-single-post",
    hearing(both(UPLOADS, asked("digest")), (call) => withQuery(call, { digest: undefined })),
  ),
  choice(
    "no-referrers",
    (handler) =>
      saying(at("manifest", "PUT"), (reply) => dropping(reply, "OCI-Subject"))(
        refusing(at("referrers", "GET", "HEAD"), () => unsupported(404))(handler),
      ),
    "registry.general.discovery-supported",
  ),
  choice(
    "no-referrers-filter",
    (handler) =>
      saying(at("referrers", "GET"), (reply) => dropping(reply, "OCI-Filters-Applied"))(
        hearing(at("referrers", "GET"), (call) => withQuery(call, { artifactType: undefined }))(handler),
      ),
    "registry.referrers.filter",
  ),
  choice("no-tag-parameters", (handler) =>
    saying(at("manifest", "PUT"), (reply) => dropping(reply, "OCI-Tag"))(
      hearing(both(at("manifest", "PUT"), asked("tag")), (call) => withQuery(call, { tag: undefined }))(handler),
    ),
  ),
  choice(
    "no-ranges",
    (handler) =>
      saying(BLOB, (reply) => dropping(reply, "Accept-Ranges"))(hearing(BLOB, (call) => withHeaders(call, { range: undefined }))(handler)),
    "registry.blob.range",
  ),
  choice(
    "absolute-locations",
    saying(any, (reply, { headers: { host }, secure }) =>
      located(reply, (old) => (old.startsWith("/") ? `${secure ? "https" : "http"}://${host}${old}` : old)),
    ),
  ),
  choice(
    "locations-with-a-query",
    saying(UPLOAD, (reply) => (reply.status < 300 ? located(reply, (old) => withParameter(old, "state=a%2Fb%3D%3D")) : reply)),
  ),
  choice("moving-uploads", movingUploads),
  choice("strict-accept", strictly),
  choice("untagged-manifests-go", untaggedGo),
  choice("tags-stay-409", tagsStay(409, "DENIED")),
  choice("tags-stay-403", tagsStay(403, "DENIED")),
  choice("tags-stay-400", tagsStay(400, "MANIFEST_INVALID")),
  choice("tags-stay-412", tagsStay(412, "DENIED")),
  choice(
    "no-tags-list",
    refusing(at("tags", "GET", "HEAD"), () => unsupported(404)),
    "registry.general.discovery-supported",
  ),
  choice("lists-lag", lagging(2), "robustness.registry.list-behind"),
  choice(
    "names-of-2-components",
    refusing(ofComponents(2), () => refusal(400, "NAME_INVALID", "of two components at most")),
  ),
  choice(
    "names-in-projects",
    refusing(
      (call) => nameIn(call) !== "" && !/^(?:t|oci-conform)\//.test(nameIn(call)),
      () => refusal(403, "DENIED", "there is no such project"),
    ),
  ),
  choice(
    "names-of-4-components",
    refusing(ofComponents(4), () => refusal(404, "NAME_UNKNOWN", "of four components at most")),
  ),
  choice(
    "small-blobs-alone",
    refusing(
      (call) => at("upload", "PUT", "PATCH")(call) && Number(call.headers["content-length"] ?? 0) > 60_000,
      () => refusal(413, "SIZE_INVALID", "of 60000 bytes at most"),
    ),
  ),
  choice("quota-507", quota(200, refusal(507, "DENIED", "no room is left"))),
  choice("quota-413", quota(200, refusal(413, "DENIED", "no room is left"))),
  choice("quota-429", quota(200, refusal(429, "TOOMANYREQUESTS", "no more of them today", undefined, { "Retry-After": "0" }))),
  choice("used-content-stays", usedStays),
  choice(
    "redirected-blobs",
    saying(BLOB, (reply, { target, query }) =>
      reply.status < 300 && !query.has("direct") ? { status: 307, headers: { Location: withParameter(target, "direct=1") } } : reply,
    ),
  ),
  choice("errors-without-bodies", wordless("")),
  choice("errors-in-plain-text", wordless("no\n")),
  choice(
    "warnings",
    saying(any, (reply) => adding(reply, { Warning: ['299 - "this registry will be switched off"', '299 - "soon"'] })),
  ),
  choice(
    "connections-closed",
    saying(any, (reply) => adding(reply, { Connection: "close" })),
  ),
  choice(
    "no-docker-version",
    saying(any, (reply) => dropping(reply, "Docker-Distribution-API-Version")),
  ),
  choice(
    "unknown-names-denied",
    saying(any, async (reply) =>
      reply.status === 404 && (await bytesOf(reply)).includes("NAME_UNKNOWN")
        ? json(403, { errors: [{ code: "DENIED", message: "not for you" }] })
        : reply,
    ),
  ),
  choice(
    "no-sha512",
    refusing(
      ({ target }) => target.includes("sha512"),
      () => refusal(400, "DIGEST_INVALID", "of sha256 alone"),
    ),
  ),
  choice(
    "compressed-answers",
    saying(either(MANIFEST, BLOB, at("tags", "GET", "HEAD")), (reply, { headers }) =>
      reply.status === 200 && /\bgzip\b(?!;q=0)/.test(headers["accept-encoding"]?.toString() ?? "") ? gzipped(reply) : reply,
    ),
  ),
  choice("talkative-json", talkative),
  choice("lower-case-headers", lowerCase),
  choice("busy", busy),
];

/** @throws RangeError where there is none of that name. */
function choiceNamed(name: string): Choice {
  const found = CHOICES.find((each) => each.name === name);
  if (!found) throw new RangeError(`there is no choice ${name}`);
  return found;
}

/** How headers are written comes last: others look for their names. */
const isOfWriting = ({ name }: Choice): boolean => name === "lower-case-headers";

/**
 * The choices of these names, in the order in which they go around a registry.
 * @throws RangeError where there is none of a name.
 */
export function choicesNamed(names: readonly string[]): readonly Choice[] {
  const choices = names.map(choiceNamed);
  return [...choices.filter((each) => !isOfWriting(each)), ...choices.filter(isOfWriting)];
}
