import t from "tap";
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
