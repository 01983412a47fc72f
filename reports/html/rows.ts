import type { Gate } from "../results/exit-code.js";
import type { Level, RequirementResult, Results } from "../results/results.js";
import { differ } from "../table.js";
import { areaOf, groupBy, oneLine, truncate } from "../text.js";
import { type Kind, kindOf } from "./kinds.js";
import { visible } from "./markup.js";

/** What came of a requirement with one target. */
export interface Cell {
  readonly result: RequirementResult;
  readonly kind: Kind;
}

/** One requirement with all targets. */
export interface Row {
  readonly id: string;
  readonly level: Level;
  readonly title: string;
  readonly section: string;
  /** In the order of the targets; undefined for one that was not asked. */
  readonly cells: readonly (Cell | undefined)[];
  /** Whether the targets differ in what was shown. */
  readonly differs: boolean;
}

/** The rows of one area of a spec. */
export interface Area {
  readonly name: string;
  readonly rows: readonly Row[];
}

/** The requirements of all targets, each once, in the order in which they first occur. */
export function rowsOf(all: readonly Results[], gate: Gate): readonly Row[] {
  const byId = all.map(({ requirements }) => new Map(requirements.map((result) => [result.id, result])));
  const first = new Map<string, RequirementResult>();
  for (const { requirements } of all) for (const result of requirements) if (!first.has(result.id)) first.set(result.id, result);
  return [...first.values()].map(({ id, level, title, section }) => {
    const results = byId.map((known) => known.get(id));
    const cells = results.map((result) => result && { result, kind: kindOf(result, gate) });
    return { id, level, title, section, cells, differs: differ(results.map((result) => result?.verdict)) };
  });
}

/** Rows by area. Where there is more than one spec, its name goes before the area's. */
export function areasOf(rows: readonly Row[], specs: number): readonly Area[] {
  const nameOf = ({ id }: Row): string => {
    const area = areaOf(id);
    const [spec = ""] = id.split(".");
    return specs > 1 && spec !== area ? `${spec} ${area}` : area;
  };
  return [...groupBy(rows, nameOf)].map(([name, own]) => ({ name, rows: own }));
}

const LONGEST_NAME = 60;

/** What to call each target: its name. Those of one name are told apart by their versions, or else by number. */
export function namesOf(all: readonly Results[]): readonly string[] {
  const isOnly = (name: string, names: readonly string[]): boolean => names.indexOf(name) === names.lastIndexOf(name);
  const names = all.map(({ target }) => truncate(oneLine(target.name), LONGEST_NAME));
  const versions = all.map(({ target }, at) => `${names[at]} (${truncate(oneLine(target.version), LONGEST_NAME)})`);
  return names.map((name, at) => {
    if (isOnly(name, names)) return name;
    const version = versions[at] ?? name;
    return all[at]?.target.version && isOnly(version, versions) ? version : `${name} (${at + 1})`;
  });
}

/** The address of a requirement's row within the page. */
export const addressOf = (id: string): string => `#${encodeURIComponent(visible(id))}`;
