import { type Reply, refusal } from "../http/reply.js";
import {
  adding,
  asked,
  at,
  both,
  byDigest,
  bytesOf,
  dropping,
  type Fault,
  header,
  heard,
  inCode,
  nameIn,
  refused,
  said,
  status,
  type Where,
  withHeaders,
} from "./fault.js";

const PUT = at("manifest", "PUT");
const TAGGED = both(PUT, byDigest, asked("tag"));
const MEBIBYTE = 1024 * 1024;

const inName =
  (pattern: RegExp): Where =>
  (call) =>
    pattern.test(nameIn(call));

const putsTag =
  (pattern: RegExp): Where =>
  (call) =>
    PUT(call) && call.route.kind === "manifest" && pattern.test(call.route.reference);

const badName = (): Reply => refusal(400, "NAME_INVALID", "such names are not allowed here");

/** A tag that is not allowed is made into one that is. */
const mended = (name: string, requirement: string, pattern: RegExp, mend: (tag: string) => string): Fault =>
  heard(
    name,
    requirement,
    ({ route }) => route.kind === "manifest" && pattern.test(route.reference),
    (call) => (call.route.kind === "manifest" ? { ...call, route: { ...call.route, reference: mend(call.route.reference) } } : call),
  );

/** Other error codes in a refusal. */
const recoded = (name: string, requirement: string, from: string, to: string): Fault =>
  said(name, requirement, PUT, 4, async (reply) => ({
    ...reply,
    body: Buffer.from((await bytesOf(reply)).toString().replaceAll(`"${from}"`, `"${to}"`)),
  }));

/** Names, tags and pushing manifests. */
export const MANIFEST_FAULTS: readonly Fault[] = [
  refused("dots-in-names-refused", "registry.names.repository-grammar", inName(/\./), badName),
  refused("repeated-separators-refused", "registry.names.repository-repeated-separators", inName(/__|--/), badName),
  heard("uppercase-names-accepted", "registry.names.repository-outside-grammar", inName(/[A-Z]/), (call) => ({
    ...call,
    route: "name" in call.route ? { ...call.route, name: call.route.name.toLowerCase() } : call.route,
  })),
  mended("long-tags-accepted", "registry.names.tag-too-long", /^[\w.-]{129,}$/, (tag) => tag.slice(0, 128)),
  refused("tags-with-underscore-refused", "registry.names.tag-grammar", putsTag(/^_/), () =>
    refusal(400, "MANIFEST_INVALID", "such tags are not allowed here"),
  ),
  mended("odd-tags-accepted", "registry.names.tag-outside-grammar", /^[.-]/, (tag) => `_${tag.slice(1, 128)}`),
  said(
    "odd-references-pulled",
    "registry.names.reference-other-format",
    ({ method, route }) =>
      (method === "GET" || method === "HEAD") && route.kind === "manifest" && !/^\w[\w.-]{0,127}$|^sha\d+:[0-9a-f]+$/.test(route.reference),
    4,
    (reply) => ({ ...reply, status: 200 }),
  ),
  inCode("subject-must-exist", "registry.push.subject-unknown-accepted"),
  recoded("missing-blob-called-invalid", "registry.push.references-unknown-code", "MANIFEST_BLOB_UNKNOWN", "MANIFEST_INVALID"),
  recoded("missing-blob-called-unknown", "registry.push.references-unknown-code-blob-unknown", "MANIFEST_BLOB_UNKNOWN", "NAME_UNKNOWN"),
  refused(
    "type-parameters-refused",
    "registry.push.content-type-parameters-ignored",
    (call) => PUT(call) && (call.headers["content-type"] ?? "").includes(";"),
    () => refusal(400, "MANIFEST_INVALID", "no parameters, please"),
  ),
  status("manifest-put-200", "registry.push.manifest-created", PUT, 201, 200),
  status("manifest-put-204", "registry.push.manifest-created", PUT, 201, 204),
  said("manifest-put-without-location", "registry.push.manifest-location", PUT, 201, (reply) => dropping(reply, "Location")),
  header(
    "manifest-put-location-nowhere",
    "registry.push.manifest-location-pullable",
    PUT,
    "Location",
    (_, call) => `/v2/${nameIn(call)}/manifests/none`,
  ),
  header(
    "manifest-put-with-other-digest",
    "registry.push.manifest-digest-header",
    PUT,
    "Docker-Content-Digest",
    () => `sha256:${"0".repeat(64)}`,
  ),
  heard("five-tags-at-most", "registry.push.tag-parameter-ten", TAGGED, (call) => ({
    ...call,
    query: new Map([...call.query, ["tag", call.query.get("tag")?.slice(0, 5) ?? []]]),
  })),
  said("tags-not-returned", "registry.push.tag-parameter-header", TAGGED, 201, (reply) => dropping(reply, "OCI-Tag")),
  {
    name: "tags-not-created",
    requirement: "registry.push.tag-parameter-created",
    wrap: (handler) => async (call) => {
      if (!TAGGED(call)) return handler(call);
      const reply = await handler({ ...call, query: new Map() });
      return reply.status === 201 ? adding(reply, { "OCI-Tag": call.query.get("tag")?.join(", ") ?? "" }) : reply;
    },
  },
  status("manifest-over-limit-400", "registry.push.manifest-over-limit", PUT, 413, 400),
  refused(
    "one-megabyte-at-most",
    "registry.push.manifest-four-megabytes",
    (call) => PUT(call) && Number(call.headers["content-length"]) > MEBIBYTE,
    () => refusal(413, "SIZE_INVALID", "a manifest may have a megabyte"),
  ),
  said("subject-not-returned", "registry.push.subject-header", PUT, 201, (reply) => dropping(reply, "OCI-Subject")),
  heard("if-match-ignored", "registry.http.if-match", PUT, (call) => withHeaders(call, { "if-match": undefined })),
];
