import t from "tap";
import { cover } from "../../../../generators/covering/cover.js";
import { ENTRY_CONFLICTS, ENTRY_FACTORS, entryPart } from "../../../../generators/image/histories/entry-table.js";
import { histories } from "../../../../generators/image/histories/histories.js";
import { relationTables } from "../../../../generators/image/histories/relations.js";
import { manyStacks, type Part } from "../../../../generators/image/histories/side-by-side.js";
import { file } from "../../../../generators/image/layer/entries.js";
import { unfit } from "../../../../generators/image/layer/header.js";
import { Drawing } from "../../../../runners/draw.js";
import type { Entry, ImageCase } from "../../../../runners/image/case.js";

/** The directories in which a part has entries: one, so that it disturbs no other. */
const directories = ({ layers }: Part): ReadonlySet<string | undefined> =>
  new Set(
    layers()
      .flat()
      .map(({ path }) => path.replace(/^\.\//, "").split("/")[0]),
  );

const names = (parts: readonly Part[]): string[] => parts.flatMap((part) => [...directories(part)].map(String));

t.test("each history is there once, in a directory of its own that is named by it", async (t) => {
  for (const [all, count] of [
    [true, 13 ** 3 * 8],
    [false, 13 ** 3 * 4],
  ] as const) {
    const made = histories(all);
    t.equal(made.length, count);
    t.equal(new Set(made.map(({ name }) => name)).size, count);
  }
  for (const part of histories(false).filter((_, at) => at % 97 === 0)) t.strictSame([...directories(part)], [part.name]);
});

t.test("related paths and entries have directories of their own, and entries that their dialects can say", async (t) => {
  const related = relationTables().flatMap(({ parts }) => parts);
  const entries = cover(ENTRY_FACTORS, 2, ENTRY_CONFLICTS).rows.map(entryPart);
  for (const parts of [related, entries]) t.equal(new Set(names(parts)).size, parts.length);
  const problems = entries.flatMap(({ layers }) =>
    layers()
      .flat()
      .flatMap((entry) => unfit(entry, entry.header.dialect) ?? []),
  );
  t.strictSame(problems, []);
});

const part = (name: string, ...layers: Entry[][]): Part => ({ name, layers: () => layers });

/** The smallest image that still has a path, by way of the shrinks that a finding takes. */
function smallest(from: readonly Part[], path: string): { readonly case: ImageCase; readonly tries: number } {
  const has = ({ layers }: ImageCase): boolean => layers.some(({ entries }) => entries.some((entry) => entry.path === path));
  let drawn = new Drawing<ImageCase>(1).next(manyStacks("a stack", from));
  let tries = 0;
  for (;;) {
    const next = [...drawn.shrinks()].find(({ case: subject }) => ++tries > 0 && has(subject));
    if (!next) return { case: drawn.case, tries };
    drawn = next;
  }
}

t.test("the part that matters is carved out of many by halves, and then its entries", async (t) => {
  const parts = Array.from({ length: 400 }, (_, at) => part(`${at}`, [file(`${at}/a`)], [file(`${at}/b`), file(`${at}/c`)]));
  const { case: subject } = smallest(parts, "273/b");
  t.equal(subject.title, "a stack: 273");
  t.strictSame(
    subject.layers.map(({ entries }) => entries.map(({ path }) => path)),
    [["273/b"]],
  );
});
