/**
 * Takes stock of the machine before and after commands of each kind, ended in each way: nothing may differ.
 *
 *     node build/test/host/take-stock.js [--shared] [PATTERN]
 *
 * With --shared, on a machine where other things go on, only what can be ours counts. PATTERN chooses among the trials.
 * OCI_CONFORM_MAIN may name another cli/main.js to try.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { installed } from "../cli/process.js";
import { descendantsOf, differences, processesWith, programs, takeStock } from "./stock.js";

const MAIN = process.env.OCI_CONFORM_MAIN ?? fileURLToPath(new URL("../../cli/main.js", import.meta.url));
const REFERENCE = fileURLToPath(new URL("../../oci-ref", import.meta.url));
const shared = process.argv.includes("--shared");
const pattern = new RegExp(process.argv.slice(2).find((each) => each !== "--shared") ?? "");
const NOBODY = 65534;
/** How long something that was ended may take to be gone. */
const GONE_MS = 15_000;

const work = mkdtempSync(join(tmpdir(), "take-stock-"));
chmodSync(work, 0o755);
for (const name of ["root", "user"]) mkdirSync(join(work, name));
chownSync(join(work, "user"), NOBODY, NOBODY);
const MARK = `OCI_CONFORM_STOCK=${randomUUID()}`;
/** The ids of the commands that were started: their groups and files are named by these. */
const pids = new Set<number>();

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  said: string;
}

/** Starts a command as root, or as an ordinary user. */
function start(args: readonly string[], user = false): Running {
  const home = join(work, user ? "user" : "root");
  const env = { PATH: process.env.PATH ?? "", HOME: home, [MARK.slice(0, MARK.indexOf("="))]: MARK.slice(MARK.indexOf("=") + 1) };
  const drop = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--inh-caps=-all"];
  const [program = "", ...rest] = [...(user ? drop : []), process.execPath, MAIN, ...args];
  const child = spawn(program, rest, { cwd: home, env, stdio: ["ignore", "pipe", "pipe"] });
  if (child.pid !== undefined) pids.add(child.pid);
  const running: Running = { child, said: "", ended: new Promise((resolve) => child.once("exit", (code) => resolve(code))) };
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => {
      running.said += text;
    });
  return running;
}

class Failed extends Error {}

/** Runs a command to its end; it must end with one of these codes. */
async function whole(args: readonly string[], { user = false, codes = [0] as readonly number[] } = {}): Promise<void> {
  const running = start(args, user);
  const code = await running.ended;
  if (code === null || !codes.includes(code)) throw new Failed(`${args.join(" ")}: exit code ${code}\n${running.said.slice(-1500)}`);
}

/** Waits until something is so. */
async function until(what: string, is: () => boolean): Promise<void> {
  const deadline = Date.now() + GONE_MS;
  while (!is()) {
    if (Date.now() > deadline) throw new Failed(`${what}: not within ${GONE_MS} ms`);
    await wait(20);
  }
}

/** What commands had started that were ended before their time, whatever its environment. */
const cutOff = new Map<number, string>();

/** All that is still there of what was started. */
function ours(): ReadonlyMap<number, string> {
  const now = programs();
  return new Map([...processesWith(MARK), ...[...cutOff].filter(([pid, command]) => now.get(pid) === command)]);
}

/** Ends a process that may have ended already. */
function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It was quicker.
  }
}

/** Starts a command, waits until what it starts is at work, and ends the command alone, or everything that it started, too. */
async function cut(args: readonly string[], signal: "SIGKILL" | "SIGINT", { user = false, all = false } = {}): Promise<void> {
  const running = start(args, user);
  let ended = false;
  void running.ended.then(() => {
    ended = true;
  });
  const { pid = 0 } = running.child;
  await until(`${args.join(" ")}: something is at work`, () => ended || descendantsOf(pid).size > 0);
  // Where it is then is a matter of luck, and each place is as good.
  await wait(1000);
  if (ended) throw new Failed(`${args.join(" ")}: ended too early\n${running.said.slice(-1500)}`);
  const below = descendantsOf(pid);
  for (const [each, command] of below) cutOff.set(each, command);
  running.child.kill(signal);
  if (all) for (const each of below.keys()) kill(each);
  await running.ended;
}

const runtime = (...more: readonly string[]): string[] => ["runtime", "--only", "runtime.user", "--cases", "2", "--jobs", "2", ...more];
const forLong = (...more: readonly string[]): string[] => ["runtime", "--time", "5m", "--jobs", "2", ...more];
const registry = (...more: readonly string[]): string[] => ["registry", "--only", "registry.tags", "--cases", "2", "--jobs", "2", ...more];
const forLongRegistry = ["registry", "--time", "5m", "--jobs", "2"];
const tool = ["image", "--tool", "umoci", "--only", "image.layer.whiteout-removes", "--cases", "1", "--jobs", "2"];
const forLongTool = ["image", "--tool", "umoci", "--time", "5m", "--jobs", "2"];
/** A finding is none of our business here, and neither is a view that the machine has not. */
const any = [0, 1, 2];

interface Trial {
  readonly name: string;
  readonly run: () => Promise<void>;
  readonly skip?: string | false;
}

const withoutUmoci = installed("umoci") ? false : "umoci is not installed";
const views = ["host", "v1", "v2", "none"] as const;

const trials: readonly Trial[] = [
  ...views.map((view) => ({ name: `runtime --cgroup ${view}`, run: () => whole(runtime("--cgroup", view), { codes: any }) })),
  { name: "a preflight that tries every view", run: () => whole(runtime("--bin", "/bin/false"), { codes: [2] }) },
  { name: "runtime by an ordinary user", run: () => whole(runtime(), { user: true, codes: any }) },
  {
    name: "runs at once, of root and of an ordinary user, with different views",
    run: async () => {
      const all = [runtime("--cgroup", "v2"), runtime("--cgroup", "host"), runtime("--cgroup", "v2", "--out", "other")];
      await Promise.all([...all.map((args) => whole(args, { codes: any })), whole(runtime(), { user: true, codes: any })]);
    },
  },
  ...(["host", "v2"] as const).flatMap((view) => [
    { name: `runtime --cgroup ${view}, killed`, run: () => cut(forLong("--cgroup", view), "SIGKILL") },
    {
      name: `runtime --cgroup ${view}, killed with all that it started, and the next run`,
      run: async () => {
        await cut(forLong("--cgroup", view), "SIGKILL", { all: true });
        await whole(runtime("--cgroup", "none"), { codes: any });
      },
    },
  ]),
  { name: "runtime --cgroup v2, interrupted", run: () => cut(forLong("--cgroup", "v2"), "SIGINT") },
  { name: "runtime by an ordinary user, killed", run: () => cut(forLong(), "SIGKILL", { user: true }) },
  {
    name: "a finding and its replay",
    run: async () => {
      const faulty = `${REFERENCE} --fault umask-ignored`;
      await whole(["runtime", "--bin", faulty, "--only", "runtime.user.umask", "--cases", "0", "--out", "faulty"], { codes: [1] });
      const [stored = ""] = readdirSync(join(work, "root", "faulty", "failures"));
      await whole(["replay", join("faulty", "failures", stored), "--bin", faulty], { codes: [1] });
    },
  },
  { name: "registry", run: () => whole(registry(), { codes: any }) },
  {
    name: "registry, killed, and the next run",
    run: async () => {
      await cut(forLongRegistry, "SIGKILL");
      await whole(registry(), { codes: any });
    },
  },
  { name: "registry, interrupted", run: () => cut(forLongRegistry, "SIGINT") },
  {
    name: "image generate and image",
    run: async () => {
      rmSync(join(work, "root", "images"), { recursive: true, force: true });
      await whole(["image", "generate", "--out", "images", "--count", "2"]);
      await whole(["image", "images/0001/layout", "--report", "json=results.json"], { codes: any });
    },
  },
  { name: "image --tool", run: () => whole(tool, { codes: any }), skip: withoutUmoci },
  {
    name: "image --tool, killed, and the next run",
    run: async () => {
      await cut(forLongTool, "SIGKILL");
      await until("nothing of it is at work", () => ours().size === 0);
      await whole(tool, { codes: any });
    },
    skip: withoutUmoci,
  },
  { name: "reports to what is no regular file", run: () => oddReports() },
];

/** Reports to a device, a pipe and links, of a directory of our own: they stay what they are. */
async function oddReports(): Promise<void> {
  const odd = join(work, "root", "odd");
  rmSync(odd, { recursive: true, force: true });
  mkdirSync(odd);
  execFileSync("mknod", ["-m", "666", join(odd, "device"), "c", "1", "3"]);
  symlinkSync("device", join(odd, "link"));
  symlinkSync("nothing", join(odd, "dangling"));
  symlinkSync("/proc/self/fd/1", join(odd, "stdout"));
  writeFileSync(join(odd, "file"), "old", { mode: 0o600 });
  const takesDevices = spawnSync("sh", ["-c", 'echo >"$1"', "sh", join(odd, "device")]).status === 0;
  const names = [...(takesDevices ? ["device", "link"] : []), "dangling", "stdout", "file"];
  const kinds = (): string => names.map((name) => `${name} ${lstatSync(join(odd, name)).mode.toString(8)}`).join(", ");
  const before = kinds();
  const reports = names.flatMap((name) => ["--report", `tap=odd/${name}`]);
  await whole(["image", "images/0001/layout", ...reports], { codes: any });
  if (kinds() !== before) throw new Failed(`${before} became ${kinds()}`);
  if (!existsSync(join(odd, "nothing"))) throw new Failed("a link to nothing was not followed");
}

/** On a machine with others: whether a difference can be ours. */
function canBeOurs(line: string): boolean {
  const [, pid] = /oci-conform-(?:[a-z]+-)?(?:\d+-)?(\d+)-/.exec(line) ?? [];
  if (pid !== undefined) return pids.has(Number(pid)) || /undo/.test(line);
  if (line.includes(": name ")) return /^new: name \/\S+\/(\.oci-conform|oci-conform-(registry|image|f)-)/.test(line);
  if (line.includes(": mount ")) return line.includes("oci-conform");
  return !/: cgroup \S+\/(oci-conform|memory|cpu)/.test(line);
}

/** What a trial changed: settled, for a process that was killed takes a moment to be gone. */
async function changes(before: ReturnType<typeof takeStock>, running: ReturnType<typeof programs>): Promise<string[]> {
  const deadline = Date.now() + GONE_MS;
  for (;;) {
    const left = [...ours()].map(([pid, command]) => `left: process ${pid} ${command}`);
    const strangers = shared
      ? []
      : [...programs()].filter(([pid]) => !running.has(pid)).map(([pid, command]) => `new: process ${pid} ${command}`);
    const other = differences(before, takeStock()).filter((line) => !shared || canBeOurs(line));
    const all = [...new Set([...left, ...strangers, ...other])];
    if (all.length === 0 || Date.now() > deadline) return all;
    await wait(200);
  }
}

let [passed, failed, number] = [0, 0, 0];
const chosen = trials.filter(({ name }) => pattern.test(name));
process.stdout.write(`TAP version 14\n1..${chosen.length}\n`);
try {
  // What the first run alone makes, such as the cache of a package, is nothing that stays different.
  if (process.getuid?.() !== 0) throw new Failed("this wants root");
  for (const { name, run, skip = false } of chosen) {
    number++;
    if (skip !== false) {
      process.stdout.write(`ok ${number} - ${name} # SKIP ${skip}\n`);
      continue;
    }
    const begun = Date.now();
    const [before, running] = [takeStock(), programs()];
    let wrong: string[];
    try {
      await run();
      wrong = await changes(before, running);
    } catch (thrown) {
      if (!(thrown instanceof Failed)) throw thrown;
      wrong = [thrown.message, ...(await changes(before, running))];
    }
    if (wrong.length === 0) passed++;
    else failed++;
    process.stdout.write(`${wrong.length === 0 ? "ok" : "not ok"} ${number} - ${name} # time=${Date.now() - begun}ms\n`);
    for (const line of wrong.slice(0, 40)) process.stdout.write(`${line.replace(/^/gm, "# ")}\n`);
    for (const pid of ours().keys()) kill(pid);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.stdout.write(`# ${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
