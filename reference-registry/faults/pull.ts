import { digestOf } from "../grammar.js";
import type { Reply } from "../http/reply.js";
import {
  at,
  body,
  both,
  byTag,
  bytesOf,
  dropping,
  type Fault,
  header,
  heard,
  said,
  status,
  withHeaders,
  without,
  wrapped,
} from "./fault.js";
import { sharing } from "./sharing.js";

const OTHER = `sha256:${"0".repeat(64)}`;

/** Other bytes, with a digest and an ETag that are right for them. */
const replaced = (reply: Reply, bytes: Buffer): Reply => {
  const digest = digestOf("sha256", bytes);
  return { ...reply, body: bytes, headers: { ...reply.headers, "Docker-Content-Digest": digest, ETag: `"${digest}"` } };
};

const GETS = { manifest: at("manifest", "GET"), blob: at("blob", "GET") } as const;
const HEADS = { manifest: at("manifest", "HEAD"), blob: at("blob", "HEAD") } as const;

/** What goes wrong with manifests as with blobs. */
const ofBoth = (kind: "manifest" | "blob"): Fault[] => {
  const [get, head] = [GETS[kind], HEADS[kind]];
  return [
    status(`${kind}-get-203`, `registry.${kind}.get-ok`, get, 200, 203),
    without(`${kind}-get-without-digest`, `registry.${kind}.get-digest-header`, get, "Docker-Content-Digest"),
    header(`${kind}-get-with-other-digest`, `registry.${kind}.get-digest-header-matches`, get, "Docker-Content-Digest", () => OTHER),
    status(`${kind}-unknown-400`, `registry.${kind}.get-unknown`, get, 404, 400),
    status(`${kind}-unknown-403`, `registry.${kind}.get-unknown`, get, 404, 403),
    status(`${kind}-unknown-200`, `registry.${kind}.get-unknown`, get, 404, 200),
    sharing(`${kind}-of-other-repository`, `registry.${kind}.get-in-other-repository`, get),
    status(`${kind}-head-204`, `registry.${kind}.head-ok`, head, 200, 204),
    without(`${kind}-head-without-digest`, `registry.${kind}.head-digest-header`, head, "Docker-Content-Digest"),
    said(`${kind}-head-without-length`, `registry.${kind}.head-content-length`, head, 200, (reply) => ({
      ...reply,
      headers: { ...reply.headers, "Content-Length": [] },
    })),
    status(`${kind}-head-unknown-400`, `registry.${kind}.head-unknown`, head, 404, 400),
    sharing(`${kind}-head-of-other-repository`, `registry.${kind}.head-in-other-repository`, head),
  ];
};

/** Parts of blobs (RFC 9110, section 14). */
const RANGES: readonly Fault[] = [
  heard("range-ignored", "registry.blob.range", GETS.blob, (call) => withHeaders(call, { range: undefined })),
  heard("range-unit-ignored", "registry.http.range-unit-unknown", GETS.blob, (call) =>
    withHeaders(call, { range: call.headers.range?.replace(/^\w+=/, "bytes=") }),
  ),
  wrapped("range-of-head", "registry.http.range-get-only", (handler) => async (call) => {
    if (!HEADS.blob(call) || call.headers.range === undefined) return handler(call);
    return handler({ ...call, method: "GET" });
  }),
  said("range-without-content-range", "registry.http.range-content-range", GETS.blob, 206, (reply) => dropping(reply, "Content-Range")),
  heard("range-last-byte-lost", "registry.http.range-content", GETS.blob, (call) =>
    withHeaders(call, {
      range: call.headers.range?.replace(/^bytes=(\d+)-(\d+)$/, (_, from, to) => `bytes=${from}-${Math.max(Number(from), Number(to) - 1)}`),
    }),
  ),
  said("range-without-etag", "registry.http.range-fields", GETS.blob, 206, (reply) => dropping(reply, "ETag")),
  wrapped("ranges-joined", "registry.http.range-several", (handler) => async (call) => {
    const ranges = /^bytes=(\d+-\d+(?:, *\d+-\d+)+)$/.exec(call.headers.range ?? "")?.[1]?.split(",");
    if (!GETS.blob(call) || !ranges) return handler(call);
    const parts = await Promise.all(ranges.map((range) => handler(withHeaders(call, { range: `bytes=${range.trim()}` }))));
    const { "Content-Range": _, ...headers } = parts[0]?.headers ?? {};
    return { status: 206, headers, body: Buffer.concat(await Promise.all(parts.map(bytesOf))) };
  }),
  said("range-unsatisfiable-200", "registry.http.range-unsatisfiable", GETS.blob, 416, (_, call, handler) =>
    handler(withHeaders(call, { range: undefined })),
  ),
  said("range-unsatisfiable-without-size", "registry.http.range-unsatisfiable-length", GETS.blob, 416, (reply) =>
    dropping(reply, "Content-Range"),
  ),
  heard("if-range-ignored", "registry.http.if-range", GETS.blob, (call) => withHeaders(call, { "if-range": undefined })),
];

/** Whether the body is JSON with white space between its parts. */
const reencoded = (bytes: Buffer): Buffer => Buffer.from(JSON.stringify(JSON.parse(bytes.toString())));

/** Pulling manifests and blobs. */
export const PULL_FAULTS: readonly Fault[] = [
  ...ofBoth("manifest"),
  ...ofBoth("blob"),
  ...RANGES,
  status("head-of-blob-unsupported", "registry.general.pull-supported", HEADS.blob, 200, 405),
  status("head-of-manifest-unsupported", "registry.general.pull-supported", HEADS.manifest, 200, 405),
  status("base-missing", "registry.general.base-ok", at("version", "GET", "HEAD"), 200, 404),
  said("manifest-without-type", "registry.manifest.content-type", GETS.manifest, 200, (reply) => dropping(reply, "Content-Type")),
  header("manifest-type-generic", "registry.manifest.content-type-as-pushed", GETS.manifest, "Content-Type", () => "application/json"),
  header(
    "manifest-type-with-charset",
    "registry.manifest.content-type-without-parameters",
    GETS.manifest,
    "Content-Type",
    (type) => `${type}; charset=utf-8`,
  ),
  said("manifest-with-line-break", "registry.manifest.get-content", both(GETS.manifest, byTag), 200, async (reply) =>
    replaced(reply, Buffer.concat([await bytesOf(reply), Buffer.from("\n")])),
  ),
  said("manifest-reencoded", "registry.push.manifest-exact-bytes", both(GETS.manifest, byTag), 200, async (reply) =>
    replaced(reply, reencoded(await bytesOf(reply))),
  ),
  said("manifest-written-anew", "registry.manifest.get-content", GETS.manifest, 200, async (reply) =>
    replaced(reply, Buffer.from(JSON.stringify(JSON.parse((await bytesOf(reply)).toString()), undefined, 3))),
  ),
  body("blob-last-byte-changed", "registry.blob.get-content", GETS.blob, (bytes) =>
    Buffer.concat([bytes.subarray(0, -1), bytes.subarray(-1).map((byte) => byte ^ 1)]),
  ),
  said(
    "unknown-repository-400",
    "registry.pull.repository-unknown",
    (call) => GETS.manifest(call) || GETS.blob(call),
    404,
    async (reply) => ((await bytesOf(reply)).includes("NAME_UNKNOWN") ? { ...reply, status: 400 } : reply),
  ),
];
