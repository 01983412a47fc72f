import t from "tap";
import { parseXml } from "./xml.js";

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

t.test("well-formed documents come back", async (t) => {
  const root = parseXml(`${DECLARATION}<a b="1 &lt;&#10;2"><c/>x &amp; y<d>z</d></a>\n`);
  t.equal(root.name, "a");
  t.equal(root.attributes.get("b"), "1 <\n2");
  t.strictSame(
    root.children.map(({ name, text }) => [name, text]),
    [
      ["c", ""],
      ["d", "z"],
    ],
  );
  t.equal(root.text, "x & yz");
});

t.test("others are refused", async (t) => {
  for (const body of [
    "<a>",
    "<a></b>",
    "<a/><b/>",
    "<a>&</a>",
    "<a>&x;</a>",
    "<a>&#0;</a>",
    "<a b=1/>",
    '<a b="<"/>',
    '<a b="1" b="2"/>',
    "<a>]]></a>",
    "<a/>x",
    "</a>",
    "",
    "<a>\u0001</a>",
    '<a "b"/>',
    "<a><</a>",
  ]) {
    t.throws(() => parseXml(DECLARATION + body), { name: "SyntaxError" }, body);
  }
});
