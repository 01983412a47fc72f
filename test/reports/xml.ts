/** An element of a parsed document. */
export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly Element[];
  /** All text below it. */
  readonly text: string;
}

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** A character that XML 1.0 may hold. */
const isLegal = (code: number): boolean =>
  code === 9 || code === 10 || code === 13 || (code >= 0x20 && code <= 0xd7ff) || (code >= 0xe000 && code <= 0xfffd) || code >= 0x10000;

function unescaped(text: string): string {
  if (text.includes("<") || text.includes("]]>")) throw new SyntaxError(`markup in text: ${text}`);
  return text.replace(/&([^;&\s]*;?)/g, (_whole, reference: string) => {
    if (!reference.endsWith(";")) throw new SyntaxError("a bare ampersand");
    const name = reference.slice(0, -1);
    const code = /^#\d+$/.test(name) ? Number(name.slice(1)) : undefined;
    if (code !== undefined && isLegal(code)) return String.fromCodePoint(code);
    const character = NAMED[name];
    if (character === undefined) throw new SyntaxError(`an unknown reference: &${name};`);
    return character;
  });
}

function attributesOf(text: string): Map<string, string> {
  const attributes = new Map<string, string>();
  const rest = text.replace(/\s+([\w.-]+)="([^"]*)"/g, (_whole, name: string, value: string) => {
    if (attributes.has(name)) throw new SyntaxError(`${name} stands twice`);
    // A parser turns raw white space in attributes into spaces; only references survive.
    attributes.set(name, unescaped(value.replace(/[\n\t\r]/g, " ")));
    return "";
  });
  if (rest.trim() !== "") throw new SyntaxError(`not attributes: ${rest}`);
  return attributes;
}

/** Parses the XML that needs no more than elements, attributes, text and references. Throws on what is not well formed. */
export function parseXml(document: string): Element {
  for (const character of document) if (!isLegal(character.codePointAt(0) ?? 0)) throw new SyntaxError("a character that XML cannot hold");
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>';
  if (!document.startsWith(declaration)) throw new SyntaxError("no declaration");
  interface Open {
    readonly name: string;
    readonly attributes: Map<string, string>;
    readonly children: Element[];
    text: string;
  }
  const top: Open = { name: "", attributes: new Map(), children: [], text: "" };
  const stack: Open[] = [top];
  const close = (): void => {
    const element = stack.pop();
    const parent = stack.at(-1);
    if (!element || !parent) throw new SyntaxError("an end without a beginning");
    parent.children.push(element);
    parent.text += element.text;
  };
  let read = declaration.length;
  for (const [whole, text = "", tag] of document.slice(read).matchAll(/([^<]*)(?:<((?:[^<>"]|"[^"<]*")*)>|$)/g)) {
    read += whole.length;
    const open = stack.at(-1);
    if (!open || (open === top && text.trim() !== "")) throw new SyntaxError("text outside the root");
    open.text += unescaped(text);
    if (tag === undefined) continue;
    if (tag.startsWith("/")) {
      if (tag.slice(1) !== open.name) throw new SyntaxError(`</${tag.slice(1)}> closes <${open.name}>`);
      close();
      continue;
    }
    const [, name, rest = "", empty] = /^([\w-]+)((?:[^"/]|"[^"]*")*)(\/?)$/.exec(tag) ?? [];
    if (name === undefined) throw new SyntaxError(`not a tag: <${tag}>`);
    stack.push({ name, attributes: attributesOf(rest), children: [], text: "" });
    if (empty === "/") close();
  }
  const [root, ...more] = top.children;
  if (stack.length !== 1 || !root || more.length > 0 || read !== document.length) throw new SyntaxError("not one whole element");
  return root;
}
