import type { Call } from "../http/call.js";
import { type Reply, refusal } from "../http/reply.js";
import { at, both, byTag, bytesOf, type Fault, getting, wrapped } from "./fault.js";

const BLOB_GET = at("blob", "GET");
const TAG_GET = both(at("manifest", "GET", "HEAD"), byTag);
const TAG_PUT = both(at("manifest", "PUT"), byTag);
const key = (call: Call): string => call.target.replace(/\?.*/, "");

const failure: Reply = { status: 500, headers: { "Content-Type": "text/plain" }, body: Buffer.from("oh\n") };

const raced = (...given: Parameters<typeof wrapped>): Fault => ({ ...wrapped(...given), shownBy: "races" });

/** Makes the window wide enough in which such a fault shows. */
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

/** Reads of a tag while it is being pushed are answered so. */
const whilePushed = (name: string, requirement: string, answer: Reply): Fault =>
  raced(name, requirement, (handler) => {
    const pushed = new Map<string, number>();
    return async (call) => {
      if (TAG_GET(call) && (pushed.get(key(call)) ?? 0) > 0) return answer;
      if (!TAG_PUT(call)) return handler(call);
      pushed.set(key(call), (pushed.get(key(call)) ?? 0) + 1);
      try {
        const reply = await handler(call);
        await pause();
        return reply;
      } finally {
        pushed.set(key(call), (pushed.get(key(call)) ?? 1) - 1);
      }
    };
  });

/** Every second read of a tag that has been moved is of what it was before. */
const stale: Fault = raced("tag-reads-stale", "robustness.registry.tag-history", (handler) => {
  const before = new Map<string, Reply>();
  let odd = false;
  return async (call) => {
    if (TAG_PUT(call)) {
      const old = await handler({ ...getting(call, call.route), body: call.body });
      if (old.status === 200) before.set(key(call), { ...old, body: await bytesOf(old) });
    }
    odd = !odd;
    return (call.method === "GET" && TAG_GET(call) && odd ? before.get(key(call)) : undefined) ?? handler(call);
  };
});

/** The first read of a blob after it was pushed finds nothing yet. */
const late: Fault = wrapped("blobs-visible-late", "robustness.registry.acknowledged-unreadable", (handler) => {
  const fresh = new Set<string>();
  return async (call) => {
    if (BLOB_GET(call) && fresh.delete(key(call))) return refusal(404, "BLOB_UNKNOWN", "not yet");
    const reply = await handler(call);
    const { Location } = reply.headers;
    if (reply.status === 201 && call.route.kind !== "manifest") fresh.add(String(Location));
    return reply;
  };
});

/** Blobs that are read at the same time get into each other's answers. */
const mixed: Fault = raced("bodies-mixed", "robustness.registry.content-mixed", (handler) => {
  const last: { call: Call; reply: Reply }[] = [];
  return async (call) => {
    const reply = await handler(call);
    if (!BLOB_GET(call) || reply.status !== 200) return reply;
    const own = { call, reply };
    last.push(own);
    await pause();
    const other = last.find((each) => key(each.call) !== key(call));
    last.splice(last.indexOf(own), 1);
    return other ? { ...reply, body: other.reply.body ?? Buffer.alloc(0) } : reply;
  };
});

/** Whoever pushes a blob while another one does is turned away. */
const pushedAlready: Fault = raced("same-blob-refused", "robustness.registry.same-blob-at-once", (handler) => {
  const under = new Set<string>();
  return async (call) => {
    const digest = call.route.kind === "upload" || call.route.kind === "uploads" ? call.query.get("digest")?.[0] : undefined;
    if (digest === undefined) return handler(call);
    if (under.has(digest)) return refusal(400, "BLOB_UPLOAD_INVALID", "somebody else is pushing this");
    under.add(digest);
    try {
      await pause();
      return await handler(call);
    } finally {
      under.delete(digest);
    }
  };
});

/** What goes wrong when several things happen at once, or right after each other. */
export const RACE_FAULTS: readonly Fault[] = [
  whilePushed("tag-500-while-pushed", "robustness.registry.server-error-at-once", failure),
  late,
  mixed,
  whilePushed("tag-404-while-pushed", "robustness.registry.tag-history", refusal(404, "MANIFEST_UNKNOWN", "there is no such manifest")),
  stale,
  pushedAlready,
];
