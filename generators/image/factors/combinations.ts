import type { Arbitrary } from "fast-check";
import type { ImageCase } from "../../../runners/image/case.js";
import type { ImageFacts, RefusedLevel } from "../../../runners/image/facts.js";
import { type Columns, ofRow } from "../../covering/assignment.js";
import { cover } from "../../covering/cover.js";
import { type Conflict, conflict, type Forbids, forbidding } from "../../covering/factors.js";
import { minimalImage } from "../base.js";
import { CONFIG_FACTORS } from "./configs.js";
import type { Edit, Factor } from "./factor.js";
import { LAYER_FACTORS } from "./layers.js";
import { ARTIFACT_FACTOR, BY_SHA512, LAYOUT_FACTORS } from "./layout.js";

/** Factors whose levels are combined with one another, but not with those of another table. */
export interface Table {
  readonly name: string;
  readonly factors: readonly Factor[];
  readonly conflicts: readonly Conflict[];
  /** What all of its cases have, which counts as one factor that stands still. */
  readonly base?: Edit;
}

const LISTED = ["a name", "a name and a group", "a number and a group"];

const ARTIFACT_CONFLICT = conflict(
  "what says that it is an artifact has no config of the type that images have",
  ["manifest", "with an artifactType"],
  ["artifact", "with layers of an unknown type"],
);

const CONFIGS: Table = {
  name: "image configs",
  factors: CONFIG_FACTORS,
  conflicts: [conflict("nobody knows a user by name without the files of users", ["files of users", "not there"], ["User", ...LISTED])],
};

/** What an image tool is given by construction, by what it does. */
export const tablesFor = ({ copies, converts }: Pick<ImageFacts, "copies" | "converts">): readonly Table[] => {
  const factors = [...LAYER_FACTORS, ...LAYOUT_FACTORS, ...(copies ? [ARTIFACT_FACTOR] : [])];
  const conflicts = copies ? [ARTIFACT_CONFLICT] : [];
  return [
    { name: "layouts", factors, conflicts },
    { name: "layouts by SHA-512", factors, conflicts, base: BY_SHA512 },
    ...(converts ? [CONFIGS] : []),
  ];
};

const allowedBy =
  (forbids: Forbids) =>
  (row: readonly number[]): boolean =>
    row.every((level, factor) => row.every((other, at) => at <= factor || forbids(factor, level, at, other) === undefined));

/** The case of a row: what each level does to the minimal image, in the order of the factors. Shrinks by turning factors to their first levels. */
export function caseOfRow({ name, factors, conflicts, base = (subject) => subject }: Table, row: readonly number[]): Arbitrary<ImageCase> {
  const columns: Columns<{ readonly edit: Edit; readonly words: string | undefined }> = {
    levels: factors.map((factor) =>
      factor.levels.map((level, at) =>
        level.edits.map((edit) => ({ edit, words: at === 0 ? undefined : `${factor.name}: ${level.name}` })),
      ),
    ),
    allowed: allowedBy(forbidding(factors, conflicts)),
  };
  return ofRow(columns, row).map((made) => {
    const words = made.flatMap((each) => each.words ?? []);
    const title = words.length === 0 ? `one layer with one file (${name})` : `${name}: ${words.join("; ")}`;
    return { ...made.reduce((subject, { edit }) => edit(subject), base(minimalImage())), title };
  });
}

/** The same tables, without what the tool does not take by itself. */
export const withoutRefused = (tables: readonly Table[], { tool, refuses = [] }: Pick<ImageFacts, "tool" | "refuses">): readonly Table[] =>
  tables.map((table) => ({
    ...table,
    factors: table.factors.map((factor) => ({
      ...factor,
      levels: factor.levels.map((level) =>
        refuses.some((each) => each.factor === factor.name && each.level === level.name)
          ? { ...level, excluded: `${tool} does not take ${factor.name}: ${level.name} by itself` }
          : level,
      ),
    })),
  }));

/** Each level by itself, with the case that has nothing else. */
export const levelsAlone = (tables: readonly Table[]): readonly (RefusedLevel & { readonly cases: Arbitrary<ImageCase> })[] =>
  tables
    .filter(({ base }) => base === undefined)
    .flatMap((table) =>
      table.factors.flatMap((factor, at) =>
        factor.levels.slice(1).map((level, number) => ({
          factor: factor.name,
          level: level.name,
          cases: caseOfRow(
            table,
            table.factors.map((_, other) => (other === at ? number + 1 : 0)),
          ),
        })),
      ),
    );

/** All combinations of `strength` levels: each row is an image. */
export const imageCombinations = (facts: ImageFacts, strength: number) =>
  withoutRefused(tablesFor(facts), facts).map((table) => {
    const covering = cover(table.factors, table.base ? strength - 1 : strength, table.conflicts);
    return {
      name: table.name,
      factors: table.factors,
      strength: covering.strength,
      possible: covering.possible,
      excluded: covering.excluded,
      rows: covering.rows.map((row) => ({ covers: [row], cases: caseOfRow(table, row) })),
    };
  });
