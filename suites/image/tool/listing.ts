import { isUnsure } from "../model/compare.js";
import type { Attribute, Node, Tree } from "../model/tree.js";

/** As `find -printf %y` names them. */
const LETTERS: Readonly<Record<Node["kind"], string>> = {
  file: "f",
  dir: "d",
  symlink: "l",
  char: "c",
  block: "b",
  fifo: "p",
  socket: "s",
};

/** A name on one line, whatever is in it. */
const named = (path: string): string => (/^[\x21-\x7e]*$/.test(path) ? path : JSON.stringify(path));

function line(path: string, { kind, claims, target }: Node): string {
  const said = (attribute: Attribute): string | undefined => {
    const claim = claims[attribute];
    return claim && "value" in claim ? String(claim.value) : undefined;
  };
  const mode = said("mode");
  return [
    LETTERS[kind],
    mode === undefined ? "?" : Number(mode).toString(8),
    `${said("uid") ?? "?"}:${said("gid") ?? "?"}`,
    kind === "file" ? (said("content")?.split(" ")[0] ?? "?") : "?",
    said("mtime") ?? "?",
    named(path === "" ? "." : `./${path}`),
    ...(target === undefined ? [] : ["->", named(target)]),
  ].join(" ");
}

/** A tree as the rules have it, a line for each path as `find -printf` would print it; `?` where no sentence decides. */
export function listing(tree: Tree): string[] {
  const nodes = [...tree.nodes].filter(([path]) => !isUnsure(tree, path)).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...nodes.map(([path, node]) => line(path, node)),
    ...[...tree.gone.keys()].filter((path) => !isUnsure(tree, path)).map((path) => `absent: ${named(`./${path}`)}`),
    ...[...tree.unsure].map(([path, reason]) => `undecided: ${named(`./${path}`)} (${reason})`),
  ];
}
