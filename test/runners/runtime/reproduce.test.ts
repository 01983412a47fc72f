import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import t from "tap";

import { caseOf, minimalCase, minimalConfig } from "../../../generators/runtime/base.js";
import { anyCase } from "../../../generators/runtime/case.js";
import { agentPath } from "../../../runners/runtime/build-native.js";
import type { RuntimeCase, Step } from "../../../runners/runtime/case.js";
import { type ReproduceOptions, reproduceScript } from "../../../runners/runtime/reproduce.js";
import { quoted } from "../../../runners/shell.js";
import { fakeHost } from "./host-fixture.js";

const options = (parts: Partial<ReproduceOptions> = {}): ReproduceOptions => ({
  title: "runtime.x: a title\nof two lines",
  requirement: "it does what it says",
  expected: "$(touch /tmp/never) `false` 'x'",
  driver: { argv: ["/usr/bin/target", "--root", "/a b"], timeoutMs: 10_000 },
  view: "host",
  ...parts,
});

const syntax = (script: string): string => spawnSync("sh", ["-n"], { input: script, encoding: "utf8" }).stderr;

t.test("words are quoted so that sh reads them back", async (t) => {
  for (const word of ["plain", "two words", "it's", '$HOME `x` \\ "', "a\nb", "*", "~", "é"]) {
    t.equal(execFileSync("sh", ["-c", `printf %s ${quoted(word)}`], { encoding: "utf8" }), word);
  }
  t.equal(quoted("--root=/a,b:c"), "--root=/a,b:c");
});

t.test("the script of any case is valid shell, and its head is comments", async (t) => {
  const cases = fc.sample(anyCase(fakeHost(), "1.2.0"), { numRuns: 60, seed: 5 });
  const broken = cases.flatMap((subject) => {
    const problem = syntax(reproduceScript(subject, options()));
    return problem === "" ? [] : [`${subject.title}: ${problem}`];
  });
  t.same(broken, []);
  const script = reproduceScript(minimalCase("1.0.0"), options());
  t.match(script, /^#!\/bin\/sh\n# runtime\.x: a title\n# of two lines\n#\n# it does what it says\n# Expected: \$\(touch/);
});

t.test("the script follows a container as the run did", async (t) => {
  const driver = { argv: ["/usr/bin/target"], timeoutMs: 10_000, pidFromState: true, reportsByFifo: true } as const;
  const script = reproduceScript(minimalCase("1.0.0"), options({ driver }));
  t.equal(syntax(script), "");
  t.match(script, "mkfifo -m 0666 /run/oci-conform/case/b0/rootfs/.oci/report");
  const [line = ""] = script.split("\n").filter((each) => each.startsWith("pid0="));
  const asked = line.replace(" < /run/oci-conform/input", "");
  const state = '{\n  "annotations": {},\n  "pid" : 77,\n "status": "created"\n}';
  const said = spawnSync("sh", ["-c", `RUNTIME='printf %s "$STATE" #'; ${asked}; echo "$pid0"`], {
    env: { PATH: process.env.PATH, STATE: state },
    encoding: "utf8",
  });
  t.equal(said.stdout, "77\n", said.stderr);
});

t.test("every kind of file, fixture and step is valid shell", async (t) => {
  const config = minimalConfig("1.0.0");
  const subject: RuntimeCase = {
    format: "oci-conform/runtime-case@1",
    title: "everything",
    aims: [],
    fixtures: [
      { make: "entry", entry: { kind: "file", path: "it's", content: "no newline\x001\\n" } },
      { make: "mount", path: "m", source: "tmpfs", type: "tmpfs", flags: 0, propagation: "shared" },
      { make: "namespace", path: "ns", type: "uts" },
      { make: "interface", name: "v0", addresses: ["10.0.0.1/24"] },
      { make: "cgroup", path: "/c" },
      { make: "console", path: "tty" },
      { make: "seccomp-agent", path: "sock", errno: 1 },
    ],
    containers: [
      {
        config,
        configText: "EOF\n'$(x)'\nEOF_\n",
        rootfs: [
          { kind: "symlink", path: "l", target: "a b" },
          { kind: "node", path: "p", type: "p", uid: 3 },
        ],
      },
    ],
    steps: [
      { op: "parallel", steps: [{ op: "create", container: 0, console: "tty", umask: 0o077, inBundle: true }] },
      { op: "await", container: 0, until: "ready" },
      { op: "await", container: 0, until: "exit" },
      { op: "look", container: 0, cgroupFiles: ["memory/memory.limit_in_bytes", "pids.max"] },
      { op: "write-cgroup", container: 0, file: "pids/pids.max", data: "1 2" },
      { op: "raw", args: ["state", "", "a b"] },
      { op: "edit", container: 0, config },
      { op: "read", path: "a b" },
      { op: "stat", path: "/x" },
      { op: "kill", container: 0, signal: "SIGKILL" },
      { op: "delete", container: 0, force: true },
    ],
  };
  const script = reproduceScript(subject, options());
  t.equal(syntax(script), "");
});

t.test("without an agent it says what it needs", async (t) => {
  const file = join(t.testdir(), "reproduce.sh");
  writeFileSync(file, reproduceScript(minimalCase("1.0.0"), options()));
  const { status, stderr } = spawnSync("sh", [file], { encoding: "utf8", env: { PATH: process.env.PATH, AGENT: "/no/such/agent" } });
  t.equal(status, 64);
  t.match(stderr, /set AGENT/);
});

const runc = (process.env.PATH ?? "").split(":").some((directory) => existsSync(join(directory, "runc")));
const skip = process.getuid?.() !== 0 ? "needs root" : runc ? false : "needs runc";

t.test("it reproduces what the worker did", { skip }, async (t) => {
  let count = 0;
  const root = t.testdir();
  const reproduce = (
    subject: RuntimeCase,
    parts: Partial<ReproduceOptions> = {},
    env: Record<string, string> = { RUNTIME: "runc" },
  ): string => {
    const file = join(root, `${count++}.sh`);
    writeFileSync(file, reproduceScript(subject, options(parts)));
    const { stdout, stderr, status } = spawnSync("sh", [file], {
      encoding: "utf8",
      timeout: 600_000,
      env: { PATH: process.env.PATH, AGENT: agentPath(), ...env },
    });
    t.equal(status, 0, stderr);
    return stdout;
  };
  const statuses = (output: string): string[] => [...output.matchAll(/exit status (\d+)/g)].map((match) => match[1] ?? "");
  const created = (config = minimalConfig("1.0.0"), steps: readonly Step[] = [], hold = true): RuntimeCase =>
    caseOf(config, { hold, steps: [{ op: "create", container: 0 }, { op: "start", container: 0 }, ...steps] });

  t.test("a container that lives its whole life", async (t) => {
    const output = reproduce(minimalCase("1.0.0"));
    t.ok(statuses(output).length >= 3);
    t.equal(statuses(output)[0], "0");
    t.match(output, /probe \{/, "the container's program has spoken");
  });

  t.test("a command of several words, which RUNTIME or the finding names", async (t) => {
    const subject: RuntimeCase = { ...minimalCase("1.0.0"), steps: [{ op: "raw", args: ["", "b c"] }] };
    const echo = join(root, "echo it");
    writeFileSync(echo, '#!/bin/sh\nprintf "<%s>" "$@"\n', { mode: 0o755 });
    const output = reproduce(subject, { driver: { argv: [echo, "--x", "y z"], timeoutMs: 1000 } }, {});
    t.match(output, /<--x><y z><><b c>/);
    t.match(reproduce(subject, {}, { RUNTIME: `'${echo}' --other` }), /<--other><><b c>/);
  });

  t.test("one that waits, is looked at, and is killed", async (t) => {
    const output = reproduce(
      created(undefined, [
        { op: "await", container: 0, until: "ready" },
        { op: "look", container: 0, cgroupFiles: ["pids/pids.max", "pids.max"] },
        { op: "state", container: 0 },
        { op: "kill", container: 0, signal: "SIGKILL" },
        { op: "await", container: 0, until: "exit" },
        { op: "delete", container: 0 },
      ]),
    );
    t.same(statuses(output), ["0", "0", "0", "0", "0"]);
    t.match(output, /"status": "running"/);
    t.match(output, /mnt:\[\d+\]/);
    t.notMatch(output, /not within/);
  });

  t.test("one that is refused, without waiting for what never comes", async (t) => {
    const output = reproduce(
      created({ ...minimalConfig("1.0.0"), root: { path: "missing" } }, [
        { op: "await", container: 0, until: "ready" },
        { op: "await", container: 0, until: "exit" },
        { op: "state", container: 0 },
      ]),
    );
    t.same(
      statuses(output).map((status) => status !== "0"),
      [true, true, true],
    );
    t.notMatch(output, /not within/);
  });

  t.test("callers at the same time, beside a terminal's receiver", async (t) => {
    const config = minimalConfig("1.0.0");
    const subject = created({
      ...config,
      process: { cwd: "/", args: ["/.oci/agent"], user: { uid: 0, gid: 0 }, terminal: true },
      mounts: [
        ...(config.mounts ?? []),
        { destination: "/dev", type: "tmpfs", source: "tmpfs" },
        { destination: "/dev/pts", type: "devpts", source: "devpts", options: ["newinstance", "ptmxmode=0666"] },
      ],
    });
    const output = reproduce({
      ...subject,
      fixtures: [{ make: "console", path: "tty" }],
      steps: [
        { op: "create", container: 0, console: "tty" },
        {
          op: "parallel",
          steps: [
            { op: "state", container: 0 },
            { op: "start", container: 0 },
          ],
        },
        { op: "await", container: 0, until: "ready" },
        { op: "delete", container: 0, force: true },
      ],
    });
    t.same(statuses(output), ["0", "0", "0", "0"], output);
    t.notMatch(output, /not within/);
  });

  t.test("an operation that hangs ends at its limit", async (t) => {
    const hang = join(root, "hang");
    writeFileSync(hang, "#!/bin/sh\nexec sleep 1000\n", { mode: 0o755 });
    const output = reproduce(created(), { driver: { argv: [hang], timeoutMs: 1000 } }, {});
    t.same(statuses(output), ["137", "137"]);
  });
});
