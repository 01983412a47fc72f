import { caseOf, inA } from "../../../../generators/client/cases.js";
import { artifact, image } from "../../../../generators/client/images.js";
import { MEDIA } from "../../../../generators/registry/steps.js";
import type { ClientCase } from "../../../../runners/client/case.js";
import type { ClientExchange } from "../../../../runners/client/observation.js";
import { type Canned, type CannedTable, canned, exchange, factsOf, run } from "./canned.js";

const TYPE = "application/vnd.example.sbom.v1";
const CONTENTS = {
  ...image("s", 1),
  ...artifact("m", "s", { artifactType: TYPE, annotations: { a: "1" } }),
  ...artifact("n", "s"),
  ...artifact("typed", "s", { artifactType: "", configType: "application/vnd.example.config.v1+json" }),
};
const pushing = caseOf("a push", "push", CONTENTS, inA("{sha256:m}"), { local: "m", choices: ["no-referrers"] });
const facts = factsOf(pushing);
const at = (name: string) => facts[name] ?? { size: 0, sha256: "", sha512: "", text: "" };
const digest = (name: string): string => at(name).sha256;
const LIST = `/v2/oci-conform/a/manifests/sha256-${digest("s").slice("sha256:".length)}`;
const INDEX = { "content-type": MEDIA.index };

type Entry = Readonly<Record<string, unknown>>;
const entry = (name: string, more: Entry = {}): Entry => ({
  mediaType: MEDIA.manifest,
  digest: digest(name),
  size: at(name).size,
  artifactType: TYPE,
  ...more,
});
const whole = entry("m", { annotations: { a: "1" } });
const list = (...manifests: readonly Entry[]): string => JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.index, manifests });

const push = (name = "m", got: Readonly<Record<string, string>> = {}): ClientExchange =>
  exchange(`PUT /v2/oci-conform/a/manifests/${digest(name)}`, 201, { sends: at(name).text ?? "", got });
const none = exchange(`GET ${LIST}`, 404);
const found = (...manifests: readonly Entry[]): ClientExchange => exchange(`GET ${LIST}`, 200, { gets: list(...manifests) });
const written = (...manifests: readonly Entry[]): ClientExchange =>
  exchange(`PUT ${LIST}`, 201, { sends: list(...manifests), sent: INDEX });
const odd = exchange(`GET ${LIST}`, 200, { gets: at("s").text ?? "" });

const seen = (exchanges: readonly ClientExchange[], more: Parameters<typeof run>[1] = {}, testCase: ClientCase = pushing): Canned =>
  canned(testCase, run(exchanges, more), run([]));
const served = seen([push("m", { "oci-subject": digest("s") })]);
const right = seen([push(), none, written(whole)]);

const listing: ClientCase = {
  ...caseOf("a list", "referrers", CONTENTS, inA("{sha256:s}"), { choices: ["no-referrers"] }),
  aims: ["registry.client.referrers-none-assumed", "registry.client.fallbacks-implemented"],
};
const missing = exchange(`GET /v2/oci-conform/a/referrers/${digest("s")}`, 404);

const deleting = caseOf("a deletion", "delete", CONTENTS, inA("{sha256:m}"), { choices: ["no-referrers"] });
const deletion = exchange(`DELETE /v2/oci-conform/a/manifests/${digest("m")}`, 202);
const removal = (...exchanges: readonly ClientExchange[]): Canned => seen(exchanges, {}, deleting);
const removed = removal(found(whole, entry("n")), written(entry("n")), deletion);

const LONG = `${"a+b".repeat(12)}:${"c=".repeat(40)}`;
/** A request for the list of a digest by that tag. */
const tagged = (subject: string, tag: string): Canned =>
  seen(
    [
      exchange(`GET /v2/oci-conform/a/referrers/${encodeURIComponent(subject)}`, 404),
      exchange(`GET /v2/oci-conform/a/manifests/${tag}`, 404),
    ],
    {},
    listing,
  );
const tagOf = (algorithm: string, encoded: string): string => `${algorithm}-${encoded}`.replace(/[^\w.-]/g, "-");
const long = LONG.split(":") as [string, string];
const cut = tagged(LONG, tagOf(long[0].slice(0, 32), long[1].slice(0, 64)));
const sha512 = at("s").sha512;

const pages = (last: string): Canned =>
  seen([
    exchange("GET /v2/oci-conform/a/tags/list?n=2", 200, { gets: '{"tags":["v1","v2"]}' }),
    exchange(`GET /v2/oci-conform/a/tags/list?n=2&last=${last}`, 200),
  ]);

export const REFERRERS: CannedTable = {
  "registry.client.subject-verified": { good: seen([push(), missing, none]), bad: seen([push()]), silent: seen([push()], { status: 1 }) },
  "registry.client.referrers-tag-pulled": { good: right, bad: seen([push(), written(whole)]), silent: served },
  "registry.client.referrers-tag-not-index": {
    good: seen([push(), odd], { status: 1 }),
    bad: seen([push(), odd, written(whole)]),
    silent: right,
  },
  "registry.client.referrers-tag-missing": { good: right, bad: seen([push(), none]), silent: seen([push(), found(), written(whole)]) },
  "registry.client.referrers-tag-looked-through": {
    good: seen([push(), found(whole)]),
    bad: seen([push(), found(whole), written(whole, whole)]),
    silent: right,
  },
  "registry.client.referrers-tag-no-duplicates": {
    good: right,
    bad: seen([push(), found(entry("n")), written(entry("n"), whole, whole)]),
    silent: seen([push(), found(whole, whole), written(whole, whole)]),
  },
  "registry.client.referrers-tag-appended": {
    good: seen([push(), found(entry("n")), written(entry("n"), whole)]),
    bad: seen([push(), found(entry("n")), written(whole)]),
    silent: served,
  },
  "registry.client.referrers-tag-artifact-type": {
    good: right,
    bad: seen([push(), none, written(entry("m", { artifactType: "other" }))]),
    silent: served,
  },
  "registry.client.referrers-tag-config-type": {
    good: seen([push("typed"), none, written(entry("typed", { artifactType: "application/vnd.example.config.v1+json" }))]),
    bad: seen([push("typed"), none, written({ ...entry("typed"), artifactType: undefined })]),
    silent: right,
  },
  "registry.client.referrers-tag-annotations": {
    good: right,
    bad: seen([push(), none, written(entry("m"))]),
    silent: seen([push("n"), none, written(entry("n"))]),
  },
  "registry.client.referrers-tag-pushed": { good: right, bad: seen([push(), none]), silent: seen([push(), found(whole)]) },
  "registry.client.referrers-tag-same-content": {
    good: right,
    bad: seen([push(), none, exchange(`PUT ${LIST}`, 201, { sends: list(whole), sent: { "content-type": MEDIA.manifest } })]),
    silent: served,
  },
  "registry.client.referrers-fallback": {
    good: seen([missing, none], {}, listing),
    bad: seen([missing], { status: 1 }, listing),
    silent: seen([push(), missing]),
  },
  "registry.client.referrers-none-assumed": {
    good: seen([missing, none], {}, listing),
    bad: seen([missing, none], { status: 1 }, listing),
    silent: seen([missing, found(whole)], {}, listing),
  },
  "registry.client.delete-referrers-tag-pulled": { good: removed, bad: removal(deletion), silent: right },
  "registry.client.delete-referrers-tag-entry": {
    good: removed,
    bad: removal(found(whole, entry("n")), written(whole), deletion),
    silent: removal(deletion),
  },
  "registry.client.delete-referrers-tag-pushed": {
    good: removed,
    bad: removal(found(whole), deletion),
    silent: removal(found(entry("n")), deletion),
  },
  "registry.client.referrers-tag": { good: cut, bad: tagged(LONG, tagOf(long[0], long[1]).slice(0, 100)), silent: served },
  "registry.client.referrers-tag-simple": {
    good: [
      tagged(digest("s"), tagOf("sha256", digest("s").slice(7))),
      // The referrers of a referrer.
      tagged(digest("s"), tagOf("sha256", digest("m").slice(7))),
    ],
    bad: tagged(digest("s"), digest("s").slice(7)),
    silent: served,
  },
  "registry.client.referrers-tag-algorithm": { good: cut, bad: tagged(LONG, tagOf(long[0], long[1].slice(0, 64))), silent: right },
  "registry.client.referrers-tag-encoded": {
    good: tagged(sha512, tagOf("sha512", sha512.slice(7, 71))),
    bad: tagged(sha512, tagOf("sha512", sha512.slice(7))),
    silent: right,
  },
  "registry.client.last-no-index": {
    good: pages("v2"),
    bad: pages("2"),
    silent: seen([exchange("GET /v2/oci-conform/a/tags/list?last=2", 200)]),
  },
  "registry.client.last-is-tag": { good: pages("v2"), bad: pages("-"), silent: seen([exchange("GET /v2/oci-conform/a/tags/list", 200)]) },
  "registry.client.fallbacks-implemented": {
    good: canned(listing, run([missing, found(whole)], { stdout: "one" }), run([], { stdout: "one" })),
    bad: canned(listing, run([missing], { stdout: "" }), run([], { stdout: "one" })),
    silent: right,
  },
};
