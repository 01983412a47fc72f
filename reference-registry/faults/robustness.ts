import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { Call, Handler } from "../http/call.js";
import { empty, errors, type Reply } from "../http/reply.js";
import { routeOf } from "../http/route.js";
import {
  adding,
  at,
  both,
  byTag,
  bytesOf,
  type Fault,
  forgetting,
  heard,
  inCode,
  nameIn,
  needing,
  neglecting,
  renamed,
  said,
  wrapped,
} from "./fault.js";
import { sharing } from "./sharing.js";

const BLOB_GET = at("blob", "GET");
const TAG_PUT = both(at("manifest", "PUT"), byTag);
const SESSION = at("upload", "GET", "PATCH", "PUT", "DELETE");
const key = (call: Call): string => call.target.replace(/\?.*/, "");

const failure: Reply = { status: 500, headers: { "Content-Type": "text/plain" }, body: Buffer.from("oh\n") };
const closing: Reply = { ...failure, takeOver: ({ socket }) => socket?.destroy() !== undefined };
/** A header's name and its value without the colon between. */
const malformed: Reply = {
  ...failure,
  takeOver: ({ socket }) => socket?.end("HTTP/1.1 200 OK\r\nContent-Length 0\r\n\r\n") !== undefined,
};
const silence: Reply = { ...failure, takeOver: () => true };

/** What has come of an upload can be pulled before the upload is closed. */
const unfinished: Fault = wrapped("unfinished-uploads-visible", "robustness.registry.unfinished-visible", (handler) => {
  const parts = new Map<string, { name: string; bytes: Buffer }>();
  return async (call) => {
    const { route } = call;
    if (at("upload", "PATCH")(call)) {
      const old = parts.get(key(call))?.bytes ?? Buffer.alloc(0);
      const chunks: Buffer[] = [];
      const reply = await handler({ ...call, body: copied(call.body, chunks) });
      if (reply.status === 202) parts.set(key(call), { name: nameIn(call), bytes: Buffer.concat([old, ...chunks]) });
      return reply;
    }
    const reply = await handler(call);
    if (route.kind !== "blob" || reply.status !== 404) return reply;
    const found = [...parts.values()].find(({ name, bytes }) => name === route.name && digestOf(bytes) === route.digest);
    return found ? { status: 200, headers: { "Docker-Content-Digest": route.digest }, body: found.bytes } : reply;
  };
});

const digestOf = (bytes: Buffer): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

async function* copied(body: AsyncIterable<Buffer>, to: Buffer[]): AsyncGenerator<Buffer> {
  for await (const chunk of body) {
    to.push(chunk);
    yield chunk;
  }
}

/** A refused push of a manifest takes the tag away that it was for. */
const refusedDeletes: Fault = said(
  "refused-push-deletes-tag",
  "robustness.registry.refused-changes-nothing",
  TAG_PUT,
  400,
  async (reply, call, handler) => {
    await handler({ ...call, method: "DELETE" });
    return reply;
  },
);

/** The tags of all repositories in one list. */
const allTags: Fault = wrapped("tags-of-all-repositories", "robustness.registry.repository-leak", (handler) => {
  const names = new Set<string>();
  const tagsOf = async (call: Call): Promise<string[]> => {
    const { tags } = JSON.parse((await bytesOf(await handler(call))).toString()) as { tags?: string[] };
    return tags ?? [];
  };
  return async (call) => {
    const reply = await handler(call);
    if (reply.status === 201) names.add(nameIn(call));
    if (!at("tags", "GET")(call) || reply.status !== 200) return reply;
    const all = await Promise.all([...names].map((name) => tagsOf(renamed(call, name))));
    return { ...reply, body: Buffer.from(JSON.stringify({ name: nameIn(call), tags: [...new Set(all.flat())].sort() })) };
  };
});

/** A body that breaks off ends as if that were all. */
async function* swallowed(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch {
    // Taken for its end.
  }
}

/** Pages without end: the last one leads to the first. */
const circle = (reply: Reply, call: Call): Reply =>
  reply.headers.Link === undefined && call.query.has("last") ? adding(reply, { Link: `<${key(call)}?n=1>; rel="next"` }) : reply;

/** Writes an answer by hand, since Node does not let line breaks into headers. */
const injected = (call: Call): Reply => ({
  ...failure,
  takeOver: ({ socket }) => {
    socket?.end(
      `HTTP/1.1 404 Not Found\r\nX-Requested: ${decodeURIComponent(call.target)}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    );
    return true;
  },
});

/** After a refusal, what is left of its body is answered as a request of its own would be. */
const outOfStep = (reply: Reply): Reply => ({
  ...reply,
  takeOver: (response) => {
    const { socket } = response;
    response.on("finish", () => socket?.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"));
    return false;
  },
});

const hasBody = ({ headers }: Call): boolean => Number(headers["content-length"]) > 0;
const crashing = (name: string, where: (call: Call) => boolean): Fault =>
  wrapped(name, "robustness.registry.crash", (handler, { crash }) => (call): ReturnType<Handler> => {
    if (!where(call)) return handler(call);
    crash();
    return silence;
  });
const hanging = (name: string, where: (call: Call) => boolean): Fault =>
  needing(
    "timeout",
    wrapped(name, "robustness.registry.hang", (handler) => (call) => (where(call) ? silence : handler(call))),
  );

/** What no sentence of the spec states, and everybody relies on. */
export const ROBUSTNESS_FAULTS: readonly Fault[] = [
  wrapped("manifest-refusal-no-http", "robustness.registry.answer-malformed", (handler) => async (call) => {
    const reply = await handler(call);
    return reply.status === 400 && at("manifest", "PUT")(call) ? malformed : reply;
  }),
  wrapped("malformed-digest-500", "robustness.registry.server-error", (handler) => async (call) => {
    const reply = await handler(call);
    return reply.status === 400 && BLOB_GET(call) ? failure : reply;
  }),
  crashing("crash-on-empty-manifest", (call) => at("manifest", "PUT")(call) && Number(call.headers["content-length"]) === 0),
  crashing("crash-on-range-without-ends", (call) => BLOB_GET(call) && /=-$/.test(call.headers.range ?? "")),
  wrapped("connection-closed-on-unknown-upload", "robustness.registry.connection-closed", (handler) => (call) => {
    const unknown = at("upload", "PUT")(call) && call.route.kind === "upload" && /^0{8}-/.test(call.route.id);
    return unknown ? closing : handler(call);
  }),
  hanging(
    "hang-on-unknown-upload-status",
    (call) => at("upload", "GET")(call) && /^0{8}-/.test(call.route.kind === "upload" ? call.route.id : ""),
  ),
  hanging("hang-on-empty-range", (call) => BLOB_GET(call) && /=-0$/.test(call.headers.range ?? "")),
  forgetting("blobs-lost-on-restart", "robustness.registry.acknowledged-lost", "write", /\/_blobs\//),
  forgetting("tags-lost-on-restart", "robustness.registry.acknowledged-lost", "write", /\/_tags\//),
  forgetting("deleted-back-on-restart", "robustness.registry.acknowledged-lost", "remove", /./),
  neglecting("collected-manifests-of-indexes", "robustness.registry.collected", "children"),
  neglecting("collected-referrers", "robustness.registry.collected-referrer", "subject"),
  inCode("digest-not-verified", "robustness.registry.content-mismatched"),
  unfinished,
  allTags,
  sharing("sessions-of-all-repositories", "robustness.registry.repository-leak", SESSION),
  wrapped("closed-session-accepts", "robustness.registry.session-unknown", (handler) => async (call) => {
    const reply = await handler(call);
    return reply.status === 404 && at("upload", "PATCH")(call) ? empty(202, { Location: key(call), Range: "0-0" }) : reply;
  }),
  refusedDeletes,
  heard(
    "escaped-slashes-decoded",
    "robustness.registry.path-traversal",
    ({ target }) => /%2f/i.test(target),
    (call) => ({ ...call, route: routeOf(posix.normalize(key(call).replaceAll(/%2f/gi, "/"))) }),
  ),
  wrapped(
    "line-breaks-returned",
    "robustness.registry.header-injection",
    (handler) => (call) => (/%0[ad]/i.test(call.target) ? injected(call) : handler(call)),
  ),
  wrapped("errors-repeat-request", "robustness.registry.error-body-large", (handler) => async (call) => {
    const reply = await handler(call);
    const echo = { code: "UNSUPPORTED", message: call.target.repeat(200) } as const;
    return reply.status === 400 && call.target.length > 1000 ? errors(400, [echo]) : reply;
  }),
  said("tags-link-in-circles", "robustness.registry.paging-endless", at("tags", "GET"), 200, circle),
  heard("broken-off-is-complete", "robustness.registry.length-wrong", hasBody, (call) => ({ ...call, body: swallowed(call.body) })),
  said("rest-of-refused-is-request", "robustness.registry.connection-out-of-step", hasBody, 4, outOfStep),
];
