import t from "tap";

import { catalogueOf, loadCatalogue, type Requirement, sectionUrl, specOf } from "../../../spec/catalogue.js";
import { inForce, RELEASES, type Release } from "../../../spec/distribution/releases.js";
import { FEATURES } from "../../../spec/distribution/terms.js";

/** The headings of spec.md that statements stand under, and the releases that have each. */
const ANCHORS: Readonly<Record<string, readonly Release[]>> = {
  "legacy-docker-support-http-headers": RELEASES,
  "legacy-docker-support-error-codes": ["1.1.1", "head"],
  requirements: RELEASES,
  pull: RELEASES,
  "pulling-manifests": RELEASES,
  "pulling-blobs": RELEASES,
  "checking-if-content-exists-in-the-registry": RELEASES,
  push: RELEASES,
  "pushing-blobs": RELEASES,
  "post-then-put": RELEASES,
  "single-post": RELEASES,
  "pushing-a-blob-in-chunks": RELEASES,
  "cancel-a-blob-upload": ["head"],
  "mounting-a-blob-from-another-repository": RELEASES,
  "pushing-manifests": RELEASES,
  "pushing-manifests-with-subject": ["1.1.1", "head"],
  "content-discovery": RELEASES,
  "listing-tags": ["1.1.1", "head"],
  "listing-referrers": ["1.1.1", "head"],
  "content-management": RELEASES,
  "deleting-tags": RELEASES,
  "deleting-manifests": RELEASES,
  "deleting-blobs": RELEASES,
  "registry-proxying": ["head"],
  "backwards-compatibility": ["1.1.1", "head"],
  "unavailable-referrers-api": ["1.1.1", "head"],
  "referrers-tag-schema": ["1.1.1", "head"],
  "enabling-the-referrers-api": ["1.1.1", "head"],
  api: RELEASES,
  "determining-support": RELEASES,
  "error-codes": RELEASES,
  warnings: ["1.1.1", "head"],
};

const catalogue = await loadCatalogue("distribution");
const law = [...catalogue];
const stated = law.filter(({ section }) => section !== undefined);
const onRegistries = (release: Release): Requirement[] =>
  stated.filter((requirement) => requirement.binds !== "client" && inForce(requirement, release));
const judged = (requirement: Requirement): boolean => requirement.testable === true && requirement.level !== "MAY";

/** The release whose text an entry's address shows. */
const shown = ({ since, until }: Requirement): Release => (since === "head" ? "head" : until === "1.0.1" ? "1.0.1" : "1.1.1");

t.test("the law of registries is complete and well made", async (t) => {
  t.equal(new Set(law.map(({ id }) => id)).size, law.length, "ids are unique");
  for (const { id, binds } of stated) t.equal(id.startsWith("registry.client."), binds === "client", id);
  for (const { id, level, testable } of stated) {
    if (level === "MAY") t.type(testable, "string", `${id} is not judged`);
  }
  const count = (release: Release): number => onRegistries(release).filter(judged).length;
  t.ok(count("1.0.1") >= 70, `${count("1.0.1")} testable in 1.0.1`);
  t.ok(count("1.1.1") >= 110, `${count("1.1.1")} testable in 1.1.1`);
  t.ok(count("head") >= 130, `${count("head")} testable at head`);
  const ours = law.filter(({ section }) => section === undefined);
  t.equal(ours.filter(({ binds }) => binds === undefined).length, 30, "rules of ours for registries");
  t.equal(ours.filter(({ binds }) => binds === "client").length, 8, "rules of ours for clients");
  for (const { id, binds } of ours) t.equal(id.startsWith("robustness.client."), binds === "client", id);
});

t.test("every place is in the text that its address shows", async (t) => {
  for (const requirement of stated) {
    const { id, section = "", via = section } = requirement;
    for (const place of [section, via].filter((place) => !place.startsWith("rfc9110.md#section-"))) {
      const releases = ANCHORS[place.replace("spec.md#", "")];
      t.ok(releases?.includes(shown(requirement)), `${id}: ${place}`);
    }
    if (section.startsWith("rfc9110")) t.notMatch(via, section, `${id}: something makes the RFC binding`);
  }
});

t.test("each optional feature has statements", async (t) => {
  const used = new Set<string>(stated.flatMap(({ when }) => when ?? []));
  t.strictSame([...used].sort(), Object.keys(FEATURES).sort());
});

t.test("what a later release changed is in force once in each release", async (t) => {
  const successions: readonly (readonly string[])[] = [
    ...["manifest", "blob"].flatMap((what) =>
      ["get-digest-header", "head-digest-header", "head-content-length"].map((of) => [
        `registry.${what}.${of}-recommended`,
        `registry.${what}.${of}`,
      ]),
    ),
    ["registry.tags.lexical-order-without-case", "registry.tags.lexical-order"],
    ["registry.tags.n-all", "registry.tags.n-all-or-link"],
    ["registry.push.references-unknown-code-blob-unknown", "registry.push.references-unknown-code"],
  ];
  for (const ids of successions) {
    const entries = ids.flatMap((id) => catalogue.get(id) ?? []);
    t.equal(entries.length, ids.length, ids.join(", "));
    for (const release of RELEASES) t.ok(entries.filter((entry) => inForce(entry, release)).length <= 1, `${ids[1]} in ${release}`);
    t.equal(entries.filter((entry) => inForce(entry, "head")).length, 1, `${ids[1]} at head`);
    const first = entries[0]?.since === "1.0.1" ? RELEASES : RELEASES.slice(1);
    for (const release of first) t.equal(entries.filter((entry) => inForce(entry, release)).length, 1, `${ids[1]} in ${release}`);
  }
});

const ENTRY = {
  id: "registry.area.thing",
  level: "MUST",
  section: "spec.md#api",
  binds: "registry",
  api: "pull",
  since: "1.0.1",
  summary: "The registry does the thing.",
  testable: true,
};
const made = (...entries: readonly unknown[]) => catalogueOf([{ file: "law.yaml", entries, ours: false }], "distribution");

t.test("a good catalogue is read as it stands", async (t) => {
  const full = { ...ENTRY, id: "registry.area.other", via: "spec.md#pull", until: "1.1.1", when: "mount" };
  t.strictSame([...made(ENTRY, full)], [ENTRY, full]);
  t.equal(made(ENTRY).suggest("registry.area.thin")[0], ENTRY.id);
});

t.test("a broken entry is named, and what is wrong with it", async (t) => {
  const broken: readonly (readonly [string, unknown, RegExp])[] = [
    ["an id of another spec", { ...ENTRY, id: "runtime.area.thing" }, /entry 2: id "runtime\.area\.thing" is not made of words/],
    ["unknown party", { ...ENTRY, binds: "server" }, /^law\.yaml: entry 2: registry\.area\.thing: binds "server" is none of registry/],
    ["no party", { ...ENTRY, binds: undefined }, /registry\.area\.thing: binds undefined is none of/],
    ["unknown category", { ...ENTRY, api: "delete" }, /registry\.area\.thing: api "delete" is none of pull/],
    ["no category", { ...ENTRY, api: undefined }, /api undefined is none of/],
    ["a release of another spec", { ...ENTRY, since: "1.2.0" }, /since "1\.2\.0" is no release/],
    ["unknown last release", { ...ENTRY, until: "1.1.0" }, /registry\.area\.thing: until "1\.1\.0" is no release/],
    ["ends before it begins", { ...ENTRY, since: "1.1.1", until: "1.0.1" }, /until 1\.0\.1 is before since 1\.1\.1/],
    ["unknown feature", { ...ENTRY, when: "teleport" }, /registry\.area\.thing: when "teleport" is none of auth/],
    ["a document of another spec", { ...ENTRY, section: "runtime.md#create" }, /section "runtime\.md#create" is not/],
    ["an RFC without a section", { ...ENTRY, section: "rfc9110.md#range" }, /section "rfc9110\.md#range" is not/],
  ];
  for (const [name, entry, message] of broken) {
    t.throws(() => made({ ...ENTRY, id: "registry.area.first" }, entry), { name: "CatalogueError", message }, name);
  }
});

t.test("a section has an address in the newest text that has it", async (t) => {
  const urls = [
    { ...ENTRY },
    { ...ENTRY, since: "1.1.1", until: "1.1.1" },
    { ...ENTRY, until: "1.0.1" },
    { ...ENTRY, since: "head" },
    { ...ENTRY, section: "rfc9110.md#section-9.3.2" },
  ].map((entry) => [...made(entry)].map((each) => sectionUrl(each))[0]);
  const blob = "https://github.com/opencontainers/distribution-spec/blob";
  t.strictSame(urls, [
    `${blob}/v1.1.1/spec.md#api`,
    `${blob}/v1.1.1/spec.md#api`,
    `${blob}/v1.0.1/spec.md#api`,
    `${blob}/main/spec.md#api`,
    "https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2",
  ]);
  t.equal(sectionUrl({ id: "robustness.registry.hang", level: "ROBUSTNESS", summary: "Ends.", testable: true }), undefined);
});

t.test("an id says which spec it belongs to", async (t) => {
  for (const { id } of law) t.equal(specOf(id), "distribution", id);
  for (const { id } of await loadCatalogue("runtime")) t.equal(specOf(id), "runtime", id);
});
