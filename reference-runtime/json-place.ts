const STRING = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null/y;
const SPACE = /[ \t\n\r]*/y;

/** Where a text stops being JSON (RFC 8259), as an offset. JavaScript engines tell it in words of their own, if at all. */
function offsetOf(text: string): number | undefined {
  let at = 0;
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const taken = pattern.exec(text)?.[0];
    at += taken?.length ?? 0;
    return taken !== undefined;
  };
  const character = (): string => {
    take(SPACE);
    return text.charAt(at);
  };
  /** The brackets that are open; none of the loop's rounds recurses, so that no depth is too much. */
  const open: ("[" | "{")[] = [];
  for (;;) {
    const first = character();
    if (first === "[" || first === "{") {
      open.push(first);
      at++;
      if (character() !== (first === "[" ? "]" : "}")) {
        if (first === "{" && !(take(STRING) && character() === ":" && ++at)) return at;
        continue;
      }
    } else if (!(take(STRING) || take(SCALAR))) return at;
    // A value has ended, or the bracket that comes now ends one.
    for (;;) {
      const next = character();
      const inside = open.at(-1);
      if (next === "" && inside === undefined) return undefined;
      if (next === "," && inside !== undefined) {
        at++;
        if (inside === "{" && !(character() !== "" && take(STRING) && character() === ":" && ++at)) return at;
        break;
      }
      if (next !== (inside === "[" ? "]" : "}") || inside === undefined) return at;
      open.pop();
      at++;
    }
  }
}

/** Where a text stops being JSON, in words; undefined for one that is JSON. */
export function jsonPlace(text: string): string | undefined {
  const offset = offsetOf(text);
  if (offset === undefined) return undefined;
  if (offset >= text.length) return "the text ends too early";
  const lines = text.slice(0, offset).split("\n");
  return `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
}
