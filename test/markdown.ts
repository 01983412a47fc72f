/** Markdown without its fenced blocks. */
const prose = (text: string): string => text.replace(/^```[\s\S]*?^```$/gm, "");

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

/** A fenced block: its language, the word after it if any, and its lines. */
export interface Fence {
  readonly language: string;
  readonly word?: string;
  readonly text: string;
}

/** The fenced blocks of a document, in order. */
export const fencesIn = (text: string): Fence[] =>
  [...text.matchAll(/^```(\S*)(?: +(\S+))?\n([\s\S]*?)^```$/gm)].map(([, language = "", word, body = ""]) => ({
    language,
    ...(word === undefined ? {} : { word }),
    text: body,
  }));
