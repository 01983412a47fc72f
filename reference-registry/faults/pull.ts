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

const withoutLength = (reply: Reply): Reply => ({ ...reply, headers: { ...reply.headers, "Content-Length": [] } });

/** What goes wrong with manifests as with blobs. */
const MANIFEST_BASICS: readonly Fault[] = [
  status("manifest-get-203", "registry.manifest.get-ok", GETS.manifest, 200, 203),
  without("manifest-get-without-digest", "registry.manifest.get-digest-header", GETS.manifest, "Docker-Content-Digest"),
  header(
    "manifest-get-with-other-digest",
    "registry.manifest.get-digest-header-matches",
    GETS.manifest,
    "Docker-Content-Digest",
    () => OTHER,
  ),
  status("manifest-unknown-400", "registry.manifest.get-unknown", GETS.manifest, 404, 400),
  status("manifest-unknown-403", "registry.manifest.get-unknown", GETS.manifest, 404, 403),
  status("manifest-unknown-200", "registry.manifest.get-unknown", GETS.manifest, 404, 200),
  sharing("manifest-of-other-repository", "registry.manifest.get-in-other-repository", GETS.manifest),
  status("manifest-head-204", "registry.manifest.head-ok", HEADS.manifest, 200, 204),
  without("manifest-head-without-digest", "registry.manifest.head-digest-header", HEADS.manifest, "Docker-Content-Digest"),
  said("manifest-head-without-length", "registry.manifest.head-content-length", HEADS.manifest, 200, withoutLength),
  status("manifest-head-unknown-400", "registry.manifest.head-unknown", HEADS.manifest, 404, 400),
  sharing("manifest-head-of-other-repository", "registry.manifest.head-in-other-repository", HEADS.manifest),
];

/** What goes wrong with blobs as with manifests. */
const BLOB_BASICS: readonly Fault[] = [
  status("blob-get-203", "registry.blob.get-ok", GETS.blob, 200, 203),
  without("blob-get-without-digest", "registry.blob.get-digest-header", GETS.blob, "Docker-Content-Digest"),
  header("blob-get-with-other-digest", "registry.blob.get-digest-header-matches", GETS.blob, "Docker-Content-Digest", () => OTHER),
  status("blob-unknown-400", "registry.blob.get-unknown", GETS.blob, 404, 400),
  status("blob-unknown-403", "registry.blob.get-unknown", GETS.blob, 404, 403),
  status("blob-unknown-200", "registry.blob.get-unknown", GETS.blob, 404, 200),
  sharing("blob-of-other-repository", "registry.blob.get-in-other-repository", GETS.blob),
  status("blob-head-204", "registry.blob.head-ok", HEADS.blob, 200, 204),
  without("blob-head-without-digest", "registry.blob.head-digest-header", HEADS.blob, "Docker-Content-Digest"),
  said("blob-head-without-length", "registry.blob.head-content-length", HEADS.blob, 200, withoutLength),
  status("blob-head-unknown-400", "registry.blob.head-unknown", HEADS.blob, 404, 400),
  sharing("blob-head-of-other-repository", "registry.blob.head-in-other-repository", HEADS.blob),
];

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
  ...MANIFEST_BASICS,
  ...BLOB_BASICS,
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
