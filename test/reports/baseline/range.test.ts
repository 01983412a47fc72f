import fc from "fast-check";
import t from "tap";
import { inRange, versionIn } from "../../../reports/baseline/range.js";

t.test("the first version in a text counts", async (t) => {
  t.same(versionIn("runc version 1.1.5+ds1"), [1, 1, 5]);
  t.same(versionIn("v5 of crun 1.8"), [1, 8], "a version has a dot, if any has");
  t.same(versionIn("podman 4"), [4]);
  t.equal(versionIn("unknown"), undefined);
});

t.test("all comparisons must hold, as far as they go", async (t) => {
  const holds: readonly (readonly [string, string])[] = [
    ["1.1.5", "1.1"],
    ["1.1.5", "=1.1.5"],
    ["1.1.5", "<=1.1"],
    ["1.1.5", ">=1.1 <1.2"],
    ["1.10.0", ">1.9"],
    ["6.1.0-13-amd64", ">= 5.12"],
    ["1.1", "=1.1.0"],
  ];
  const fails: readonly (readonly [string, string])[] = [
    ["1.1.5", "1.2"],
    ["1.1.5", ">1.1"],
    ["1.1.5", "<1.1"],
    ["1.1.5", ">=1.1 <1.1.5"],
    ["1.9.0", ">1.10"],
    ["", ">=0.1"],
  ];
  for (const [version, range] of holds) t.equal(inRange(version, range), true, `${version} ${range}`);
  for (const [version, range] of fails) t.equal(inRange(version, range), false, `${version} ${range}`);
});

t.test("a version is in exactly one of less, equal and more", async () => {
  const version = fc.array(fc.nat(20), { minLength: 2, maxLength: 3 }).map((parts) => parts.join("."));
  fc.assert(fc.property(version, version, (a, b) => [`<${b}`, `=${b}`, `>${b}`].filter((range) => inRange(a, range)).length === 1));
});
