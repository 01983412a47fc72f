/** config-linux.md, "CPU". */
import fc from "fast-check";

import { oneOf } from "../../../../generators/choices.js";
import { caseOf } from "../../../../generators/runtime/base.js";
import { listText } from "../../../../generators/runtime/choose.js";
import { whyNoRealtimeBudget } from "../../../../generators/runtime/process/scheduler.js";
import type { CpuLimits } from "../../../../spec/runtime/config.js";
import { type ExplainedResult, equal, notApplicable } from "../../../check.js";
import { refuses } from "../../refusal.js";
import { check, example, section, type Unavailable, unavailable, unavailableIf, type View } from "../../suite.js";
import { judgeReading, numbersOf, type Reading, type Shown, shows } from "../files.js";
import { limited, resourceCase, resourceFault, withoutFiles } from "./cases.js";

const of =
  (read: (cpu: CpuLimits) => readonly Shown[]): Reading =>
  ({ cpu }) =>
    cpu ? read(cpu) : [];

/** The kernel keeps shares within these bounds. */
const FEWEST = 2;
const MOST = 262_144;

/**
 * How shares become a weight on v2 is nowhere laid down, and runtimes changed it over time. All ways agree that shares far from
 * those that mean the default do not give the default.
 */
const weight = (shares: number): Shown => ({
  file: "cpu.weight",
  accepts: (text) => /^\d+$/.test(text) && (text !== "100" || (shares >= 512 && shares <= 4096)),
  untouched: (text) => text === "100",
  expected: "not the default, 100",
});

const shares = of(({ shares: value }) =>
  value === undefined || value < FEWEST ? [] : [shows("cpu/cpu.shares", Math.min(value, MOST), "1024"), weight(value)],
);

/** One of the two words of `cpu.max`. */
const ofMax = (word: 0 | 1, value: string, untouched: string): Shown => ({
  file: "cpu.max",
  accepts: (text) => text.split(" ")[word] === value,
  untouched: (text) => text.split(" ")[word] === untouched,
  expected: word === 0 ? `${value} …` : `… ${value}`,
});

const quota = of(({ quota: value }) => {
  if (value === undefined || value === 0) return [];
  const limited = value > 0;
  return [shows("cpu/cpu.cfs_quota_us", limited ? value : -1, "-1"), ofMax(0, limited ? String(value) : "max", "max")];
});

const period = of(({ period: value }) =>
  value === undefined || value === 0 ? [] : [shows("cpu/cpu.cfs_period_us", value, "100000"), ofMax(1, String(value), "100000")],
);

const burst = of(({ burst: value }) =>
  value === undefined ? [] : [shows("cpu/cpu.cfs_burst_us", value, "0"), shows("cpu.max.burst", value, "0")],
);

const realtimeRuntime = of(({ realtimeRuntime: value }) => (value === undefined ? [] : [shows("cpu/cpu.rt_runtime_us", value, "0")]));
const realtimePeriod = of(({ realtimePeriod: value }) =>
  value === undefined || value === 0 ? [] : [shows("cpu/cpu.rt_period_us", value, "1000000")],
);
const idle = of(({ idle: value }) => (value === undefined ? [] : [shows("cpu/cpu.idle", value, "0"), shows("cpu.idle", value, "0")]));

/** The same set of numbers, however the list is written. */
const sameSet = (left: readonly number[], right: readonly number[]): boolean => listText(left) === listText(right);

/** A new cgroup of v1 has an empty list, which every runtime must fill: all that the host has proves nothing. */
const showsList = (file: string, list: string, host: readonly number[]): Shown => ({
  file,
  accepts: (text) => sameSet(numbersOf(text), numbersOf(list)),
  untouched: (text) => sameSet(numbersOf(text), host),
  expected: list,
});

const cpus: Reading = ({ cpu }, host) =>
  cpu?.cpus ? ["cpuset/cpuset.cpus", "cpuset.cpus"].map((file) => showsList(file, cpu.cpus ?? "", host.cpus)) : [];
const mems: Reading = ({ cpu }, host) =>
  cpu?.mems ? ["cpuset/cpuset.mems", "cpuset.mems"].map((file) => showsList(file, cpu.mems ?? "", host.memoryNodes)) : [];

/** The program may run on these CPUs and no others. */
function runsOn(view: View): ExplainedResult {
  const { cpus: list } = view.config.linux?.resources?.cpu ?? {};
  if (!list) return notApplicable("no cpus in the config");
  if (view.testCase.control !== undefined) return notApplicable("the config is faulty on purpose");
  if (view.testCase.containers.length > 1) return notApplicable("more than one container");
  if (!view.probe?.affinity) return notApplicable("the program could not tell on which CPUs it may run");
  if (judgeReading(view, cpus).verdict !== "pass") return notApplicable("the cgroup does not show that its CPUs are the config's");
  return equal(view.probe.affinity, numbersOf(list));
}

const microseconds = (min: number, max: number) => oneOf([min, max]);

const CPUSETS = ["cpuset/cpuset.cpus", "cpuset.cpus"] as const;

/** Some, but not all, of the host's CPUs or memory nodes. */
const part = (all: readonly number[], of: string) =>
  all.length < 2
    ? unavailable(`the host has one ${of}, on which everything runs`)
    : oneOf([...new Set([all.slice(0, 1), all.slice(-1), all.slice(1)].map(listText))], of);

const isUnavailable = (made: object): made is Unavailable => "unavailable" in made;

export default section("CPU", [
  check("runtime.cpu.shares", (view) => judgeReading(view, shares)),
  check("runtime.cpu.quota", (view) => judgeReading(view, quota)),
  check("runtime.cpu.period", (view) => judgeReading(view, period)),
  check("runtime.cpu.burst", (view) => judgeReading(view, burst)),
  check("runtime.cpu.realtime-runtime", (view) => judgeReading(view, realtimeRuntime)),
  check("runtime.cpu.realtime-period", (view) => judgeReading(view, realtimePeriod)),
  check("runtime.cpu.idle", (view) => judgeReading(view, idle)),
  check("runtime.cpu.cpus", (view) => judgeReading(view, cpus)),
  check("runtime.cpu.cpus", runsOn),
  refuses("runtime.cpu.cpus"),
  check("runtime.cpu.mems", (view) => judgeReading(view, mems)),
  refuses("runtime.cpu.mems"),

  example(
    "runtime.cpu.shares",
    (facts) =>
      withoutFiles(facts, "cpu/cpu.shares", "cpu.weight") ??
      oneOf([FEWEST, 511, 4097, MOST], "shares").map((value) => resourceCase(facts, { cpu: { shares: value } }, "a share of CPU time")),
  ),
  example(
    ["runtime.cpu.quota", "runtime.cpu.period"],
    (facts) =>
      withoutFiles(facts, "cpu/cpu.cfs_quota_us", "cpu.max") ??
      fc
        .tuple(microseconds(50_000, 99_000), microseconds(20_000, 90_000))
        .map(([each, most]) => resourceCase(facts, { cpu: { quota: most, period: each } }, "a quota of CPU time in each period")),
  ),
  example(
    "runtime.cpu.burst",
    (facts) =>
      withoutFiles(facts, "cpu/cpu.cfs_burst_us", "cpu.max.burst") ??
      fc
        .tuple(microseconds(50_000, 90_000), microseconds(1000, 50_000))
        .map(([most, more]) =>
          resourceCase(facts, { cpu: { quota: most, period: 100_000, burst: more } }, "a quota of CPU time with a burst"),
        ),
  ),
  example(
    "runtime.cpu.realtime-period",
    (facts) =>
      withoutFiles(facts, "cpu/cpu.rt_period_us") ??
      microseconds(100_000, 900_000).map((each) => resourceCase(facts, { cpu: { realtimePeriod: each } }, "a real-time period")),
  ),
  // Right below the sandbox's cgroup: what lies between would have no real time to give.
  example(
    "runtime.cpu.realtime-runtime",
    (facts) =>
      withoutFiles(facts, "cpu/cpu.rt_runtime_us") ??
      unavailableIf(whyNoRealtimeBudget(facts.host), () =>
        oneOf([1000, 5000]).map((most) =>
          caseOf(limited(facts, { cpu: { realtimePeriod: 1_000_000, realtimeRuntime: most } }, { cgroupsPath: "/oci-conform-realtime" }), {
            host: facts.host,
            hold: true,
            title: "a budget of real time",
          }),
        ),
      ),
  ),
  example(
    "runtime.cpu.idle",
    (facts) => withoutFiles(facts, "cpu/cpu.idle", "cpu.idle") ?? fc.constant(resourceCase(facts, { cpu: { idle: 1 } }, "an idle cgroup")),
  ),
  example("runtime.cpu.cpus", (facts) => {
    const lists = part(facts.host.cpus, "CPU");
    if (isUnavailable(lists)) return lists;
    return withoutFiles(facts, ...CPUSETS) ?? lists.map((list) => resourceCase(facts, { cpu: { cpus: list } }, "some of the CPUs"));
  }),
  example("runtime.cpu.mems", (facts) => {
    const lists = part(facts.host.memoryNodes, "memory node");
    if (isUnavailable(lists)) return lists;
    return withoutFiles(facts, ...CPUSETS) ?? lists.map((list) => resourceCase(facts, { cpu: { mems: list } }, "some memory nodes"));
  }),
  example(
    "runtime.cpu.cpus",
    (facts) =>
      withoutFiles(facts, ...CPUSETS) ??
      oneOf(["8190", "0,8190", "8189-8190"]).map((list) =>
        resourceFault(facts, "runtime.cpu.cpus", {
          control: { cpu: { cpus: listText(facts.host.cpus) } },
          fault: { cpu: { cpus: list } },
          title: "a CPU that the host lacks",
        }),
      ),
  ),
  example(
    "runtime.cpu.mems",
    (facts) =>
      withoutFiles(facts, ...CPUSETS) ??
      oneOf(["1022", "0,1022"]).map((list) =>
        resourceFault(facts, "runtime.cpu.mems", {
          control: { cpu: { mems: listText(facts.host.memoryNodes) } },
          fault: { cpu: { mems: list } },
          title: "a memory node that the host lacks",
        }),
      ),
  ),
]);
