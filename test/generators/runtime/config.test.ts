import t from "tap";

import { minimalConfig } from "../../../generators/runtime/base.js";
import { config } from "../../../generators/runtime/config.js";
import type { HostFacts } from "../../../runners/runtime/host.js";
import type { Config } from "../../../spec/runtime/config.js";
import { RELEASES } from "../../../spec/runtime/releases.js";
import { type Problem, validateConfig } from "../../../spec/validate.js";
import { fakeHost, fakeRootlessHost, fakeUnifiedHost } from "../../runners/runtime/host-fixture.js";
import { assertGenerator, sample, smallest } from "./assert-generator.js";

const release = "1.3.0";
const minimal = minimalConfig(release);

/** What a schema cannot see: sections that do not go together. */
function contradictions(drawn: Config): Problem[] {
  const { linux = {}, process, mounts = [] } = drawn;
  const list = linux.namespaces ?? [];
  const own = (type: string): boolean => list.some((each) => each.type === type && each.path === undefined);
  const remapped = own("user");
  const found: [boolean, string][] = [
    [new Set(list.map(({ type }) => type)).size < list.length, "a namespace twice"],
    [!own("mount"), "no mount namespace of its own"],
    [drawn.hostname !== undefined && !list.some(({ type }) => type === "uts"), "a host name for the host"],
    [Object.keys(linux.sysctl ?? {}).some((key) => (key.startsWith("net.") ? !own("network") : !own("ipc"))), "a parameter of the host"],
    [remapped !== (linux.uidMappings !== undefined), "mappings and user namespace apart"],
    [remapped && list.some(({ path }) => path !== undefined), "joins a namespace that it does not own"],
    [remapped && linux.devices !== undefined, "makes device nodes in a user namespace"],
    [linux.timeOffsets !== undefined && !own("time"), "offsets without a time namespace"],
    [linux.netDevices !== undefined && !own("network"), "an interface without a network"],
    [remapped && mounts.some(({ type }) => type === "sysfs") && !own("network"), "sysfs of a network that is not its own"],
    [mounts[0]?.destination !== "/proc", "no /proc"],
    [
      process?.user.uid !== 0 && (process?.capabilities?.effective ?? []).some((name) => !process?.capabilities?.ambient?.includes(name)),
      "lost by exec",
    ],
  ];
  return found.filter(([wrong]) => wrong).map(([, message]) => ({ path: "", message }));
}

const problems = (drawn: Config): readonly Problem[] => [...validateConfig(drawn), ...contradictions(drawn)];

const hosts: Readonly<Record<string, HostFacts>> = { v1: fakeHost(), v2: fakeUnifiedHost(), rootless: fakeRootlessHost() };

for (const [name, host] of Object.entries(hosts)) {
  t.test(name, async (t) => assertGenerator(t, config(host, release), { problems }));
}

t.test("every release", async (t) => {
  for (const each of RELEASES) {
    const wrong = sample(config(fakeHost(), each)).filter((drawn) => drawn.ociVersion !== each || problems(drawn).length > 0);
    t.strictSame(wrong.slice(0, 1), [], each);
  }
  const old = sample(config(fakeHost(), "1.0.0"), 1000);
  t.notOk(
    old.some(({ domainname, process, linux }) => domainname ?? process?.scheduler ?? process?.ioPriority ?? linux?.personality),
    "1.0.0",
  );
});

t.test("shrinks to what matters", async (t) => {
  const arbitrary = config(fakeHost(), release);
  const process = minimal.process;
  const cases: readonly (readonly [(drawn: Config) => boolean, Config])[] = [
    [() => true, minimal],
    [
      (drawn) => drawn.process?.user.umask === 0o77,
      { ...minimal, process: { ...process, cwd: "/", user: { uid: 0, gid: 0, umask: 0o77 } } },
    ],
    [(drawn) => drawn.hostname !== undefined && !drawn.hostname.includes(".") && drawn.hostname.length < 64, { ...minimal, hostname: "a" }],
    [(drawn) => drawn.root?.readonly === true, { ...minimal, root: { path: "rootfs", readonly: true } }],
    [
      (drawn) => drawn.linux?.personality?.domain === "LINUX32",
      { ...minimal, linux: { ...minimal.linux, personality: { domain: "LINUX32" } } },
    ],
    [
      (drawn) => (drawn.linux?.resources?.pids?.limit ?? 0) > 0,
      { ...minimal, linux: { ...minimal.linux, resources: { pids: { limit: 1024 } } } },
    ],
  ];
  for (const [wanted, expected] of cases) t.strictSame(smallest(arbitrary, wanted), expected);
});

t.test("has every section sometimes", async (t) => {
  const seen = new Set(
    sample(config(fakeHost(), release), 2000).flatMap((drawn) =>
      Object.entries(drawn).flatMap(([key, value]) => [key, ...Object.keys(Object(value)).map((inner) => `${key}.${inner}`)]),
    ),
  );
  for (const section of [
    "hostname",
    "domainname",
    "hooks",
    "annotations",
    "root.readonly",
    "process.terminal",
    "process.env",
    "process.rlimits",
    "process.capabilities",
    "process.noNewPrivileges",
    "process.oomScoreAdj",
    "process.scheduler",
    "process.ioPriority",
    "process.execCPUAffinity",
    "linux.uidMappings",
    "linux.timeOffsets",
    "linux.devices",
    "linux.netDevices",
    "linux.cgroupsPath",
    "linux.resources",
    "linux.memoryPolicy",
    "linux.sysctl",
    "linux.seccomp",
    "linux.rootfsPropagation",
    "linux.maskedPaths",
    "linux.readonlyPaths",
    "linux.personality",
  ]) {
    t.ok(seen.has(section), section);
  }
});
