/** config-linux.md, "Memory". */
import fc, { type Arbitrary } from "fast-check";

import { oneOf } from "../../../../generators/choices.js";
import { hasFile } from "../../../../generators/runtime/host.js";
import type { HostFacts } from "../../../../runners/runtime/host.js";
import type { MemoryLimits } from "../../../../spec/runtime/config.js";
import { atLeast } from "../../../../spec/runtime/releases.js";
import { type ExplainedResult, expectThat, notApplicable } from "../../../check.js";
import { refuses } from "../../refusal.js";
import { check, example, section, unavailable, type View } from "../../suite.js";
import { judgeReading, type Reading, readingOf, type Shown, shows, showsBytes } from "../files.js";
import { resourceCase, resourceFault, withoutFiles } from "./cases.js";

const MIB = 2 ** 20;
const PAGE = 4096;

/** Zero is left alone: nothing runs within it, and to a runtime in a typed language it may mean that nothing was said. */
const bytes = (value: number | undefined, ...files: string[]): readonly Shown[] =>
  value === undefined || value === 0 ? [] : files.map((file) => showsBytes(file, value));

const of =
  (read: (memory: MemoryLimits) => readonly Shown[]): Reading =>
  ({ memory }) =>
    memory ? read(memory) : [];

/** On v2 the limit of swap alone; it can only be told when the limit of memory is known. */
function swapAlone({ limit, swap }: MemoryLimits): readonly Shown[] {
  if (swap === undefined || swap === 0) return [];
  if (swap === -1) return bytes(-1, "memory.swap.max");
  return limit === undefined || limit <= 0 ? [] : [{ ...showsBytes("memory.swap.max", swap - limit), expected: `${swap} − ${limit}` }];
}

/** Since Linux 5.16 the kernel takes a limit of kernel memory without a word, and does not keep it. */
const keepsKernelLimit = (host: HostFacts): boolean =>
  hasFile(host, "memory/memory.kmem.limit_in_bytes") && !atLeast(host.kernel, "5.16.0");

/** Since Linux 5.11 the kernel cannot turn the hierarchy off. */
const alwaysHierarchical = (host: HostFacts): boolean => atLeast(host.kernel, "5.11.0");

const limit = of((memory) => bytes(memory.limit, "memory/memory.limit_in_bytes", "memory.max"));
const reservation = of((memory) => bytes(memory.reservation, "memory/memory.soft_limit_in_bytes", "memory.low", "memory.high"));
const swap = of((memory) => [...bytes(memory.swap, "memory/memory.memsw.limit_in_bytes"), ...swapAlone(memory)]);
const kernel: Reading = ({ memory }, host) => (keepsKernelLimit(host) ? bytes(memory?.kernel, "memory/memory.kmem.limit_in_bytes") : []);
const kernelTcp = of((memory) => bytes(memory.kernelTCP, "memory/memory.kmem.tcp.limit_in_bytes"));
const swappiness = of((memory) => (memory.swappiness === undefined ? [] : [shows("memory/memory.swappiness", memory.swappiness, "60")]));
const hierarchy: Reading = ({ memory }, host) =>
  memory?.useHierarchy === undefined
    ? []
    : [shows("memory/memory.use_hierarchy", Number(memory.useHierarchy), alwaysHierarchical(host) ? "1" : "0")];

const oomKiller = of(({ disableOOMKiller }) => {
  if (disableOOMKiller === undefined) return [];
  const line = (disabled: boolean): string => `oom_kill_disable ${Number(disabled)}`;
  const has = (text: string, entry: string): boolean => text.split("\n").includes(entry);
  return [
    {
      file: "memory/memory.oom_control",
      accepts: (text) => has(text, line(disableOOMKiller)),
      untouched: (text) => has(text, line(false)),
      expected: line(disableOOMKiller),
    },
  ];
});

/** −1 must not end as any limit; it only says something in a container whose other limits were applied. */
function unlimited(view: View): ExplainedResult {
  if (view.config.linux?.resources?.memory?.limit !== -1) return notApplicable("no memory limit of -1 in the config");
  if (judgeReading(view, reservation).verdict !== "pass")
    return notApplicable("no reservation shows that the cgroup's memory is the config's");
  const texts = ["memory/memory.limit_in_bytes", "memory.max"].flatMap((file) => readingOf(view.snapshot, file) ?? []);
  const { accepts, expected } = showsBytes("", -1);
  return texts.length === 0
    ? notApplicable("no cgroup file that shows the limit was read")
    : expectThat(texts.every(accepts), expected, texts);
}

/** A child that touches more than memory and swap have together must not get it all. */
function enforced(view: View): ExplainedResult {
  const { limit: most = -1, swap: both, disableOOMKiller } = view.config.linux?.resources?.memory ?? {};
  if (most <= 0 || both !== most || disableOOMKiller)
    return notApplicable("no limit in the config of memory and swap together, with an OOM killer");
  if (view.testCase.control !== undefined) return notApplicable("the config is faulty on purpose");
  const at = (view.container.attempts ?? []).findIndex((attempt) => attempt.do === "allocate" && attempt.bytes > most);
  const result = view.probe?.attempts[at];
  return result
    ? expectThat(result.errno !== "0" || result.exit?.signal === "SIGKILL", "ENOMEM or SIGKILL: not all of it can be had", result)
    : notApplicable("no child of the program tried to get more memory than the limit");
}

const pages = (min: number, max: number): Arbitrary<number> => oneOf([min, min + PAGE, max]);

const LIMIT = ["memory/memory.limit_in_bytes", "memory.max"] as const;
const SWAP = ["memory/memory.memsw.limit_in_bytes", "memory.swap.max"] as const;

export default section("Memory", [
  check("runtime.memory.limit", (view) => judgeReading(view, limit)),
  check("runtime.memory.limit", enforced),
  check("runtime.memory.reservation", (view) => judgeReading(view, reservation)),
  check("runtime.memory.swap", (view) => judgeReading(view, swap)),
  check("runtime.memory.kernel", (view) => judgeReading(view, kernel)),
  check("runtime.memory.kernel-tcp", (view) => judgeReading(view, kernelTcp)),
  check("runtime.memory.swappiness", (view) => judgeReading(view, swappiness)),
  check("runtime.memory.disable-oom-killer", (view) => judgeReading(view, oomKiller)),
  check("runtime.memory.use-hierarchy", (view) => judgeReading(view, hierarchy)),
  refuses("runtime.memory.use-hierarchy"),
  check("runtime.memory.unlimited", unlimited),

  example(
    ["runtime.memory.limit", "runtime.memory.reservation"],
    (facts) =>
      withoutFiles(facts, ...LIMIT) ??
      fc
        .tuple(pages(256 * MIB, 1024 * MIB), pages(128 * MIB, 255 * MIB))
        .map(([most, kept]) => resourceCase(facts, { memory: { limit: most, reservation: kept } }, "a limit and a reservation of memory")),
  ),
  example(
    "runtime.memory.limit",
    (facts) =>
      withoutFiles(facts, ...SWAP) ??
      oneOf([64, 96, 128]).map((size) =>
        resourceCase(facts, { memory: { limit: size * MIB, swap: size * MIB } }, "a program that wants more memory than it may have", {
          attempts: [{ do: "allocate", bytes: (size + 32) * MIB }],
        }),
      ),
  ),
  example(
    "runtime.memory.unlimited",
    (facts) =>
      withoutFiles(facts, ...LIMIT) ??
      pages(128 * MIB, 255 * MIB).map((kept) =>
        resourceCase(facts, { memory: { limit: -1, reservation: kept } }, "no limit of memory, but a reservation"),
      ),
  ),
  example(
    "runtime.memory.swap",
    (facts) =>
      withoutFiles(facts, ...SWAP) ??
      fc
        .tuple(pages(128 * MIB, 512 * MIB), pages(MIB, 512 * MIB))
        .map(([most, extra]) => resourceCase(facts, { memory: { limit: most, swap: most + extra } }, "a limit of memory and swap")),
  ),
  example("runtime.memory.kernel", (facts) => {
    if (keepsKernelLimit(facts.host)) {
      return pages(64 * MIB, 256 * MIB).map((most) => resourceCase(facts, { memory: { kernel: most } }, "a limit of kernel memory"));
    }
    return (
      withoutFiles(facts, "memory/memory.kmem.limit_in_bytes") ?? unavailable("this kernel (5.16 or later) keeps no limit of kernel memory")
    );
  }),
  example(
    "runtime.memory.kernel-tcp",
    (facts) =>
      withoutFiles(facts, "memory/memory.kmem.tcp.limit_in_bytes") ??
      pages(MIB, 64 * MIB).map((most) => resourceCase(facts, { memory: { kernelTCP: most } }, "a limit of kernel memory for TCP")),
  ),
  example(
    "runtime.memory.swappiness",
    (facts) =>
      withoutFiles(facts, "memory/memory.swappiness") ??
      oneOf([0, 1, 59, 100], "swappiness").map((value) =>
        resourceCase(facts, { memory: { swappiness: value } }, "a swappiness of its own"),
      ),
  ),
  example(
    "runtime.memory.disable-oom-killer",
    (facts) =>
      withoutFiles(facts, "memory/memory.oom_control") ??
      pages(256 * MIB, 512 * MIB).map((most) => resourceCase(facts, { memory: { limit: most, disableOOMKiller: true } }, "no OOM killer")),
  ),
  example(
    "runtime.memory.use-hierarchy",
    (facts) =>
      withoutFiles(facts, "memory/memory.use_hierarchy") ??
      (alwaysHierarchical(facts.host)
        ? pages(256 * MIB, 512 * MIB).map((most) =>
            resourceFault(facts, "runtime.memory.use-hierarchy", {
              control: { memory: { limit: most } },
              fault: { memory: { limit: most, useHierarchy: false } },
              title: "a memory hierarchy that the kernel cannot turn off",
            }),
          )
        : fc.constant(resourceCase(facts, { memory: { useHierarchy: true } }, "a memory hierarchy"))),
  ),
]);
