import { pulling } from "../../../../generators/client/cases.js";
import { image } from "../../../../generators/client/images.js";
import { MEDIA } from "../../../../generators/registry/steps.js";
import type { Behaviour } from "../../../../reference-registry/behaviours/behaviour.js";
import type { WrittenFile } from "../../../../runners/client/observation.js";
import { type CannedTable, canned, exchange, factsOf, files, run, traffic } from "./canned.js";

const GET = "GET /v2/oci-conform/a/manifests/t";
const OTHER = `sha256:${"0".repeat(64)}`;

/** Pulls of an image on which a behaviour takes part in the first exchange: one that is refused, one that is taken, and one that fails anyway. */
function pulls(
  behaviour: Behaviour,
  got: Readonly<Record<string, string>> = {},
  more: { readonly written?: Readonly<Record<string, WrittenFile>>; readonly gets?: string } = {},
) {
  const testCase = pulling("a pull", image("m", 1), [behaviour]);
  const all = files(factsOf(testCase), "m", "m-config", "m-layer");
  const meets = [exchange(GET, 200, { behaviours: [0], got, gets: more.gets ?? "" })];
  const control = run([exchange(GET, 200)], { written: all });
  return {
    refused: canned(testCase, run(meets, { status: 1, stderr: "error: no" }), control),
    taken: canned(testCase, run(meets, { written: { ...all, ...more.written } }), control),
    lost: canned(testCase, run(meets), control),
    never: canned(testCase, run([exchange(GET, 200)], { written: all }), control),
  };
}

const parameters = pulls({ on: { to: "manifest" }, does: { kind: "header", name: "Content-Type", value: `${MEDIA.manifest}; a=b` } });
const type = pulls(
  { on: { to: "manifest" }, does: { kind: "header", name: "Content-Type", value: MEDIA.index } },
  { "content-type": MEDIA.index },
  { gets: `{"mediaType":"${MEDIA.manifest}"}` },
);
const note = { "index.json": { size: 1, sha256: OTHER, text: `{"digest":"${OTHER}"}` } };
const digestOf = (to: "manifest" | "blob", more = {}) =>
  pulls({ on: { to }, does: { kind: "header", name: "Docker-Content-Digest", value: OTHER } }, { "docker-content-digest": OTHER }, more);
const flipped = (to: "manifest" | "blob") =>
  pulls({ on: { to, ...(to === "manifest" ? { by: "digest" as const } : {}) }, does: { kind: "alter", how: "flip" } });

export const PULL: CannedTable = {
  "registry.client.manifest-reference-tag-or-digest": {
    good: traffic(exchange(GET, 200), exchange(`HEAD /v2/a/manifests/${OTHER}`, 404)),
    bad: traffic(exchange(`GET /v2/a/manifests/t@${OTHER}`, 404)),
    silent: traffic(exchange("GET /v2/", 200)),
  },
  "registry.client.accept-header": {
    good: traffic(exchange(GET, 200, { sent: { accept: `${MEDIA.manifest}, ${MEDIA.index}` } })),
    bad: traffic(exchange(GET, 200)),
    silent: traffic(exchange(GET, 200, { sent: { accept: "*/*" } })),
  },
  "registry.client.content-type-parameters-ignored": { good: parameters.taken, bad: parameters.refused, silent: parameters.never },
  "registry.client.media-type-mismatch-rejected": { good: type.refused, bad: type.taken, silent: type.never },
  "registry.client.manifest-digest-header-verified": {
    good: digestOf("manifest").refused,
    bad: digestOf("manifest", { written: note }).taken,
    silent: digestOf("manifest").taken,
  },
  "registry.client.manifest-digest-verified": {
    good: flipped("manifest").refused,
    bad: flipped("manifest").taken,
    silent: flipped("manifest").never,
  },
  "registry.client.blob-digest-header-verified": {
    good: digestOf("blob").refused,
    bad: digestOf("blob", { written: note }).taken,
    silent: digestOf("blob").taken,
  },
  "registry.client.blob-digest-verified": { good: flipped("blob").refused, bad: flipped("blob").taken, silent: flipped("blob").never },
};
