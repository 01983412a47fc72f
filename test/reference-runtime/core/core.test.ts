import { spawnSync } from "node:child_process";
import { closeSync, cpSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import t from "tap";

import { readHost } from "../../../reference-runtime/host.js";
import { planText } from "../../../reference-runtime/in-process.js";
import { nodeSystem } from "../../../reference-runtime/node-system.js";
import type { CapabilitySets, Config, Process } from "../../../spec/runtime/config.js";
import { sanitizedCore } from "../sanitized.js";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const core = sanitizedCore();
const skip = process.geteuid?.() !== 0 ? "containers need root" : false;

const work = mkdtempSync(join(tmpdir(), "oci-ref-"));
t.teardown(() => rmSync(work, { recursive: true, force: true }));

/** Output goes to files: a created container keeps what it was given, and pipes would not end before it does. */
const callAs = (prefix: readonly string[], ...args: string[]) => {
  const [input, output, errors] = ["in", "out", "err"].map((name) => openSync(join(work, name), "w+"));
  const [program = core, ...words] = [...prefix, core, "--root", join(work, "state"), ...args];
  const { status } = spawnSync(program, words, {
    timeout: 600_000,
    stdio: [input, output, errors],
    env: { PATH: process.env.PATH, ASAN_OPTIONS: "detect_leaks=0" },
  });
  for (const fd of [input, output, errors]) if (fd !== undefined) closeSync(fd);
  return { status, stdout: readFileSync(join(work, "out"), "utf8"), stderr: readFileSync(join(work, "err"), "utf8") };
};

const call = (...args: string[]) => callAs([], ...args);

const bundle = join(work, "bundle");
for (const name of ["bin", "proc"]) mkdirSync(join(bundle, "rootfs", name), { recursive: true });
cpSync(join(root, "build", "agent"), join(bundle, "rootfs", "bin", "agent"));
const PROCESS: Process = { cwd: "/", args: ["/bin/agent", "probe"], user: { uid: 0, gid: 0 } };
const CONFIG: Config = {
  ociVersion: "1.3.0",
  root: { path: "rootfs" },
  process: PROCESS,
  mounts: [{ destination: "/proc", type: "proc", source: "proc" }],
  hostname: "sanitized",
  linux: { namespaces: (["pid", "mount", "uts", "ipc", "network"] as const).map((type) => ({ type })) },
};
/** Writes the plan of a config that differs from CONFIG in that. */
const planned = (name: string, change: Partial<Config> = {}): string => {
  const path = join(work, name);
  writeFileSync(path, planText(JSON.stringify({ ...CONFIG, ...change }), bundle, name, readHost(nodeSystem)));
  return path;
};

t.test("no text makes the plan's parser do anything but refuse", { skip }, async (t) => {
  const word = fc.oneof(
    fc.constantFrom(
      "state",
      "mount",
      "root",
      "enter",
      "map",
      "seccomp",
      "@x",
      "%",
      "%4",
      "%00",
      "%zz",
      "-1",
      "99999999999999999999",
      "0",
      "",
    ),
    fc.string({ maxLength: 12 }),
  );
  const lines = fc.array(
    fc.array(word, { maxLength: 11 }).map((words) => words.join(" ")),
    { maxLength: 6 },
  );
  const path = join(work, "plan");
  fc.assert(
    fc.property(fc.constantFrom("", "oci-ref-plan 1\n", "oci-ref-plan 2\n"), lines, fc.constantFrom("", "\n"), (magic, text, end) => {
      writeFileSync(path, magic + text.join("\n") + end);
      const { status, stderr } = call("create", "--plan", path, "fuzzed");
      return status === 1 && /^oci-ref: /.test(stderr) && !/Sanitizer|runtime error/.test(stderr);
    }),
    { numRuns: 150, seed: 7 },
  );
  t.notOk(existsSync(join(work, "state", "fuzzed")), "a refused plan leaves nothing");
});

t.test("a container's life under sanitizers", { skip }, async (t) => {
  const plan = planned("life");
  const run = call("run", "--plan", plan, "life");
  t.equal(run.status, 0, run.stderr);
  t.match(run.stdout, /sanitized/);
  t.notMatch(run.stderr, /Sanitizer|runtime error/);

  const brief = planned("brief", { process: { ...PROCESS, args: ["/bin/agent"] } });
  for (let round = 0; round < 30; round++)
    t.equal(call("run", "--plan", brief, "brief").status, 64, "an end that comes early is not missed");

  const pidFile = join(work, "pid");
  const create = call("create", "--plan", plan, "--pid-file", pidFile, "--preserve-fds", "0", "life");
  t.equal(create.status, 0, create.stderr);
  t.match(readFileSync(pidFile, "utf8"), /^\d+$/);
  t.match(JSON.parse(call("state", "life").stdout), { id: "life", status: "created", bundle });
  t.equal(call("create", "--plan", plan, "life").status, 1, "the id is taken");
  t.equal(call("delete", "life").status, 1, "it is not stopped");
  t.equal(call("kill", "life", "KILL").status, 0);
  t.equal(call("delete", "--force", "life").status, 0);
  t.equal(call("state", "life").status, 1);
  t.equal(call("list", "--format", "json").stdout, "[]\n");
});

t.test("capabilities that cannot be granted are left out with a warning", { skip }, async (t) => {
  const withSets = (name: string, capabilities: CapabilitySets, linux = CONFIG.linux) =>
    planned(name, { process: { ...PROCESS, capabilities }, ...(linux ? { linux } : {}) });
  const all = ["CAP_CHOWN", "CAP_SETPCAP"];
  const good = withSets("granted", { bounding: all, effective: all, permitted: all, inheritable: all, ambient: all });
  const granted = call("run", "--plan", good, "granted");
  t.equal(granted.status, 0);
  t.equal(granted.stderr, "", "nothing to warn of");

  const quiet = join(work, "quiet");
  const ambient = withSets("ambient", { bounding: all, permitted: all, effective: all, ambient: ["CAP_CHOWN"] });
  const silent = call("--log", quiet, "--log-format", "json", "run", "--plan", ambient, "ambient");
  t.equal(silent.stderr, "", "clients ask for ambient capabilities that are not inheritable at every start");
  t.match(readFileSync(quiet, "utf8"), /ambient capabilities that are not inheritable are left out: CAP_CHOWN/);

  const log = join(work, "log");
  const odd = withSets("odd", {
    bounding: ["CAP_CHOWN", "CAP_TEST"],
    permitted: ["CAP_CHOWN"],
    effective: ["CAP_KILL"],
    inheritable: ["CAP_KILL"],
  });
  const left = call("--log", log, "--log-format", "json", "run", "--plan", odd, "odd");
  const unknown = 'unknown capabilities are left out: "CAP_TEST" (process.capabilities.bounding[1])';
  const refused =
    "capabilities that cannot be granted are left out: CAP_KILL (process.capabilities.effective[0]), CAP_KILL (process.capabilities.inheritable[0])";
  t.equal(left.status, 0, "it is no error");
  t.equal(left.stderr, `oci-ref: warning: ${unknown}\noci-ref: warning: ${refused}\n`, "once, and not by the container's process");
  t.notMatch(left.stdout, /warning/);
  const logged = readFileSync(log, "utf8").trimEnd().split("\n");
  t.match(
    logged.map((line) => JSON.parse(line)),
    [
      { level: "warning", msg: unknown },
      { level: "warning", msg: refused },
    ],
  );

  t.equal(call("create", "--plan", odd, "odd").stderr, left.stderr);
  const exec = call("exec", "odd", "/bin/agent");
  t.ok(exec.stderr.startsWith(left.stderr), `exec says so too: ${exec.stderr}`);
  t.equal(call("state", "odd").stderr, "", "others have nothing to say of it");
  t.equal(call("delete", "--force", "odd").stderr, "");

  const poor = ["setpriv", "--bounding-set=-sys_time", "--"];
  const clock = { bounding: ["CAP_CHOWN", "CAP_SYS_TIME"], permitted: ["CAP_SYS_TIME"] };
  const lacking = callAs(poor, "run", "--plan", withSets("lacking", clock), "lacking");
  t.equal(lacking.status, 0, lacking.stderr);
  t.match(lacking.stderr, "CAP_SYS_TIME (process.capabilities.bounding[1]), CAP_SYS_TIME (process.capabilities.permitted[0])");
  t.notMatch(lacking.stderr, "CAP_CHOWN");
  const ids = [{ containerID: 0, hostID: 0, size: 65536 }];
  const users = { uidMappings: ids, gidMappings: ids, namespaces: [...(CONFIG.linux?.namespaces ?? []), { type: "user" as const }] };
  const own = callAs(poor, "run", "--plan", withSets("own", clock, users), "own");
  t.equal(own.status, 0, own.stderr);
  t.equal(own.stderr, "", "in a user namespace of its own it has all");
});

const selinux = existsSync("/sys/fs/selinux/enforce");

t.test("a label for the mounts is refused where there is no SELinux", { skip: skip || (selinux && "there is SELinux") }, async (t) => {
  const mounts = [...(CONFIG.mounts ?? []), { destination: "/data", type: "tmpfs", source: "tmpfs" }];
  const labelled = (mountLabel: string, change: Partial<Config> = {}) =>
    call("run", "--plan", planned("labelled", { mounts, linux: { ...CONFIG.linux, mountLabel }, ...change }), "labelled");
  const refused = labelled("system_u:object_r:container_file_t:s0:c1,c2");
  t.equal(refused.status, 1);
  t.match(refused.stderr, /^oci-ref: mounts\[1\] with linux\.mountLabel: mount tmpfs on \/data: Invalid argument\n$/);
  t.equal(call("list", "--quiet").stdout, "", "nothing is left");
  t.equal(labelled("").status, 0, "an empty one is none");
  t.equal(labelled("some_label", { mounts: CONFIG.mounts ?? [] }).status, 0, "nothing of the container's takes it");
});

t.test("options of a mount with an id map are parted by commas, but for those in a quoted context", { skip }, async (t) => {
  const ids = [{ containerID: 0, hostID: 1000, size: 10 }];
  const run = (...options: string[]) => {
    const mount = {
      destination: "/data",
      type: "tmpfs",
      source: "tmpfs",
      options: ["idmap", ...options],
      uidMappings: ids,
      gidMappings: ids,
    };
    return call("run", "--plan", planned("parted", { mounts: [...(CONFIG.mounts ?? []), mount] }), "parted");
  };
  const taken = run("size=64k", "mode=0700");
  t.equal(taken.status, 0, taken.stderr);
  t.match(taken.stdout, /"size=64k","mode=700"/);
  t.match(run('nonsense="a,b"').stderr, /: set the option nonsense="a: /);
  if (!selinux) t.match(run('context="a:s0:c1,c2"', "size=64k").stderr, /: set the option context=a:s0:c1,c2: /);
  if (!selinux) t.match(run("rootcontext=a,size=64k").stderr, /: set the option rootcontext=a: /);
});

t.test("of a container whose start fails, run leaves nothing, start the container", { skip }, async (t) => {
  const mark = join(work, "ended");
  const hooks = { poststop: [{ path: "/bin/sh", args: ["sh", "-c", `echo >> ${mark}`] }] };
  const plan = planned("unstartable", { hooks, process: { ...PROCESS, args: ["/proc"] } });
  for (const mode of [[], ["--detach"]]) {
    const run = call("run", ...mode, "--plan", plan, "unstartable");
    t.equal(run.status, 1);
    t.match(run.stderr, /^oci-ref: process\.args\[0\]: "\/proc": execve: Permission denied\n$/);
    t.equal(call("list", "--quiet").stdout, "");
  }
  t.equal(readFileSync(mark, "utf8"), "\n\n", "its end is told to the hooks, once");
  t.equal(call("create", "--plan", plan, "unstartable").status, 0, "the id is free");
  t.equal(call("start", "unstartable").status, 1);
  t.match(JSON.parse(call("state", "unstartable").stdout), { status: "stopped" });
  t.equal(call("delete", "unstartable").status, 0);
});

t.test("create refuses a label of the process that the kernel refuses", { skip }, async (t) => {
  const created = (change: Partial<Process>) =>
    call("create", "--plan", planned("labelled", { process: { ...PROCESS, ...change } }), "labelled");
  for (const name of ["apparmorProfile", "selinuxLabel"]) {
    const refused = created({ [name]: "oci-ref:no-such" });
    t.equal(refused.status, 1);
    t.match(refused.stderr, new RegExp(`^oci-ref: process\\.${name}: write /proc/self/attr/[^\\n]+\\n$`));
    t.equal(call("list", "--quiet").stdout, "", "nothing is left");
    t.equal(created({ [name]: "" }).status, 0, "an empty one is none");
    t.equal(call("delete", "--force", "labelled").status, 0);
  }
  const apparmor =
    existsSync("/sys/module/apparmor/parameters/enabled") &&
    readFileSync("/sys/module/apparmor/parameters/enabled", "utf8").startsWith("Y");
  if (apparmor || selinux) {
    const own = selinux
      ? { selinuxLabel: readFileSync("/proc/self/attr/current", "utf8").replace("\0", "") }
      : { apparmorProfile: "unconfined" };
    t.equal(created(own).status, 0, "what the kernel takes");
    t.equal(call("delete", "--force", "labelled").status, 0);
  }
});

t.test("bad use", async (t) => {
  for (const args of [[], ["nonsense"], ["create"], ["create", "--nonsense", "x"], ["state"], ["kill", "a", "b", "c"]]) {
    const { status, stderr } = call(...args);
    t.equal(status, 64, args.join(" "));
    t.match(stderr, /^oci-ref: [^\n]+\n$/, args.join(" "));
  }
});
