import { pulling, pushing } from "../../../../generators/client/cases.js";
import { image } from "../../../../generators/client/images.js";
import type { Behaviour } from "../../../../reference-registry/behaviours/behaviour.js";
import type { ClientCase } from "../../../../runners/client/case.js";
import { ADDRESSES, type CannedTable, canned, exchange, factsOf, files, run, traffic } from "./canned.js";

const GET = "GET /v2/oci-conform/a/manifests/t";
const BLOB = "GET /v2/oci-conform/a/blobs/sha256:00";

/** Pulls that meet a behaviour: one that does the same as ever, and one that does not. */
function copes(testCase: ClientCase) {
  const written = files(factsOf(testCase), "m", "m-config", "m-layer");
  const held = { registry: { "oci-conform/a": { tags: { t: "sha256:00" }, manifests: ["sha256:00"], blobs: [] } } };
  const meets = [exchange(GET, 200, { behaviours: (testCase.behaviours ?? []).map((_, at) => at) })];
  const control = run([exchange(GET, 200)], { written, held });
  return {
    same: canned(testCase, run(meets, { written, held }), control),
    fails: canned(testCase, run(meets, { status: 1, stderr: "error: what is this?" }), control),
    lacks: canned(testCase, run(meets), control),
    crashes: canned(testCase, run(meets, { status: 139 }), control),
  };
}

const withoutVersion = copes(
  pulling("no version", image("m", 1), [
    { on: { to: "any" }, does: { kind: "header", name: "Docker-Distribution-API-Version", value: null } },
  ]),
);
const schema1: ClientCase = {
  ...pushing("no codes", image("m", 1), [], { choices: ["errors-without-bodies"] }),
  aims: ["registry.client.schema1-codes-not-relied-on"],
};
const redirected = copes(
  pulling("redirect", image("m", 1), [{ on: { to: "blob" }, does: { kind: "redirect", to: "other", status: 307 } }]),
);

const WARNING: Behaviour = { on: { to: "any" }, does: { kind: "header", name: "Warning", value: '299 - "soon"' } };
const warned = pulling("warnings", image("m", 1), [WARNING]);
/** Whatever else a registry does may be why a client fails. */
const alsoAsking: ClientCase = {
  ...warned,
  behaviours: [WARNING, { on: { to: "any" }, does: { kind: "auth", challenges: ['Basic realm="a"'], accepts: "basic" } }],
  credentials: ["registry"],
};
const alsoChoosing: ClientCase = { ...warned, choices: ["strict-accept"] };
const warning = { behaviours: [0], got: { warning: '299 - "soon"' } };
const withWords = (stderr: string, written = files(factsOf(warned), "m")) =>
  canned(
    warned,
    run([exchange(GET, 200, warning), exchange(BLOB, 200, warning)], { stderr, written }),
    run([], { written: files(factsOf(warned), "m") }),
  );

const redirectTo = { location: `http://${ADDRESSES.other}/v2/oci-conform/a/blobs/sha256:00` };
const secret = { authorization: "Basic aGVyZTpzZWNyZXQ=" };

export const HTTP: CannedTable = {
  "registry.client.docker-headers-not-relied-on": { good: withoutVersion.same, bad: withoutVersion.fails, silent: withoutVersion.crashes },
  "registry.client.schema1-codes-not-relied-on": {
    good: copes(schema1).same,
    bad: copes(schema1).fails,
    silent: copes({ ...schema1, aims: [] }).same,
  },
  "registry.client.redirect-followed": { good: redirected.same, bad: redirected.lacks, silent: traffic(exchange(GET, 200)) },
  "registry.client.redirect-authorization": {
    good: traffic(exchange(BLOB, 307, { sent: secret, got: redirectTo }), exchange(BLOB, 200, { host: "other" })),
    bad: traffic(exchange(BLOB, 307, { sent: secret, got: redirectTo }), exchange(BLOB, 200, { host: "other", sent: secret })),
    silent: traffic(exchange(BLOB, 200, { sent: secret })),
  },
  "registry.client.warnings-reported": { good: withWords("warning: soon"), bad: withWords(""), silent: traffic(exchange(GET, 200)) },
  "registry.client.warnings-once": {
    good: withWords("warning: soon"),
    bad: withWords("warning: soon\nwarning: soon"),
    silent: withWords(""),
  },
  "registry.client.warnings-no-action": {
    good: [withWords(""), copes(alsoAsking).same, copes(alsoChoosing).same],
    bad: [withWords("", {}), copes(warned).fails],
    silent: [traffic(exchange(GET, 200)), copes(alsoAsking).fails, copes(alsoChoosing).lacks],
  },
};
