import t from "tap";
import { parse } from "yaml";
import { nearest } from "../../reports/suggest.js";
import { areaOf, count, groupBy, inline, oneLine, plain, pretty, printable, truncate } from "../../reports/text.js";
import { NASTY } from "./fixture.js";

t.test("values without a JSON form get one", async (t) => {
  t.same(
    plain({ a: undefined, b: [undefined, 3n], c: new Map([["k", new Set([1])]]), d: Number.POSITIVE_INFINITY, e: new Error("x"), f: null }),
    {
      b: [null, "3"],
      c: [["k", [1]]],
      d: "Infinity",
      e: "Error: x",
      f: null,
    },
  );
  t.equal(inline(undefined), "null");
  t.equal(
    inline(() => 1),
    "null",
  );
});

t.test("inline is one printable line, and both JSON and YAML of the same value", async (t) => {
  for (const value of [
    NASTY,
    { [NASTY]: [NASTY, 1, null, true] },
    "\u007f\u0085\u2028\u2029\ufeff\uffff",
    "",
    [],
    {},
    -0.5,
    1e300,
    "yes",
    "null",
    "1.0",
    "# x",
  ]) {
    const line = inline(value);
    t.notMatch(line, /[\p{Cc}\u2028\u2029\ufeff]/u);
    t.same(JSON.parse(line), value);
    t.same(parse(`key: ${line}\n`), { key: value });
  }
});

t.test("pretty keeps on a line what fits", async (t) => {
  t.equal(pretty({ a: [1, 2], b: { c: "d" } }, 80), '{"a":[1,2],"b":{"c":"d"}}');
  t.equal(pretty({ a: [1, 2], b: { c: "d" } }, 16), '{\n  "a": [1,2],\n  "b": {"c":"d"}\n}');
  t.equal(pretty([], 1), "[]");
  t.equal(pretty(undefined, 1), "null");
  const value = { list: Array.from({ length: 30 }, (_, at) => ({ at, text: "x".repeat(at) })) };
  t.same(JSON.parse(pretty(value, 40)), value);
});

t.test("text for a terminal", async (t) => {
  t.equal(printable("a\tb\r\nc\u001b[2J\u009b\u202e"), "a\tb\nc\\u001b[2J\\u009b\\u202e");
  t.equal(oneLine("  a \n\n b\t"), "a b");
  t.equal(truncate("abcdef", 6), "abcdef");
  t.equal(truncate("abcdefg", 6), "abcde…");
  t.equal(truncate("😀😀😀", 2), "😀…");
});

t.test("areas, groups, counts, suggestions", async (t) => {
  t.equal(areaOf("runtime.mounts.order"), "mounts");
  t.equal(areaOf("robustness.hang"), "robustness");
  t.equal(areaOf("odd"), "odd");
  t.same(
    [...groupBy(["aa", "b", "cc"], (text) => String(text.length))],
    [
      ["2", ["aa", "cc"]],
      ["1", ["b"]],
    ],
  );
  t.equal(count(1, "finding"), "1 finding");
  t.equal(count(0, "finding"), "0 findings");
  t.equal(nearest("jsno", ["tap", "json"]), "json");
  t.equal(nearest("term", ["tap", "terminal"]), "terminal");
  t.equal(nearest("zzz", ["tap", "json"]), undefined);
  t.equal(nearest("germinates", ["terminal"]), undefined);
});
