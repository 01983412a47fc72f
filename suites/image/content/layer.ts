import { wasRead } from "../../../image-reader/scan.js";
import { type Compression, layerType } from "../../../spec/image/media-types.js";
import { isWhiteout, plainPath, WHITEOUT } from "./seen-paths.js";
import { type Check, check, type DescriptorView, type EntryView, expectThat, type Located, type Section } from "./suite.js";

const HEADER_ONLY: ReadonlySet<string> = new Set(["directory", "symlink", "hardlink", "character", "block", "fifo"]);

/** Entries that add or modify a file by themselves: whiteouts and hard links do not. */
const changes = ({ entry, name }: EntryView): boolean => entry.kind !== "hardlink" && !isWhiteout(name);

const attribute = (name: "mtime" | "uid" | "gid" | "mode"): Check<EntryView> =>
  check(`image.layer.attribute-${name}`, (view) =>
    changes(view) ? expectThat(view.entry[name] !== undefined, name, "an empty field") : undefined,
  );

/** Whether a path climbs above where it starts. */
function climbs(path: string): boolean {
  let depth = 0;
  for (const part of path.split("/")) {
    if (part === "..") depth--;
    else if (part !== "" && part !== ".") depth++;
    if (depth < 0) return true;
  }
  return false;
}

/** Judges the compression of layers whose media types name one of these. */
const compressed =
  (of: readonly Compression[]) =>
  ({ reference: { mediaType, path }, archive }: DescriptorView): Located | undefined => {
    const wanted = mediaType === undefined ? undefined : layerType(mediaType)?.compression;
    if (wanted === undefined || !of.includes(wanted) || !archive || archive.beyond !== undefined) return undefined;
    const actual = archive.foreign ?? archive.compression;
    if (actual !== wanted) return expectThat(false, `compression: ${wanted}`, `compression: ${actual}`);
    const { broken, trailing } = archive;
    const file = path ?? "";
    if (broken) return expectThat(false, `a whole ${wanted} stream`, broken.message, { file, offset: broken.offset });
    return expectThat(trailing === undefined, `nothing after the ${wanted} stream`, "more bytes", { file, offset: trailing ?? 0 });
  };

/** Judges a layer by paths of which none should be there, among so many that were looked at. */
function noneOf(
  { checked, paths }: { readonly checked: number; readonly paths: readonly string[] },
  file: string,
  expected: string,
  actual: string,
): readonly Located[] | Located | undefined {
  if (paths.length === 0) return checked > 0 ? expectThat(true, undefined, undefined) : undefined;
  return paths.map((entry) => expectThat(false, expected, actual, { file, entry }));
}

/** layer.md */
export const layer: Section = {
  title: "Layers",
  descriptor: [
    check("image.layer.gzip-compressed", compressed(["gzip", "none"])),
    check("image.layer.zstd-compressed", compressed(["zstd"])),
  ],
  archive: [
    check("image.layer.tar-archive", ({ path, archive }) => {
      const { problem } = archive.tar;
      if (!wasRead(archive)) return undefined;
      return problem
        ? expectThat(false, "a tar archive", problem.message, { file: path, offset: problem.offset })
        : expectThat(true, undefined, undefined);
    }),
    check("robustness.image.tar-ending", ({ path, archive }) => {
      const { problem, zeroBlocks, trailing, bytes } = archive.tar;
      if (problem || !wasRead(archive)) return undefined;
      if (trailing !== undefined)
        return expectThat(false, "zeros to the end", "more after the end of the archive", { file: path, offset: trailing });
      return expectThat(zeroBlocks >= 2, "two blocks of zeros at the end", `${zeroBlocks} of them`, { file: path, offset: bytes });
    }),
    check("robustness.image.whiteout-below-directory", ({ path, seen }) =>
      noneOf(seen.astray, path, "a directory, or no entry of its own", "something else"),
    ),
    check("robustness.image.entry-below-directory", ({ path, seen }) =>
      noneOf(seen.inTheWay, path, "a directory, or no entry of its own", "something else"),
    ),
    check("robustness.image.hardlink-target-before", ({ path, seen }) =>
      noneOf(seen.earlyLinks, path, "after the file that it names", "before it, or it names itself"),
    ),
    check("image.layer.explicit-whiteouts", ({ seen: { counts } }) => {
      if (counts.opaque > 0) return expectThat(false, "a whiteout for each file that is removed", `${counts.opaque} opaque markers`);
      return counts.explicit > 0 ? expectThat(true, undefined, undefined) : undefined;
    }),
  ],
  entry: [
    check("image.layer.no-duplicate-entries", ({ path, seen }) =>
      expectThat(seen.kindOf(path) === undefined, "each path once", "the path again"),
    ),
    attribute("mtime"),
    attribute("uid"),
    attribute("gid"),
    attribute("mode"),
    check("image.layer.attribute-symlink", ({ entry }) =>
      entry.kind === "symlink" ? expectThat(entry.link !== "", "what the link refers to", "an empty field") : undefined,
    ),
    check("image.layer.attribute-hardlink", ({ entry }) =>
      entry.kind === "hardlink" ? expectThat(entry.link !== "", "what the link refers to", "an empty field") : undefined,
    ),
    check("image.layer.sparse-not-used", ({ entry: { kind } }) =>
      kind === "file" || kind === "sparse" ? expectThat(kind === "file", "a file without holes", "a sparse file") : undefined,
    ),
    check("image.layer.hardlink-not-to-directory", ({ entry, seen }) => {
      // What names nothing is another rule's business.
      const target = entry.kind === "hardlink" && entry.link !== "" ? seen.kindOf(plainPath(entry.link)) : undefined;
      return target === undefined ? undefined : expectThat(target !== "directory", "a file", target);
    }),
    check("image.layer.whiteout-empty", ({ entry, name }) =>
      isWhiteout(name) && !HEADER_ONLY.has(entry.kind) ? expectThat(entry.size === 0, 0, entry.size) : undefined,
    ),
    check("image.layer.whiteout-regular-file", ({ entry, name }) =>
      isWhiteout(name) ? expectThat(entry.kind === "file", "a regular file", entry.kind) : undefined,
    ),
    check("image.layer.bare-whiteout-invalid", ({ name }) =>
      isWhiteout(name) ? expectThat(name !== WHITEOUT, "the name of what is removed after .wh.", name) : undefined,
    ),
    check("image.layer.whiteout-prefix-reserved", ({ directory, path }) => {
      if (path === "") return undefined;
      const reserved = directory.includes(WHITEOUT) && directory.split("/").some(isWhiteout);
      return expectThat(!reserved, "directories whose names do not begin with .wh.", directory);
    }),
    check("image.layer.whiteouts-first", ({ name, directory, seen }) =>
      isWhiteout(name) ? expectThat(!seen.hasFilesIn(directory), "before other entries of its directory", "after one") : undefined,
    ),
    check("robustness.image.root-is-directory", ({ entry: { kind }, path }) =>
      path === "" ? expectThat(kind === "directory", "a directory", kind) : undefined,
    ),
    check("robustness.image.entry-path-inside", ({ entry }) => {
      if (climbs(entry.path)) return expectThat(false, "a path below the root", entry.path);
      return expectThat(entry.kind !== "hardlink" || !climbs(entry.link), "a link to what is below the root", entry.link);
    }),
    check("robustness.image.entry-type-known", ({ entry: { kind, type } }) =>
      kind === "sparse" ? undefined : expectThat(kind !== "other", "a type that is known", type),
    ),
    check("robustness.image.tar-sizes", ({ entry: { kind, size } }) =>
      HEADER_ONLY.has(kind) ? expectThat(size === 0, 0, size) : undefined,
    ),
  ],
};
