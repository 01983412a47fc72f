import fc, { type Arbitrary } from "fast-check";

import type { HostFacts } from "../../../../runners/runtime/host.js";
import type { Resources } from "../../../../spec/runtime/config.js";
import { atLeast, has } from "../../../../spec/runtime/releases.js";
import { compact, rarely, record, someEntries } from "../../choose.js";
import { hasFile } from "../../host.js";
import { cpu } from "./cpu.js";
import { deviceRules } from "./devices.js";
import { blockIo, hugepageLimits, network } from "./io.js";
import { memory } from "./memory.js";

/** `linux.resources.pids`: enough for a runtime's own threads; −1, no limit, since it is written down. An empty object without the controller. */
export const pids = (host: HostFacts, release: string): Arbitrary<NonNullable<Resources["pids"]>> =>
  hasFile(host, "pids/pids.max") || hasFile(host, "pids.max")
    ? fc
        .oneof({ withCrossShrink: true }, fc.integer({ min: 64, max: 4096 }), fc.constant(atLeast(release, "1.3.0") ? -1 : 1024))
        .map((limit) => ({ limit }))
    : fc.constant({});

/** Files of cgroup v2 and what may be written to them: values that read back as they were written. */
const UNIFIED: Readonly<Record<string, readonly string[]>> = {
  "pids.max": ["64", "4096"],
  "memory.high": [2 ** 27, 2 ** 32].map(String),
  "memory.max": [2 ** 27, 2 ** 32].map(String),
  "cpu.weight": ["1", "99", "10000"],
  "cpu.max": ["20000 100000", "99000 100000"],
};

const unifiedOf = (host: HostFacts, release: string) =>
  host.cgroup.mode === "v2" && has(release, "linux.resources.unified")
    ? Object.entries(UNIFIED).filter(([file]) => hasFile(host, file))
    : [];

/** Each value that `unified` may have for each of its files that the host has, by itself. */
export const unifiedFiles = (host: HostFacts, release: string): readonly NonNullable<Resources["unified"]>[] =>
  unifiedOf(host, release).flatMap(([file, values]) => values.map((value) => ({ [file]: value })));

/** `linux.resources.unified`: only on a host whose only hierarchy is the unified one; else an empty object. */
export const unified = (host: HostFacts, release: string): Arbitrary<NonNullable<Resources["unified"]>> =>
  someEntries(Object.fromEntries(unifiedOf(host, release).map(([file, values]) => [file, fc.constantFrom(...values)])));

const filled = <T extends object>(value: T | undefined): T | undefined =>
  value === undefined || Object.keys(value).length === 0 ? undefined : value;

/** `linux.resources`: limits for the controllers that the host has; what nothing can be said about is left out. */
export const resources = (host: HostFacts, release: string): Arbitrary<Resources> =>
  record({
    devices: rarely(deviceRules(host, release), 3),
    memory: rarely(memory(host, release), 3),
    cpu: rarely(cpu(host, release), 3),
    pids: rarely(pids(host, release), 3),
    blockIO: rarely(blockIo(host, release), 3),
    hugepageLimits: rarely(hugepageLimits(host, release), 3),
    network: rarely(network(host, release), 3),
    unified: rarely(unified(host, release), 3),
  }).map((parts) => {
    const limits = compact({
      devices: filled(parts.devices),
      memory: filled(parts.memory),
      cpu: filled(parts.cpu),
      pids: filled(parts.pids),
      blockIO: filled(parts.blockIO),
      hugepageLimits: filled(parts.hugepageLimits),
      network: filled(parts.network),
    });
    // What a limit and a file of the unified hierarchy both say would depend on the order of writing.
    const files = Object.fromEntries(
      Object.entries(parts.unified ?? {}).filter(([file]) => !Object.hasOwn(limits, file.split(".")[0] ?? "")),
    );
    return { ...limits, ...compact({ unified: filled(files) }) };
  });
