import t from "tap";

import { notApplicable } from "../../../suites/check.js";
import { mustRefuse } from "../../../suites/runtime/refusal.js";
import { configOf, faulty, ran, viewOf } from "./fixture.js";

t.test("a refusal by create", async (t) => {
  t.equal(mustRefuse(viewOf(faulty(configOf(), ran(1))), { by: "create" }).verdict, "pass");
  t.equal(mustRefuse(viewOf(faulty(configOf(), ran(0))), { by: "create" }).verdict, "fail");
  t.same(mustRefuse(viewOf({}), { by: "create" }), notApplicable("nothing in the config is invalid"));
  t.equal(mustRefuse(viewOf(faulty(configOf(), ran(1), { observation: { control: false } })), { by: "create" }).verdict, "skip");
});

t.test("neither a hang nor a crash is a refusal", async (t) => {
  const hung = { ...ran(), exit: { kind: "timeout" } as const };
  const crashed = { ...ran(), exit: { kind: "signaled", signal: "SIGSEGV" } as const };
  t.same(mustRefuse(viewOf(faulty(configOf(), hung)), { by: "create" }), notApplicable("create did not answer"));
  t.same(mustRefuse(viewOf(faulty(configOf(), crashed)), { by: "create" }), notApplicable("create did not answer"));
});

t.test("nothing may be left of a refused create", async (t) => {
  const canned = faulty(configOf(), ran(1));
  const left = (canned.steps ?? []).map(([step, result]) =>
    result.op === "state" ? ([step, { ...result, ran: ran(0) }] as const) : ([step, result] as const),
  );
  t.equal(mustRefuse(viewOf({ ...canned, steps: left }), { by: "create" }).verdict, "fail");
});

t.test("a refusal that may wait for start", async (t) => {
  const of = (start: number) => {
    const canned = faulty(configOf(), ran(0));
    return viewOf({
      ...canned,
      steps: [
        ...(canned.steps ?? []),
        [
          { op: "start", container: 0 },
          { op: "start", ran: ran(start) },
        ],
      ],
    });
  };
  t.equal(mustRefuse(of(1), { by: "start" }).verdict, "pass");
  t.equal(mustRefuse(of(0), { by: "start" }).verdict, "fail");
  t.equal(mustRefuse(of(1), { by: "create" }).verdict, "fail", "too late");
  t.equal(mustRefuse(viewOf(faulty(configOf(), ran(0))), { by: "start" }).verdict, "fail", "the case does not come to start");
});
