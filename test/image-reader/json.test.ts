import fc from "fast-check";
import t from "tap";
import { type JsonProblemKind, parseJson } from "../../image-reader/json.js";
import { type JsonNode, member, pointerOf, shown } from "../../image-reader/json-node.js";
import { firstNotUtf8 } from "../../image-reader/utf8.js";

const DEPTH = 100;
const read = (text: string | Uint8Array) => parseJson(typeof text === "string" ? Buffer.from(text) : text, DEPTH);
const kinds = (text: string | Uint8Array): JsonProblemKind[] => read(text).problems.map(({ kind }) => kind);

/** The value that a tree stands for, as JSON.parse gives it. */
function plain(node: JsonNode | undefined): unknown {
  if (node?.kind === "array") return node.items.map(plain);
  if (node?.kind === "object") return Object.fromEntries([...node.members].map(([name, value]) => [name, plain(value)]));
  return node?.value;
}

t.test("what JSON.parse reads is read alike", async (t) => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), fc.constantFrom("", " ", "\n\t"), (text, space) => {
      const { root, problems } = read(`${space}${text}${space}`);
      t.strictSame(plain(root), plain(read(JSON.stringify(JSON.parse(text))).root));
      t.notOk(problems.some(({ kind }) => kind === "syntax" || kind === "duplicate"));
      return JSON.stringify(plain(root)) === JSON.stringify(JSON.parse(text));
    }),
    { seed: 20, numRuns: 300 },
  );
});

t.test("what JSON.parse refuses is refused, and the other way round", async (t) => {
  const fragments = fc.constantFrom(...'{}[],:"\\ \n0123456789-+.eEtrufalsn', '"a"', "null", "true", "\\u00e9", "1e5", "\u0001");
  fc.assert(
    fc.property(fc.array(fragments, { maxLength: 12 }), (parts) => {
      const text = parts.join("");
      let good = true;
      try {
        JSON.parse(text);
      } catch {
        good = false;
      }
      // Encodings are guessed from the first bytes before anything else.
      return good === (read(text).root !== undefined);
    }),
    { seed: 20, numRuns: 20_000 },
  );
  t.pass();
});

t.test("no bytes make it throw", async (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const { root, problems } = read(bytes);
      return root !== undefined || problems.length > 0;
    }),
    { seed: 20, numRuns: 2_000 },
  );
  t.pass();
});

t.test("names that occur twice are found, with their places", async (t) => {
  const text = '{"a":1,"b":{"x~/":1,"x~\\/":2},"a":3}';
  const { root, problems } = read(text);
  t.strictSame(
    problems.map(({ kind, offset, node }) => [kind, offset, node && pointerOf(node)]),
    [
      ["duplicate", text.indexOf('"x~\\/"'), "/b/x~0~1"],
      ["duplicate", text.lastIndexOf('"a"'), "/a"],
    ],
  );
  t.strictSame(shown(root), { a: 3, b: { "x~/": 2 } }, "the last one counts");
  t.strictSame(kinds('{"__proto__":1,"constructor":2,"__proto__":3}'), ["duplicate"]);
});

t.test("other encodings than UTF-8 are found", async (t) => {
  const cases: readonly (readonly [string, Buffer, number | undefined])[] = [
    ["Latin-1", Buffer.from('{"a":"\u00e9"}', "latin1"), 6],
    ["overlong", Buffer.from([0x22, 0xc0, 0x80, 0x22]), 1],
    ["a surrogate", Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 1],
    ["beyond Unicode", Buffer.from([0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]), 1],
    ["cut off", Buffer.from([0x22, 0x41, 0xe2, 0x82]), 2],
    ["good", Buffer.from('"\u00e9\u20ac\u{1f600}"'), undefined],
  ];
  for (const [name, bytes, offset] of cases) {
    t.equal(firstNotUtf8(bytes), offset, name);
    t.equal(read(bytes).problems.find(({ kind }) => kind === "encoding")?.offset, offset, name);
  }
  t.strictSame(kinds(Buffer.from("[]", "utf16le")), ["encoding"]);
  t.strictSame(kinds(Buffer.from("\ufeff{}", "utf16le")), ["encoding"]);
  t.strictSame(kinds("\ufeff{}"), ["syntax"], "a byte order mark is no JSON");
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
      let good = true;
      try {
        new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      } catch {
        good = false;
      }
      return good === (firstNotUtf8(bytes) === undefined);
    }),
    { seed: 20, numRuns: 5_000 },
  );
});

t.test("strings that are no Unicode are found", async (t) => {
  t.strictSame(kinds('"\\ud83d\\ude00"'), [], "a pair");
  t.strictSame(kinds('"\\ud83d"'), ["surrogate"]);
  t.strictSame(kinds('"\\ude00\\ud83d"'), ["surrogate"]);
  t.strictSame(kinds('{"\\udc00":1}'), ["surrogate"], "in a name");
  t.strictSame(kinds('"\\uffff"'), ["noncharacter"]);
  t.strictSame(kinds('"\u{1fffe}"'), ["noncharacter"]);
  t.strictSame(kinds('"\\ufffd"'), [], "the replacement character is one");
});

t.test("numbers that a double does not hold are found", async (t) => {
  for (const text of [
    "0",
    "-0",
    "1e308",
    "0.1",
    "9007199254740992",
    "-9007199254740992",
    "1.7976931348623157e308",
    "9223372036854775808",
    "5e-324",
  ])
    t.strictSame(kinds(text), [], text);
  for (const text of ["9007199254740993", "1e309", "-1e400", "1e-400", "0.1234567890123456789", "9223372036854775807"])
    t.strictSame(kinds(text), ["number"], text);
});

t.test("nesting is bounded, and deep nesting is no crash", async (t) => {
  const nest = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
  t.strictSame(kinds(nest(DEPTH)), []);
  t.strictSame(kinds(nest(DEPTH + 2)), ["limit"]);
  t.strictSame(kinds("[".repeat(1_000_000)), ["limit"]);
});

t.test("what a report shows is cut where it is large", async (t) => {
  const { root } = read(JSON.stringify({ text: "x".repeat(1000), list: Array.from({ length: 100 }, () => 1) }));
  t.equal(String(shown(member(root, "text"))).length, 301);
  t.match(shown(root, 1), { list: "a list of 100" });
});
