import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import t from "tap";

import { agentPath } from "../../../runners/runtime/build-native.js";
import { SandboxFailed, Worker, WorkerDied } from "../../../runners/runtime/worker.js";
import { ask, cgroupName, command, only, said, sh, start, withoutCgroups, withoutRoot } from "./worker-fixture.js";

const AT = "/run/oci-conform/case";

t.test("files are made as they were asked for, and seen as they are", async (t) => {
  const worker = await start(t);
  const answers = await worker.run([
    { do: "mkdir", path: `${AT}/a/b`, mode: 0o1751, uid: 0, gid: 0 },
    { do: "file", path: `${AT}/a/f`, mode: 0o4640, uid: 0, gid: 0, content: "ünï\0@{not a variable}" },
    { do: "symlink", path: `${AT}/a/l`, target: "f" },
    { do: "node", path: `${AT}/a/p`, type: "p", major: 0, minor: 0, mode: 0o602, uid: 0, gid: 0 },
    { do: "agent", path: `${AT}/a/agent`, mode: 0o755, uid: 0, gid: 0 },
    { do: "list", path: `${AT}/a` },
    { do: "stat", path: `${AT}/a/b` },
    { do: "stat", path: `${AT}/a/f` },
    { do: "stat", path: `${AT}/a/l` },
    { do: "stat", path: `${AT}/a/p` },
    { do: "read", path: `${AT}/a/f`, max: 1000 },
    { do: "read", path: `${AT}/a/f`, max: 3 },
    { do: "readlink", path: `${AT}/a/l` },
    { do: "write", path: `${AT}/a/f`, data: "new" },
    { do: "read", path: `${AT}/a/f`, max: 3 },
    command([`${AT}/a/agent`, "bogus"]),
  ]);
  t.same(
    answers.slice(0, 5).map(({ kind }) => kind),
    ["ok", "ok", "ok", "ok", "ok"],
  );
  t.same([...only("names", answers[5]).names].sort(), ["agent", "b", "f", "l", "p"]);
  t.match(only("stat", answers[6]).stat, { type: "dir", mode: 0o1751, uid: 0, gid: 0 });
  t.match(only("stat", answers[7]).stat, { type: "file", mode: 0o4640, size: Buffer.byteLength("ünï\0@{not a variable}") });
  t.match(only("stat", answers[8]).stat, { type: "symlink" });
  t.match(only("stat", answers[9]).stat, { type: "fifo", mode: 0o602 });
  t.equal(only("bytes", answers[10]).bytes.toString("utf8"), "ünï\0@{not a variable}");
  t.equal(only("bytes", answers[11]).bytes.length, 3);
  t.equal(only("bytes", answers[12]).bytes.toString("utf8"), "f");
  t.equal(only("bytes", answers[14]).bytes.toString("utf8"), "new");
  t.same(only("ran", answers[15]).exit, { kind: "exited", code: 64 }, "the copy is the agent");
});

t.test("all files of a directory are read whose names end so", async (t) => {
  const worker = await start(t);
  const file = (name: string, content: string) => ({ do: "file", path: `${AT}/d/${name}`, mode: 0o644, uid: 0, gid: 0, content }) as const;
  const answers = await worker.run([
    { do: "mkdir", path: `${AT}/d`, mode: 0o755, uid: 0, gid: 0 },
    { do: "read-all", path: `${AT}/d`, suffix: ".json", max: 10 },
    file("a.json", "1"),
    file("b.json", "2345678"),
    file("json", "no"),
    { do: "read-all", path: `${AT}/d`, suffix: ".json", max: 3 },
    { do: "read-all", path: `${AT}/missing`, suffix: "", max: 3 },
  ]);
  const read = (at: number): string[] => only("contents", answers[at]).contents.map((content) => content.toString("utf8"));
  t.same(read(1), []);
  t.same(read(5).sort(), ["1", "234"]);
  t.match(answers[6], { kind: "error", errno: "ENOENT", step: "opendir" });
});

t.test("root makes devices, and gives files away", { skip: withoutRoot }, async (t) => {
  const worker = await start(t);
  const [, , node, file] = await worker.run([
    { do: "node", path: `${AT}/null`, type: "c", major: 1, minor: 3, mode: 0o604, uid: 7, gid: 8 },
    { do: "file", path: `${AT}/f`, mode: 0o6711, uid: 9, gid: 10, content: "" },
    { do: "stat", path: `${AT}/null` },
    { do: "stat", path: `${AT}/f` },
  ]);
  t.match(only("stat", node).stat, { type: "char", major: 1, minor: 3, mode: 0o604, uid: 7, gid: 8 });
  t.match(only("stat", file).stat, { type: "file", mode: 0o6711, uid: 9, gid: 10 });
});

t.test("what fails names its errno and step, and the batch goes on", async (t) => {
  const worker = await start(t);
  const answers = await worker.run([
    { do: "read", path: `${AT}/missing`, max: 10 },
    { do: "file", path: `${AT}/missing/f`, mode: 0o644, uid: 0, gid: 0, content: "" },
    { do: "symlink", path: `${AT}/twice`, target: "x" },
    { do: "symlink", path: `${AT}/twice`, target: "x" },
    { do: "namespace", path: `${AT}/n`, type: "nonsense" },
    { do: "join", key: "nobody" },
    { do: "stat", path: AT },
  ]);
  t.match(answers, [
    { kind: "error", errno: "ENOENT", step: "read" },
    { kind: "error", errno: "ENOENT", step: "open" },
    { kind: "ok" },
    { kind: "error", errno: "EEXIST", step: "symlink" },
    { kind: "error", errno: "EINVAL", step: "namespace" },
    { kind: "error", errno: "ENOENT", step: "join" },
    { kind: "stat" },
  ]);
  t.same(await worker.run([]), [], "nothing to do is done");
});

t.test("variables hold what a file says, for one batch", async (t) => {
  const worker = await start(t);
  const file = { do: "file", path: `${AT}/f`, mode: 0o644, uid: 0, gid: 0, content: " word\n\n" } as const;
  const answers = await worker.run([
    { do: "read", path: `${AT}/@{name}`, max: 10 },
    file,
    { do: "set", name: "name", path: `${AT}/f` },
    { do: "write", path: `${AT}/f`, data: "@{name}@{name} @{open" },
    { do: "read", path: `${AT}/f`, max: 100 },
    { do: "read", path: `${AT}/f@{other}`, max: 10 },
  ]);
  t.equal(answers[0]?.kind, "unset");
  t.equal(only("bytes", answers[2]).bytes.toString("utf8"), " word");
  t.equal(only("bytes", answers[4]).bytes.toString("utf8"), " word word @{open");
  t.equal(answers[5]?.kind, "unset");
  t.match(await worker.run([{ do: "read", path: "@{name}", max: 1 }]), [{ kind: "unset" }], "not for the next one");
});

t.test("batches are answered in their order, many at once", async (t) => {
  const worker = await start(t);
  const replies = await Promise.all(Array.from({ length: 50 }, (_, i) => worker.run([sh(`echo ${i}`), { do: "stat", path: "/" }])));
  t.same(
    replies.map(([ran]) => said(ran)),
    replies.map((_, i) => `${i}`),
  );
  const long = "x".repeat(300_000);
  const [, back] = await worker.run([
    { do: "file", path: `${AT}/long`, mode: 0o644, uid: 0, gid: 0, content: long },
    { do: "read", path: `${AT}/long`, max: 1 << 20 },
  ]);
  t.equal(only("bytes", back).bytes.toString("utf8"), long);
});

t.test("the cgroups of a process are known by controller", { skip: withoutCgroups }, async (t) => {
  const worker = await start(t, "host");
  const [pid, , ...files] = await worker.run([
    { do: "file", path: `${AT}/pid`, mode: 0o644, uid: 0, gid: 0, content: "1" },
    { do: "set", name: "p", path: `${AT}/pid` },
    { do: "set-cgroups", name: "c", pid: "@{p}" },
    ...["", "memory", "pids", "nonsense"].map((name) => ({ do: "stat", path: `@{c:${name}}/cgroup.procs` }) as const),
  ]);
  t.equal(pid?.kind, "ok");
  t.ok(
    files.some(({ kind }) => kind === "stat"),
    "in one at least",
  );
  t.equal(files.at(-1)?.kind, "unset");
});

t.test("what ends a worker ends its batches, with what it said", async (t) => {
  const broken = Worker.start({ agent: "/nonexistent/agent", cgroup: "none", cgroupName: cgroupName() });
  await t.rejects(broken, WorkerDied);
  const silent = Worker.start({ agent: "/bin/false", cgroup: "none", cgroupName: cgroupName() });
  await t.rejects(silent, WorkerDied);

  const worker = await start(t);
  const pending = worker.run([sh("exec sleep 1000")]);
  await Promise.all([t.rejects(pending, { name: "WorkerDied", message: /closed/ }), worker.close()]);
  await t.rejects(worker.run([{ do: "clean" }]), WorkerDied);
  await t.resolves(worker.close(), "closing twice is fine");
});

t.test("a sandbox that cannot be made is told in one line", { skip: withoutCgroups }, async (t) => {
  const options = { agent: agentPath(), cgroup: "host", cgroupName: "oci-conform/no/such/parent" } as const;
  await t.rejects(Worker.start(options), { name: SandboxFailed.name, message: /^sandbox: make the sandbox's cgroups: [^\n]+$/ });
});

t.test("an exposed path is where the host has it, though /run is new", { skip: withoutRoot }, async (t) => {
  const directory = mkdtempSync("/run/oci-conform-test-");
  t.teardown(() => rmSync(directory, { recursive: true }));
  mkdirSync(`${directory}/kept`);
  writeFileSync(`${directory}/kept/file`, "seen");
  writeFileSync(`${directory}/other`, "hidden");
  const expose = [`${directory}/kept`];
  const worker = await Worker.start({ agent: agentPath(), cgroup: "none", cgroupName: cgroupName(), expose });
  t.teardown(() => worker.close());
  t.equal(await ask(worker, `cat ${directory}/kept/file; ls ${directory}; ls /run`), `seenkept\noci-conform\n${directory.slice(5)}`);
  await worker.run([{ do: "clean" }]);
  t.equal(await ask(worker, `cat ${directory}/kept/file`), "seen", "and stays");
});
