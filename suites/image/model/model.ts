import type { Entry } from "../../../runners/image/case.js";
import { contentBytes, digestOf } from "../../../runners/image/content.js";
import { type Kind, timeText } from "../../../runners/image/seen.js";
import { addHardlink } from "./hardlinks.js";
import { beyondReach, isFarTime } from "./reach.js";
import { STATEMENTS } from "./statements.js";
import { ancestors, emptyTree, type Node, parentOf, type Tree, within } from "./tree.js";
import { TreeBuilder } from "./tree-builder.js";
import { type Read, read, underMarker, wellFormed } from "./whiteouts.js";

const KINDS: Readonly<Partial<Record<Entry["type"], Kind>>> = {
  file: "file",
  dir: "dir",
  symlink: "symlink",
  char: "char",
  block: "block",
  fifo: "fifo",
};

const SPARSE = "sparse files lack support; the spec says not to use them";

/** The greatest user and group id that the kernel takes; the one after it means "leave it". */
const LAST_ID = 0xffff_fffe;

/**
 * What an entry says of the path that it makes; `made` is the statement behind its kind and content, `described` the one
 * behind its attributes.
 */
function claimsOf(entry: Entry, kind: Kind, made: string, described: string): Node["claims"] {
  const owner = (value: number) => (value > LAST_ID ? { unspecified: "an id that the kernel does not know" } : { value, id: described });
  const xattrs = xattrsClaim(entry, kind, described);
  return {
    kind: { value: kind, id: made },
    uid: owner(entry.uid),
    gid: owner(entry.gid),
    mtime: isFarTime(entry)
      ? { unspecified: "a time that not every file system holds" }
      : { value: timeText(entry.mtime, entry.nsec), id: described },
    xattrs,
    ...(kind === "symlink" ? { target: { value: entry.link ?? "", id: made } } : { mode: { value: entry.mode & 0o7777, id: described } }),
    ...(kind === "file" ? { content: contentClaim(entry, made) } : {}),
    ...(kind === "char" || kind === "block" ? { device: { value: (entry.device ?? [0, 0]).join(":"), id: made } } : {}),
  };
}

function xattrsClaim({ xattrs = {} }: Entry, kind: Kind, id: string): NonNullable<Node["claims"]["xattrs"]> {
  if (Object.values(xattrs).includes("")) return { unspecified: "a PAX record without a value says that there is none" };
  if (Object.keys(xattrs).some((name) => name.startsWith("trusted.")))
    return { unspecified: "the trusted attributes are the host administrator's; whether an image may set them is not said" };
  if (kind === "symlink" || kind === "dir" || kind === "file" || Object.keys(xattrs).length === 0) return { value: xattrs, id };
  return { unspecified: "extended attributes of special files are seldom supported" };
}

function contentClaim(entry: Entry, id: string): NonNullable<Node["claims"]["content"]> {
  if (entry.header.sparse !== undefined) return { unspecified: SPARSE };
  const bytes = contentBytes(entry.content);
  return { value: `${bytes.length} ${digestOf(bytes)}`, id };
}

/** The paths that the layer has entries for, and of which types. */
type Own = ReadonlyMap<string, Entry["type"]>;

/** Removes from the lower layers what this layer's markers name: before all entries, wherever the markers are. */
function applyMarkers(builder: TreeBuilder, layer: readonly Read[], own: Own, { whiteouts }: Markers): void {
  // The directories that have entries of this layer in them.
  const filled = new Set([...own.keys()].flatMap((path) => ["", ...ancestors(path), path]));
  const late = lateMarkers(layer);
  for (const read of layer) {
    const { entry, path, marker, escapesRoot } = read;
    if (marker.kind === "none") continue;
    builder.hide(path, STATEMENTS.hidden);
    const link = builder.linkOnTheWay(path);
    const blocked = [...ancestors(path)].find((each) => own.get(each) !== undefined && own.get(each) !== "dir");
    const odd =
      blocked === undefined
        ? oddMarker(entry, marker.kind, escapesRoot, path)
        : `the layer has ${blocked} as something else than a directory, and a marker below it`;
    if (odd !== undefined) {
      builder.may(odd);
      builder.doubt(path, odd);
      builder.doubt(marker.kind === "odd" ? parentOf(marker.path) : marker.path, odd);
    } else if (marker.kind === "bare") {
      builder.refuse.push(STATEMENTS.bare);
      builder.may("a whiteout without a name");
    } else if (link !== undefined && !own.has(link)) {
      const reason = `${link} is a symbolic link: no sentence says whether a whiteout below it follows it`;
      builder.may(reason);
      builder.doubtThrough(link, marker.path, reason);
      if (marker.kind === "opaque") builder.doubtThrough(link, path, reason);
    } else {
      for (const each of late.get(read) ?? []) doubtBefore(builder, each, marker.path, own);
      sweep(builder, marker, own);
      const directory = parentOf(path);
      const implied = filled.has(directory);
      const kind = builder.nodes.get(directory)?.kind;
      if (kind === undefined && !implied)
        builder.doubt(directory, "no sentence says whether a whiteout makes the directory that it lies in");
      else if (kind !== undefined && kind !== "dir" && !own.has(directory)) builder.may(`${directory} is no directory`);
      for (const each of ["", ...ancestors(path)]) if (!own.has(each)) builder.touch(each);
      const removed = ancestors(path).find((each) => whiteouts.has(each));
      if (removed !== undefined && !implied) builder.may(`the layer removes ${removed}, and has nothing but a marker below it`);
    }
  }
}

/** The whiteouts that come after entries below what they name, with these. */
function lateMarkers(layer: readonly Read[]): ReadonlyMap<Read, readonly Read[]> {
  const above = new Map<string, Read[]>();
  const found = new Map<Read, readonly Read[]>();
  for (const read of layer) {
    if (read.marker.kind === "whiteout") {
      const earlier = above.get(read.marker.path);
      if (earlier) found.set(read, [...earlier]);
    } else if (read.marker.kind === "none") {
      for (const each of ancestors(read.path)) above.set(each, [...(above.get(each) ?? []), read]);
    }
  }
  return found;
}

/**
 * Of opaque markers alone it is said that they come first wherever they stand: before another one has removed what is in an entry's way, that
 * is in its way.
 */
function doubtBefore(builder: TreeBuilder, { path }: Read, removed: string, own: Own): void {
  const way = ancestors(path).find((each) => within(each, removed) && !own.has(each) && (builder.nodes.get(each)?.kind ?? "dir") !== "dir");
  if (way === undefined) return;
  const reason = `${way} is no directory before a whiteout of its layer removes it, which comes after an entry below it`;
  builder.may(reason);
  if (builder.nodes.get(way)?.kind === "symlink") builder.doubtThrough(way, path, reason);
  builder.doubt(way, reason);
}

function oddMarker(entry: Entry, kind: string, escapesRoot: boolean, path: string): string | undefined {
  if (escapesRoot) return "a whiteout with an absolute path, or one with ..";
  if (kind === "odd") return `the whiteout ${path} names a directory by a dot`;
  if (underMarker(path)) return `${path} lies in a directory that no layer can make`;
  return wellFormed(entry) ? undefined : `the whiteout ${path} is no empty regular file`;
}

/** Carries a well-formed marker out on the layers below. */
function sweep(builder: TreeBuilder, marker: { readonly kind: string; readonly path: string }, own: Own): void {
  if (marker.kind === "whiteout") {
    // A doubt about a whole directory outlives the removal of one child.
    builder.remove(marker.path, STATEMENTS.whiteout);
    return;
  }
  for (const each of builder.below(marker.path)) builder.remove(each, STATEMENTS.opaque);
  for (const each of builder.unsure.keys()) if (each.startsWith(`${marker.path}/`) || marker.path === "") builder.unsure.delete(each);
  if (!own.has(marker.path)) builder.touch(marker.path);
}

/** Adds the entry's own path. Returns why no sentence decides what it makes, if none does. */
function add(builder: TreeBuilder, read: Read, done: Set<string>, own: Own, markers: Markers): string | undefined {
  const { entry, path, escapesRoot, climbs } = read;
  if (entry.type === "global") return undefined;
  if (escapesRoot) return climbs ? `${entry.path} climbs by ..` : `${entry.path} is an absolute path`;
  if (underMarker(path)) return "no layer can make a directory whose name begins with .wh.";
  if (done.has(path)) return `the layer has ${path} twice`;
  done.add(path);
  const because = reasonFor(path, markers);
  if (!builder.reach(path, own, because)) return undefined;
  if (entry.type === "hardlink") return addHardlink(builder, read, done, own, because);
  const kind = KINDS[entry.type] ?? "file";
  const existing = builder.nodes.get(path);
  if (path === "" && kind !== "dir") return "the root directory cannot be replaced";
  const both = existing?.kind === "dir" && kind === "dir";
  if (existing && !both) {
    if (builder.below(path).some((each) => own.has(each) && done.has(each)))
      return `the layer has ${path} as something else than a directory, and entries below it`;
    builder.remove(path, STATEMENTS.replaced);
  }
  for (const each of ["", ...ancestors(path)]) if (!own.has(each)) builder.touch(each);
  builder.put(path, {
    kind,
    inode: both ? existing.inode : builder.inode(),
    because: existing && !both ? STATEMENTS.replaced : because,
    claims: claimsOf(
      entry,
      kind,
      existing && !both ? STATEMENTS.replaced : STATEMENTS.extracted,
      both ? STATEMENTS.directory : STATEMENTS.attributes,
    ),
    ...(kind === "symlink" ? { target: entry.link ?? "" } : {}),
  });
  const far = beyondReach(entry);
  if (far !== undefined) builder.may(far);
  if (path === "") builder.blur("", ["mtime"], "a tree that is mounted or handed out may have a root directory of its own time");
  if (kind === "char" && entry.device?.every((number) => number === 0))
    return "a character device 0:0 is a whiteout to overlay file systems";
  const { typeflag, sparse } = entry.header;
  // Who does not know the form of PAX 1.0 takes the name in the header for the file's.
  if (sparse === "pax-1.0") builder.doubt("GNUSparseFile.0", SPARSE);
  if (sparse !== undefined && kind === "file") return SPARSE;
  if (typeflag === "7") builder.may("the typeflag 7 is reserved: a regular file to those who know it");
  return typeflag !== undefined && typeflag !== "\0" && typeflag !== "7" ? `nobody knows the typeflag ${typeflag}` : undefined;
}

/** The paths that the layer's markers name. */
interface Markers {
  readonly whiteouts: ReadonlySet<string>;
  readonly opaque: ReadonlySet<string>;
}

/** The statement that a tool would break by leaving out this entry: a marker of the same layer must not hide it. */
function reasonFor(path: string, { whiteouts, opaque }: Markers): string {
  const ways = [...ancestors(path), path];
  if (ways.some((each) => whiteouts.has(each))) return STATEMENTS.lowerOnly;
  return path !== "" && ["", ...ancestors(path)].some((each) => opaque.has(each)) ? STATEMENTS.opaqueFirst : STATEMENTS.extracted;
}

/** Applies a layer's entries to a tree: layer.md, "Applying Changesets". Pure. */
export function applyLayer(tree: Tree, entries: readonly Entry[]): Tree {
  const layer = entries.map(read);
  const plain = layer.filter(({ marker }) => marker.kind === "none");
  const own: Own = new Map(
    plain.filter(({ entry, escapesRoot }) => entry.type !== "global" && !escapesRoot).map(({ path, entry }) => [path, entry.type]),
  );
  const markers: Markers = {
    whiteouts: new Set(layer.flatMap(({ marker }) => (marker.kind === "whiteout" ? [marker.path] : []))),
    opaque: new Set(layer.flatMap(({ marker }) => (marker.kind === "opaque" ? [marker.path] : []))),
  };
  const builder = new TreeBuilder(tree);
  applyMarkers(builder, layer, own, markers);
  const done = new Set<string>();
  for (const each of plain) {
    const undecided = add(builder, each, done, own, markers);
    if (undecided === undefined) continue;
    builder.may(undecided);
    // Nobody knows whether the directories on its way come to be either.
    builder.doubt(ancestors(each.path).find((way) => !builder.nodes.has(way)) ?? each.path, undecided);
  }
  // A marker below a link of its own layer may have been taken for one where the link leads.
  for (const { path, marker } of layer) {
    const link = marker.kind === "none" ? undefined : builder.linkOnTheWay(path);
    if (link !== undefined && own.get(link) === "symlink")
      builder.doubtThrough(link, path, `the layer has ${link} as a symbolic link, and a marker below it`);
  }
  return builder.done();
}

type Layers = readonly { readonly entries: readonly Entry[] }[];

/** The trees of layers that are still in use: each is asked for several times, and may have many thousands of paths. */
const TREES = new WeakMap<Layers, Tree>();

/** Applies layers, lowest first, to an empty tree. */
export function applyLayers(layers: Layers): Tree {
  const known = TREES.get(layers);
  if (known) return known;
  const tree = layers.reduce((below, { entries }) => applyLayer(below, entries), emptyTree());
  TREES.set(layers, tree);
  return tree;
}
