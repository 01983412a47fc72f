import { readdirSync, readFileSync } from "node:fs";
import { arch, release } from "node:os";
import { HarnessError } from "../../spec/errors.js";
import { validateProbe } from "../../spec/validate.js";
import { AGENT, CASE_DIR } from "./case.js";
import type { HostFacts } from "./host.js";
import type { ProbeReport } from "./observation.js";
import { splitOutput } from "./observe.js";
import type { Answer } from "./protocol.js";
import type { Worker } from "./worker.js";

const FACTS_CGROUP = "oci-conform-facts";

const lines = (path: string): string[] => {
  try {
    return readFileSync(path, "utf8").trim().split("\n");
  } catch {
    return [];
  }
};

const names = (path: string): string[] => {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
};

const words = (line = ""): string[] => line.split(/\s+/).filter(Boolean);

/** `0-2,4` as [0, 1, 2, 4]; an empty list gives []. */
export function parseList(list: string): number[] {
  return list
    .trim()
    .split(",")
    .filter((part) => part !== "")
    .flatMap((part) => {
      const [from = 0, to = from] = part.split("-").map(Number);
      return Array.from({ length: to - from + 1 }, (_, at) => from + at);
    });
}

/** `hugepages-2048kB` as hugepageLimits spells it: `2MB`. */
function hugePageSize(name: string): string {
  let size = Number(/\d+/.exec(name)?.[0] ?? 0);
  let unit = 0;
  while (size >= 1024 && size % 1024 === 0) {
    size /= 1024;
    unit++;
  }
  return `${size}${["KB", "MB", "GB"][unit]}`;
}

/** The first whole disk: loop, RAM and optical drives don't count. */
function blockDevice(): HostFacts["blockDevice"] {
  for (const disk of names("/sys/block").filter((name) => !/^(loop|ram|zram|sr|fd)\d/.test(name))) {
    const [major, minor] = (lines(`/sys/block/${disk}/dev`)[0] ?? "").split(":").map(Number);
    if (major !== undefined && minor !== undefined) return { major, minor };
  }
  return null;
}

const NAMESPACES: Readonly<Record<string, string>> = { mnt: "mount", net: "network" };

/** One mount may hold several controllers: `cpu,cpuacct`. */
const controllersOf = (target: string): readonly string[] =>
  target
    .slice(target.lastIndexOf("/") + 1)
    .split(",")
    .filter((name) => name !== "systemd");

/** What of the host's hierarchies the sandbox leaves out in this view. */
function otherViews(mode: HostFacts["cgroup"]["mode"]): Pick<HostFacts["cgroup"], "otherViews"> {
  const mounts = lines("/proc/self/mountinfo").flatMap((line) => {
    const [target, type] = [line.split(" ")[4] ?? "", line.split(" - ")[1]?.split(" ")[0]];
    return target.startsWith("/sys/fs/cgroup") ? [{ target, type }] : [];
  });
  const v1 = mounts.filter(({ type }) => type === "cgroup").flatMap(({ target }) => controllersOf(target));
  const v2 = mounts.filter(({ type }) => type === "cgroup2").flatMap(({ target }) => words(lines(`${target}/cgroup.controllers`)[0]));
  const others = { ...(mode === "v2" && v1.length > 0 ? { v1 } : {}), ...(mode !== "v2" && v2.length > 0 ? { v2 } : {}) };
  return Object.keys(others).length > 0 ? { otherViews: others } : {};
}

async function cgroupFacts(worker: Worker, outside: ProbeReport, root: boolean): Promise<HostFacts["cgroup"]> {
  // An ordinary user's sandbox shows the host's hierarchies, but nothing can be made in them.
  if (!root) return { mode: "none", controllers: [], files: [] };
  const mounts = (outside.mounts ?? []).filter(({ type }) => type === "cgroup" || type === "cgroup2");
  const v1 = mounts.filter(({ type }) => type === "cgroup").map(({ target }) => target);
  const v2 = mounts.filter(({ type }) => type === "cgroup2").map(({ target }) => target);
  const mode = v1.length > 0 ? (v2.length > 0 ? "hybrid" : "v1") : v2.length > 0 ? "v2" : "none";
  if (mode === "none") return { mode, controllers: [], files: [] };
  const answers = await worker.run([
    { do: "cgroup", path: FACTS_CGROUP },
    ...[...v1, ...v2].map((target) => ({ do: "list" as const, path: `${target}/${FACTS_CGROUP}` })),
    ...v2.map((target) => ({ do: "read" as const, path: `${target}/${FACTS_CGROUP}/cgroup.controllers`, max: 4096 })),
    ...v1.map((target) => ({ do: "read" as const, path: `${target}/cpu.rt_runtime_us`, max: 64 })),
    { do: "clean" },
  ]);
  const listed = (answer: Answer | undefined): readonly string[] => (answer?.kind === "names" ? answer.names : []);
  const unified = v2.flatMap((_, at) => {
    const answer = answers[1 + v1.length + v2.length + at];
    return answer?.kind === "bytes" ? words(answer.bytes.toString("utf8")) : [];
  });
  const realtime = answers.slice(1 + v1.length + 2 * v2.length, -1).find(({ kind }) => kind === "bytes");
  return {
    mode,
    ...(realtime?.kind === "bytes" ? { realtimeUs: Number(realtime.bytes.toString("utf8")) } : {}),
    ...otherViews(mode),
    controllers: [...v1.flatMap(controllersOf), ...unified],
    files: [
      ...v1.flatMap((target, at) =>
        controllersOf(target).flatMap((controller) => listed(answers[1 + at]).map((file) => `${controller}/${file}`)),
      ),
      ...v2.flatMap((_, at) => listed(answers[1 + v1.length + at])),
    ],
  };
}

/** Opens a device that no driver has: ENXIO says that this is allowed. */
async function devicesClosed(worker: Worker): Promise<boolean> {
  const path = `${CASE_DIR}/device-of-nobody`;
  const [, read] = await worker.run([
    { do: "node", path, type: "c", major: 240, minor: 1, mode: 0o600, uid: 0, gid: 0 },
    { do: "read", path, max: 1 },
    { do: "clean" },
  ]);
  return read?.kind === "error" && read.errno === "EPERM";
}

/** Collects what the host offers inside this worker's sandbox. @throws HarnessError when the agent cannot report. */
export async function hostFacts(worker: Worker): Promise<HostFacts> {
  const [probed] = await worker.run([
    { do: "run", argv: [AGENT, "probe"], timeoutMs: 5000, slot: -1, umask: 0o022, cwd: "/", background: "" },
  ]);
  if (probed?.kind !== "ran") throw new HarnessError("the agent did not run in the sandbox");
  const outside = splitOutput(probed.stdout.toString("utf8")).report;
  if (!outside || validateProbe(outside).length > 0) throw new HarnessError(`the agent gave no report: ${probed.stderr.toString("utf8")}`);
  const root = outside.uidMap?.[0]?.[2] === 4294967295;
  const [veth] = await worker.run([{ do: "interface", name: "ocfact0", addresses: [] }, { do: "clean" }]);
  const [major = 0, minor = 0] = release().split(".").map(Number);
  const seccomp = lines("/proc/sys/kernel/seccomp/actions_avail")[0] ?? "";
  return {
    kernel: release(),
    arch: arch(),
    root,
    cgroup: await cgroupFacts(worker, outside, root),
    namespaces: Object.keys(outside.namespaces ?? {})
      .filter((name) => !name.endsWith("_for_children"))
      .map((name) => NAMESPACES[name] ?? name),
    outside,
    apparmor: lines("/sys/module/apparmor/parameters/enabled")[0] === "Y",
    selinux: names("/sys/fs/selinux").length > 0,
    cpus: outside.affinity ?? [],
    memoryNodes: parseList(lines("/sys/devices/system/node/online")[0] ?? "0"),
    filesystems: lines("/proc/filesystems").map((line) => line.replace(/^nodev/, "").trim()),
    seccompActions: words(seccomp),
    hugePageSizes: names("/sys/kernel/mm/hugepages").map(hugePageSize),
    resctrl: names("/sys/fs/resctrl").includes("schemata"),
    idmappedTmpfs: root && (major > 6 || (major === 6 && minor >= 3)),
    veth: veth?.kind === "ok",
    ...(root && (await devicesClosed(worker)) ? { devicesClosed: true as const } : {}),
    blockDevice: blockDevice(),
  };
}
