import t from "tap";
import { isChecked } from "../../../../cli/commands/requirements/tests.js";
import { loadCatalogue, SPECS } from "../../../../spec/catalogue.js";

t.test("what is said to be testable has a check, and what has a check is testable", async (t) => {
  for (const spec of SPECS) {
    const law = [...(await loadCatalogue(spec))];
    const without = law.filter(({ id, level, testable }) => testable === true && level !== "MAY" && !isChecked(id));
    t.strictSame(
      without.map(({ id }) => id),
      [],
      `${spec}: testable, and no check`,
    );
    const idle = law.filter(({ id, level, testable }) => isChecked(id) && (testable !== true || level === "MAY"));
    t.strictSame(
      idle.map(({ id }) => id),
      [],
      `${spec}: a check of what cannot be tested`,
    );
  }
});
