import { isDeepStrictEqual } from "node:util";
import t from "tap";
import { driverFor, preflightFor, sandboxFor } from "../../../cli/commands/runtime/target.js";
import { minimalCase } from "../../../generators/runtime/base.js";
import { configCase } from "../../../generators/runtime/case.js";
import { lifecycles } from "../../../generators/runtime/lifecycle.js";
import { draw } from "../../../runners/draw.js";
import { agentPath, referencePath } from "../../../runners/runtime/build-native.js";
import type { RuntimeCase } from "../../../runners/runtime/case.js";
import type { Observation } from "../../../runners/runtime/observation.js";
import { Pool } from "../../../runners/runtime/pool.js";
import printedFeatures from "../../../suites/runtime/features/features.js";
import recognizedFeatures from "../../../suites/runtime/features/recognized.js";
import { checks } from "../../../suites/runtime/index.js";
import { judge } from "../../../suites/runtime/judge.js";
import state from "../../../suites/runtime/lifecycle/state.js";
import seccompListener from "../../../suites/runtime/seccomp/listener.js";
import { withoutRoot } from "../../cli/process.js";
import { ALLOWED } from "./allowed.js";
import { drawExamples } from "./fixture.js";
import { hooks } from "./lifecycle/all-hooks.js";

t.test("what the spec allows to be otherwise is no finding", { skip: withoutRoot }, async (t) => {
  const bin = referencePath();
  const driver = driverFor(bin, { runtimeArg: [], timeout: 10_000 });
  const found = await preflightFor(bin, driver, {});
  const facts = { host: found.host, target: found.target };
  const pool = await Pool.start(agentPath(), sandboxFor(driver, found), driver, 1);
  t.teardown(() => pool.close());
  const whole = draw(configCase(found.host, found.target.release), 11);
  const sequences = draw(lifecycles(found.host, found.target.release), 12);
  const cases: RuntimeCase[] = [minimalCase(found.target.release)];
  // The sections whose observations have what the generated cases have not: what hooks, agents and `features` tell.
  for (const section of [state, hooks, seccompListener, printedFeatures, recognizedFeatures])
    for (const drawn of drawExamples(section, facts, 1)) if (typeof drawn !== "string") cases.push(...drawn);
  for (let n = 0; n < 12; n++) cases.push(whole.next().value.case, sequences.next().value.case);
  const unused = new Set(Object.keys(ALLOWED));
  for (const subject of cases) {
    const seen = await pool.run(subject);
    const failed = (observation: Observation): string[] =>
      [...judge(checks, subject, observation, facts)].flatMap(([id, { verdict }]) =>
        verdict === "fail" || verdict === "error" ? [id] : [],
      );
    t.same(failed(seen), [], `as it was: ${subject.title}`);
    for (const [what, change] of Object.entries(ALLOWED)) {
      const changed = change(seen);
      if (isDeepStrictEqual(changed, seen)) continue;
      unused.delete(what);
      t.same(failed(changed), [], `${what}: ${subject.title}`);
    }
  }
  t.same([...unused], [], "each change changed something");
});
