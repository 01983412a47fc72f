import fc, { type Arbitrary } from "fast-check";

import type { HostFacts } from "../../../../runners/runtime/host.js";
import type { MemoryLimits } from "../../../../spec/runtime/config.js";
import { has } from "../../../../spec/runtime/releases.js";
import { maybe } from "../../../choices.js";
import { compact, rarely, record } from "../../choose.js";
import { hasFile } from "../../host.js";

const PAGE = 4096;
const MIB = 2 ** 20;

/** Whole pages, so that the kernel keeps the very number. */
const pages = (minBytes: number, maxBytes: number): Arbitrary<number> =>
  fc.integer({ min: minBytes / PAGE, max: maxBytes / PAGE }).map((count) => count * PAGE);

/** Only what this host's files can hold. */
const when = <T>(condition: boolean, arbitrary: Arbitrary<T>): Arbitrary<T | undefined> => (condition ? arbitrary : fc.constant(undefined));

/** Room for a runtime's own helper process in the cgroup. */
const LEAST = 128 * MIB;

/** `linux.resources.memory`; an empty object without a memory controller. */
export function memory(host: HostFacts, release: string): Arbitrary<MemoryLimits> {
  const v1 = hasFile(host, "memory/memory.limit_in_bytes");
  const swap = hasFile(host, "memory/memory.memsw.limit_in_bytes") || hasFile(host, "memory.swap.max");
  if (!v1 && !hasFile(host, "memory.max")) return fc.constant({});
  const limit = fc.oneof({ withCrossShrink: true }, pages(LEAST, 4096 * MIB), fc.constant(-1));
  return record({
    limit: maybe(limit),
    reservation: maybe(pages(16 * MIB, LEAST)),
    extra: when(swap, maybe(pages(0, 1024 * MIB))),
    kernelTCP: when(hasFile(host, "memory/memory.kmem.tcp.limit_in_bytes"), rarely(pages(MIB, 64 * MIB))),
    swappiness: when(hasFile(host, "memory/memory.swappiness"), rarely(fc.integer({ min: 0, max: 100 }), 3)),
    disableOOMKiller: when(hasFile(host, "memory/memory.oom_control"), rarely(fc.boolean())),
    useHierarchy: when(
      hasFile(host, "memory/memory.use_hierarchy") && has(release, "linux.resources.memory.useHierarchy"),
      rarely(fc.constant(true)),
    ),
    checkBeforeUpdate: when(has(release, "linux.resources.memory.checkBeforeUpdate"), rarely(fc.boolean())),
  }).map(({ extra, limit: bytes, ...rest }) => {
    // Memory and swap together can only be limited with, and to no less than, memory itself.
    const total = bytes === undefined || extra === undefined ? undefined : bytes === -1 ? -1 : bytes + extra;
    return compact({ limit: bytes, swap: total, ...rest });
  });
}
