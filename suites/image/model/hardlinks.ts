import { timeText } from "../../../runners/image/seen.js";
import { STATEMENTS } from "./statements.js";
import { type Attribute, type Node, normalize, parentOf } from "./tree.js";
import type { TreeBuilder } from "./tree-builder.js";
import type { Read } from "./whiteouts.js";

/** The attributes in which a hard link's own header differs from the file that it names. */
function differing({ entry }: Read, { claims, kind }: Node): Attribute[] {
  const says = (name: Attribute): unknown => {
    const claim = claims[name];
    return claim && "value" in claim ? claim.value : undefined;
  };
  const differs: [Attribute, boolean][] = [
    ["mode", kind !== "symlink" && says("mode") !== (entry.mode & 0o7777)],
    ["uid", says("uid") !== entry.uid],
    ["gid", says("gid") !== entry.gid],
    ["mtime", says("mtime") !== timeText(entry.mtime, entry.nsec)],
    ["xattrs", JSON.stringify(says("xattrs") ?? {}) !== JSON.stringify(entry.xattrs ?? {})],
  ];
  return differs.filter(([name, differ]) => differ && claims[name] !== undefined).map(([name]) => name);
}

/** Adds a hard link: layer.md, "Hardlinks". Across layers it may fail, and need not be the same file. Returns why no sentence decides, if none does. */
export function addHardlink(
  builder: TreeBuilder,
  read: Read,
  done: ReadonlySet<string>,
  own: { readonly has: (path: string) => boolean },
  because: string,
): string | undefined {
  const { path, entry } = read;
  const named = normalize(entry.link ?? "");
  if (named.absolute || named.climbs) return `the hard link ${path} names its target by an absolute path, or by one with ..`;
  const target = builder.nodes.get(named.path);
  if (builder.linkOnTheWay(named.path) !== undefined) return `the target of the hard link ${path} lies behind a symbolic link`;
  if (!target) return `the hard link ${path} names a path that is not there`;
  if (named.path === path) return `the hard link ${path} names itself`;
  if (target.kind === "dir") return `the hard link ${path} names a directory`;
  const existing = builder.nodes.get(path);
  if (existing) {
    if (builder.below(path).some((each) => own.has(each) && done.has(each)))
      return `the layer has ${path} as a hard link, and entries below it`;
    if (builder.below(path).includes(named.path)) return `the hard link ${path} replaces the directory of its own target`;
    builder.remove(path, STATEMENTS.replaced);
  }
  if (!own.has(parentOf(path))) builder.touch(parentOf(path));
  for (const [unsure, reason] of builder.unsure) if (unsure === named.path) builder.doubt(path, reason);
  const kind = target.claims.kind;
  builder.put(path, {
    ...target,
    because: existing ? STATEMENTS.replaced : because,
    ...(kind && "value" in kind ? { claims: { ...target.claims, kind: { value: kind.value, id: STATEMENTS.attributes } } } : {}),
  });
  if (!done.has(named.path)) {
    const reason = "a hard link to a file of a lower layer may fail, and need not share the file";
    builder.may(reason);
    builder.blur(path, ["links"], reason);
  }
  const differ = differing(read, target);
  if (differ.length > 0) builder.blur(path, differ, `the header of the hard link ${path} says otherwise than that of the file`);
  return undefined;
}
