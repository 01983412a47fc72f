import t from "tap";
import { anchorsIn, codeIn, fencesIn, linksIn, spansIn } from "./markdown.js";

const TEXT = `# A title: with \`code\`
[one](a.md#b) and [two](https://example.com)
## Twice
## Twice

    indented --option

1. \`span\`

   \`\`\`sh exit=1 needs=root,runc
   # no heading, and [no](link.md)
   echo
   \`\`\`
\`\`\`text
printed
\`\`\`
`;

t.test("links and headings are those of the prose", async (t) => {
  t.strictSame(linksIn(TEXT), ["a.md#b", "https://example.com"]);
  t.strictSame([...anchorsIn(TEXT)], ["a-title-with-code", "twice", "twice-1"]);
});

t.test("blocks have marks, and lose their indentation", async (t) => {
  t.strictSame(fencesIn(TEXT), [
    { language: "sh", marks: { exit: "1", needs: "root,runc" }, text: "# no heading, and [no](link.md)\necho\n" },
    { language: "text", marks: {}, text: "printed\n" },
  ]);
});

t.test("code is what stands in blocks and spans", async (t) => {
  t.strictSame(spansIn(TEXT), ["code", "span"]);
  const code = codeIn(TEXT);
  t.ok(code.includes("    indented --option\n") && code.includes("printed\n") && code.includes("span"));
});
