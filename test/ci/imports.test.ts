import { fileURLToPath } from "node:url";
import t from "tap";
import { ALLOWED, againstTheTable, circlesIn, importsOf, sourcesIn, specifiersIn } from "../../ci/imports.js";

t.test("every way to import is seen", async (t) => {
  const source = `
import { a } from "./a.js";
import type { B } from "./b.js";
import {
  c,
  type D,
} from "../c/d.js";
import "./e.js";
export { f } from "./f.js";
export type { G } from "./g.js";
const text = 'import { x } from "./x.js"';
import { readFileSync } from "node:fs";
const h = await import("./h.js");
const i = () => import("../i.cjs");
`;
  t.same(specifiersIn(source), ["./a.js", "./b.js", "../c/d.js", "./e.js", "./f.js", "./g.js", "./h.js", "../i.cjs"]);
});

const FILES = new Map([
  ["one/a.ts", 'import type { B } from "./b.js";\n'],
  ["one/b.ts", 'import { c } from "../two/c.js";\nexport { d } from "../two/d.js";\n'],
  ["two/c.ts", 'import { a } from "../one/a.js";\n'],
  ["two/d.ts", 'import { e } from "./e.cjs";\n'],
  ["two/e.cts", ""],
]);

t.test("circles, of types too, and imports against the direction are found", async (t) => {
  const imports = importsOf(FILES);
  t.same(imports.get("two/d.ts"), ["two/e.cts"]);
  t.same(circlesIn(imports), [["one/a.ts", "one/b.ts", "two/c.ts", "one/a.ts"]]);
  t.same(againstTheTable(imports, { one: ["two"], two: [] }), ["two/c.ts imports one/a.ts"]);
  t.same(againstTheTable(imports, { one: ["two"] }).slice(0, 1), ["two/c.ts: the folder two is not in the table of ci/imports.ts"]);
});

t.test("the table itself runs one way", async (t) => {
  const folders = Object.keys(ALLOWED);
  for (const [at, folder] of folders.entries())
    for (const other of ALLOWED[folder] ?? []) t.ok(folders.indexOf(other) < at, `${folder} imports ${other}`);
});

t.test("the project has no circle, and its imports run one way", async (t) => {
  const imports = importsOf(sourcesIn(fileURLToPath(new URL("../../..", import.meta.url))));
  t.ok(imports.size > 500);
  t.same(circlesIn(imports), []);
  t.same(againstTheTable(imports, ALLOWED), []);
});
