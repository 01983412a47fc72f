import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import t from "tap";
import { json } from "../../../reports/json.js";
import { exitCode, gates } from "../../../reports/results/exit-code.js";
import { type RequirementResult, summarize } from "../../../reports/results/results.js";
import {
  broken,
  every,
  failed,
  ours,
  passed,
  play,
  resultsOf,
  Screen,
  skipped,
  stopped,
  unconfirmed,
  unexercised,
  warned,
} from "../fixture.js";

const schema: unknown = JSON.parse(readFileSync(new URL("../../../../reports/results/results.schema.json", import.meta.url), "utf8"));
if (typeof schema !== "object" || schema === null) throw new TypeError("the schema is no object");
const validator = new Ajv({ allErrors: true, strictTypes: false, strictRequired: false }).compile(schema);
const isValid = (value: unknown): boolean => validator(JSON.parse(JSON.stringify(value)));

const written = async (requirements: readonly RequirementResult[], more = {}): Promise<unknown> => {
  const screen = new Screen();
  await play(json(screen, { gate: "must" }), resultsOf(requirements, more));
  return JSON.parse(screen.text);
};

t.test("a summary counts each verdict", async (t) => {
  t.same(summarize(every), { pass: 1, fail: 4, unconfirmed: 1, skip: 2, unexercised: 1, error: 1 });
  t.same(summarize([]), { pass: 0, fail: 0, unconfirmed: 0, skip: 0, unexercised: 0, error: 0 });
});

t.test("what the JSON reporter writes is valid by the schema", async (t) => {
  for (const document of [await written(every), await written([]), await written([passed], { ...stopped, complaints: ["a case"] })]) {
    t.ok(validator(document), JSON.stringify(validator.errors));
  }
});

t.test("JSON keeps what was given, and what has no JSON form", async (t) => {
  const document = await written([failed]);
  t.same(document, JSON.parse(JSON.stringify(resultsOf([failed]))));
  const { finding } = failed;
  if (!finding) throw new TypeError("the fixture has a finding");
  const actual = { big: 2n ** 64n, set: new Set([1]), gone: undefined, not: Number.NaN };
  const screen = new Screen();
  const results = resultsOf([{ ...failed, finding: { ...finding, expected: undefined, actual } }]);
  await play(json(screen, { gate: "must" }), results);
  t.match(JSON.parse(screen.text), {
    requirements: [{ finding: { expected: null, actual: { big: "18446744073709551616", set: [1], not: "NaN" } } }],
  });
});

t.test("an inconclusive run is no document of results", async (t) => {
  const screen = new Screen();
  await json(screen, { gate: "must" }).inconclusive("it does not run");
  const document: unknown = JSON.parse(screen.text);
  t.same(document, { format: "oci-conform/inconclusive@1", reason: "it does not run" });
  t.notOk(validator(document));
});

t.test("the schema refuses what cannot be", async (t) => {
  const { finding: _finding, ...bare } = failed;
  const { reason: _reason, ...silent } = skipped;
  const wrong: Readonly<Record<string, unknown>> = {
    "a pass without a case": resultsOf([{ ...passed, exercised: 0 }]),
    "a pass with failures": resultsOf([{ ...passed, failures: 1 }]),
    "a failure without a finding": resultsOf([bare]),
    "a failure without failing cases": resultsOf([{ ...failed, failures: 0 }]),
    "a skip with a finding": resultsOf([{ ...failed, verdict: "skip", reason: "no" }]),
    "a skip without a reason": resultsOf([silent]),
    "an id with spaces": resultsOf([{ ...passed, id: "runtime.a b" }]),
    "an unknown property": { ...resultsOf([]), extra: 1 },
    "another format": { ...resultsOf([]), format: "oci-conform/results@2" },
    "a negative count": resultsOf([], { cases: -1 }),
  };
  for (const [what, value] of Object.entries(wrong)) t.notOk(isValid(value), what);
  t.ok(isValid(resultsOf([failed, skipped, passed])), "the same without the fault");
});

t.test("the exit code", async (t) => {
  const must = { gate: "must" } as const;
  const should = { gate: "should" } as const;
  t.equal(exitCode(resultsOf([]), must), 0);
  t.equal(exitCode(resultsOf([passed, skipped, unexercised]), should), 0);
  t.equal(exitCode(resultsOf([passed, failed]), must), 1);
  t.equal(exitCode(resultsOf([ours]), must), 1);
  t.equal(exitCode(resultsOf([warned]), must), 0);
  t.equal(exitCode(resultsOf([warned]), should), 1);
  t.equal(exitCode(resultsOf([passed, broken]), must), 70);
  t.equal(exitCode(resultsOf([warned, broken]), must), 70);
  t.equal(exitCode(resultsOf([failed, broken]), must), 1);
  t.equal(exitCode(resultsOf([passed], { complaints: ["a case could not be prepared"] }), must), 70);
  t.equal(exitCode(resultsOf([passed, unconfirmed]), must), 0, "what was not confirmed fails no run");
  t.equal(exitCode(resultsOf([passed, { ...unconfirmed, fails: true }]), must), 1, "unless that is asked for");
  t.equal(exitCode(resultsOf([{ ...unconfirmed, level: "SHOULD", fails: true }]), must), 0);
  t.equal(exitCode(resultsOf([{ ...unconfirmed, level: "SHOULD", fails: true }]), should), 1);
  t.equal(exitCode(resultsOf([passed], stopped), must), 2, "incomplete is inconclusive");
  t.equal(exitCode(resultsOf([passed, failed], stopped), must), 1, "but a finding is one");
  t.equal(exitCode(resultsOf([passed, broken], stopped), must), 70);
  t.notOk(gates({ level: "MAY" }, "should"));
});
