import fc from "fast-check";

/**
 * A document without its code, links' addresses and running text: what is left is markup. Two documents of the same results
 * that differ in text alone have the same.
 */
export function markup(text: string): string[] {
  const lines: string[] = [];
  let fence: string | undefined;
  for (const line of text.split("\n")) {
    const [, run = ""] = /^ *(`{3,})[a-z]*$/.exec(line) ?? [];
    if (fence !== undefined) {
      if (run !== "" && run.length >= fence.length) fence = undefined;
      continue;
    }
    if (run !== "") {
      fence = run;
      lines.push("a block");
      continue;
    }
    lines.push(
      line
        .replace(/<code>[^<`|]*<\/code>/g, "C")
        .replace(/(?<![`\\])(`+)(?!`)(.*?[^`])\1(?!`)/g, "C")
        .replace(/\]\(https?:[^()\s|<>\\]*\)/g, "](U)")
        .replaceAll("<!-- -->", "")
        .replaceAll("://", "@@")
        .replace(/(?<=^(?:[-+*] |> |#+ |))(?:[-+=]+|\d+[.)])(?= |$)/g, "~~")
        .replace(/(?<=\S.*)-/g, "")
        .replace(/&#\d+;|[^\\`*_{}[\]<>|~&@#$-]/gu, "")
        .trim(),
    );
  }
  return fence === undefined ? lines : [...lines, "an open block"];
}

const TRICKS = [
  "`",
  "```",
  "~~~",
  "|",
  "\\",
  "<b>",
  "</details>",
  "<!--",
  "-->",
  "&lt;",
  "@user",
  "#12",
  "https://e.example",
  "www.e.example",
];
const MORE = [
  "[x](y)",
  "![x](y)",
  "[x]: y",
  "*",
  "__",
  "~~",
  "- ",
  "1. ",
  "# ",
  "> ",
  "---",
  "===",
  "\n",
  "\r",
  "    ",
  "$x$",
  "GH-1",
  "\ud800",
  " x ",
];
/** Text made to break out of Markdown. */
export const trick = fc.string({ unit: fc.constantFrom(...TRICKS, ...MORE), minLength: 1, maxLength: 10 }).map((text) => `${text}x`);
