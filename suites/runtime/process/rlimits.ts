/** config.md, "POSIX process": rlimits. */
import fc from "fast-check";
import { groupsOf, oneOf } from "../../../generators/choices.js";
import { caseOf } from "../../../generators/runtime/base.js";
import { LIMITS, limitable, limitsOf } from "../../../generators/runtime/process/rlimits.js";
import type { ProbeReport } from "../../../runners/runtime/observation.js";
import type { Rlimit } from "../../../spec/runtime/config.js";
import { combine, type ExplainedResult, equal, notApplicable } from "../../check.js";
import { refuses } from "../refusal.js";
import { type Check, example, section, unavailable } from "../suite.js";
import { checkProcess, withProcess } from "./process.js";

const NONE = "no rlimits in the config";

/** Judges each resource limit of the config. */
const eachRlimit = (id: string, judge: (rlimit: Rlimit, actual: ProbeReport["rlimits"]) => ExplainedResult): Check =>
  checkProcess(id, ({ rlimits: limits = [] }, probe) =>
    combine(
      limits.map((limit) => judge(limit, probe.rlimits)),
      NONE,
    ),
  );

export default section("Resource limits", [
  checkProcess("runtime.process.rlimits-readable", ({ rlimits: limits = [] }, probe) =>
    limits.length === 0
      ? notApplicable(NONE)
      : equal(
          limits.filter(({ type }) => probe.rlimits[type] === undefined).map(({ type }) => type),
          [],
        ),
  ),
  eachRlimit("runtime.process.rlimits-soft", ({ type, soft }, actual) => equal({ [type]: actual[type]?.soft }, { [type]: String(soft) })),
  eachRlimit("runtime.process.rlimits-hard", ({ type, hard }, actual) => equal({ [type]: actual[type]?.hard }, { [type]: String(hard) })),
  example(["runtime.process.rlimits-readable", "runtime.process.rlimits-soft", "runtime.process.rlimits-hard"], ({ host, target }) =>
    limitable(host).length > 0
      ? fc
          .tuple(groupsOf(limitable(host), 20, "resource"), oneOf(LIMITS))
          .map(([types, how]) =>
            caseOf(withProcess(target.release, { rlimits: limitsOf(host, types, how) }), { title: `resource limits, ${how}` }),
          )
      : unavailable("the harness's own hard limits leave none that a container could be given"),
  ),
  refuses("runtime.process.rlimits-unknown-type-error", { by: "start" }),
  refuses("runtime.process.rlimits-duplicate-error", { by: "start" }),
]);
