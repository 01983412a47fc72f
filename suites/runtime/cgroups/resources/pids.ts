/** config-linux.md, "PIDs". */
import fc from "fast-check";

import { oneOf } from "../../../../generators/choices.js";
import { type ExplainedResult, expectThat, notApplicable } from "../../../check.js";
import { check, example, section, type View } from "../../suite.js";
import { judgeReading, type Reading, shows } from "../files.js";
import { resourceCase, withoutFiles } from "./cases.js";

const FILES = ["pids/pids.max", "pids.max"] as const;

/** Zero has a requirement of its own. */
const limit: Reading = ({ pids }) =>
  pids?.limit === undefined || pids.limit === 0 || pids.limit < -1
    ? []
    : FILES.map((file) => shows(file, pids.limit === -1 ? "max" : String(pids.limit), "max"));

/** No task more than the one that is there: the kernel counts it, so one allows as little as zero. */
const zero: Reading = ({ pids }) =>
  pids?.limit === 0 ? FILES.map((file) => ({ file, accepts: (text) => text === "0" || text === "1", expected: "0" })) : [];

/** The container's own program is one of the tasks. */
function enforced(view: View): ExplainedResult {
  const { limit: most = -1 } = view.config.linux?.resources?.pids ?? {};
  if (most <= 0) return notApplicable("no limit of processes in the config");
  if (view.testCase.control !== undefined) return notApplicable("the config is faulty on purpose");
  const at = (view.container.attempts ?? []).findIndex((attempt) => attempt.do === "fork" && attempt.count >= most);
  const made = view.probe?.attempts[at]?.value;
  return made === undefined
    ? notApplicable("the program did not try to make more processes than the limit")
    : expectThat(made < most, `less than ${most} processes beside the first`, made);
}

/**
 * −1 is no limit. A cgroup that nobody touched has none either, so it only says something in a container whose CPU shares were
 * applied.
 */
function unlimited(view: View): ExplainedResult {
  if (view.config.linux?.resources?.pids?.limit !== -1) return notApplicable("no pids limit of -1 in the config");
  const judgement = judgeReading(view, ({ pids }) => (pids ? FILES.map((file) => shows(file, "max")) : []));
  return judgement.verdict === "pass" && judgeReading(view, shares).verdict !== "pass"
    ? notApplicable("no CPU shares show that the cgroup is the config's")
    : judgement;
}

const shares: Reading = ({ cpu }) =>
  cpu?.shares === undefined
    ? []
    : [
        shows("cpu/cpu.shares", cpu.shares, "1024"),
        { file: "cpu.weight", accepts: (text) => text !== "100", expected: "not the default, 100" },
      ];

export default section("PIDs", [
  check("runtime.pids.limit", (view) => judgeReading(view, limit)),
  check("runtime.pids.limit", enforced),
  check("runtime.pids.unlimited", unlimited),
  check("runtime.pids.zero-is-a-limit", (view) => judgeReading(view, zero)),

  example(
    "runtime.pids.limit",
    (facts) =>
      withoutFiles(facts, ...FILES) ??
      oneOf([32, 64], "limit").map((most) =>
        resourceCase(facts, { pids: { limit: most } }, "a program that wants more processes than it may have", {
          attempts: [{ do: "fork", count: most + 8 }],
        }),
      ),
  ),
  example(
    "runtime.pids.unlimited",
    (facts) =>
      withoutFiles(facts, ...FILES) ??
      withoutFiles(facts, "cpu/cpu.shares", "cpu.weight") ??
      oneOf([64, 256, 8192], "shares").map((value) =>
        resourceCase(facts, { pids: { limit: -1 }, cpu: { shares: value } }, "no limit of processes, but a share of CPU time"),
      ),
  ),
  example(
    "runtime.pids.zero-is-a-limit",
    (facts) =>
      withoutFiles(facts, ...FILES) ??
      fc.constant(
        resourceCase(facts, { pids: { limit: 0 } }, "no further process at all", {
          mayRefuse: "a runtime may need a process of its own to start the program",
        }),
      ),
  ),
]);
