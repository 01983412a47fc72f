import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmdirSync } from "node:fs";
import { hostname } from "node:os";
import t from "tap";

import { agentPath } from "../../../runners/runtime/build-native.js";
import { Worker } from "../../../runners/runtime/worker.js";
import { type Ended, root, run } from "./agent-fixture.js";
import { ask, cgroupName, hierarchies, sh, start, withoutCgroups, withoutRoot } from "./worker-fixture.js";

/** Runs a script in a sandbox of its own. */
const sandbox = (script: string, cgroup = "none", name = cgroupName()): Ended =>
  run([agentPath(), "sandbox", "--cgroup", cgroup, "--cgroup-name", name, "--", "/bin/sh", "-c", script]);

/** Which of the host's hierarchies have a group of that name. */
const groupsOf = (name: string): string[] => hierarchies.map(({ path }) => `${path}/${name}`).filter((path) => existsSync(path));

/** A process id that nobody has: that of a process that was just waited for. */
const deadPid = (): number => spawnSync("/bin/true").pid;

/** Starts `agent worker` and waits for its first frame. */
async function bare(name: string): Promise<ChildProcess> {
  const child = spawn(agentPath(), ["worker", "--cgroup", "host", "--cgroup-name", name], { stdio: ["pipe", "pipe", "inherit"] });
  if (child.stdout) await once(child.stdout, "data");
  return child;
}

t.test("the host's tree cannot be written to", async (t) => {
  const script = "for d in / /etc /usr /var /root /home /mnt; do touch $d/oci-conform-test 2>&1 && echo wrote to $d; done; true";
  const { stdout, status } = sandbox(script);
  t.equal(status, 0);
  t.notMatch(stdout, /wrote/);
  t.match(stdout, root ? /Read-only file system/ : /Read-only|denied/);
});

t.test("what the target needs can be written to, and nothing of it stays", async (t) => {
  const name = `oci-conform-test-${process.pid}`;
  const script = `for d in /run /tmp /var/tmp /dev /dev/shm; do touch $d/${name} || exit 1; done; ls /run`;
  const { stdout, status, stderr } = sandbox(script);
  t.equal(status, 0, stderr);
  t.match(stdout, /^oci-conform$/m, "the agent's directory");
  for (const directory of ["/run", "/tmp", "/var/tmp", "/dev", "/dev/shm"]) t.notOk(existsSync(`${directory}/${name}`), directory);
});

t.test("processes, names, network and IPC are its own", async (t) => {
  const worker = await start(t);
  t.equal(
    await ask(worker, "cat /proc/1/comm; hostname; cut -d: -f1 /proc/net/dev | tail -n +3 | grep -vE 'tunl|gre|sit|vti|ip6|erspan'"),
    [...["agent", "oci-conform", "    lo"]].join("\n"),
  );
  t.match(await ask(worker, "cat /proc/net/fib_trie /sys/class/net/lo/operstate 2>/dev/null"), /127\.0\.0\.1/, "lo is up");
  t.not(hostname(), "oci-conform");
  for (const name of ["mnt", "pid", "net", "uts", "ipc"]) {
    const [inside, outside] = [await ask(worker, `readlink /proc/self/ns/${name}`), spawnSync("readlink", [`/proc/self/ns/${name}`])];
    t.not(inside, outside.stdout.toString("utf8").trim(), name);
  }
});

t.test("devices are its own, with the usual modes", async (t) => {
  const worker = await start(t);
  const names = ["null", "zero", "full", "random", "urandom", "tty"];
  const shown = await ask(
    worker,
    `cd /dev; stat -c '%n %A' ${names.join(" ")}; readlink ptmx fd stdin stdout stderr; stat -c %a shm pts/ptmx`,
  );
  t.equal(
    shown,
    [
      ...names.map((name) => `${name} crw-rw-rw-`),
      ...["pts/ptmx", "/proc/self/fd", "/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/fd/2", "1777", "666"],
    ].join("\n"),
  );
  t.equal(await ask(worker, "head -c 5 /dev/zero | wc -c; echo x > /dev/null; head -c 1 /dev/urandom | wc -c"), "5\n1");
});

t.test("the host's devices do not change with the sandbox's", { skip: withoutRoot }, async (t) => {
  const before = spawnSync("stat", ["-c", "%a %u %g", "/dev/null"]).stdout.toString("utf8");
  t.equal(sandbox("chown 12:34 /dev/null && chmod 600 /dev/null && stat -c '%a %u %g' /dev/null").stdout, "600 12 34\n");
  t.equal(spawnSync("stat", ["-c", "%a %u %g", "/dev/null"]).stdout.toString("utf8"), before);
});

t.test("a sandboxed command's end is the sandbox's", async (t) => {
  t.equal(sandbox("exit 7").status, 7);
  t.equal(sandbox("exit 75").status, 75, "also when a worker would ask for a new sandbox by it");
  t.equal(sandbox("kill -9 $$").status, 128 + 9);
  t.equal(sandbox("sleep 1000 & exit 0").status, 0, "whatever it left is ended");
  const absent = run([agentPath(), "sandbox", "--cgroup", "none", "--", "/nonexistent/program"]);
  t.equal(absent.status, 71);
  t.match(absent.stderr, /^sandbox: \/nonexistent\/program: No such file or directory\n$/);
});

t.test("bad use is told", async (t) => {
  for (const args of [
    ["sandbox"],
    ["sandbox", "--cgroup", "v3", "--", "true"],
    ["worker", "--cgroup", "host"],
    ["worker", "extra"],
    ["x"],
    [],
  ]) {
    const { status, stderr } = run([agentPath(), ...args]);
    t.equal(status, 64, args.join(" "));
    t.match(stderr, /usage: /);
  }
});

t.test("the target sees the cgroup view that was asked for, as root of each hierarchy", { skip: withoutCgroups }, async (t) => {
  const mounts = (view: string): string[] =>
    sandbox(
      "grep ' - cgroup' /proc/self/mountinfo | cut -d' ' -f4,5; grep -q ' /sys/fs/cgroup .* - tmpfs' /proc/self/mountinfo && echo tmpfs",
      view,
    )
      .stdout.trim()
      .split("\n")
      .filter((line) => line !== "");
  const v1 = hierarchies.filter(({ unified }) => !unified).map(({ path }) => `/ ${path}`);
  const v2 = hierarchies.filter(({ unified }) => unified);
  t.same(mounts("none"), ["tmpfs"]);
  t.equal(sandbox("ls -A /sys/fs/cgroup; touch /sys/fs/cgroup/x").status, 1, "empty, and read-only");
  t.same(
    mounts("host").filter((line) => line !== "tmpfs"),
    hierarchies.map(({ path }) => `/ ${path}`),
  );
  if (v1.length > 0) t.same(mounts("v1"), [...v1, "tmpfs"], "without cgroup2");
  if (v2.length > 0) t.same(mounts("v2"), ["/ /sys/fs/cgroup"], "nothing but cgroup2");
  const script = "for d in $(grep ' - cgroup' /proc/self/mountinfo | cut -d' ' -f5); do mkdir $d/own && rmdir $d/own && echo ok; done";
  t.equal(sandbox(script, "host").stdout, "ok\n".repeat(hierarchies.length), "and may make groups in it");
});

t.test("nothing stays in the host's cgroups when a worker is closed", { skip: withoutCgroups }, async (t) => {
  const name = cgroupName();
  const worker = await Worker.start({ agent: agentPath(), cgroup: "host", cgroupName: name });
  t.equal(groupsOf(name).length, hierarchies.length);
  const fill = hierarchies.map(({ path }) => `mkdir -p ${path}/a/b; sleep 1000 & echo $! > ${path}/a/b/cgroup.procs || true`).join("\n");
  await worker.run([sh(fill)]);
  await worker.close();
  t.same(groupsOf(name), []);
});

t.test("the harness's end is the worker's, even in the middle of a batch", { skip: withoutCgroups }, async (t) => {
  const name = cgroupName();
  const child = await bare(name);
  t.not(groupsOf(name).length, 0);
  child.stdin?.end();
  t.same(await once(child, "close"), [0, null]);
  t.same(groupsOf(name), []);

  const busy = await Worker.start({ agent: agentPath(), cgroup: "host", cgroupName: cgroupName() });
  t.teardown(() => busy.close());
  const other = cgroupName();
  const script = `const { Worker } = await import(${JSON.stringify(new URL("../../../runners/runtime/worker.js", import.meta.url).href)});
    const worker = await Worker.start({ agent: ${JSON.stringify(agentPath())}, cgroup: "host", cgroupName: ${JSON.stringify(other)} });
    worker.run([${JSON.stringify(sh("exec sleep 1000", { timeoutMs: 1_000_000 }))}]);
    worker.run([]); process.stdout.write("x");`;
  const harness = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  if (harness.stdout) await once(harness.stdout, "data");
  const ended = once(harness, "close");
  harness.kill("SIGKILL");
  await ended;
  // Its processes end on their own; the groups go with the last of them.
  for (let tries = 0; tries < 5000 && groupsOf(other).length > 0; tries++) await new Promise((resolve) => setImmediate(resolve));
  t.same(groupsOf(other), []);
});

t.test("what a killed worker leaves, the next one removes", { skip: withoutCgroups }, async (t) => {
  const name = `oci-conform-${deadPid()}-killed`;
  const child = await bare(name);
  const ended = once(child, "close");
  child.kill("SIGKILL");
  await ended;
  t.not(groupsOf(name).length, 0, "the outer process had no chance");
  const foreign = hierarchies.map(({ path }) => `${path}/oci-conform-${deadPid()}`);
  for (const path of foreign) mkdirSync(path);
  t.teardown(() => foreign.map((path) => rmdirSync(path)));
  const alive = `oci-conform-${deadPid()}-alive`;
  const living = await bare(alive);
  const gone = once(living, "close");
  await start(t, "host");
  t.same(groupsOf(name), []);
  t.ok(
    foreign.every((path) => existsSync(path)),
    "a name of another pattern is none of ours",
  );
  t.equal(groupsOf(alive).length, hierarchies.length, "nor is what a living worker uses, whatever its name");
  living.stdin?.end();
  await gone;
});

t.test("the groups of a killed worker whose process id came again are taken over", { skip: withoutCgroups }, async (t) => {
  const name = cgroupName();
  for (const { path } of hierarchies) mkdirSync(`${path}/${name}`);
  const worker = await Worker.start({ agent: agentPath(), cgroup: "host", cgroupName: name });
  const second = Worker.start({ agent: agentPath(), cgroup: "host", cgroupName: name });
  await t.rejects(second, { name: "SandboxFailed" }, "but not from a living one");
  t.equal(await ask(worker, "echo well"), "well");
  await worker.close();
  t.same(groupsOf(name), []);
});

t.test("a signal ends the sandbox at any time, and its groups", { skip: withoutCgroups }, async (t) => {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    const name = cgroupName();
    const child = await bare(name);
    const ended = once(child, "close");
    child.kill(signal);
    await ended;
    t.same(groupsOf(name), [], signal);
  }
  const name = cgroupName();
  const early = spawn(agentPath(), ["worker", "--cgroup", "host", "--cgroup-name", name], { stdio: "pipe" });
  const ended = once(early, "close");
  early.kill("SIGTERM");
  await ended;
  t.same(groupsOf(name), [], "before it is ready");
});

t.test("two workers do not see each other", async (t) => {
  const [one, two] = await Promise.all([start(t), start(t)]);
  const file = `/tmp/${cgroupName()}`;
  await one.run([sh(`echo one > /run/oci-conform/case/f; echo one > ${file}; hostname one; (exec sleep 4321) & true`)]);
  const look = `ls /run/oci-conform/case; cat ${file} 2>/dev/null || true; hostname; grep -la '^sleep' /proc/[0-9]*/cmdline || true`;
  t.match(await ask(one, look), /^f\none\none\n\/proc\/\d+\/cmdline$/);
  t.equal(await ask(two, look), "oci-conform");
});

t.test(
  "an ordinary user's worker tells nothing of the groups of others",
  { skip: withoutCgroups || !existsSync("/usr/bin/setpriv") },
  async (t) => {
    const script = `const { Worker } = await import(${JSON.stringify(new URL("../../../runners/runtime/worker.js", import.meta.url).href)});
    const worker = await Worker.start({ agent: ${JSON.stringify(agentPath())}, cgroup: "host", cgroupName: "x" });
    process.stdout.write("ready");
    process.stdin.once("data", async () => {
      process.stdout.write(JSON.stringify(await worker.run([{ do: "clean" }])));
      await worker.close();
      process.exit();
    });`;
    const drop = ["--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"];
    const user = spawn("setpriv", [...drop, "env", "-i", process.execPath, "--input-type=module", "-e", script], {
      cwd: "/",
      stdio: "pipe",
    });
    let said = "";
    user.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    const ended = once(user, "close");
    await Promise.race([once(user.stdout, "data"), ended]);
    if (said !== "ready") return t.comment("an ordinary user gets no sandbox here, or cannot read this directory");
    const others = hierarchies.map(({ path }) => `${path}/${cgroupName()}`);
    for (const path of others) mkdirSync(path);
    user.stdin.write("x");
    await ended;
    for (const path of others) rmdirSync(path);
    t.match(said, /^ready\[\{"kind":"cleaned".*"cgroups":\[\]/);
  },
);

t.test("an ordinary user gets a sandbox, too", { skip: withoutRoot || !existsSync("/usr/bin/setpriv") }, async (t) => {
  const allowed = readFileSync("/proc/sys/user/max_user_namespaces", "utf8").trim() !== "0";
  if (!allowed) return t.comment("the host forbids user namespaces");
  const drop = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"];
  const { stdout, stderr, status } = run([
    ...[...drop, agentPath(), "sandbox", "--cgroup", "none", "--cgroup-name", "x", "--"],
    ...["/bin/sh", "-c", "id -u; hostname; cat /proc/1/comm; touch /etc/x 2>&1; touch /run/x /dev/shm/x && echo wrote"],
  ]);
  if (status === 71) return t.match(stderr, /^sandbox: [^\n]+\n$/, "or is told why not, in one line");
  return t.match(stdout, /^0\noci-conform\nagent\n.*(?:Read-only|denied).*\nwrote\n$/);
});
