import t from "tap";
import { loadCatalogue } from "../../../../spec/catalogue.js";
import { inForce, type Release } from "../../../../spec/image/releases.js";
import { checked } from "../../../../suites/image/content/index.js";
import { inWords } from "../../../../suites/image/content/tally.js";
import { broken } from "./broken.js";
import { Builder, failing, judged } from "./builder.js";
import { CONFIG, INDEX, MANIFEST, richLayout } from "./good.js";

const catalogue = await loadCatalogue("image");
const holds = (id: string, release: Release): boolean => inForce(catalogue.get(id) ?? {}, release);

t.test("every check names a testable requirement on content, and each of these has a check", async (t) => {
  for (const id of checked.keys()) {
    const requirement = catalogue.get(id);
    t.equal(requirement?.testable, true, id);
    t.not(requirement?.binds, "consumer", id);
  }
  for (const { id, binds, testable } of catalogue) if (testable === true && binds !== "consumer") t.ok(checked.has(id), id);
});

t.test("a layout with all there can be has no finding, and shows nearly everything", async (t) => {
  const { counts, unread } = await judged(richLayout());
  const wrong = failing(counts).filter((id) => holds(id, "head"));
  // One digest is by SHA-512, and one by BLAKE3, on purpose.
  t.strictSame(wrong, ["image.descriptor.sha256-recommended"]);
  for (const [id, { error }] of counts) t.equal(error, undefined, id);
  t.strictSame(unread, []);
  const unshown = [...checked.keys()].filter((id) => holds(id, "head") && (counts.get(id)?.passes ?? 0) === 0);
  t.strictSame(unshown, [], "each check passed somewhere");
});

t.test("each broken layout fails by its own requirement", async (t) => {
  const seen = new Set<string>();
  for (const [at, { id, also = [], release = "head", files, name = id }] of broken.entries()) {
    const { counts } = await judged(files(), release);
    const failed = failing(counts).filter((each) => holds(each, release));
    const places = Object.fromEntries(failed.map((each) => [each, counts.get(each)?.places.map(inWords)]));
    t.strictSame(failed, [id, ...also].sort(), `row ${at + 1}: ${name}`, { release, places, [id]: counts.get(id) ?? "nothing was judged" });
    const count = counts.get(id);
    t.ok(count?.first && count.places.length > 0, `${name}: ${count?.places[0] && inWords(count.places[0])}`);
    seen.add(id);
  }
  t.strictSame(
    [...checked.keys()].filter((id) => !seen.has(id)),
    [],
    "each check failed somewhere",
  );
});

t.test("documents that are no objects fail", async (t) => {
  for (const role of [MANIFEST, INDEX]) {
    const builder = new Builder();
    const { counts } = await judged(builder.layout([builder.blob(role, "[]", { platform: { architecture: "amd64", os: "linux" } })]));
    t.ok(
      failing(counts).some((id) => id.endsWith("schema-version-required")),
      role,
    );
  }
  const builder = new Builder();
  const config = builder.blob(CONFIG, '"x"');
  const { counts } = await judged(builder.layout([builder.image([], { manifest: { config } })]));
  t.ok(failing(counts).includes("image.config.rootfs-required"));
});

t.test("layouts that are there to exhaust are judged in the end", async (t) => {
  const many = 200_000;
  const texts: readonly (readonly [string, string])[] = [
    ["a list", `{"manifests":[${"1,".repeat(many)}1]}`],
    ["names that occur again", `{${'"":1,'.repeat(many)}"a":1}`],
    ["a long key", `{"annotations":{"${"a.".repeat(many)} ":"x"}}`],
    ["empty descriptors", `{"manifests":[${"{},".repeat(many / 10)}{}]}`],
  ];
  for (const [name, text] of texts) {
    const files = new Builder().layout([]);
    const { counts } = await judged(files.set("index.json", Buffer.from(text)));
    t.ok(failing(counts).length > 0, name);
    for (const [id, { error }] of counts) t.equal(error, undefined, `${name}: ${id}`);
  }
});
