/** An element of a page, as it stands there. */
export interface Tag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** All text in it, references resolved; of a `pre`, without the line feed that begins it. */
  readonly text: string;
  readonly children: readonly Tag[];
}

const VOID = new Set(["meta", "link", "input", "rect", "br"]);
const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

function unescaped(text: string): string {
  if (/[<>]/.test(text)) throw new SyntaxError(`markup in text: ${text}`);
  return text.replace(/&([^;&\s]*;?)/g, (whole, reference: string) => {
    const character = NAMED[reference.replace(/;$/, "")];
    if (character === undefined || !reference.endsWith(";")) throw new SyntaxError(`not a reference that we write: ${whole}`);
    return character;
  });
}

function attributesOf(text: string): Map<string, string> {
  const attributes = new Map<string, string>();
  const rest = text.replace(/\s([a-zA-Z][\w-]*)(?:="([^"<>]*)")?(?=\s|$)/g, (_whole, name: string, value = "") => {
    if (attributes.has(name)) throw new SyntaxError(`${name} stands twice`);
    attributes.set(name, unescaped(value));
    return "";
  });
  if (rest.trim() !== "") throw new SyntaxError(`not attributes: ${text}`);
  return attributes;
}

interface Open {
  readonly name: string;
  readonly attributes: Map<string, string>;
  readonly children: Tag[];
  text: string;
}

/**
 * Reads a page that is written strictly: every element is closed, every value is between double quotes, every special
 * character is a reference. Throws on anything that a browser would have to guess about.
 */
export function readPage(page: string): Tag {
  const start = "<!doctype html>\n";
  if (!page.startsWith(start) || !page.endsWith("</html>\n")) throw new SyntaxError("not a whole page");
  const stack: Open[] = [{ name: "", attributes: new Map(), children: [], text: "" }];
  const add = (text: string): void => {
    for (const open of stack) open.text += text;
  };
  const tag = /<(style|script)\b([^>]*)>([\s\S]*?)<\/\1>|<(\/?)([a-z][a-z0-9]*)((?:[^<>"]|"[^"<>]*")*?)(\/?)>/g;
  tag.lastIndex = start.length;
  let at = start.length;
  for (let found = tag.exec(page); found; found = tag.exec(page)) {
    const [, raw, rawAttributes = "", content = "", closing, name = "", attributes = ""] = found;
    const parent = stack.at(-1);
    if (!parent) throw new SyntaxError("an end without a beginning");
    const before = page.slice(at, found.index);
    add(unescaped(parent.name === "pre" && parent.text === "" ? before.replace(/^\n/, "") : before));
    at = tag.lastIndex;
    if (raw !== undefined) parent.children.push({ name: raw, attributes: attributesOf(rawAttributes), text: content, children: [] });
    else if (closing === "/") {
      const element = stack.pop();
      if (element?.name !== name) throw new SyntaxError(`</${name}> closes <${element?.name}>`);
      stack.at(-1)?.children.push(element);
    } else if (VOID.has(name)) parent.children.push({ name, attributes: attributesOf(attributes), text: "", children: [] });
    else stack.push({ name, attributes: attributesOf(attributes), children: [], text: "" });
  }
  const [top] = stack;
  const [root] = top?.children ?? [];
  if (stack.length !== 1 || root?.name !== "html" || page.slice(at) !== "\n") throw new SyntaxError("not one whole element");
  return root;
}

/** All elements below one, in the order of the page, that the test picks. */
export const pick = (within: Tag, test: (tag: Tag) => boolean): readonly Tag[] =>
  within.children.flatMap((child) => [...(test(child) ? [child] : []), ...pick(child, test)]);

/** Whether an element has a class. */
export const hasClass =
  (name: string) =>
  ({ attributes }: Tag): boolean =>
    (attributes.get("class") ?? "").split(" ").includes(name);
