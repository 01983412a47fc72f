import { readFileSync, readlinkSync } from "node:fs";
import { hostname, release } from "node:os";
import t from "tap";

import { agentPath } from "../../../runners/runtime/build-native.js";
import { cgroupPaths } from "../../../runners/runtime/observe.js";
import { RLIMITS } from "../../../spec/runtime/rlimits.js";
import { inside, probe, probeAfter, root, rootfs, run, temporary } from "./agent-fixture.js";

/*
 * Every property is seen in two ways: as the probe finds it when nothing was done, and after it was changed. Each report is
 * validated by the schema on its way here.
 */

const rooted = root ? {} : { skip: "only root may" };
const free = probe();

t.test("the environment is reported verbatim", async (t) => {
  t.strictSame(probe([], { env: {} }).env.toSorted(), []);
  const env = { A: "1", EMPTY: "", "odd name": 'quote " backslash \\ tab \t line \n ü €' };
  t.strictSame(probe([], { env }).env.toSorted(), ["A=1", "EMPTY=", `odd name=${env["odd name"]}`].sort());
});

t.test("bytes that are not UTF-8 become replacement characters", async (t) => {
  const { report } = run(["sh", "-c", 'exec "$0" probe "$(printf "\\377a\\303\\244\\001")"', agentPath()]);
  t.equal(report?.argv.at(-1), "\ufffda\u00e4\u0001");
});

t.test("the working directory, ids of the process, names of the system", async (t) => {
  const directory = temporary(t);
  t.equal(probe([], { cwd: directory }).cwd, directory);
  t.equal(probe([], { cwd: "/" }).cwd, "/");
  t.equal(free.ppid, process.pid);
  t.match(free.uname, { sysname: "Linux", nodename: hostname(), release: release() });
  t.ok(Math.abs(Number(BigInt(free.clocks.realtime) / 1_000_000n) - Date.now()) < 3_600_000);
});

t.test("umask", async (t) => {
  t.equal(probeAfter("umask 0022").umask, 0o022);
  t.equal(probeAfter("umask 0747").umask, 0o747);
});

t.test("users and groups", rooted, async (t) => {
  const own = { real: 0, effective: 0, saved: 0, fs: 0 };
  t.strictSame([free.uid, free.gid], [own, own]);
  const directory = rootfs(t);
  const { report } = run(["chroot", "--userspec=1000:1001", "--groups=7,5,4294967294", directory, "/.oci/agent"]);
  t.strictSame(report?.uid, { real: 1000, effective: 1000, saved: 1000, fs: 1000 });
  t.strictSame(report?.gid, { real: 1001, effective: 1001, saved: 1001, fs: 1001 });
  t.strictSame(report?.groups, [5, 7, 4294967294]);
});

t.test("capabilities", rooted, async (t) => {
  t.equal(free.capabilities.ambient.length, 0);
  t.ok(free.capabilities.effective.includes("CAP_CHOWN"));
  const { capabilities } = probe(["setpriv", "--bounding-set=-all,+chown,+kill", "--inh-caps=-all,+kill", "--ambient-caps=-all,+kill"]);
  t.strictSame(capabilities.bounding, ["CAP_CHOWN", "CAP_KILL"]);
  t.strictSame(capabilities.permitted, ["CAP_CHOWN", "CAP_KILL"]);
  t.strictSame(capabilities.effective, ["CAP_CHOWN", "CAP_KILL"]);
  t.strictSame(capabilities.inheritable, ["CAP_KILL"]);
  t.strictSame(probe(["setpriv", "--bounding-set=-all", "--inh-caps=-all"]).capabilities.effective, []);
});

t.test("privileges and seccomp", async (t) => {
  t.equal(probe(["setpriv", "--no-new-privs"]).noNewPrivileges, true);
  t.equal(free.noNewPrivileges, readFileSync("/proc/self/status", "utf8").includes("NoNewPrivs:\t1"));
  const [, mode] = /^Seccomp:\t(\d+)$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  t.equal(free.seccompMode, Number(mode));
});

t.test("resource limits", async (t) => {
  t.strictSame(Object.keys(free.rlimits), Object.keys(RLIMITS));
  const limits = ["--nofile=64:128", "--core=0:0", "--stack=1048576:", "--cpu=1000:2000", "--fsize=70000000:80000000"];
  const { rlimits } = probe(["prlimit", ...limits]);
  t.match(rlimits, {
    RLIMIT_NOFILE: { soft: "64", hard: "128" },
    RLIMIT_CORE: { soft: "0", hard: "0" },
    RLIMIT_STACK: { soft: "1048576" },
    RLIMIT_CPU: { soft: "1000", hard: "2000" },
    RLIMIT_FSIZE: { soft: "70000000", hard: "80000000" },
  });
});

t.test("the out-of-memory score", async (t) => {
  t.equal(probeAfter("echo 345 > /proc/self/oom_score_adj").oomScoreAdj, 345);
  t.equal(probeAfter("echo 1000 > /proc/self/oom_score_adj").oomScoreAdj, 1000);
});

t.test("scheduling", async (t) => {
  t.match(probe(["nice", "-n", "7"]).scheduler, { policy: "SCHED_OTHER", nice: 7, priority: 0 });
  t.match(probe(["chrt", "--batch", "0"]).scheduler, { policy: "SCHED_BATCH" });
  t.match(probe(["chrt", "--idle", "0"]).scheduler, { policy: "SCHED_IDLE" });
  t.strictSame(probe(["ionice", "-c", "2", "-n", "3"]).ioPriority, { class: "IOPRIO_CLASS_BE", priority: 3 });
  t.match(probe(["ionice", "-c", "3"]).ioPriority, { class: "IOPRIO_CLASS_IDLE" });
  const cpus = free.affinity ?? [];
  const last = cpus.at(-1);
  t.ok(cpus.length > 0);
  t.strictSame(probe(["taskset", "-c", String(last)]).affinity, [last]);
});

t.test("real-time scheduling", rooted, async (t) => {
  t.match(probe(["chrt", "--reset-on-fork", "--fifo", "9"]).scheduler, { policy: "SCHED_FIFO", priority: 9, flags: 1 });
  t.match(probe(["chrt", "--rr", "3"]).scheduler, { policy: "SCHED_RR", priority: 3, flags: 0 });
});

t.test("personality and memory policy", async (t) => {
  t.equal(free.personality, 0);
  t.equal(probe(["setarch", "--addr-no-randomize"]).personality, 0x0040000);
  t.ok(free.memoryPolicy === null || free.memoryPolicy.mode === 0);
});

const user = root ? [] : ["--map-root-user"];

t.test("namespaces, their maps and their names", async (t) => {
  const link = (name: string): string => readlinkSync(`/proc/self/ns/${name}`);
  t.match(free.namespaces, { mnt: link("mnt"), uts: link("uts"), user: link("user"), pid: link("pid") });
  const other = probeAfter("hostname somewhere-else", ["unshare", ...user, "--uts"]);
  t.not(other.namespaces?.uts, link("uts"));
  t.equal(other.namespaces?.ipc, link("ipc"));
  t.equal(other.uname.nodename, "somewhere-else");
  t.notMatch(free.uidMap, [[0, 0, 1]]);
  const mapped = probe(["unshare", "--user", "--map-root-user"]);
  t.strictSame(mapped.uidMap, [[0, process.getuid?.(), 1]]);
  t.strictSame(mapped.gidMap, [[0, process.getgid?.(), 1]]);
  t.equal(mapped.setgroups, "deny");
  const later = probe(["unshare", ...user, "--time", "--fork", "--monotonic", "1000", "--boottime", "2000"]);
  t.strictSame(later.timeOffsets, { monotonic: [1000, 0], boottime: [2000, 0] });
  t.strictSame(free.timeOffsets, { monotonic: [0, 0], boottime: [0, 0] });
});

t.test("mounts", async (t) => {
  const directory = temporary(t);
  const script = `mkdir "${directory}/x y"; mount -t tmpfs -o nosuid,noexec,size=64k "a b" "${directory}/x y"`;
  const found = probeAfter(script, ["unshare", ...user, "--mount"]).mounts?.find(({ target }) => target === `${directory}/x y`);
  t.match(found, { type: "tmpfs", source: "a b", root: "/" });
  t.ok(found?.options.includes("noexec") && found.options.includes("nosuid") && found.superOptions.includes("size=64k"));
  t.notOk(found?.options.includes("nodev"));
  t.notOk(free.mounts?.some(({ target }) => target === `${directory}/x y`));
  const shared = probeAfter(`mount --make-shared -t tmpfs s "${directory}"`, ["unshare", ...user, "--mount"]).mounts ?? [];
  t.match(shared.find(({ target }) => target === directory)?.optional, [/^shared:\d+$/]);
  t.strictSame(found?.optional, []);
});

t.test("cgroups", async (t) => {
  t.strictSame(free.cgroup, cgroupPaths(readFileSync("/proc/self/cgroup", "utf8")));
});

t.test("open descriptors", async (t) => {
  const numbers = (pipes: number): readonly number[] => probe([], { pipes }).fds.map(({ fd }) => fd);
  t.strictSame(
    numbers(2).filter((fd) => fd === 3 || fd === 4),
    [3, 4],
  );
  t.strictSame(
    numbers(0).filter((fd) => fd === 3 || fd === 4),
    [],
  );
  t.match(free.fds.find(({ fd }) => fd === 1)?.target, /^(pipe|socket):/);
});

t.test("the terminal", async (t) => {
  t.strictSame(free.terminal, { stdin: false, stdout: false, stderr: false, rows: 0, columns: 0, name: null });
  const { report } = run(["script", "-qec", `stty rows 33 cols 77; exec "${agentPath()}" probe`, "/dev/null"]);
  t.match(report?.terminal, { stdin: true, stdout: true, stderr: true, rows: 33, columns: 77, name: /^\/dev\/pts\/\d+$/ });
});

t.test("well-known paths", async (t) => {
  t.match(free.paths["/dev/null"], { type: "char", major: 1, minor: 3 });
  t.match(free.paths["/"], { type: "dir", uid: 0 });
  const { report } = inside(rootfs(t), ["/.oci/agent"], ["proc", "dev"], 'ln -s /proc/self/fd/1 "$1/dev/stdout"');
  t.match(report?.paths["/dev/full"], { type: "char", major: 1, minor: 7 });
  t.equal(report?.paths["/dev/tty"], null);
  t.match(report?.paths["/dev/stdout"], { type: "symlink" });
  t.strictSame(report?.links, { "/dev/stdout": "/proc/self/fd/1" });
});

t.test("what only /proc tells is null without it, and the rest is there", async (t) => {
  const { report } = inside(rootfs(t), ["/.oci/agent"], []);
  t.match(report, {
    ...{ pid: 1, ppid: 0, cwd: "/", namespaces: null, mounts: null, cgroup: null, uidMap: null, gidMap: null },
    ...{ setgroups: null, timeOffsets: null, oomScoreAdj: null, seccompFilters: null, apparmor: null, selinux: null },
    paths: { "/dev/null": null, "/tmp": { type: "dir" } },
  });
  t.ok(report?.fds.length);
  t.ok(report?.fds.every(({ target }) => target === null));
  t.strictSame(report?.rlimits, free.rlimits);
  t.equal(report?.seccompMode, free.seccompMode);
  t.ok(report?.capabilities.effective.length);
  const same = inside(rootfs(t)).report;
  t.equal(same?.oomScoreAdj, free.oomScoreAdj);
  t.equal(same?.mounts?.find(({ target }) => target === "/proc")?.type, "proc");
});
