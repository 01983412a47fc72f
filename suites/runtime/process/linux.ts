/** config.md, "Linux Process": oomScoreAdj, ioPriority, execCPUAffinity. */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { affinities } from "../../../generators/runtime/process/cpu-affinity.js";
import { ioPriorities } from "../../../generators/runtime/process/io-priority.js";
import { hasOtherScore, oomScores } from "../../../generators/runtime/process/oom-score-adj.js";
import { equal, notApplicable } from "../../check.js";
import { SUBSET } from "../refusal.js";
import { example, section, unavailable } from "../suite.js";
import { checkProcess, withProcess } from "./process.js";

const NO_SCORE = "the program could not tell its OOM score";
const NO_IO_PRIORITY = "the program could not tell its I/O priority";

export default section("Linux process", [
  checkProcess("runtime.process.oom-score-adj", (process, probe) => {
    if (process.oomScoreAdj === undefined) return notApplicable("no oomScoreAdj in the config");
    return probe.oomScoreAdj === null ? notApplicable(NO_SCORE) : equal(probe.oomScoreAdj, process.oomScoreAdj);
  }),
  checkProcess("runtime.process.oom-score-adj-unchanged", (process, probe, { host }) => {
    if (process.oomScoreAdj !== undefined) return notApplicable("oomScoreAdj in the config");
    return probe.oomScoreAdj === null ? notApplicable(NO_SCORE) : equal(probe.oomScoreAdj, host.outside.oomScoreAdj);
  }),
  example(["runtime.process.oom-score-adj"], ({ host, target }) =>
    hasOtherScore(host)
      ? oneOf(oomScores(host), "score").map((score) =>
          caseOf(withProcess(target.release, { oomScoreAdj: score }), { title: "an OOM score" }),
        )
      : unavailable("the harness was started with the highest OOM score, which it may not lower"),
  ),
  example(["runtime.process.oom-score-adj-unchanged"], ({ target }) =>
    fc.constant(caseOf(minimalConfig(target.release), { title: "no OOM score" })),
  ),

  checkProcess("runtime.process.io-priority-class", (process, probe) => {
    if (!process.ioPriority) return notApplicable("no ioPriority in the config");
    return probe.ioPriority ? equal(probe.ioPriority.class, process.ioPriority.class) : notApplicable(NO_IO_PRIORITY);
  }),
  checkProcess("runtime.process.io-priority-priority", (process, probe) => {
    if (!process.ioPriority) return notApplicable("no ioPriority in the config");
    if (process.ioPriority.class === "IOPRIO_CLASS_IDLE") return notApplicable("some kernels keep no priority for the idle class");
    return probe.ioPriority ? equal(probe.ioPriority.priority, process.ioPriority.priority) : notApplicable(NO_IO_PRIORITY);
  }),
  example(["runtime.process.io-priority-class", "runtime.process.io-priority-priority"], ({ host, target }) =>
    oneOf(ioPriorities(host), "priority").map((configured) =>
      caseOf(withProcess(target.release, { ioPriority: configured }), { title: "an I/O priority", mayRefuse: SUBSET }),
    ),
  ),

  checkProcess("runtime.process.exec-cpu-affinity-not-for-init", (process, probe, { host, config }) => {
    const { affinity } = host.outside;
    if (!process.execCPUAffinity) return notApplicable("no execCPUAffinity in the config");
    if (config.linux?.resources?.cpu?.cpus !== undefined) return notApplicable("the config sets the CPUs of the container's cgroup");
    return probe.affinity && affinity
      ? equal(probe.affinity, affinity)
      : notApplicable("the program could not tell on which CPUs it may run");
  }),
  example(["runtime.process.exec-cpu-affinity-not-for-init"], ({ host, target }) =>
    oneOf(affinities(host)).map((configured) =>
      caseOf(withProcess(target.release, { execCPUAffinity: configured }), { title: "an affinity for later processes" }),
    ),
  ),
]);
