import t from "tap";
import { combine, equal, notApplicable, skip } from "../../suites/check.js";
import { Outcomes } from "../../suites/outcomes.js";

t.test("the gravest outcome of a requirement counts, and an exception is an error of ours", (t) => {
  const outcomes = new Outcomes();
  outcomes.take("a", () => equal(1, 1));
  outcomes.take("a", () => equal(1, 2));
  outcomes.take("a", () => skip("no host for it"));
  t.equal(outcomes.get("a")?.verdict, "fail");
  outcomes.take("a", () => {
    throw new Error("a check's own fault");
  });
  t.match(outcomes.get("a"), { verdict: "error", message: /a check's own fault/ });
  t.end();
});

t.test("why a check does not apply is kept, the first reason of several, until one applies", (t) => {
  const outcomes = new Outcomes();
  t.notOk(outcomes.take("a", () => notApplicable("no umask in the config")));
  outcomes.take("a", () => notApplicable("no report"));
  t.equal(outcomes.size, 0);
  t.equal(outcomes.notApplicable("a"), "no umask in the config");
  t.ok(outcomes.take("a", () => equal(1, 1)));
  t.equal(outcomes.notApplicable("a"), undefined);
  t.equal(outcomes.notApplicable("b"), undefined);
  t.end();
});

t.test("the parts of a case: a failure before a pass, a pass before a skip, a skip before what does not apply", (t) => {
  const none = notApplicable("none of it");
  t.equal(combine([none, undefined]), none);
  t.equal(combine([undefined, none]), none);
  t.equal(combine([none, notApplicable("another")]), none);
  t.match(combine([none, skip("here not"), undefined]), { verdict: "skip" });
  t.match(combine([skip("here not"), equal(1, 1), none]), { verdict: "pass" });
  t.match(combine([equal(1, 1), equal(1, 2), equal(1, 1)]), { verdict: "fail", actual: 1, expected: 2 });
  t.equal(combine([]), undefined);
  t.end();
});
