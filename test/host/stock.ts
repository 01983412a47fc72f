import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** What there is of a machine, by name: `dev /dev/null` → `character device 1:3, mode 666, owner 0:0`. */
export type Stock = ReadonlyMap<string, string>;

function listed(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}

/** The text of a file; undefined when it cannot be read. */
function text(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return undefined;
  }
}

/** Type, numbers, mode and owner; undefined when it has gone meanwhile. */
function attributes(path: string): string | undefined {
  try {
    const { mode, uid, gid, rdev } = lstatSync(path);
    return `${mode.toString(8)} ${uid}:${gid} ${rdev}`;
  } catch {
    return undefined;
  }
}

function* entries(directory: string, skip: (path: string) => boolean): Generator<string> {
  for (const name of listed(directory)) {
    const path = join(directory, name);
    if (skip(path)) continue;
    yield path;
    if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) yield* entries(path, skip);
  }
}

/** Settings that the kernel changes by itself, and counters that can be written to reset them. */
const COUNTER = /(procs|tasks|threads|pressure|peak|failcnt|usage\w*|usage_in_bytes|event_control|pressure_level|force_empty|reset_stats)$/;

function* cgroups(): Generator<readonly [string, string]> {
  for (const line of (text("/proc/self/mountinfo") ?? "").split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    if (!after.startsWith("cgroup")) continue;
    const root = before.split(" ")[4] ?? "";
    yield [`cgroup ${root}`, attributes(root) ?? ""];
    for (const path of entries(root, () => false)) {
      const stat = lstatSync(path, { throwIfNoEntry: false });
      if (stat?.isDirectory()) yield [`cgroup ${path}`, attributes(path) ?? ""];
      else if (stat && (stat.mode & 0o600) === 0o600 && !COUNTER.test(path)) yield [`cgroup ${path}`, text(path) ?? ""];
    }
  }
}

/** What of /proc/sys is no setting, but goes its own way. */
const RESTLESS =
  /^\/proc\/sys\/(fs\/(dentry-state|inode-|file-nr|aio-nr|quota|binfmt_misc)|kernel\/(random|ns_last_pid|pty|tainted|perf_|sched_domain|hostname|spl)|net\/.*(count|flush)$)/;

function* settings(): Generator<readonly [string, string]> {
  for (const path of entries("/proc/sys", (each) => RESTLESS.test(each) || each.includes("/neigh/") || each.includes("/conf/"))) {
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile()) yield [`sysctl ${path}`, text(path) ?? ""];
  }
}

const inEach = (directories: readonly string[]): readonly (readonly [string, string])[] =>
  directories.flatMap((directory) =>
    listed(directory).map((name) => [`name ${directory}/${name}`, attributes(`${directory}/${name}`) ?? ""] as const),
  );

/** Takes stock of the machine: devices, cgroups with their settings, mounts, interfaces, sysctls, and names where anybody may leave files. */
export function takeStock(): Stock {
  const stock = new Map<string, string>();
  // Terminals come and go; what is in memory there is named below.
  for (const path of entries("/dev", (each) => each.startsWith("/dev/pts/") || each.startsWith("/dev/shm/")))
    stock.set(`device ${path}`, attributes(path) ?? "");
  for (const [name, value] of cgroups()) stock.set(name, value);
  for (const line of (text("/proc/self/mountinfo") ?? "").split("\n")) stock.set(`mount ${line}`, "");
  for (const name of listed("/sys/class/net")) stock.set(`interface ${name}`, text(`/sys/class/net/${name}/flags`) ?? "");
  for (const [name, value] of settings()) stock.set(name, value);
  for (const [name, value] of inEach(["/run", "/tmp", "/var/tmp", "/dev/shm"])) stock.set(name, value);
  return stock;
}

/** What is different, a line each. */
export function differences(before: Stock, after: Stock): string[] {
  const lines: string[] = [];
  for (const [name, value] of before) {
    const now = after.get(name);
    if (now === undefined) lines.push(`gone: ${name}`);
    else if (now !== value) lines.push(`changed: ${name}: ${value} became ${now}`);
  }
  for (const name of after.keys()) if (!before.has(name)) lines.push(`new: ${name}`);
  return lines;
}

/** The processes that have a variable in the environment that they began with, each with its command. */
export function processesWith(variable: string): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const name of listed("/proc")) {
    const environment = /^\d+$/.test(name) ? text(`/proc/${name}/environ`) : undefined;
    if (environment?.split("\0").includes(variable)) found.set(Number(name), (text(`/proc/${name}/cmdline`) ?? "").replaceAll("\0", " "));
  }
  return found;
}

/** All processes that are programs, by id. */
export const programs = (): ReadonlyMap<number, string> =>
  new Map(
    listed("/proc").flatMap((name) => {
      try {
        return /^\d+$/.test(name) && readlinkSync(`/proc/${name}/exe`) !== ""
          ? [[Number(name), (text(`/proc/${name}/cmdline`) ?? "").replaceAll("\0", " ")] as const]
          : [];
      } catch {
        return [];
      }
    }),
  );

/** The processes that a process started, and those that they did. */
export function descendantsOf(pid: number): ReadonlyMap<number, string> {
  const all = programs();
  const parents = new Map([...all.keys()].map((each) => [each, Number(/\) \S (\d+)/.exec(text(`/proc/${each}/stat`) ?? "")?.[1])]));
  const isBelow = (each: number | undefined): boolean => each !== undefined && (parents.get(each) === pid || isBelow(parents.get(each)));
  return new Map([...all].filter(([each]) => isBelow(each)));
}
