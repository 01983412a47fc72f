import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { nearest } from "./nearest.js";
import { atLeast, RELEASES } from "./runtime/releases.js";

export { RELEASES };

/** ROBUSTNESS is ours: no sentence of a specification states it. */
export type Level = "MUST" | "SHOULD" | "MAY" | "ROBUSTNESS";
export type SpecName = "runtime" | "image" | "distribution";

/** A statement of the law: what a conforming implementation does. */
export interface Requirement {
  /** Words, joined by dashes and dots; an id never changes its meaning. */
  readonly id: string;
  readonly level: Level;
  /** Where the statement stands: `file.md#anchor`. Absent only for ROBUSTNESS. */
  readonly section?: string;
  /** The sentence that makes it binding, where `section` only describes or binds somebody else. */
  readonly via?: string;
  /** The release from which on it holds. Absent only for ROBUSTNESS. */
  readonly since?: string;
  readonly summary: string;
  /** True, or why nobody outside can see whether it holds. */
  readonly testable: true | string;
}

/** The law of one specification, in the order of its documents. */
export interface Catalogue extends Iterable<Requirement> {
  get(id: string): Requirement | undefined;
  /** The ids that a mistyped id may have meant, the nearest first. */
  suggest(id: string): readonly string[];
}

/** A catalogue that cannot be used; the message names the file, the entry and what is wrong. */
export class CatalogueError extends Error {
  override readonly name = "CatalogueError";
}

const SPECS: Readonly<Record<SpecName, { readonly source: string; readonly releases: readonly string[] }>> = {
  runtime: { source: "https://github.com/opencontainers/runtime-spec/blob/v1.3.0/", releases: RELEASES },
  image: {
    source: "https://github.com/opencontainers/image-spec/blob/v1.1.1/",
    releases: ["1.0.0", "1.0.1", "1.0.2", "1.1.0", "1.1.1"],
  },
  distribution: {
    source: "https://github.com/opencontainers/distribution-spec/blob/v1.1.1/",
    releases: ["1.0.0", "1.0.1", "1.1.0", "1.1.1"],
  },
};

/** The areas that ids begin with, by specification. */
const AREAS: Readonly<Record<string, SpecName>> = { runtime: "runtime", image: "image", registry: "distribution" };

const LEVELS: readonly Level[] = ["MUST", "SHOULD", "MAY", "ROBUSTNESS"];
const ID = /^(runtime|image|registry|robustness)(\.[a-z0-9]*[a-z][a-z0-9]*(-[a-z0-9]+)*)+$/;
const SECTION = /^[a-z-]+\.md#[A-Za-z0-9-]+$/;
const KEYS = new Set(["id", "level", "section", "via", "since", "summary", "testable"]);

/** The address of the section of a requirement; undefined for a rule of ours. */
export function sectionUrl({ id, section }: Pick<Requirement, "id" | "section">): string | undefined {
  const spec = AREAS[id.split(".", 1)[0] ?? ""];
  return spec === undefined || section === undefined ? undefined : `${SPECS[spec].source}${section}`;
}

/** Below, at or above zero as `a` is older than, the same as or newer than `b`; what follows the three numbers does not count. */
export const compareReleases = (a: string, b: string): number => (atLeast(a, b) ? (atLeast(b, a) ? 0 : 1) : -1);

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const isLevel = (value: unknown): value is Level => LEVELS.some((level) => level === value);

function readEntry(value: unknown, at: string, releases: readonly string[]): Requirement {
  if (!isObject(value)) throw new CatalogueError(`${at}: is no map`);
  const { id, level, section, via, since, summary, testable } = value;
  if (typeof id !== "string") throw new CatalogueError(`${at}: has no id`);
  const bad = (what: string): CatalogueError => new CatalogueError(`${at} (${id}): ${what}`);
  const place = (name: string, given: unknown): string | undefined => {
    if (given === undefined || (typeof given === "string" && SECTION.test(given))) return given;
    throw bad(`${name} ${JSON.stringify(given)} is not of the form file.md#anchor`);
  };
  if (!ID.test(id)) throw bad("the id is not made of words");
  const unknown = Object.keys(value).find((key) => !KEYS.has(key));
  if (unknown !== undefined) throw bad(`unknown property ${unknown}`);
  if (!isLevel(level)) throw bad(`unknown level ${JSON.stringify(level)}, not one of ${LEVELS.join(", ")}`);
  if ((level === "ROBUSTNESS") !== id.startsWith("robustness.")) throw bad("level ROBUSTNESS and ids in robustness belong together");
  if (typeof summary !== "string" || summary.trim() === "") throw bad("no summary");
  if (testable !== true && (typeof testable !== "string" || testable.trim() === "")) throw bad("testable is neither true nor a reason");
  const common = { id, level, summary, testable };
  const [where, by] = [place("section", section), place("via", via)];
  if (level === "ROBUSTNESS") {
    if (where !== undefined || by !== undefined || since !== undefined) throw bad("a rule of ours has no section, via or since");
    return common;
  }
  if (where === undefined) throw bad("no section");
  if (typeof since !== "string" || !releases.includes(since)) {
    throw bad(`since ${JSON.stringify(since)} is no release, not one of ${releases.join(", ")}`);
  }
  return { ...common, section: where, ...(by === undefined ? {} : { via: by }), since };
}

/**
 * Reads the text of one file of a catalogue.
 * @throws CatalogueError
 */
export async function parseRequirements(text: string, file: string, spec: SpecName): Promise<readonly Requirement[]> {
  const { parse } = await import("yaml");
  let content: unknown;
  try {
    content = parse(text);
  } catch (thrown) {
    throw new CatalogueError(`${file}: is not YAML: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
  if (!isObject(content) || !Array.isArray(content.requirements)) throw new CatalogueError(`${file}: has no list of requirements`);
  const entries: readonly unknown[] = content.requirements;
  return entries.map((entry, at) => readEntry(entry, `${file}: entry ${at + 1}`, SPECS[spec].releases));
}

/**
 * Makes a catalogue of requirements.
 * @throws CatalogueError when two have the same id
 */
export function makeCatalogue(requirements: readonly Requirement[], file: string): Catalogue {
  const byId = new Map<string, Requirement>();
  for (const requirement of requirements) {
    if (byId.has(requirement.id)) throw new CatalogueError(`${file}: ${requirement.id}: duplicate id`);
    byId.set(requirement.id, requirement);
  }
  return {
    get: (id) => byId.get(id),
    suggest: (id) => nearest(id, byId.keys()),
    [Symbol.iterator]: () => byId.values(),
  };
}

/** The directory of the package: the sources lie there, and the compiled ones somewhere below. */
function packageRoot(): URL {
  for (let directory = new URL("./", import.meta.url); ; directory = new URL("../", directory)) {
    if (existsSync(new URL("package.json", directory))) return directory;
    if (directory.pathname === "/") throw new CatalogueError(`no package.json above ${fileURLToPath(import.meta.url)}`);
  }
}

/**
 * Loads the law of a specification: every YAML file of its directory.
 * @throws CatalogueError
 */
export async function loadCatalogue(spec: SpecName): Promise<Catalogue> {
  const directory = new URL(`spec/${spec}/`, packageRoot());
  const files = (await readdir(directory)).filter((name) => name.endsWith(".yaml")).sort();
  const parts = await Promise.all(
    files.map(async (name) => parseRequirements(await readFile(new URL(name, directory), "utf8"), `spec/${spec}/${name}`, spec)),
  );
  return makeCatalogue(parts.flat(), `spec/${spec}`);
}
