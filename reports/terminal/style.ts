const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** Marks up text for a terminal, or leaves it as it is. */
export type Paint = (style: keyof typeof CODES, text: string) => string;

const painted: Paint = (style, text) => `\u001b[${CODES[style]}m${text}\u001b[0m`;
const unpainted: Paint = (_style, text) => text;

export const isTerminal = (out: NodeJS.WritableStream): boolean => "isTTY" in out && out.isTTY === true;

/** The width of a terminal in characters; 100 where there is none. */
export const widthOf = (out: NodeJS.WritableStream): number =>
  "columns" in out && typeof out.columns === "number" && out.columns > 0 ? out.columns : 100;

/** Colours for a terminal alone, and not where NO_COLOR is set (to anything but an empty text). */
export const paintFor = (out: NodeJS.WritableStream, env: Readonly<Record<string, string | undefined>>): Paint =>
  isTerminal(out) && (env.NO_COLOR ?? "") === "" ? painted : unpainted;
