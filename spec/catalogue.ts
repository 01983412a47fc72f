import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { distance } from "./distance.js";
import { CatalogueError, type Requirement, requirementOf, type SpecName } from "./requirement.js";
import { atLeast, RELEASES } from "./runtime/releases.js";

export { CatalogueError, type Level, type Requirement, SPECS, type SpecName, specOf } from "./requirement.js";
export { sectionUrl } from "./section-url.js";
export { RELEASES };

/** All statements of a spec, in the order of its documents. */
export interface Catalogue extends Iterable<Requirement> {
  get(id: string): Requirement | undefined;
  /** Ids that look like this one, nearest first; none when nothing is near. */
  suggest(id: string): readonly string[];
}

/** Negative, zero or positive, as release `a` of the runtime spec is older than, the same as, or newer than `b`. */
export const compareReleases = (a: string, b: string): number => (atLeast(a, b) ? (atLeast(b, a) ? 0 : 1) : -1);

function nearest(ids: readonly string[], wanted: string): string[] {
  const bare = (id: string): string => id.replace(/^(?:runtime|image|registry)\./, "");
  const own = bare(wanted);
  return ids
    .map((id) => ({ id, far: id.includes(wanted) ? 0 : distance(bare(id), own) }))
    .filter(({ far, id }) => far <= Math.max(3, id.length / 4))
    .sort((a, b) => a.far - b.far)
    .map(({ id }) => id)
    .slice(0, 5);
}

/**
 * Makes a catalogue from parsed YAML documents.
 * @throws CatalogueError for a duplicate id or a malformed entry.
 */
export function catalogueOf(
  documents: readonly { readonly file: string; readonly entries: unknown; readonly ours: boolean }[],
  spec: SpecName = "runtime",
): Catalogue {
  const byId = new Map<string, Requirement>();
  for (const { file, entries, ours } of documents) {
    if (!Array.isArray(entries)) throw new CatalogueError(`${file}: not a list of entries`);
    entries.forEach((entry: unknown, at) => {
      const requirement = requirementOf(entry, `${file}: entry ${at + 1}`, ours, spec);
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
    spec,
  );
}
