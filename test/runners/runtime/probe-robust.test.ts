import { copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { arch } from "node:os";
import { join } from "node:path";
import t from "tap";

import { agentPath } from "../../../runners/runtime/build-native.js";
import { parsed } from "../../../runners/runtime/observe.js";
import { attempted, inside, probe, root, rootfs, run, temporary, UNSHARE } from "./agent-fixture.js";

/* Surroundings and attempts that must neither mislead nor hang the probe. */

const arm = arch() === "arm64";
const rooted = root ? {} : { skip: "only root may" };

t.test("arguments are reported from the first on", async (t) => {
  for (const args of [
    ["/.oci/agent", "probe"],
    ["/.oci/agent", "probe", "x", ""],
  ]) {
    t.strictSame(inside(rootfs(t), args).report?.argv, args);
  }
});

t.test("a copy of the agent that an attempt executes makes no attempts", async (t) => {
  const results = attempted(t, [{ do: "exec", path: "/tmp/agent", args: ["anything"] }], ["proc"], "", (directory) =>
    copyFileSync(agentPath(), join(directory, "tmp/agent")),
  );
  t.match(results, [{ errno: "0", exit: { code: 0 } }]);
});

t.test("what a program prints is the attempt's text, and not the container's output", async (t) => {
  const directory = rootfs(t, [{ do: "exec", path: "/.oci/agent", args: ["agent", "euid"] }]);
  const { report, stdout } = inside(directory);
  t.strictSame(report?.attempts, [{ errno: "0", exit: { code: 0 }, text: "0\n" }]);
  t.ok(stdout.startsWith("\u001e"));
});

t.test("a program that was not executed has no exit", async (t) => {
  t.strictSame(attempted(t, [{ do: "exec", path: "/none", args: ["none"] }]), [{ errno: "ENOENT" }]);
});

t.test("a call that never returns does not hold up the probe", async (t) => {
  const pause = arm ? { nr: 73, args: [0, 0, 0, 0] } : { nr: 34, args: [] };
  t.strictSame(
    attempted(t, [
      { do: "syscall", ...pause },
      { do: "stat", path: "/none" },
    ]),
    [{ errno: "ETIMEDOUT" }, { errno: "ENOENT" }],
  );
});

t.test("calls that fork, and calls that kill", async (t) => {
  const forks = arm ? [[220, 17]] : [[57], [58], [56, 17]];
  for (const [nr = 0, ...args] of forks) {
    const [result] = attempted(t, [{ do: "syscall", nr, args }]);
    t.match(result, { errno: "0", exit: { code: 0 } });
    t.ok((result?.value ?? 0) > 1, "the value is the parent's");
  }
  const [killed] = attempted(t, [{ do: "syscall", nr: arm ? 129 : 62, args: [0, 9] }], [], 'exec setsid chroot "$@"');
  t.not(killed?.errno, "0");
});

t.test("a child that was killed did not succeed", async (t) => {
  const nr = arm ? 139 : 15; // rt_sigreturn without a frame
  t.match(attempted(t, [{ do: "syscall", nr, args: [] }]), [{ errno: "EINTR", exit: { signal: "SIGSEGV" } }]);
});

t.test("a set-uid program that cannot be executed tells why", rooted, async (t) => {
  const results = attempted(t, [{ do: "setuid-exec", path: "/tmp/agent" }], ["proc"], 'mount -t tmpfs -o noexec tmp "$1/tmp"');
  t.strictSame(results, [{ errno: "EACCES" }]);
});

t.test("a mount without a source keeps its other fields", async (t) => {
  const directory = temporary(t);
  const before = ["unshare", ...(root ? [] : ["--map-root-user"]), "--mount", "sh", "-ec"];
  const found = probe([...before, `mount -t tmpfs -o size=64k "" "${directory}"; exec "$@"`, "sh"]).mounts?.find(
    ({ target }) => target === directory,
  );
  t.match(found, { type: "tmpfs", source: "" });
  t.ok(found?.superOptions.includes("size=64k"));
});

t.test("descriptors of any number are found", async (t) => {
  const { report } = run(["bash", "-c", 'ulimit -n 4000; exec 3500</dev/zero; exec "$0" probe', agentPath()]);
  t.strictSame(
    report?.fds.find(({ fd }) => fd === 3500),
    { fd: 3500, target: "/dev/zero" },
  );
});

t.test("any number of groups", rooted, async (t) => {
  const groups = Array.from({ length: 3000 }, (_, at) => at + 1);
  const { report } = run(["chroot", `--groups=${groups.join(",")}`, rootfs(t), "/.oci/agent"]);
  t.strictSame(report?.groups, groups);
});

t.test("a nice value is told under every policy", rooted, async (t) => {
  t.match(probe(["nice", "-n", "7", "chrt", "--fifo", "1"]).scheduler, { policy: "SCHED_FIFO", nice: 7 });
});

t.test("the host name is restored", async (t) => {
  const directory = rootfs(t, [{ do: "sethostname", name: "elsewhere" }]);
  const script = 'hostname before; chroot "$1" /.oci/agent; hostname';
  const { stdout, report } = run([...UNSHARE, "sh", "-ec", script, "sh", directory]);
  t.match(report?.attempts, [{ errno: "0" }]);
  t.equal(stdout.trimEnd().split("\n").at(-1), "before");
});

t.test("data with NUL is written whole", async (t) => {
  const results = attempted(t, [
    { do: "create", path: "/tmp/f" },
    { do: "write", path: "/tmp/f", data: "a\u0000b" },
    { do: "read", path: "/tmp/f" },
  ]);
  t.equal(results[2]?.text, "a\u0000b");
});

t.test("a byte is written to no device that it may harm", rooted, async (t) => {
  const [result] = attempted(t, [{ do: "device", path: "/dev/kmsg", mode: "w" }], ["dev"], 'mknod "$1/dev/kmsg" c 1 11');
  t.ok(result);
});

t.test("a hook without /proc, and one whose input never ends, leave a record", async (t) => {
  const directory = rootfs(t);
  mkdirSync(join(directory, ".oci/hooks"));
  inside(directory, ["/.oci/agent", "hook", "--name", "in", "--dir", "/.oci/hooks"], []);
  const [name = ""] = readdirSync(join(directory, ".oci/hooks"));
  t.match(parsed(readFileSync(join(directory, ".oci/hooks", name), "utf8")), { namespaces: {}, stdin: "" });
  const endless = 'mkfifo "$1/pipe"; exec 3<>"$1/pipe"; exec timeout -s KILL 1 "$0" hook --name n --dir "$1" <&3';
  const dir = temporary(t);
  run(["sh", "-c", endless, agentPath(), dir]);
  const [record = ""] = readdirSync(dir).filter((each) => each.endsWith(".json"));
  t.match(parsed(readFileSync(join(dir, record), "utf8")), { name: "n", endedNs: null });
});
