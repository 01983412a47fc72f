import t from "tap";
import { loadCatalogue } from "../../../spec/catalogue.js";
import { checks, examples } from "../../../suites/registry/index.js";

const catalogue = await loadCatalogue("distribution");
const judged = new Set(checks.map(({ id }) => id));
const aimedAt = new Set(examples.flatMap(({ aims }) => aims));
const testable = [...catalogue]
  .filter((each) => each.testable === true && each.level !== "MAY" && each.binds !== "client")
  .map(({ id }) => id);

t.test("checks, examples and the law belong together", async (t) => {
  t.same(
    [...judged].filter((id) => !testable.includes(id)),
    [],
    "each check judges a statement that can be judged",
  );
  t.same(
    testable.filter((id) => !judged.has(id)),
    [],
    "each testable statement has a check",
  );
  t.same(
    [...aimedAt].filter((id) => !judged.has(id)),
    [],
    "each example is aimed at what has a check",
  );
  t.same(
    testable.filter((id) => !aimedAt.has(id)),
    [],
    "each testable statement has an example",
  );
});
