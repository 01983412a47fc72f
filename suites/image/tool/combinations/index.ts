import { cover, covered } from "../../../../generators/covering/cover.js";
import { ENTRY_CONFLICTS, ENTRY_FACTORS, entryPart } from "../../../../generators/image/histories/entry-table.js";
import { HISTORY_FACTORS, type History, histories } from "../../../../generators/image/histories/histories.js";
import { relationTables } from "../../../../generators/image/histories/relations.js";
import type { ImageCase } from "../../../../runners/image/case.js";
import type { Combinations } from "../../../suite.js";
import { judged, type PartOfTable } from "./side-by-side.js";

/** Any three of these factors in all ways; all six when more is asked for. */
const HISTORY_STRENGTH = 3;

/** layer.md, "Applying Changesets": what becomes of one path. */
function historyCombinations(strength: number): Combinations<ImageCase> {
  const all = strength >= HISTORY_STRENGTH;
  const of = all ? HISTORY_FACTORS.length : HISTORY_STRENGTH;
  // Whether there is an entry for the directory decides nothing of what is below it.
  const { rows, excluded } = judged("the history of a path", histories(all), (part) => (part as History).states);
  const covers = rows.flatMap((row) => row.covers);
  return { name: "histories", strength: of, factors: HISTORY_FACTORS, rows, possible: covered(covers, of), excluded };
}

/** What becomes of two paths that have to do with one another. */
function relatedCombinations(): readonly Combinations<ImageCase>[] {
  return relationTables().map(({ name, factors, parts, excluded: broken }) => {
    const { rows, excluded } = judged(name, parts);
    const covers = rows.flatMap((row) => row.covers);
    return { name, strength: factors.length, factors, rows, possible: covered(covers, factors.length), excluded: [...broken, ...excluded] };
  });
}

/** layer.md, "File Attributes": all pairs of what an entry can have. */
function entryCombinations(strength: number): Combinations<ImageCase> {
  const covering = cover(ENTRY_FACTORS, strength, ENTRY_CONFLICTS);
  const parts = covering.rows.map((levels, number): PartOfTable => ({ ...entryPart(levels, number), levels }));
  const { rows } = judged("an entry", parts);
  const { possible, excluded } = covering;
  return { name: "entries", strength: covering.strength, factors: ENTRY_FACTORS, rows, possible, excluded };
}

/** What image tools are given by construction: what layers can come to. */
export const layerCombinations = (strength: number): readonly Combinations<ImageCase>[] => [
  historyCombinations(strength),
  ...relatedCombinations(),
  entryCombinations(strength),
];
