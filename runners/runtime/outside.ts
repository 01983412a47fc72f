import { readTree } from "../image/read-tree.js";
import type { SeenNode, SeenTree } from "../image/seen.js";
import { CASE_DIR, HOOK_RECORDS, type RuntimeCase, rootfsOf } from "./case.js";
import type { OutsideChange } from "./observation.js";
import type { Action, Answer } from "./protocol.js";

/** Where nothing is to change: what a case consists of but for the root file systems, and the devices of the sandbox. */
const AROUND = [CASE_DIR, "/dev"] as const;

/** Looks at all that is around a case's containers. What the harness itself writes meanwhile is left out. */
export const lookAround = ({ containers }: RuntimeCase): readonly Action[] =>
  AROUND.map((path) => {
    const own =
      path === CASE_DIR ? [HOOK_RECORDS, ...containers.flatMap((each, index) => [rootfsOf(each, index), `${CASE_DIR}/pid${index}`])] : [];
    return { do: "tree", path, leftOut: own.map((each) => each.slice(path.length + 1)) };
  });

const NAMES: Readonly<Record<SeenNode["kind"], string>> = {
  file: "a file",
  dir: "a directory",
  symlink: "a link",
  char: "a character device",
  block: "a block device",
  fifo: "a FIFO",
  socket: "a socket",
};

/** What a file is like, in words. */
function words({ kind, mode, uid, gid, content, target, device }: SeenNode): string {
  const parts = [
    `${NAMES[kind]}${device === undefined ? "" : ` ${device}`}${target === undefined ? "" : ` to ${target}`}`,
    ...(kind === "symlink" ? [] : [`mode ${mode.toString(8).padStart(4, "0")}`]),
    `owner ${uid}:${gid}`,
    ...(content === undefined ? [] : [content]),
  ];
  return parts.join(", ");
}

/** What only the same words for both can hide; undefined when it is nothing. A directory's time tells of what was made in it, a device's of its use. */
function hidden(was: SeenNode, is: SeenNode): string | undefined {
  if (was.inode !== is.inode) return "another in its place";
  return is.kind === "file" && was.mtime !== is.mtime ? "written anew" : undefined;
}

const linesOf = (answer: Answer | undefined): readonly string[] | undefined =>
  answer?.kind === "bytes" ? answer.bytes.toString("latin1").split("\n") : undefined;

/** What is in one list of lines and not in the other, as a tree. */
function treeOfOwn(lines: readonly string[], others: readonly string[]): SeenTree {
  const common = new Set(others);
  return readTree(lines.filter((line) => !common.has(line)).join("\n"));
}

function changesIn(directory: string, before: SeenTree, after: SeenTree): OutsideChange[] {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return paths.flatMap((name): OutsideChange[] => {
    const [was, is] = [before[name], after[name]];
    const path = name === "" ? directory : `${directory}/${name}`;
    const change = { path, before: was ? words(was) : null, after: is ? words(is) : null };
    if (change.before !== change.after) return [change];
    const how = was && is && hidden(was, is);
    return how === undefined ? [] : [{ ...change, after: `${change.after}, ${how}` }];
  });
}

/** What is not around the containers as it was: made, changed, replaced or removed. */
export const changesOf = (before: readonly Answer[], after: readonly Answer[]): readonly OutsideChange[] =>
  AROUND.flatMap((directory, at) => {
    const [was, is] = [linesOf(before[at]), linesOf(after[at])];
    // Most is as it was, word for word.
    return was && is ? changesIn(directory, treeOfOwn(was, is), treeOfOwn(is, was)) : [];
  });
