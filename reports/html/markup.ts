/** Markup that is safe to stand in a document: everything in it that came from elsewhere is escaped. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: text (which is escaped), markup, lists of both; undefined is nothing. */
export type Content = string | number | undefined | Markup | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/**
 * Text in which nothing hides and nothing steers: control characters (but line feeds and tabs), characters without
 * width, those that turn the direction of text, and halves of surrogate pairs stand as `\u001b`.
 */
export const visible = (text: string): string =>
  text
    .replaceAll("\r\n", "\n")
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\ufffe\uffff]/gu, (character) =>
      character === "\n" || character === "\t" ? character : `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
    );

const isList = (content: Content): content is readonly Content[] => Array.isArray(content);

/** As content of an element, where a quote needs no escape: pages of JSON are a tenth smaller. */
function inElement(content: Content): string {
  if (content === undefined) return "";
  if (content instanceof Markup) return content.text;
  if (isList(content)) return content.map(inElement).join("");
  return visible(String(content)).replace(/[&<>]/g, (character) => ENTITIES[character] ?? "");
}

/** In a tag: the value of an attribute, between quotes. */
function inTag(content: Content): string {
  if (content instanceof Markup) return content.text;
  if (isList(content)) throw new TypeError("the value of an attribute is one text");
  return visible(String(content ?? "")).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

/** What stands before a value in a template, and how the value is to be escaped. */
interface Part {
  readonly text: string;
  readonly put: (content: Content) => string;
}

const known = new WeakMap<TemplateStringsArray, readonly Part[]>();

/** Line breaks of a template, and the space that its lines begin with, are for who reads the source. */
function partsOf(strings: TemplateStringsArray): readonly Part[] {
  const before = known.get(strings);
  if (before) return before;
  let isTag = false;
  const parts = strings.map((part) => {
    const text = part.replace(/\n\s*/g, "");
    const bracket = Math.max(text.lastIndexOf("<"), text.lastIndexOf(">"));
    if (bracket >= 0) isTag = text[bracket] === "<";
    if (!isTag && text.endsWith('="')) throw new TypeError("an attribute outside of a tag: use attribute()");
    return { text, put: isTag ? inTag : inElement };
  });
  known.set(strings, parts);
  return parts;
}

/** A template of markup. What is put in is escaped for its place; inside a tag it stands between double quotes, or is markup. */
export function markup(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(
    partsOf(strings)
      .map(({ text, put }, at) => (at < values.length ? text + put(values[at]) : text))
      .join(""),
  );
}

/** An attribute that is there only sometimes: nothing where its value is undefined, and its name alone where that is empty. */
export function attribute(name: string, value: string | undefined): Content {
  if (value === undefined) return undefined;
  return new Markup(value === "" ? ` ${name}` : ` ${name}="${inTag(value)}"`);
}

/** Contents with something between them. */
export const joined = (contents: readonly Content[], separator: Content): Content =>
  contents.map((content, at) => (at === 0 ? content : [separator, content]));

/** Lines of markup, so that two documents can be compared line by line. */
export const lines = (contents: readonly Content[]): Content => joined(contents, "\n");

/** Text of more characters may have to be scrolled, which the keyboard can only do where it can go. */
const SHORT = 400;

/** Text that keeps its line breaks. The first line feed after the tag is not content. */
export const preformatted = (label: string, text: string): Markup =>
  text.length <= SHORT
    ? markup`<pre>${`\n${text}`}</pre>`
    : markup`<pre tabindex="0" role="group" aria-label="${label}">${`\n${text}`}</pre>`;

/** A link where the address is one of the web; the address as text where it is anything else. */
export function link(address: string, text: Content = address): Content {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return address;
  return markup`<a href="${new URL(address).href}">${text}</a>`;
}
