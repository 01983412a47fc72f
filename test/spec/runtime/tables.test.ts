import { constants } from "node:os";
import t from "tap";

import { CAPABILITIES, capabilityNumber } from "../../../spec/runtime/capabilities.js";
import { CGROUP_FILES, cgroupFilesOf } from "../../../spec/runtime/cgroup-files.js";
import { isBind, MOUNT_OPTIONS, mountOption } from "../../../spec/runtime/mount-options.js";
import { atLeast, has, RELEASES, SINCE } from "../../../spec/runtime/releases.js";
import { SIGNALS } from "../../../spec/runtime/signals.js";
import { isSyscallName, SYSCALLS, syscallNumber } from "../../../spec/runtime/syscalls.js";

t.test("releases", async (t) => {
  t.ok(atLeast("1.1.0", "1.1.0") && atLeast("1.10.0", "1.2.0") && atLeast("1.0.2-dev", "1.0.2"));
  t.notOk(atLeast("1.0.2", "1.1.0") || atLeast("1.0.10", "1.1.0"));
  const known: readonly string[] = RELEASES;
  t.ok(Object.values(SINCE).every((release) => known.includes(release)));
  t.ok(has("1.0.0", "process.cwd") && has("1.1.0", "domainname") && !has("1.0.2", "domainname"));
});

t.test("mount options: the 61 rows of the table, and opposites that are rows themselves", async (t) => {
  t.equal(new Set(MOUNT_OPTIONS.map(({ name }) => name)).size, 61);
  t.equal(MOUNT_OPTIONS.length, 61);
  const count = (level: string): number => MOUNT_OPTIONS.filter((option) => option.level === level).length;
  t.strictSame([count("MUST"), count("SHOULD"), count("MAY")], [37, 21, 3]);
  for (const { name, opposite } of MOUNT_OPTIONS) {
    // The table has rdev without rnodev.
    if (opposite !== undefined && name !== "rdev") t.ok(mountOption(opposite), `${name}, ${opposite}`);
  }
  t.match(mountOption("rro"), { recursive: true, level: "SHOULD", shows: ["ro"], opposite: "rrw" });
  t.equal(mountOption("size=1m"), undefined);
  t.ok(isBind(["ro", "rbind"]));
  t.notOk(isBind(["ro"]) || isBind(undefined));
});

t.test("numbers", async (t) => {
  t.equal(capabilityNumber("CAP_SYS_ADMIN"), 21);
  t.equal(capabilityNumber("CAP_NO_SUCH"), undefined);
  t.equal(CAPABILITIES.length, 41);
  const ours = new Map<string, number>(Object.entries(SIGNALS));
  for (const [name, number] of Object.entries(constants.signals)) if (ours.has(name)) t.equal(ours.get(name), number, name);
  t.ok(isSyscallName("getcwd") && !isSyscallName("toString"));
  t.equal(syscallNumber("chmod", "arm64"), null);
  t.equal(syscallNumber("kill", "arm64"), 129);
  t.equal(syscallNumber("kill", "riscv64"), null);
  const numbers = Object.values(SYSCALLS).map(({ x86_64 }) => x86_64);
  t.equal(new Set(numbers).size, numbers.length);
});

t.test("cgroup files", async (t) => {
  const available = ["pids/pids.max", "memory/memory.limit_in_bytes", "hugetlb/hugetlb.2MB.limit_in_bytes"];
  const resources = {
    pids: { limit: 1 },
    memory: { limit: 1, swap: 2 },
    hugepageLimits: [{ pageSize: "2MB", limit: 0 }],
    unified: { "pids.max": "1" },
  };
  t.strictSame(cgroupFilesOf(resources, available), [
    "memory/memory.limit_in_bytes",
    "pids/pids.max",
    "hugetlb/hugetlb.2MB.limit_in_bytes",
  ]);
  t.strictSame(cgroupFilesOf(resources, ["pids.max", "memory.max"]), ["memory.max", "pids.max"]);
  t.strictSame(cgroupFilesOf(undefined, available), []);
  t.equal(new Set(CGROUP_FILES.map(({ property }) => property)).size, CGROUP_FILES.length);
});
