import type { Call, Handler } from "../http/call.js";
import { empty, type Reply, refusal } from "../http/reply.js";
import type { Route } from "../http/route.js";
import {
  adding,
  asked,
  at,
  both,
  dropping,
  type Fault,
  getting,
  header,
  nameIn,
  refused,
  said,
  status,
  type Where,
  wrapped,
} from "./fault.js";

const plainStart: Where = ({ method, route, query }) =>
  route.kind === "uploads" && method === "POST" && !query.has("digest") && !query.has("mount");
const SINGLE = both(at("uploads", "POST"), asked("digest"));
const MOUNT = both(at("uploads", "POST"), asked("mount"));
const PATCH = at("upload", "PATCH");
const PUT = at("upload", "PUT");
const STATUS = at("upload", "GET");

/** A URL of a blob that is not there. */
const nowhere = (_: string, call: Call): string => `/v2/${nameIn(call)}/blobs/sha256:${"0".repeat(64)}`;

const idOf = ({ route }: Call): string => (route.kind === "upload" ? route.id : "");

/** The answers to PUTs that end an upload: of chunks, or of a whole blob in one piece. */
const ended = (name: string, requirement: string, of: "chunks" | "whole", change: (reply: Reply, call: Call) => Reply): Fault =>
  wrapped(name, requirement, (handler) => {
    const chunked = new Set<string>();
    return async (call) => {
      if (PATCH(call)) chunked.add(idOf(call));
      const reply = await handler(call);
      return PUT(call) && reply.status === 201 && chunked.has(idOf(call)) === (of === "chunks") ? change(reply, call) : reply;
    };
  });

const toNowhere = (reply: Reply, call: Call): Reply => adding(reply, { Location: nowhere("", call) });

/** An upload is known by a number in place of its UUID. */
const numbered: Fault = wrapped("session-numbered", "registry.upload.session-uuid", (handler) => {
  const uuids: string[] = [];
  return async (call) => {
    const uuid = uuids[Number(idOf(call)) - 1];
    const reply = await handler(
      call.route.kind === "upload" && uuid !== undefined ? { ...call, route: { ...call.route, id: uuid } } : call,
    );
    const { Location } = reply.headers;
    const match = typeof Location === "string" ? /^(.*\/uploads\/)([\w-]{36})$/.exec(Location) : null;
    const [, path, id] = match ?? [];
    if (path === undefined || id === undefined) return reply;
    if (!uuids.includes(id)) uuids.push(id);
    return adding(dropping(reply, "Docker-Upload-UUID"), { Location: `${path}${uuids.indexOf(id) + 1}` });
  };
});

/** While an upload to a repository is open, whoever starts another one gets the same. */
const shared: Fault = wrapped("session-shared", "registry.upload.session-unique", (handler) => {
  const last = new Map<string, Reply>();
  const open = async (call: Call, reply: Reply): Promise<boolean> => {
    const id = String(reply.headers.Location).replace(/^.*\//, "");
    return (await handler(getting(call, { kind: "upload", name: nameIn(call), id }))).status === 204;
  };
  return async (call) => {
    const before = plainStart(call) ? last.get(nameIn(call)) : undefined;
    if (before && (await open(call, before))) return before;
    const reply = await handler(call);
    if (plainStart(call) && reply.status === 202) last.set(nameIn(call), reply);
    return reply;
  };
});

/** Each upload to a repository has the place of the first one. */
const onePlace: Fault = wrapped("session-always-the-same", "registry.upload.session-unique", (handler) => {
  const first = new Map<string, Reply>();
  return async (call) => {
    const before = plainStart(call) ? first.get(nameIn(call)) : undefined;
    if (before) return before;
    const reply = await handler(call);
    if (plainStart(call) && reply.status === 202) first.set(nameIn(call), reply);
    return reply;
  };
});

/** The same path at another port, where nobody listens. */
const wrongPort = (path: string, { headers: { host = "" } }: Call): string => `http://${host.replace(/:\d+$/, "")}:1${path}`;

/** A chunk that follows a short one is refused, though nobody said what is short. */
const shortRefused: Fault = wrapped("short-chunks-refused", "registry.upload.chunk-min-length-header", (handler) => {
  const short = new Set<string>();
  return (call) => {
    if (!PATCH(call)) return handler(call);
    if (short.has(idOf(call))) return refusal(400, "BLOB_UPLOAD_INVALID", "the chunk before was too short");
    if (Number(call.headers["content-length"]) < 1024) short.add(idOf(call));
    return handler(call);
  };
});

const RANGE = /^0-(\d+)$/;
const hasRange: Where = (call) => call.headers["content-range"] !== undefined;
const oneMore = (range: string): string => range.replace(RANGE, (_, end) => `0-${Number(end) + 1}`);

const mountFallback = (handler: Handler, call: Call): Promise<Reply> | Reply => handler({ ...call, query: new Map() });
const uploadRoute = (call: Call): Route => ({ kind: "upload", name: nameIn(call), id: "00000000-0000-4000-8000-000000000000" });
const routePath = (route: Route): string => (route.kind === "upload" ? `/v2/${route.name}/blobs/uploads/${route.id}` : "");

/** Uploading blobs. */
export const UPLOAD_FAULTS: readonly Fault[] = [
  refused("patch-unsupported", "registry.general.push-supported", PATCH, () => refusal(501, "UNSUPPORTED", "no PATCH here")),
  status("upload-start-200", "registry.upload.start-accepted", plainStart, 202, 200),
  said("upload-start-without-location", "registry.upload.start-location", plainStart, 202, (reply) => dropping(reply, "Location")),
  header("upload-start-at-wrong-port", "registry.upload.start-location", plainStart, "Location", wrongPort),
  header("upload-start-without-scheme", "registry.upload.start-location", plainStart, "Location", (path) => `localhost:5000${path}`),
  numbered,
  shared,
  onePlace,
  ended("blob-put-200", "registry.upload.put-created", "whole", (reply) => ({ ...reply, status: 200 })),
  ended("blob-put-204", "registry.upload.put-created", "whole", (reply) => ({ ...reply, status: 204 })),
  ended("blob-put-without-location", "registry.upload.put-location", "whole", (reply) => dropping(reply, "Location")),
  ended("blob-put-location-nowhere", "registry.upload.put-location-pullable", "whole", toNowhere),
  status("digest-malformed-422", "registry.push.digest-malformed", (call) => PUT(call) && !wellFormed(call), 400, 422),
  status("digest-mismatch-422", "registry.push.digest-mismatch", (call) => PUT(call) && supported(call), 400, 422),
  status(
    "digest-algorithm-unsupported-422",
    "registry.push.digest-algorithm-unsupported",
    (call) => PUT(call) && wellFormed(call) && !supported(call),
    400,
    422,
  ),
  refused(
    "sha512-refused",
    "registry.upload.digest-algorithm-used",
    (call) => PUT(call) && digestOf(call).startsWith("sha512:"),
    () => refusal(400, "DIGEST_INVALID", "only sha256 here"),
  ),
  status("single-post-200", "registry.upload.single-post-created", SINGLE, 201, 200),
  said("single-post-without-location", "registry.upload.single-post-location", SINGLE, 201, (reply) => dropping(reply, "Location")),
  header("single-post-location-nowhere", "registry.upload.single-post-location-pullable", SINGLE, "Location", nowhere),
  refused("single-post-refused", "registry.upload.single-post-unsupported-accepted", SINGLE, () =>
    refusal(405, "UNSUPPORTED", "no single POST here", undefined, { Allow: "" }),
  ),
  refused("single-post-denied", "registry.upload.single-post-unsupported-accepted", SINGLE, () =>
    refusal(403, "DENIED", "no single POST here"),
  ),
  refused("single-post-202-without-location", "registry.upload.single-post-unsupported-location", SINGLE, () => empty(202)),
  shortRefused,
  status("chunk-204", "registry.upload.chunk-accepted", PATCH, 202, 204),
  said("chunk-without-location", "registry.upload.chunk-location", PATCH, 202, (reply) => dropping(reply, "Location")),
  header("chunk-range-with-unit", "registry.upload.chunk-range-header", PATCH, "Range", (range) => `bytes=${range}`),
  header("stream-range-one-more", "registry.upload.chunk-range-end", (call) => PATCH(call) && !hasRange(call), "Range", oneMore),
  header("chunk-range-one-more", "registry.upload.chunk-range-end-as-requested", (call) => PATCH(call) && hasRange(call), "Range", oneMore),
  status("chunk-out-of-order-400", "registry.upload.chunk-out-of-order", PATCH, 416, 400),
  said("chunk-out-of-order-dropped", "registry.upload.chunk-out-of-order", PATCH, 416, ({ headers }) =>
    empty(202, { Location: headers.Location ?? "", Range: headers.Range ?? "" }),
  ),
  ended("close-200", "registry.upload.close-created", "chunks", (reply) => ({ ...reply, status: 200 })),
  ended("close-without-location", "registry.upload.close-location", "chunks", (reply) => dropping(reply, "Location")),
  ended("close-location-nowhere", "registry.upload.close-location-pullable", "chunks", toNowhere),
  status("final-chunk-out-of-order-400", "registry.upload.final-chunk-out-of-order", PUT, 416, 400),
  status("status-200", "registry.upload.status-no-content", STATUS, 204, 200),
  refused("status-unsupported", "registry.upload.status-no-content", STATUS, () =>
    refusal(405, "UNSUPPORTED", "no status here", undefined, { Allow: "PATCH, PUT, DELETE" }),
  ),
  said("status-without-location", "registry.upload.status-location", STATUS, 204, (reply) => dropping(reply, "Location")),
  header("status-range-with-unit", "registry.upload.status-range", STATUS, "Range", (range) => `bytes ${range}`),
  header("status-range-one-more", "registry.upload.status-range-end", STATUS, "Range", oneMore),
  status("cancel-202", "registry.upload.cancel-no-content", at("upload", "DELETE"), 204, 202),
  status("mount-200", "registry.mount.created", MOUNT, 201, 200),
  said("mount-without-location", "registry.mount.location", MOUNT, 201, (reply) => dropping(reply, "Location")),
  said("mount-location-nowhere", "registry.mount.location-pullable", MOUNT, 201, toNowhere),
  header(
    "mount-with-other-digest",
    "registry.mount.digest-header-matches",
    MOUNT,
    "Docker-Content-Digest",
    () => `sha256:${"0".repeat(64)}`,
  ),
  refused("mount-refused", "registry.mount.unsupported-accepted", MOUNT, () => refusal(400, "UNSUPPORTED", "nothing can be mounted")),
  refused("mount-denied", "registry.mount.unsupported-accepted", MOUNT, () => refusal(403, "DENIED", "nothing can be mounted")),
  status("mount-unable-404", "registry.mount.unable-accepted", MOUNT, 202, 404),
  said("mount-fallback-nowhere", "registry.mount.fallback-session", MOUNT, 202, async (_, call, handler) => {
    const reply = await mountFallback(handler, call);
    return adding(reply, { Location: routePath(uploadRoute(call)) });
  }),
];

function digestOf({ query }: Call): string {
  return query.get("digest")?.[0] ?? "";
}

function wellFormed(call: Call): boolean {
  return /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}|(?!sha256:|sha512:)[a-z0-9.+_-]+:[\w=-]+)$/.test(digestOf(call));
}

function supported(call: Call): boolean {
  return wellFormed(call) && /^sha(?:256|512):/.test(digestOf(call));
}
