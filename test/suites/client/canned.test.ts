import t from "tap";
import { checks } from "../../../suites/client/index.js";
import { judge } from "../../../suites/client/judge.js";
import { type Canned, type CannedTable, each, FACTS } from "./canned/canned.js";
import { HTTP } from "./canned/http.js";
import { PULL } from "./canned/pull.js";
import { PUSH } from "./canned/push.js";
import { REFERRERS } from "./canned/referrers.js";
import { RULES } from "./canned/rules.js";

/** Of each check, what it passes, fails and is silent about. */
const TABLE: CannedTable = { ...PULL, ...PUSH, ...REFERRERS, ...HTTP, ...RULES };

const verdict = (id: string, { case: testCase, observation, facts }: Canned): string => {
  const outcomes = judge(checks, testCase, observation, { ...FACTS, ...facts });
  return outcomes.get(id)?.verdict ?? "silent";
};

t.test("each check passes what is good, and fails what is not", async (t) => {
  for (const [id, { good, bad, silent }] of Object.entries(TABLE)) {
    for (const seen of each(good)) t.equal(verdict(id, seen), "pass", `${id}: good`);
    for (const seen of each(bad)) t.equal(verdict(id, seen), "fail", `${id}: bad`);
    for (const seen of each(silent)) t.equal(verdict(id, seen), "silent", `${id}: silent`);
  }
});

t.test("each check has a good and a bad observation", async (t) => {
  t.same(
    checks.map(({ id }) => id).filter((id) => !(id in TABLE)),
    [],
  );
});

t.test("a check that is silent says why", async (t) => {
  for (const [id, { case: testCase, observation }] of Object.entries(TABLE).flatMap(([id, { good }]) =>
    each(good).map((seen) => [id, seen] as const),
  )) {
    const outcomes = judge(checks, testCase, observation, FACTS);
    t.same(
      checks.map((check) => check.id).filter((each) => !outcomes.has(each) && outcomes.notApplicable(each) === undefined),
      [],
      id,
    );
  }
});
