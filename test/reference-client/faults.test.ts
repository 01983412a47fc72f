import t from "tap";
import { FAULTS, faultNamed } from "../../reference-client/faults/index.js";
import { loadCatalogue } from "../../spec/catalogue.js";
import { client } from "./made.js";
import { SCENES, type SceneName } from "./plays.js";
import { inShort, type Scene, type Seen, Theatre } from "./scenes.js";

/** Scenes in which each fault shows; those that want TLS have a test of their own. */
const SHOWS: Readonly<Record<string, SceneName>> = {
  "manifest-by-neither": "pull",
  "accept-left-out": "pull",
  "parameters-not-ignored": "parameters of Content-Type",
  "media-types-not-compared": "mediaType is another",
  "manifest-header-believed": "manifest header",
  "manifest-digest-not-verified": "manifest flipped",
  "blob-header-believed": "blob header",
  "blob-digest-not-verified": "blob flipped",
  "location-without-query": "push to a Location with a query",
  "location-assembled": "push to a Location with a query",
  "single-post-too-short": "single POST",
  "single-post-other-digest": "single POST",
  "single-post-gives-up": "single POST not taken",
  "chunked-start-without-length": "chunks",
  "algorithm-left-out": "push of sha512",
  "chunk-range-exclusive": "chunks",
  "chunks-from-one": "chunks",
  "chunk-range-with-unit": "chunks",
  "chunks-too-short": "chunks of 500",
  "chunk-location-not-followed": "push, moving",
  "chunk-skipped": "chunks",
  "session-left-open": "chunks",
  "closed-without-digest": "push",
  "status-location-not-followed": "chunk refused once",
  "not-cancelled": "chunk forbidden",
  "cancel-failure-told": "chunk forbidden, no cancelling",
  "mounted-digest-believed": "mounted as another",
  "type-left-out": "push",
  "type-with-parameters": "push",
  "type-of-json": "push",
  "media-type-left-out": "attach",
  "pushed-by-neither": "push",
  "blobs-left-out": "attach",
  "push-header-believed": "manifest pushed as another",
  "list-not-pulled": "artifact, a list",
  "no-list-overwritten": "artifact, no list but an image",
  "list-wanted": "artifact, no API",
  "referrer-not-looked-for": "artifact, listed",
  "referrer-first-compared": "artifact, listed behind another",
  "referrer-not-appended": "artifact, a list",
  "referrer-type-of-config": "artifact, no API",
  "referrer-type-own-only": "referrer without a type, no API",
  "referrer-without-annotations": "artifact, no API",
  "list-not-pushed": "artifact, no API",
  "referrer-of-other-size": "artifact, no API",
  "subject-not-looked-at": "artifact, no API",
  "no-fallbacks": "artifact, no API",
  "no-fallback-for-lists": "referrers under a tag",
  "referrers-wanted": "no referrers",
  "tag-with-dot": "artifact, no API",
  "tag-of-whole-algorithm": "odd subject, no API",
  "tag-of-whole-encoded": "odd subject, no API",
  "tag-cut-shorter": "artifact, no API",
  "deleted-list-not-pulled": "delete a referrer, no API",
  "deleted-referrer-stays": "delete a referrer, no API",
  "deleted-list-not-pushed": "delete a referrer, no API",
  "docker-version-wanted": "no Docker headers",
  "codes-wanted": "errors without bodies",
  "digest-header-wanted": "no digest headers",
  "redirects-not-followed": "redirected",
  "authorization-along": "redirected with credentials",
  "warnings-hidden": "warned",
  "warnings-repeated": "warned",
  "warnings-obeyed": "warned",
  "last-is-a-number": "tags on pages",
  "last-is-no-tag": "tags on pages",
  "ns-of-whole-name": "through a proxy",
  "ns-of-proxy": "through a proxy",
  "ns-to-all": "pull",
  "credentials-to-proxy": "through a proxy that asks",
  "nothing-verified": "blob flipped",
  "password-to-others": "redirected to who asks",
  crash: "manifest no JSON",
  "image-named-first": "blob flipped",
  "push-failure-forgiven": "manifest refused",
};

/** Without what differs from run to run by itself. */
const seen = ({ status, out, err, played, written }: Seen): unknown => ({
  status,
  out,
  err: err.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "ID"),
  wire: inShort(played.exchanges),
  held: played.held,
  written,
});

t.test("each fault shows, and nothing without one", async (t) => {
  const theatre = await Theatre.open(t);
  const usual = new Map<SceneName, Seen>();
  for (const [fault, name] of Object.entries(SHOWS)) {
    const scene: Scene = SCENES[name];
    const before = usual.get(name) ?? (await theatre.play(scene));
    if (!usual.has(name)) t.same(seen(await theatre.play(scene)), seen(before), `${name}: twice the same`);
    usual.set(name, before);
    t.notSame(seen(await theatre.play(scene, "--fault", fault)), seen(before), `${fault}: ${name}`);
  }
});

t.test("names and requirements", async (t) => {
  const names = FAULTS.map(({ name }) => name);
  t.equal(new Set(names).size, names.length, "no name twice");
  t.throws(() => faultNamed("none"), { name: "RangeError" });
  t.match(await client("tags", "localhost/a", "--fault", "none"), { status: 64, err: /there is no fault none/ });
  const catalogue = await loadCatalogue("distribution");
  for (const { name, requirement } of FAULTS) t.ok(catalogue.get(requirement), `${name}: ${requirement}`);
  const broken = new Set(FAULTS.map(({ requirement }) => requirement));
  const unbroken = [...catalogue].filter(
    ({ id, level, binds }) => binds === "client" && level !== "MAY" && /^(?:robustness|registry)\.client\./.test(id) && !broken.has(id),
  );
  t.same(
    unbroken.map(({ id }) => id),
    [
      // What a client knows cannot be seen.
      "registry.client.proxy-known",
    ],
  );
  const elsewhere = ["credentials-in-plain", "round-in-circles", "insatiable"];
  t.same(names.filter((name) => !(name in SHOWS)).sort(), elsewhere.sort());
});
