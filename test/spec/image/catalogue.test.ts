import t from "tap";

import { catalogueOf, loadCatalogue, type Requirement, sectionUrl, specOf } from "../../../spec/catalogue.js";
import { atLeast, inForce, isRelease, RELEASES, type Release } from "../../../spec/image/releases.js";

const catalogue = await loadCatalogue("image");
const law = [...catalogue];
const stated = law.filter(({ level }) => level !== "ROBUSTNESS");

const DOCUMENTS = [
  "descriptor",
  "layout",
  "manifest",
  "index",
  "layer",
  "config",
  "annotations",
  "conversion",
  "considerations",
  "media-types",
];

/** Headings that not every release has, and the first that has each. */
const NEWER: Readonly<Record<string, Release>> = {
  "descriptor.md#blake3": "head",
  "descriptor.md#embedded-content": "1.1.1",
  "image-index.md#platform-variants": "1.1.1",
  "layer.md#zstd-media-types": "1.1.1",
  "manifest.md#guidance-for-an-empty-descriptor": "1.1.1",
  "manifest.md#guidelines-for-artifact-usage": "1.1.1",
};

t.test("the law of images is complete and well made", async (t) => {
  for (const { id } of law) t.equal(specOf(id), "image", id);
  for (const { id } of stated) t.ok(DOCUMENTS.includes(id.split(".")[1] ?? ""), `${id} names its document`);
  for (const { id, level, testable } of stated) if (level === "MAY") t.type(testable, "string", `${id} is a choice`);
  const count = (level: string, party: string): number =>
    stated.filter((each) => each.level === level && (each.binds === party || each.binds === "both")).length;
  t.ok(count("MUST", "content") >= 69, `${count("MUST", "content")} MUST on content`);
  t.ok(count("SHOULD", "content") >= 31, `${count("SHOULD", "content")} SHOULD on content`);
  t.ok(count("MUST", "consumer") >= 39, `${count("MUST", "consumer")} MUST on implementations`);
  t.ok(count("SHOULD", "consumer") >= 38, `${count("SHOULD", "consumer")} SHOULD on implementations`);
});

t.test("a statement is not older than the heading that it stands under", async (t) => {
  for (const { id, section = "", since = "" } of stated) {
    const heading = NEWER[section] ?? "1.0.2";
    t.ok(isRelease(since) && atLeast(since, heading), `${id}: ${section}`);
  }
});

t.test("what a later release changed is in force once in each release", async (t) => {
  const successions: readonly (readonly string[])[] = [
    ["image.layout.unknown-media-type-ignored", "image.layout.unknown-media-type-no-error"],
    ["image.index.unknown-media-type-ignored", "image.index.unknown-media-type-no-error"],
    ["image.config.extra-fields-ignored", "image.config.extra-fields-no-error"],
    ["image.conversion.groups-not-for-numeric", "image.conversion.groups-not-for-numeric-or-group"],
    ["image.descriptor.data-reserved", "image.descriptor.data-base64"],
    ["image.annotations.ref-name-grammar", "image.annotations.ref-name-valid"],
  ];
  for (const ids of successions) {
    const entries = ids.flatMap((id): Requirement[] => [catalogue.get(id) ?? []].flat());
    t.equal(entries.length, 2, ids.join(", "));
    for (const release of RELEASES) t.equal(entries.filter((entry) => inForce(entry, release)).length, 1, `${ids[1]} in ${release}`);
  }
});

t.test("a section has an address in the newest text that has it", async (t) => {
  const entry = {
    id: "image.area.thing",
    level: "MUST",
    section: "layer.md#whiteouts",
    binds: "content",
    since: "1.0.2",
    summary: "Thus.",
    testable: true,
  };
  const urls = [entry, { ...entry, until: "1.0.2" }, { ...entry, since: "head" }].map(
    (each) => [...catalogueOf([{ file: "law.yaml", entries: [each], ours: false }], "image")].map((each) => sectionUrl(each))[0],
  );
  const blob = "https://github.com/opencontainers/image-spec/blob";
  t.strictSame(urls, [`${blob}/v1.1.1/layer.md#whiteouts`, `${blob}/v1.0.2/layer.md#whiteouts`, `${blob}/main/layer.md#whiteouts`]);
});

t.test("parties of another spec are refused", async (t) => {
  const entry = {
    id: "image.a.b",
    level: "MUST",
    section: "layer.md#x",
    binds: "registry",
    since: "1.0.2",
    summary: "Thus.",
    testable: true,
  };
  t.throws(() => catalogueOf([{ file: "law.yaml", entries: [entry], ours: false }], "image"), {
    name: "CatalogueError",
    message: /binds "registry" is none of content, consumer, both/,
  });
});
