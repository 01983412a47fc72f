import type { Entry } from "../../../runners/image/case.js";
import { USUAL_TIME } from "../layer/attributes.js";
import { dir, entryOf, file, hardlink, opaque, symlink, whiteout } from "../layer/entries.js";
import type { Part } from "./side-by-side.js";

/** What a layer has for one of two related paths: its entries for that path, the others in the same directory by their names. */
type Makes = (at: { readonly path: string; readonly directory: string; readonly layer: number }) => Entry[];

const attributes = (layer: number): { readonly mtime: number } => ({ mtime: USUAL_TIME + layer });

const KINDS = {
  none: () => [],
  file: ({ path, layer }) => [file(path, `of layer ${layer}`, { ...attributes(layer), uid: layer })],
  dir: ({ path, layer }) => [dir(path, { ...attributes(layer), mode: 0o750, gid: layer })],
  "dir of a file": ({ path, layer }) => [dir(path, { ...attributes(layer), mode: 0o705 }), file(`${path}/in`, `of layer ${layer}`)],
  implied: ({ path, layer }) => [file(`${path}/in`, `of layer ${layer}`, attributes(layer))],
  "link inside": ({ path, layer }) => [symlink(path, "beside", attributes(layer))],
  "link to b": ({ path, layer }) => [symlink(path, "b", attributes(layer))],
  "link nowhere": ({ path, layer }) => [symlink(path, "nowhere", attributes(layer))],
  "hard link to b": ({ path, directory, layer }) => [hardlink(path, `${directory}/b`, { ...attributes(layer), uid: layer })],
  fifo: ({ path, layer }) => [entryOf(path, "fifo", attributes(layer))],
  whiteout: ({ path }) => [whiteout(path)],
  opaque: ({ path }) => [opaque(path)],
  "dir, opaque": ({ path, layer }) => [dir(path, { ...attributes(layer), mode: 0o711 }), opaque(path)],
} as const satisfies Readonly<Record<string, Makes>>;

type KindName = keyof typeof KINDS;

/** Two paths that have to do with one another, and what each of two layers can have for them. */
interface Relation {
  readonly name: string;
  readonly a: string;
  readonly b: string;
  readonly lower: { readonly a: readonly KindName[]; readonly b: readonly KindName[] };
  readonly upper: { readonly a: readonly KindName[]; readonly b: readonly KindName[] };
  /** Whether `b` lies in `a`: a layer that has `a` as something else than a directory can have nothing there. */
  readonly within?: true;
}

const RELATIONS: readonly Relation[] = [
  {
    name: "a directory and what is in it",
    a: "a",
    b: "a/b",
    within: true,
    lower: {
      a: ["none", "dir", "file", "link inside", "link nowhere", "fifo"],
      b: ["none", "file", "dir of a file", "link nowhere", "fifo"],
    },
    upper: {
      a: ["none", "dir", "file", "link inside", "fifo", "whiteout", "opaque", "dir, opaque"],
      b: ["none", "file", "dir", "dir of a file", "implied", "link nowhere", "fifo", "whiteout", "opaque", "dir, opaque"],
    },
  },
  {
    name: "a link and what is behind it",
    a: "a",
    b: "b",
    lower: {
      a: ["link to b", "file", "dir of a file"],
      b: ["none", "file", "dir of a file", "link inside", "fifo"],
    },
    upper: {
      a: ["none", "link to b", "link nowhere", "file", "dir", "dir of a file", "fifo", "whiteout", "dir, opaque"],
      b: ["none", "file", "dir", "dir of a file", "link inside", "whiteout", "dir, opaque"],
    },
  },
  {
    name: "a hard link and what it names",
    a: "a",
    b: "b",
    lower: {
      a: ["none", "hard link to b", "file", "dir of a file", "link inside"],
      b: ["file", "link inside", "link nowhere", "fifo"],
    },
    upper: {
      a: ["none", "hard link to b", "file", "dir of a file", "link to b", "whiteout"],
      b: ["none", "file", "link inside", "fifo", "dir of a file", "whiteout"],
    },
  },
];

/** In which order the upper layer has what it has for the two paths, and its markers. */
const ORDERS = ["as they come", "the other way round", "markers last", "markers first"] as const;

const isMarker = ({ path }: Entry): boolean => path.slice(path.lastIndexOf("/") + 1).startsWith(".wh.");

function ordered(order: (typeof ORDERS)[number], a: readonly Entry[], b: readonly Entry[]): Entry[] {
  const entries = [...a, ...b];
  const [markers, rest] = [entries.filter(isMarker), entries.filter((entry) => !isMarker(entry))];
  switch (order) {
    case "as they come":
      return entries;
    case "the other way round":
      return [...b, ...a];
    case "markers last":
      return [...rest, ...markers];
    case "markers first":
      return [...markers, ...rest];
  }
}

/** A way in which a layer can have a path twice over: removed, by whichever marker, and made again. */
const REMOVALS = {
  "a whiteout of it": ({ path }) => [whiteout(path)],
  "a whiteout of its directory": ({ directory }) => [whiteout(directory)],
  "an opaque marker beside it": ({ directory }) => [opaque(directory)],
  "an opaque marker in it": ({ path }) => [opaque(path)],
  "all of them": ({ path, directory }) => [whiteout(directory), opaque(directory), whiteout(path)],
} as const satisfies Readonly<Record<string, Makes>>;

const REMADE = ["none", "file", "dir", "dir of a file", "implied", "link inside", "link nowhere", "fifo"] as const satisfies KindName[];

/** A stack of two layers with its place in the table: an index of a level for each factor. */
export interface RelatedPart extends Part {
  readonly levels: readonly number[];
}

/** A table of two related paths: the factors, and a part for each combination. */
export interface RelationTable {
  readonly name: string;
  readonly factors: readonly { readonly name: string; readonly levels: readonly { readonly name: string }[] }[];
  readonly parts: readonly RelatedPart[];
  /** How many combinations make no layer, and why. */
  readonly excluded: readonly { readonly reason: string; readonly combinations: number }[];
}

/** What `a` can be in a layer that has something in it. */
const HOLDERS: readonly KindName[] = ["none", "dir", "dir of a file", "whiteout", "opaque", "dir, opaque"];

const BROKEN = "a layer that has something as no directory, and entries below it";

const factor = (name: string, levels: readonly string[]): RelationTable["factors"][number] => ({
  name,
  levels: levels.map((level) => ({ name: level })),
});

/** All combinations of as many indexes as each factor has levels. */
function* combinations(sizes: readonly number[]): Generator<readonly number[]> {
  const [first, ...rest] = sizes;
  if (first === undefined) yield [];
  else for (let level = 0; level < first; level++) for (const others of combinations(rest)) yield [level, ...others];
}

/** A file that stays, to which links lead, and which shows that the layers were unpacked. */
const beside = (directory: string): Entry => file(`${directory}/beside`, "beside");

/** What a combination comes to, in a directory of this name. */
type Made = (levels: readonly number[], directory: string) => Entry[][];

/** A table whose last factor is the order of the upper layer: of those that come to the same, the first is taken. */
function tableOf(
  name: string,
  columns: readonly (readonly [name: string, levels: readonly string[]])[],
  prefix: string,
  made: Made,
  isBroken: (levels: readonly number[]) => boolean = () => false,
): RelationTable {
  const seen = new Set<string>();
  const isNew = (levels: readonly number[]): boolean => {
    const upper = made(levels, prefix)[1] ?? [];
    const key = `${levels.slice(0, -1).join()} ${upper.map(({ path }) => path).join(" ")}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  };
  const all = [...combinations(columns.map(([, levels]) => levels.length))];
  const whole = all.filter((levels) => !isBroken(levels));
  const parts = whole.filter(isNew).map(
    (levels, number): RelatedPart => ({
      name: levels.map((level, at) => columns[at]?.[1][level]).join(", "),
      levels,
      layers: () => made(levels, `${prefix}-${number}`),
    }),
  );
  const broken = all.length - whole.length;
  return {
    name,
    factors: columns.map(([column, levels]) => factor(column, levels)),
    parts,
    excluded: broken > 0 ? [{ reason: BROKEN, combinations: broken }] : [],
  };
}

function relatedTable({ name, a, b, lower, upper, within }: Relation, prefix: string): RelationTable {
  const columns = [
    [`lower ${a}`, lower.a],
    [`lower ${b}`, lower.b],
    [`upper ${a}`, upper.a],
    [`upper ${b}`, upper.b],
    ["order", ORDERS],
  ] as const;
  const holds = (kinds: { readonly a: readonly KindName[]; readonly b: readonly KindName[] }, levelA = 0, levelB = 0): boolean =>
    kinds.b[levelB] === "none" || HOLDERS.includes(kinds.a[levelA] ?? "none");
  const made: Made = (levels, directory) => {
    const [lowerA, lowerB, upperA, upperB, order] = levels;
    const makes = (kinds: readonly KindName[], level: number | undefined, path: string, layer: number): Entry[] =>
      KINDS[kinds[level ?? 0] ?? "none"]({ path: `${directory}/${path}`, directory, layer });
    const below = { a: makes(lower.a, lowerA, a, 1), b: makes(lower.b, lowerB, b, 1) };
    return [
      // What is named comes before its hard link.
      [beside(directory), ...(name.startsWith("a hard link") ? [...below.b, ...below.a] : [...below.a, ...below.b])],
      ordered(ORDERS[order ?? 0] ?? ORDERS[0], makes(upper.a, upperA, a, 2), makes(upper.b, upperB, b, 2)),
    ];
  };
  const isBroken = ([lowerA, lowerB, upperA, upperB]: readonly number[]): boolean =>
    within === true && !(holds(lower, lowerA, lowerB) && holds(upper, upperA, upperB));
  return tableOf(name, columns, prefix, made, isBroken);
}

function remadeTable(prefix: string): RelationTable {
  const removals = Object.entries(REMOVALS);
  const columns = [
    ["lower", REMADE],
    ["marker", removals.map(([name]) => name)],
    ["upper", REMADE],
    ["order", ["marker first", "marker last"]],
  ] as const;
  return tableOf("a path that is removed and made again", columns, prefix, (levels, directory) => {
    const [was, removal, becomes, order] = levels;
    const at = (layer: number) => ({ path: `${directory}/d/a`, directory: `${directory}/d`, layer });
    const markers = removals[removal ?? 0]?.[1](at(2)) ?? [];
    const again = KINDS[REMADE[becomes ?? 0] ?? "none"](at(2));
    return [
      [beside(directory), dir(`${directory}/d`), file(`${directory}/d/beside`, "beside"), ...KINDS[REMADE[was ?? 0] ?? "none"](at(1))],
      order === 0 ? [...markers, ...again] : [...again, ...markers],
    ];
  });
}

/** All tables of two related paths over two layers, each part in a directory of its own. */
export const relationTables = (): readonly RelationTable[] => [
  ...RELATIONS.map((relation, at) => relatedTable(relation, `pair-${at + 1}`)),
  remadeTable("again"),
];
