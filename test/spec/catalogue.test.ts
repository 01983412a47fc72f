import t from "tap";

import { catalogueOf, compareReleases, loadCatalogue, RELEASES, sectionUrl } from "../../spec/catalogue.js";
import { MOUNT_OPTIONS } from "../../spec/runtime/mount-options.js";

const DOCUMENTS = ["bundle.md", "config.md", "config-linux.md", "runtime.md", "runtime-linux.md", "features.md", "features-linux.md"];

const catalogue = await loadCatalogue("runtime");
const law = [...catalogue];
const testable = (level: string): number =>
  law.filter((requirement) => requirement.level === level && requirement.testable === true).length;

t.test("the law of the runtime is complete and well made", async (t) => {
  const wordless = law.filter(({ id }) => !/^(runtime|robustness)(\.[a-z][a-z0-9-]*)+$/.test(id));
  t.strictSame(wordless, [], "ids are made of words");
  t.equal(new Set(law.map(({ id }) => id)).size, law.length, "ids are unique");
  const places = law.flatMap(({ section, via }) => [section, via]).filter((place) => place !== undefined);
  const strange = places.filter((place) => !DOCUMENTS.some((document) => place.startsWith(`${document}#`)));
  t.strictSame(strange, [], "every place is in a document of the specification");
  t.ok(testable("MUST") >= 170, `${testable("MUST")} testable MUST`);
  t.ok(testable("SHOULD") >= 30, `${testable("SHOULD")} testable SHOULD`);
  t.equal(testable("ROBUSTNESS"), 12, "rules of ours");
});

t.test("each row of the table of mount options has its entry", async (t) => {
  for (const { name, level, since } of MOUNT_OPTIONS) t.match(catalogue.get(`runtime.mounts.option.${name}`), { level, since }, name);
  t.equal(law.filter(({ id }) => id.startsWith("runtime.mounts.option.")).length, MOUNT_OPTIONS.length);
});

t.test("an entry is found by its id, and a mistyped id finds its neighbours", async (t) => {
  t.match(catalogue.get("runtime.process.cwd"), { level: "MUST", section: "config.md#configProcess", since: "1.0.0", testable: true });
  t.match(catalogue.get("robustness.hang"), { level: "ROBUSTNESS", testable: true });
  t.equal(catalogue.get("runtime.process.cwdd"), undefined);
  t.equal(catalogue.suggest("runtime.process.cwdd")[0], "runtime.process.cwd");
  t.strictSame(catalogue.suggest("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"), []);
});

const ENTRY = {
  id: "runtime.area.thing",
  level: "MUST",
  section: "config.md#configRoot",
  since: "1.0.0",
  summary: "The runtime does the thing.",
  testable: true,
};
const made = (...entries: readonly unknown[]) => catalogueOf([{ file: "law.yaml", entries, ours: false }]);

t.test("a section has an address, a rule of ours has none", async (t) => {
  const [stated] = made(ENTRY);
  const [ours] = catalogueOf([{ file: "ours.yaml", entries: [{ id: "robustness.thing", summary: "A thing." }], ours: true }]);
  if (!stated || !ours) throw new Error("an entry is missing");
  t.equal(sectionUrl(stated), "https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md#configRoot");
  t.equal(sectionUrl(stated, "1.0.2"), "https://github.com/opencontainers/runtime-spec/blob/v1.0.2/config.md#configRoot");
  t.equal(sectionUrl(stated, "1.0.2-dev"), sectionUrl(stated), "what is no release has no text");
  t.equal(
    sectionUrl({ ...stated, fragment: "the first, few … well-known words" }),
    "https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md#configRoot:~:text=the%20first%2C%20few,well%2Dknown%20words",
  );
  t.match(sectionUrl({ ...stated, section: "config-linux.md#configLinuxDeviceAllowedlist" }, "1.0.2"), /#configLinuxDeviceWhitelist$/);
  t.match(sectionUrl({ ...stated, section: "config-linux.md#configLinuxDeviceAllowedlist" }, "1.1.0"), /#configLinuxDeviceAllowedlist$/);
  t.match(
    sectionUrl({ ...stated, id: "registry.tags.n", section: "spec.md#listing-tags" }, "1.0.1"),
    /v1\.0\.1\/spec\.md#content-discovery$/,
  );
  t.equal(sectionUrl(ours), undefined);
});

t.test("releases compare by their numbers", async (t) => {
  t.ok(compareReleases("1.0.2", "1.1.0") < 0);
  t.ok(compareReleases("1.10.0", "1.9.0") > 0);
  t.equal(compareReleases("1.1.0", "1.1.0"), 0);
  t.strictSame([...RELEASES].reverse().sort(compareReleases), [...RELEASES]);
});

t.test("a good catalogue is read as it stands", async (t) => {
  const reasoned = { ...ENTRY, id: "runtime.area.other", via: "runtime.md#runtimeCreate", testable: "cannot be seen" };
  t.strictSame([...made(ENTRY, reasoned)], [ENTRY, reasoned]);
});

t.test("a broken catalogue is named, with the entry and what is wrong with it", async (t) => {
  const broken: readonly (readonly [string, unknown, RegExp])[] = [
    ["unknown level", { ...ENTRY, level: "SHALL" }, /^law\.yaml: entry 2: runtime\.area\.thing: level "SHALL"/],
    ["no summary", { ...ENTRY, summary: "" }, /entry 2: runtime\.area\.thing: summary is missing/],
    ["unknown release", { ...ENTRY, since: "1.4.0" }, /runtime\.area\.thing: since "1\.4\.0" is no release/],
    ["a release that is a number", { ...ENTRY, since: 1.1 }, /since 1\.1 is no release/],
    [
      "a sentence for a few words",
      { ...ENTRY, fragment: "a sentence of more than a few words" },
      /fragment "a sentence.*" is not a few words/,
    ],
    ["no anchor", { ...ENTRY, section: "config.md" }, /section "config\.md" is not/],
    ["no section", { ...ENTRY, section: undefined }, /section undefined is not/],
    ["a number for a word", { ...ENTRY, id: "runtime.area.1" }, /entry 2: id "runtime\.area\.1" is not made of words/],
    ["no id", { ...ENTRY, id: undefined }, /entry 2: id undefined is not made of words/],
    ["neither true nor a reason", { ...ENTRY, testable: false }, /testable is neither true nor a reason/],
    ["twice the same", ENTRY, /entry 2: runtime\.area\.thing is there twice/],
    ["no mapping", "entry", /entry 2: not a mapping/],
  ];
  for (const [name, entry, message] of broken) t.throws(() => made(ENTRY, entry), { name: "CatalogueError", message }, name);
  t.throws(() => catalogueOf([{ file: "law.yaml", entries: {}, ours: false }]), { message: /^law\.yaml: not a list/ });
});
