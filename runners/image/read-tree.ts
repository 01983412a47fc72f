import { fromBytes } from "../../image-reader/bytes.js";
import { HarnessError } from "../../spec/errors.js";
import { type Kind, type SeenNode, type SeenTree, timeText } from "./seen.js";

const KINDS: Readonly<Record<string, Kind>> = { f: "file", d: "dir", l: "symlink", c: "char", b: "block", p: "fifo", s: "socket" };

const text = (hex: string | undefined): string => (hex === undefined || hex === "-" ? "" : fromBytes(Buffer.from(hex, "hex")));

function nodeOf(fields: readonly string[]): SeenNode {
  const [, , kind = "", mode = "", uid, gid, seconds, nanoseconds, inode = "", size = "", sha256, device, target] = fields;
  const known = KINDS[kind];
  if (known === undefined || fields.length !== 13)
    throw new HarnessError(`the tree's reader said what nobody understands: ${fields.join(" ")}`);
  return {
    kind: known,
    mode: Number.parseInt(mode, 8),
    uid: Number(uid),
    gid: Number(gid),
    mtime: timeText(Number(seconds), Number(nanoseconds)),
    inode,
    ...(known === "file" ? { content: `${size} sha256:${sha256}` } : {}),
    ...(known === "symlink" ? { target: text(target) } : {}),
    ...(known === "char" || known === "block" ? { device: device ?? "" } : {}),
    xattrs: {},
  };
}

/** What `agent tree` printed, as a tree. @throws HarnessError */
export function readTree(output: string): SeenTree {
  const tree: Record<string, SeenNode> = Object.create(null);
  let path = "";
  let xattrs: Record<string, string> = {};
  for (const line of output.split("\n")) {
    const fields = line.split(" ");
    if (fields[0] === "P") {
      path = text(fields[1]);
      xattrs = Object.create(null);
      tree[path] = { ...nodeOf(fields), xattrs };
    } else if (fields[0] === "X") xattrs[text(fields[1])] = text(fields[2]);
    else if (line !== "" && fields[0] !== "E") throw new HarnessError(`the tree's reader said what nobody understands: ${line}`);
  }
  return tree;
}
