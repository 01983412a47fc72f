import { posix } from "node:path";
import fc from "fast-check";
import t from "tap";
import { littleEndian, utf8, wellFormed } from "../../reference-runtime/bytes.js";
import { jsonPlace } from "../../reference-runtime/json-place.js";
import { basename, isAbsolute, join, normalize, resolve } from "../../reference-runtime/paths.js";

t.test("paths are what Node makes of them", async () => {
  const path = fc.array(fc.constantFrom("", ".", "..", "/", "a", "b.c", "é", "..."), { maxLength: 8 }).map((parts) => parts.join("/"));
  const loose = fc.oneof(path, fc.string({ unit: fc.constantFrom("/", ".", "a"), maxLength: 10 }));
  fc.assert(
    fc.property(loose, loose, (one, other) => {
      const directory = posix.resolve("/", one);
      return (
        normalize(one) === posix.normalize(one) &&
        join(one, other) === posix.join(one, other) &&
        basename(one) === posix.basename(one) &&
        isAbsolute(one) === posix.isAbsolute(one) &&
        resolve(directory, other) === posix.resolve(directory, other)
      );
    }),
    { numRuns: 2000 },
  );
});

t.test("bytes are what Node makes of them", async () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }),
      fc.string({ unit: fc.constantFrom("\ud800", "\udc00", "a", "é", "\uffff") }),
      (one, other) => {
        const text = one + other + one;
        return Buffer.from([...utf8(text)]).equals(Buffer.from(text)) && wellFormed(text) === Buffer.from(text).toString();
      },
    ),
  );
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: -0x8000, max: 0x7fff }), (long, short) => {
      const bytes = Buffer.alloc(6);
      bytes.writeInt32LE(long);
      bytes.writeInt16LE(short, 4);
      return littleEndian(long, 4) + littleEndian(short, 2) === bytes.toString("hex");
    }),
  );
});

t.test("the place where a text stops being JSON", async (t) => {
  const places: Readonly<Record<string, string>> = {
    "": "the text ends too early",
    "{": "the text ends too early",
    '{"a":[1,2': "the text ends too early",
    "[1,]": "line 1, column 4",
    '{"a":1,}': "line 1, column 8",
    '{\n  "a": tru\n}': "line 2, column 8",
    '{"a" 1}': "line 1, column 6",
    "{a:1}": "line 1, column 2",
    "1 2": "line 1, column 3",
    "[1}": "line 1, column 3",
    '["a\nb"]': "line 1, column 2",
    "\ufeff{}": "line 1, column 1",
    "01": "line 1, column 2",
    '{"a":1}\n]': "line 2, column 1",
  };
  for (const [text, place] of Object.entries(places)) t.equal(jsonPlace(text), place, JSON.stringify(text));
});

t.test("whatever is JSON has no such place, and any part of an object has", async () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1), (value, space) => {
      const text = JSON.stringify({ value }, null, space);
      return jsonPlace(` ${text}\n`) === undefined && jsonPlace(text.slice(0, -1)) !== undefined && jsonPlace(`${text} x`) !== undefined;
    }),
  );
});
