import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { atLeast, RELEASES } from "./runtime/releases.js";

export { RELEASES };

/** MUST, SHOULD and MAY are the spec's; ROBUSTNESS are rules of ours, which no sentence of a spec states. */
export type Level = "MUST" | "SHOULD" | "MAY" | "ROBUSTNESS";

/** One normative statement, in our own words. */
export interface Requirement {
  /** Words, such as `runtime.create.id-not-unique-error`; never changes its meaning. */
  readonly id: string;
  readonly level: Level;
  /** Document and anchor: `runtime.md#runtimeCreate`; none for rules of ours. */
  readonly section?: string;
  /** The statement that makes a mere description binding. */
  readonly via?: string;
  /** The release that it came with; none for rules of ours. */
  readonly since?: string;
  readonly summary: string;
  /** True, or why no outside observer can see it. */
  readonly testable: true | string;
}

/** The specs that have a catalogue. */
export type SpecName = "runtime";

/** All statements of a spec, in the order of its documents. */
export interface Catalogue extends Iterable<Requirement> {
  get(id: string): Requirement | undefined;
  /** Ids that look like this one, nearest first; none when nothing is near. */
  suggest(id: string): readonly string[];
}

const BLOB: Readonly<Record<SpecName, string>> = {
  runtime: "https://github.com/opencontainers/runtime-spec/blob/v1.3.0/",
};

/** Where the statement stands on the web; undefined for rules of ours. */
export const sectionUrl = ({ section }: Requirement): string | undefined =>
  section === undefined ? undefined : `${BLOB.runtime}${section}`;

/** Negative, zero or positive, as `a` is older than, the same as, or newer than `b`. */
export const compareReleases = (a: string, b: string): number => (atLeast(a, b) ? (atLeast(b, a) ? 0 : 1) : -1);

/** A broken catalogue: names the file, the entry, and what is wrong with it. */
export class CatalogueError extends Error {
  override readonly name = "CatalogueError";
}

const LEVELS: readonly string[] = ["MUST", "SHOULD", "MAY"];
const ID = /^(?:runtime|robustness)(?:\.[a-z][a-z0-9]*(?:-[a-z0-9]+)*)+$/;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

function requirementOf(entry: unknown, at: string, ours: boolean): Requirement {
  const fail = (what: string): never => {
    throw new CatalogueError(`${at}: ${what}`);
  };
  if (!isRecord(entry)) return fail("not a mapping");
  const { id, level, section, via, since, summary, testable } = entry;
  if (typeof id !== "string" || !ID.test(id)) return fail(`id ${JSON.stringify(id)} is not made of words`);
  const named = (what: string): never => fail(`${id}: ${what}`);
  if (typeof summary !== "string" || summary === "") return named("summary is missing");
  if (ours) return { id, level: "ROBUSTNESS", summary, testable: true };
  if (typeof level !== "string" || !LEVELS.includes(level)) return named(`level ${JSON.stringify(level)} is none of ${LEVELS.join(", ")}`);
  if (typeof section !== "string" || !/^[a-z-]+\.md#[\w-]+$/.test(section))
    return named(`section ${JSON.stringify(section)} is not document.md#anchor`);
  if (via !== undefined && typeof via !== "string") return named("via is not a section");
  if (typeof since !== "string" || !RELEASES.some((release) => release === since))
    return named(`since ${JSON.stringify(since)} is no release`);
  if (testable !== true && (typeof testable !== "string" || testable === "")) return named("testable is neither true nor a reason");
  const known: Level = level === "MUST" ? "MUST" : level === "SHOULD" ? "SHOULD" : "MAY";
  return { id, level: known, section, ...(via === undefined ? {} : { via }), since, summary, testable };
}

/** Number of single-character edits between two words, as far as it stays small. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function nearest(ids: readonly string[], wanted: string): string[] {
  const own = wanted.replace(/^runtime\./, "");
  return ids
    .map((id) => ({ id, far: id.includes(wanted) ? 0 : distance(id.replace(/^runtime\./, ""), own) }))
    .filter(({ far, id }) => far <= Math.max(3, id.length / 4))
    .sort((a, b) => a.far - b.far)
    .map(({ id }) => id)
    .slice(0, 5);
}

/**
 * Makes a catalogue from parsed YAML documents.
 * @throws CatalogueError for a duplicate id or a malformed entry.
 */
export function catalogueOf(documents: readonly { readonly file: string; readonly entries: unknown; readonly ours: boolean }[]): Catalogue {
  const byId = new Map<string, Requirement>();
  for (const { file, entries, ours } of documents) {
    if (!Array.isArray(entries)) throw new CatalogueError(`${file}: not a list of entries`);
    entries.forEach((entry: unknown, at) => {
      const requirement = requirementOf(entry, `${file}: entry ${at + 1}`, ours);
      if (byId.has(requirement.id)) throw new CatalogueError(`${file}: entry ${at + 1}: ${requirement.id} is there twice`);
      byId.set(requirement.id, requirement);
    });
  }
  return {
    [Symbol.iterator]: () => byId.values(),
    get: (id) => byId.get(id),
    suggest: (id) => nearest([...byId.keys()], id),
  };
}

/** The package's root: the catalogues are read from there, whether the module is compiled or not. */
function packageRoot(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, "package.json"))) directory = dirname(directory);
  return directory;
}

/** Reads the catalogue of a spec, our own rules included. @throws CatalogueError */
export async function loadCatalogue(spec: SpecName): Promise<Catalogue> {
  const { parse } = await import("yaml");
  const root = packageRoot();
  const documents = [
    { file: `spec/${spec}/requirements.yaml`, ours: false },
    { file: `spec/${spec}/robustness.yaml`, ours: true },
  ];
  return catalogueOf(
    documents.map(({ file, ours }) => {
      const entries: unknown = parse(readFileSync(join(root, file), "utf8"));
      return { file, entries, ours };
    }),
  );
}
