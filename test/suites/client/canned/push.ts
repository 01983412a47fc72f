import { caseOf, inA, pushing } from "../../../../generators/client/cases.js";
import { image } from "../../../../generators/client/images.js";
import { MEDIA } from "../../../../generators/registry/steps.js";
import type { Behaviour } from "../../../../reference-registry/behaviours/behaviour.js";
import type { ClientCase } from "../../../../runners/client/case.js";
import type { ClientExchange, WrittenFile } from "../../../../runners/client/observation.js";
import { type Canned, type CannedTable, canned, exchange, factsOf, run, traffic } from "./canned.js";

const POST = "POST /v2/oci-conform/a/blobs/uploads/";
const PLACE = "/v2/oci-conform/a/blobs/uploads/1";
const PUT = `PUT ${PLACE}`;
const BLOB = "0123456789";
const testCase: ClientCase = pushing("a push", { blob: { kind: "text", text: BLOB } });
const { sha256 = "", sha512 = "" } = factsOf(testCase).blob ?? {};
const OTHER = `sha256:${"0".repeat(64)}`;

const started = (got: Readonly<Record<string, string>> = {}, target = POST): ClientExchange =>
  exchange(target, 202, { sent: { "content-length": "0" }, got: { location: PLACE, ...got } });

/** Traffic about the blob. */
const about = (...exchanges: readonly ClientExchange[]): Canned => canned(testCase, run(exchanges));

/** A chunk, which the registry takes. */
const chunk = (range: string, text: string, got: Readonly<Record<string, string>> = {}, place = PLACE, status = 202): ClientExchange =>
  exchange(`PATCH ${place}`, status, {
    sent: { "content-range": range },
    sends: text,
    got: status === 202 ? { location: PLACE, range: `0-${range.split("-")[1]}`, ...got } : got,
  });

const closed = (digest = sha256, place = PLACE): ClientExchange =>
  exchange(`PUT ${place}${place.includes("?") ? "&" : "?"}digest=${digest}`, 201);
const inChunks = about(started(), chunk("0-4", "01234"), chunk("5-9", "56789"), closed());

const manifest = (text: string, type: string | undefined, reference = "t", status = 201): ClientExchange =>
  exchange(`PUT /v2/oci-conform/a/manifests/${reference}`, status, {
    sends: text,
    sent: type === undefined ? {} : { "content-type": type },
  });
const TEXT = JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.manifest, layers: [{ digest: sha256 }] });

const single = (digest: string, length: string, sends = BLOB): Canned =>
  about(exchange(`${POST}?digest=${digest}`, 201, { sends, sent: { "content-length": length } }));

const fallback: ClientCase = { ...testCase, choices: ["no-single-post"] };
const held = { registry: { "oci-conform/a": { tags: { t: sha256 }, manifests: [sha256], blobs: [] } } };
const post202 = exchange(`${POST}?digest=${sha256}`, 202, { sends: BLOB, got: { location: PLACE } });

const failing = (...exchanges: readonly ClientExchange[]): Canned => canned(testCase, run(exchanges, { status: 1, stderr: "error" }));
const refused = exchange(`${PUT}?digest=${sha256}`, 413, { sends: BLOB });

/** An answer with the digest of something else, in a case about that. */
function wrongDigest(behaviour: Behaviour, request: string, verb: "push" | "copy") {
  const told = exchange(request, 201, { behaviours: [0], got: { "docker-content-digest": OTHER } });
  const subject: ClientCase = { ...caseOf("another digest", verb, image("m", 1), inA("t")), behaviours: [behaviour] };
  const seen = (status: number, stdout = "", written: Readonly<Record<string, WrittenFile>> = {}): Canned =>
    canned(subject, run([told], { status, stdout, written }), run([exchange(request, 201)]));
  return { good: seen(1), bad: seen(0, `pushed ${OTHER}`), silent: seen(0) };
}

export const PUSH: CannedTable = {
  "registry.client.upload-location-as-obtained": {
    good: about(started({ location: `${PLACE}?state=a%2Fb` }), exchange(`${PUT}?state=a/b&digest=${sha256}`, 201, { sends: BLOB })),
    bad: about(started({ location: `${PLACE}?state=a%2Fb` }), exchange(`${PUT}?digest=${sha256}`, 400, { sends: BLOB })),
    silent: traffic(exchange("GET /v2/", 200)),
  },
  "registry.client.upload-location-not-assembled": {
    good: about(
      started({ location: "http://127.0.0.2:5000/elsewhere/1" }),
      exchange(`PUT /elsewhere/1?digest=${sha256}`, 201, { host: "other", sends: BLOB }),
    ),
    bad: about(started({ location: "http://127.0.0.2:5000/elsewhere/1" }), exchange(`${PUT}?digest=${sha256}`, 404, { sends: BLOB })),
    silent: traffic(exchange(`${PUT}?digest=${sha256}`, 404)),
  },
  "registry.client.single-post-content-length": {
    good: single(sha256, "10"),
    bad: single(sha256, "9", "012345678"),
    silent: single(OTHER, "10"),
  },
  "registry.client.single-post-digest": { good: single(sha512, "10"), bad: single(OTHER, "10"), silent: about(started()) },
  "registry.client.single-post-fallback": {
    good: canned(fallback, run([post202, closed()], { held }), run([], { held })),
    bad: canned(fallback, run([post202], { held: {} }), run([], { held })),
    silent: single(sha256, "10"),
  },
  "registry.client.chunked-start-empty": {
    good: inChunks,
    bad: about(exchange(POST, 202, { sent: { "transfer-encoding": "chunked" }, got: { location: PLACE } }), chunk("0-9", BLOB), closed()),
    silent: about(started(), closed()),
  },
  "registry.client.digest-algorithm-parameter": {
    good: about(started({}, `${POST}?digest-algorithm=sha512`), chunk("0-9", BLOB), closed(sha512)),
    bad: about(started(), chunk("0-9", BLOB), closed(sha512)),
    silent: inChunks,
  },
  "registry.client.chunk-range-form": {
    good: inChunks,
    bad: about(started(), chunk("bytes 0-9/10", BLOB), closed()),
    silent: about(started(), closed()),
  },
  "registry.client.chunk-range-inclusive": {
    good: inChunks,
    bad: about(started(), chunk("0-10", BLOB), closed()),
    silent: about(started(), closed()),
  },
  "registry.client.first-chunk-at-zero": {
    good: inChunks,
    bad: about(started(), chunk("1-10", BLOB), closed()),
    silent: about(started(), closed()),
  },
  "registry.client.chunks-in-order": {
    good: about(
      started(),
      chunk("0-4", "01234"),
      chunk("5-9", "56789", { range: "0-4" }, PLACE, 416),
      exchange(`GET ${PLACE}`, 204, { got: { range: "0-4", location: PLACE } }),
      chunk("5-9", "56789"),
      closed(),
    ),
    bad: about(started(), chunk("0-4", "01234"), chunk("4-8", "56789", {}, PLACE, 416)),
    silent: about(started(), chunk("0-9", BLOB), closed()),
  },
  "registry.client.chunk-min-length-kept": {
    good: about(started({ "oci-chunk-min-length": "5" }), chunk("0-7", "01234567"), chunk("8-9", "89"), closed()),
    bad: about(started({ "oci-chunk-min-length": "5" }), chunk("0-1", "01"), chunk("2-9", "23456789"), closed()),
    silent: inChunks,
  },
  "registry.client.chunk-location-followed": {
    good: about(
      started(),
      chunk("0-4", "01234", { location: `${PLACE}?n=1` }),
      chunk("5-9", "56789", { location: `${PLACE}?n=2` }, `${PLACE}?n=1`),
      closed(sha256, `${PLACE}?n=2`),
    ),
    bad: about(started(), chunk("0-4", "01234", { location: `${PLACE}?n=1` }), chunk("5-9", "56789")),
    silent: about(started(), closed()),
  },
  "registry.client.status-location-followed": {
    good: about(started(), exchange(`GET ${PLACE}`, 204, { got: { location: `${PLACE}?n=1` } }), chunk("0-9", BLOB, {}, `${PLACE}?n=1`)),
    bad: about(started(), exchange(`GET ${PLACE}`, 204, { got: { location: `${PLACE}?n=1` } }), chunk("0-9", BLOB)),
    silent: inChunks,
  },
  "registry.client.session-closed-by-put": {
    good: inChunks,
    bad: about(started(), chunk("0-9", BLOB)),
    silent: [
      failing(started(), chunk("0-9", BLOB)),
      // Begun once more, in one piece, in two, and by a mount.
      about(started(), chunk("0-9", BLOB), started({ location: `${PLACE}2` }), closed(sha256, `${PLACE}2`)),
      about(started(), chunk("0-4", "01234"), chunk("5-9", "56789"), exchange(`${POST}?mount=${sha256}&from=oci-conform/b`, 201)),
    ],
  },
  "registry.client.close-with-digest": {
    good: inChunks,
    bad: about(started(), chunk("0-9", BLOB), exchange(PUT, 400)),
    silent: about(started(), chunk("0-9", BLOB)),
  },
  "registry.client.cancel-sent": {
    good: failing(started(), refused, exchange(`DELETE ${PLACE}`, 204)),
    bad: failing(started(), refused),
    silent: failing(started(), exchange(`${PUT}?digest=${sha256}`, 404, { sends: BLOB })),
  },
  "registry.client.cancel-failure-ignored": {
    good: failing(started(), refused, exchange(`DELETE ${PLACE}`, 404)),
    bad: failing(started(), refused, exchange(`DELETE ${PLACE}`, 404), exchange(`DELETE ${PLACE}`, 404)),
    silent: failing(started(), refused, exchange(`DELETE ${PLACE}`, 204)),
  },
  "registry.client.mount-digest-header-verified": wrongDigest(
    { on: { to: "uploads", query: "mount" }, does: { kind: "header", name: "Docker-Content-Digest", value: OTHER } },
    `${POST}?mount=${sha256}&from=oci-conform/b`,
    "copy",
  ),
  "registry.client.manifest-content-type": {
    good: about(manifest(TEXT, MEDIA.manifest)),
    bad: about(manifest(TEXT, "application/json")),
    silent: about(started()),
  },
  "registry.client.manifest-content-type-without-parameters": {
    good: about(manifest(TEXT, MEDIA.manifest)),
    bad: about(manifest(TEXT, `${MEDIA.manifest}; charset=utf-8`)),
    silent: about(manifest(TEXT, undefined)),
  },
  "registry.client.content-type-is-media-type": {
    good: about(manifest(TEXT, MEDIA.manifest)),
    bad: about(manifest(TEXT, MEDIA.index)),
    silent: about(manifest("{}", MEDIA.manifest)),
  },
  "registry.client.manifest-media-type": {
    good: about(manifest(TEXT, MEDIA.manifest)),
    bad: about(manifest('{"layers":[]}', MEDIA.manifest)),
    silent: about(manifest(BLOB, MEDIA.manifest)),
  },
  "registry.client.push-reference-tag-or-digest": {
    good: about(manifest(TEXT, MEDIA.manifest, OTHER)),
    bad: about(manifest(TEXT, MEDIA.manifest, `t@${OTHER}`, 404)),
    silent: about(started()),
  },
  "registry.client.manifest-references-blobs": {
    good: about(started(), closed(), manifest(TEXT, MEDIA.manifest)),
    bad: about(started(), closed(), manifest('{"layers":[]}', MEDIA.manifest)),
    silent: failing(started(), closed(), manifest('{"layers":[]}', MEDIA.manifest)),
  },
  "registry.client.push-digest-header-verified": wrongDigest(
    { on: { to: "manifest", methods: ["PUT"] }, does: { kind: "header", name: "Docker-Content-Digest", value: OTHER } },
    "PUT /v2/oci-conform/a/manifests/t",
    "push",
  ),
};
