import t, { type Test } from "tap";

import { loadCatalogue } from "../../../spec/catalogue.js";
import { checks, examples, sections } from "../../../suites/runtime/index.js";
import { fakeHost } from "../../runners/runtime/host-fixture.js";
import { drawExamples, factsOf } from "./fixture.js";

const catalogue = await loadCatalogue("runtime");
const judged = new Set(checks.map(({ id }) => id));
const aimedAt = new Set(examples.flatMap(({ aims }) => aims));

/** Ids with a message that names them all: what is missing is then a list to work on. */
const none = (t: Test, ids: readonly string[], what: string): void => {
  t.equal(ids.length, 0, ids.length === 0 ? what : `${ids.length} without: ${what}\n  ${ids.join("\n  ")}`);
};

t.test("every check judges a statement that can be judged", async (t) => {
  const problems = [...judged].flatMap((id) => {
    const requirement = catalogue.get(id);
    if (!requirement) return [`${id}: not in the catalogue`];
    if (requirement.testable !== true) return [`${id}: not testable: ${requirement.testable}`];
    return requirement.level === "MAY" ? [`${id}: a MAY grants a choice`] : [];
  });
  none(t, problems, "a testable statement for each check");
});

t.test("every example is aimed at statements that have a check", async (t) => {
  none(
    t,
    [...aimedAt].filter((id) => !judged.has(id)),
    "a check for what an example is aimed at",
  );
});

const testable = [...catalogue].filter(({ testable: can, level }) => can === true && level !== "MAY").map(({ id }) => id);

t.test("every testable statement has a check", async (t) => {
  none(
    t,
    testable.filter((id) => !judged.has(id)),
    "a check",
  );
});

t.test("every testable statement of the spec has an example aimed at it", async (t) => {
  none(
    t,
    testable.filter((id) => !id.startsWith("robustness.") && !aimedAt.has(id)),
    "an example",
  );
});

t.test("each section gives cases or says what is missing, on an ordinary host", async (t) => {
  t.equal(new Set(sections.map(({ title }) => title)).size, sections.length, "titles differ");
  for (const section of sections) {
    t.ok(section.checks.length > 0, section.title);
    for (const drawn of drawExamples(section, factsOf(fakeHost()), 2)) t.ok(drawn.length > 0);
  }
});
