import t from "tap";
import { wrongOfValid } from "../../../ci/judged-image.js";
import { RightTool } from "../../../ci/right-tool.js";
import { covered } from "../../../generators/covering/cover.js";
import { imageCombinations, levelsAlone, tablesFor, withoutRefused } from "../../../generators/image/factors/combinations.js";
import { Drawing, type Drawn } from "../../../runners/draw.js";
import type { ImageCase } from "../../../runners/image/case.js";
import { combinationCases } from "../../../runners/streams.js";
import { loadCatalogue } from "../../../spec/catalogue.js";

const facts = (copies: boolean) => new RightTool(copies).facts;

/** The cases of all rows, as a run draws them. */
const rowsOf = (copies: boolean): readonly Drawn<ImageCase>[] => {
  const named = imageCombinations(facts(copies), 2).map(({ name, rows }) => ({ name, rows: rows.map(({ cases }) => cases) }));
  return [...combinationCases(named, 1, () => true)].map(({ drawn }) => drawn);
};

t.test("all pairs that are possible stand in the rows", async (t) => {
  for (const copies of [false, true])
    for (const { name, rows, possible, excluded, strength } of imageCombinations(facts(copies), 2)) {
      t.equal(
        covered(
          rows.flatMap(({ covers }) => covers),
          strength,
        ),
        possible,
        name,
      );
      t.ok(
        excluded.every(({ reason }) => reason !== ""),
        name,
      );
    }
});

t.test("each row is a valid layout, but for what it says it departs from", async (t) => {
  const catalogue = await loadCatalogue("image");
  for (const { case: subject } of [...rowsOf(false), ...rowsOf(true)]) {
    // What no reader can compute the digest of is told to be unread.
    if (subject.shape.neighbours?.includes("unknown-algorithm")) continue;
    // Up to 1.1.1 texts with escapes are advised against, and variables may need them.
    const wrong = await wrongOfValid(subject, catalogue, subject.title.startsWith("image configs") ? ["head"] : ["1.1.1", "head"]);
    if (wrong.length > 0) t.strictSame(wrong, [], subject.title);
  }
});

t.test("a right tool that unpacks, and one that copies, has no finding in any row", async (t) => {
  for (const copies of [false, true]) {
    const tool = new RightTool(copies);
    for (const [at, { case: subject }] of rowsOf(copies).entries()) {
      const found = await tool.found(subject, at);
      if (found.length > 0) t.strictSame(found, [], subject.title);
    }
  }
});

t.test("the same rows come with every seed, and a row gets smaller by turning factors to their first levels", async (t) => {
  const titles = (seed: number): readonly string[] => {
    const [table] = imageCombinations(facts(false), 2);
    const drawing = new Drawing<ImageCase>(seed);
    return (table?.rows ?? []).map(({ cases }) => JSON.stringify(drawing.next(cases).case));
  };
  t.strictSame(titles(1), titles(2));
  const count = ({ title }: ImageCase): number => title.split("; ").length;
  const large = rowsOf(false).find((row) => count(row.case) > 5);
  t.ok([...(large?.shrinks() ?? [])].some((each) => count(each.case) === 1));
});

t.test("what a tool does not take by itself is left out with the reason", async (t) => {
  const tables = tablesFor({ copies: false, converts: true });
  const refused = { factor: "compression", level: "zstd" };
  t.ok(levelsAlone(tables).some(({ factor, level }) => factor === refused.factor && level === refused.level));
  const levels = withoutRefused(tables, { tool: "x", refuses: [refused] })
    .flatMap(({ factors }) => factors)
    .find(({ name }) => name === refused.factor)?.levels;
  t.equal(levels?.find(({ name }) => name === refused.level)?.excluded, "x does not take compression: zstd by itself");
  const [part] = imageCombinations({ ...facts(false), tool: "x", refuses: [refused] }, 2);
  t.ok(part?.excluded.some(({ reason }) => reason.startsWith("x does not take")));
});
