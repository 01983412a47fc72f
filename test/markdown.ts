/** Markdown without its fenced blocks, wherever they are indented to. */
const prose = (text: string): string => text.replace(/^ *```[\s\S]*?^ *```$/gm, "");

/** The targets of all links in a document. */
export const linksIn = (text: string): string[] => [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? "");

/** The anchors that a document's headings make, by the rules of GitHub. */
export function anchorsIn(text: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  return new Set(
    [...prose(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) => {
      const anchor = heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_\- ]/gu, "")
        .replaceAll(" ", "-");
      const earlier = seen.get(anchor) ?? 0;
      seen.set(anchor, earlier + 1);
      return earlier === 0 ? anchor : `${anchor}-${earlier}`;
    }),
  );
}

/** A fenced block: its language, what follows it such as `exit=1`, and its text without the fence's indentation. */
export interface Fence {
  readonly language: string;
  readonly marks: Readonly<Record<string, string>>;
  readonly text: string;
}

/** The fenced blocks of a document, in order. */
export const fencesIn = (text: string): Fence[] =>
  [...text.matchAll(/^( *)```(\S+)(.*)\n([\s\S]*?)^ *```$/gm)].map(([, indent = "", language = "", rest = "", body = ""]) => ({
    language,
    marks: Object.fromEntries([...rest.matchAll(/(\w+)=(\S+)/g)].map(([, name = "", value = ""]) => [name, value])),
    text: body.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  }));

/** What stands in spans of code. */
export const spansIn = (text: string): string[] => [...prose(text).matchAll(/`([^`]+)`/g)].map(([, span = ""]) => span);

/** The code of a document: what stands in fenced or indented blocks, and in spans, each with its line breaks. */
export const codeIn = (text: string): string[] => [
  ...fencesIn(text).map((fence) => fence.text),
  ...[...prose(text).matchAll(/(?:^(?: {4}|\t).*\n?)+/gm)].map(([block]) => block),
  ...spansIn(text),
];
