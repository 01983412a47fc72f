import { caseOf, inA, pulling, pushing } from "../../../../generators/client/cases.js";
import { image } from "../../../../generators/client/images.js";
import type { Host } from "../../../../reference-registry/behaviours/behaviour.js";
import { ENDLESS } from "../../../../reference-registry/stage/wire.js";
import type { ClientCase } from "../../../../runners/client/case.js";
import { ADDRESSES, type Canned, type CannedTable, canned, exchange, factsOf, files, run } from "./canned.js";

const GET = "GET /v2/oci-conform/a/manifests/t";
const other = pulling("another blob", { ...image("m", 1), ...image("n", 2) }, [
  { on: { to: "blob" }, does: { kind: "content", base64: "" } },
]);
const facts = factsOf(other);
const blob = (name: string): string => facts[name]?.sha256 ?? "";
const bad = "a flipped bit";
const met = exchange(`GET /v2/oci-conform/a/blobs/${blob("m-layer")}`, 200, { behaviours: [0], gets: bad });
const all = files(facts, "m", "m-config", "m-layer");
const named = { "index.json": { size: 1, sha256: "sha256:00", text: '{"manifests":[{"digest":"sha256:00"}]}' } };
const empty = { "index.json": { size: 1, sha256: "sha256:00", text: '{"manifests":[]}' } };
const control = run([], { written: { ...all, ...named } });
const pull = (more: Parameters<typeof run>[1], testCase: ClientCase = other): Canned => canned(testCase, run([met], more), control);

const failing: ClientCase = {
  ...pushing("no room", image("m", 1), [{ on: { to: "upload" }, does: { kind: "answer", status: 413 } }]),
  aims: ["robustness.client.failed-push-exit"],
};
const refused = exchange("PUT /v2/oci-conform/a/blobs/uploads/1", 413, { behaviours: [0] });

const basic = (host: Host): Readonly<Record<string, string>> => ({
  authorization: `Basic ${Buffer.from(`${host}-user:secret`).toString("base64")}`,
});
const secret = (to: Host, sent: Readonly<Record<string, string>>, tls = false): Canned =>
  canned(
    pulling("credentials", image("m", 1), [], { credentials: ["registry"], ...(tls ? { tls: true } : {}) }),
    run([exchange(GET, 200, { host: to, sent, tls: tls && to !== "plain" })]),
  );

const ended = (status: number, stderr = ""): Canned => canned(pulling("odd", image("m", 1)), run([exchange(GET, 200)], { status, stderr }));
const trying = (status: number): Canned =>
  canned(pulling("refused", image("m", 1)), run([exchange(GET, status), exchange(GET, status)], { status: 124 }));
const endlessCase = pulling("endless", image("m", 1), [{ on: { to: "manifest" }, does: { kind: "alter", how: "endless" } }]);
const endless = (size: number): Canned => {
  const answer = exchange(GET, 200, { behaviours: [0] });
  return canned(
    endlessCase,
    run([{ ...answer, response: answer.response && { ...answer.response, body: { ...answer.response.body, size } } }], { status: 124 }),
    run([]),
  );
};

const older: ClientCase = {
  ...pulling("older", image("m", 1), [], { choices: ["no-ranges"] }),
  aims: ["registry.client.older-registries"],
};
const proxied: ClientCase = { ...pulling("proxy", image("m", 1), [], { proxy: "other", credentials: ["registry"] }) };
const ns = (value: string): Canned => canned(proxied, run([exchange(`${GET}?ns=${value}`, 200, { host: "other" })]));
const toProxy = (sent: Readonly<Record<string, string>>): Canned => canned(proxied, run([exchange(GET, 200, { host: "other", sent })]));
const plainly = (target: string): Canned => canned(caseOf("no proxy", "pull", image("m", 1), inA("t")), run([exchange(target, 200)]));

export const RULES: CannedTable = {
  "registry.client.older-registries": {
    good: canned(older, run([], { written: all }), run([], { written: all })),
    bad: canned(older, run([], { status: 1 }), run([], { written: all })),
    silent: canned(older, run([], { status: 1 }), run([], { status: 1 })),
  },
  "registry.client.ns-first-component": { good: ns(ADDRESSES.registry), bad: ns(ADDRESSES.other), silent: plainly(GET) },
  "registry.client.ns-primary-source": { good: ns(ADDRESSES.registry), bad: ns(ADDRESSES.other), silent: plainly(GET) },
  "registry.client.ns-to-proxies-only": {
    good: plainly(GET),
    bad: plainly(`${GET}?ns=${ADDRESSES.registry}`),
    silent: ns(ADDRESSES.registry),
  },
  "registry.client.upstream-credentials": { good: toProxy(basic("other")), bad: toProxy(basic("registry")), silent: plainly(GET) },
  "robustness.client.content-mismatched": {
    good: pull({ status: 1 }),
    bad: pull({ written: { layer: { size: bad.length, sha256: met.response?.body.sha256 ?? "" } } }),
    silent: pull({}),
  },
  "robustness.client.failed-pull-leaves-image": {
    good: pull({ status: 1, written: empty }),
    bad: pull({ status: 1, written: named }),
    silent: pull({ written: named }),
  },
  "robustness.client.failed-push-exit": {
    good: canned(failing, run([refused], { status: 1 }), run([])),
    bad: canned(failing, run([refused]), run([])),
    silent: canned(failing, run([]), run([])),
  },
  "robustness.client.credentials-to-others": {
    good: secret("registry", basic("registry")),
    bad: secret("other", basic("registry")),
    silent: secret("registry", {}),
  },
  "robustness.client.credentials-in-plain": {
    good: secret("registry", basic("registry"), true),
    bad: secret("plain", basic("registry"), true),
    silent: secret("registry", basic("registry")),
  },
  "robustness.client.crash": {
    good: ended(1, "Traceback (most recent call last):\nValueError: sha256"),
    bad: ended(2, "panic: runtime error"),
    silent: ended(124),
  },
  "robustness.client.hang": { good: [ended(1), ended(0)], bad: ended(124), silent: [ended(139), trying(413), trying(307)] },
  "robustness.client.unbounded": { good: endless(5_000_000), bad: endless(ENDLESS), silent: ended(0) },
};
