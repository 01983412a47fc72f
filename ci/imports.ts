/**
 * `npm run lint:imports`: no circle among the TypeScript files, and imports run one way between the folders. It reads what is written, types
 * included: a circle of types is a circle to whoever reads it.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const PRODUCT = [
  ...["spec", "files", "image-reader", "reference-runtime", "reference-registry", "reference-client"],
  ...["runners", "generators", "suites", "reports", "cli"],
] as const;

/** Each folder with those that it may import of; all may import of themselves. */
export const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  spec: [],
  files: ["spec"],
  "image-reader": ["spec"],
  "reference-runtime": ["spec"],
  "reference-registry": ["spec"],
  "reference-client": ["spec"],
  runners: ["spec", "files", "image-reader", "reference-runtime", "reference-registry", "reference-client"],
  generators: ["spec", "image-reader", "runners", "reference-registry"],
  suites: ["spec", "image-reader", "runners", "generators", "reference-registry"],
  reports: ["spec", "files"],
  cli: [
    "spec",
    "files",
    "image-reader",
    "reference-runtime",
    "reference-registry",
    "reference-client",
    "runners",
    "generators",
    "suites",
    "reports",
  ],
  ci: [...PRODUCT],
  test: [...PRODUCT, "ci"],
};

/** The file, and the files that it imports, by their paths from the root of the sources. */
export type Imports = ReadonlyMap<string, readonly string[]>;

const IMPORT = /(?:^|\n)(?:import|export)\b[^;'"]*?\bfrom\s+"(\.[^"]+)"|(?:^|\n)import\s+"(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/g;

/** The relative specifiers in a source. */
export const specifiersIn = (source: string): readonly string[] =>
  [...source.matchAll(IMPORT)].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? "");

/** The files among these that each one imports. */
export function importsOf(files: ReadonlyMap<string, string>): Imports {
  const named = (from: string, specifier: string): string => normalize(join(from, "..", specifier)).replace(/\.(c?)js$/, ".$1ts");
  return new Map(
    [...files].map(([path, source]) => [
      path,
      [...new Set(specifiersIn(source).map((specifier) => named(path, specifier)))].filter((each) => files.has(each)),
    ]),
  );
}

/** One circle of each group of files that import each other, as the way around it. */
export function circlesIn(imports: Imports): readonly (readonly string[])[] {
  const circles: (readonly string[])[] = [];
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]): void => {
    const start = way.indexOf(path);
    if (start >= 0) {
      circles.push([...way.slice(start), path]);
      return;
    }
    if (done.has(path)) return;
    for (const next of imports.get(path) ?? []) visit(next, [...way, path]);
    done.add(path);
  };
  for (const path of imports.keys()) visit(path, []);
  return circles;
}

const folderOf = (path: string): string => path.replace(/\/.*/, "");

/** Imports that the table does not allow, as `from imports to`. */
export function againstTheTable(imports: Imports, allowed: Readonly<Record<string, readonly string[]>>): readonly string[] {
  return [...imports].flatMap(([path, targets]) => {
    const own = folderOf(path);
    const may = allowed[own];
    if (may === undefined) return [`${path}: the folder ${own} is not in the table of ci/imports.ts`];
    return targets
      .filter((target) => folderOf(target) !== own && !may.includes(folderOf(target)))
      .map((target) => `${path} imports ${target}`);
  });
}

/** The TypeScript sources below a directory, by their paths from there. */
export function sourcesIn(root: string): ReadonlyMap<string, string> {
  const { include } = JSON.parse(readFileSync(join(root, "tsconfig.json"), "utf8")) as { include: readonly string[] };
  const paths = include.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) => join(folder, path)),
  );
  return new Map(
    paths
      .filter((path) => /\.c?ts$/.test(path) && existsSync(join(root, path)))
      .map((path) => [path, readFileSync(join(root, path), "utf8")]),
  );
}

function main(): number {
  const imports = importsOf(sourcesIn(fileURLToPath(new URL("../..", import.meta.url))));
  const circles = circlesIn(imports);
  const against = againstTheTable(imports, ALLOWED);
  for (const circle of circles) process.stderr.write(`a circle of imports: ${circle.join(" → ")}\n`);
  for (const each of against) process.stderr.write(`against the direction of imports (see ci/imports.ts): ${each}\n`);
  if (circles.length + against.length > 0) return 1;
  process.stdout.write(`Checked the imports of ${imports.size} files: no circle, and all run one way.\n`);
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main();
