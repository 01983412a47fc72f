import t from "tap";
import { FAULTS } from "../../../reference-client/faults/index.js";
import { loadCatalogue } from "../../../spec/catalogue.js";
import { checks, examples } from "../../../suites/client/index.js";

const law = [...(await loadCatalogue("distribution"))].filter(({ binds }) => binds === "client");
const testable = law.filter(({ level, testable }) => testable === true && level !== "MAY").map(({ id }) => id);
const judged = checks.map(({ id }) => id);
const aimedAt = new Set(examples.flatMap(({ aims }) => aims));

t.test("checks, examples and the law of clients belong together", async (t) => {
  t.equal(new Set(judged).size, judged.length, "one check a statement");
  t.same([...judged].sort(), [...testable].sort(), "each testable statement has a check, and each check judges one");
  t.same([...aimedAt].sort(), [...testable].sort(), "each has an example");
});

t.test("nearly all that binds clients is tested", async (t) => {
  const count = (level: string): number => law.filter((each) => each.level === level && judged.includes(each.id)).length;
  t.ok(count("MUST") >= 35, `${count("MUST")} MUST`);
  t.ok(count("SHOULD") >= 35, `${count("SHOULD")} SHOULD`);
});

/** What no fault of the bundled client breaks, and why. */
const WITHOUT_FAULT: Readonly<Record<string, string>> = {};

t.test("each check has a seeded fault that breaks its statement, or the reason why there is none", async (t) => {
  const broken = new Set(FAULTS.map(({ requirement }) => requirement));
  t.same(judged.filter((id) => !broken.has(id)).sort(), Object.keys(WITHOUT_FAULT).sort());
  t.same(
    [...broken].filter((id) => !judged.includes(id)),
    [],
    "each fault breaks what is judged",
  );
});
