import { spawnSync } from "node:child_process";
import { closeSync, cpSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import t from "tap";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const made = spawnSync("make", ["-s", "-C", join(root, "reference-runtime", "core"), "sanitize"], { encoding: "utf8" });
const core = join(root, "build", "oci-ref-asan");
const skip = process.geteuid?.() !== 0 ? "containers need root" : false;

t.test("it builds with sanitizers", async (t) => {
  t.equal(made.status, 0, made.stderr);
  t.ok(existsSync(core));
});

const work = mkdtempSync(join(tmpdir(), "oci-ref-"));
t.teardown(() => rmSync(work, { recursive: true, force: true }));

/** Output goes to files: a created container keeps what it was given, and pipes would not end before it does. */
const call = (...args: string[]) => {
  const [input, output, errors] = ["in", "out", "err"].map((name) => openSync(join(work, name), "w+"));
  const { status } = spawnSync(core, ["--root", join(work, "state"), ...args], {
    timeout: 20_000,
    stdio: [input, output, errors],
    env: { PATH: process.env.PATH, ASAN_OPTIONS: "detect_leaks=0" },
  });
  for (const fd of [input, output, errors]) if (fd !== undefined) closeSync(fd);
  return { status, stdout: readFileSync(join(work, "out"), "utf8"), stderr: readFileSync(join(work, "err"), "utf8") };
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
  const bundle = join(work, "bundle");
  for (const name of ["bin", "proc"]) mkdirSync(join(bundle, "rootfs", name), { recursive: true });
  cpSync(join(root, "build", "agent"), join(bundle, "rootfs", "bin", "agent"));
  const config = {
    ociVersion: "1.3.0",
    root: { path: "rootfs" },
    process: { cwd: "/", args: ["/bin/agent", "probe"], user: { uid: 0, gid: 0 } },
    mounts: [{ destination: "/proc", type: "proc", source: "proc" }],
    hostname: "sanitized",
    linux: { namespaces: ["pid", "mount", "uts", "ipc", "network"].map((type) => ({ type })) },
  };
  const { planText } = await import("../../../reference-runtime/in-process.js");
  const { readHost } = await import("../../../reference-runtime/host.js");
  const plan = join(work, "good");
  writeFileSync(plan, planText(JSON.stringify(config), bundle, "life", readHost()));
  const run = call("run", "--plan", plan, "life");
  t.equal(run.status, 0, run.stderr);
  t.match(run.stdout, /sanitized/);
  t.notMatch(run.stderr, /Sanitizer|runtime error/);

  const brief = join(work, "brief");
  const ending = { ...config, process: { ...config.process, args: ["/bin/agent"] } };
  writeFileSync(brief, planText(JSON.stringify(ending), bundle, "brief", readHost()));
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

t.test("bad use", async (t) => {
  for (const args of [[], ["nonsense"], ["create"], ["create", "--nonsense", "x"], ["state"], ["kill", "a", "b", "c"]]) {
    const { status, stderr } = call(...args);
    t.equal(status, 64, args.join(" "));
    t.match(stderr, /^oci-ref: [^\n]+\n$/, args.join(" "));
  }
});
