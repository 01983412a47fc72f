import t from "tap";

import { ask, command, only, said, sh, start, withoutRoot } from "./worker-fixture.js";

const MARK = "\u001emark";
const AT = "/run/oci-conform/case";

t.test("a command ends as it ends", async (t) => {
  const worker = await start(t);
  const [code, signal, absent, refused, unreadable] = await worker.run([
    sh("echo out; echo err >&2; exit 7"),
    sh("kill -SEGV $$"),
    command(["/nonexistent/program"]),
    command(["/etc/passwd"]),
    sh("true", { cwd: "/nonexistent" }),
  ]);
  const ran = only("ran", code);
  t.same(ran.exit, { kind: "exited", code: 7 });
  t.equal(ran.stdout.toString("utf8"), "out\n");
  t.equal(ran.stderr.toString("utf8"), "err\n");
  t.ok(BigInt(ran.startedNs) > 0n && BigInt(ran.endedNs) >= BigInt(ran.startedNs));
  t.same(only("ran", signal).exit, { kind: "signaled", signal: "SIGSEGV" });
  t.same(only("ran", absent).exit, { kind: "unstartable", errno: "ENOENT" });
  t.same(only("ran", refused).exit, { kind: "unstartable", errno: "EACCES" });
  t.same(only("ran", unreadable).exit, { kind: "unstartable", errno: "ENOENT" });
});

t.test("a command that does not end is killed with its group, and what it said is kept", async (t) => {
  const worker = await start(t);
  const [ran, rest] = await worker.run([sh("echo before; sleep 1000 & exec sleep 1000", { timeoutMs: 100 }), { do: "clean" }]);
  t.same(only("ran", ran).exit, { kind: "timeout" });
  t.equal(only("ran", ran).stdout.toString("utf8"), "before\n");
  t.same(only("cleaned", rest).processes, []);
});

t.test("a command that never stops writing is stopped, and only its beginning kept", async (t) => {
  const worker = await start(t);
  const writers = sh("yes & yes & exec yes", { timeoutMs: 100, slot: 0 });
  const [ran, output] = await worker.run([writers, { do: "output", slot: 0, timeoutMs: 1000 }, { do: "clean" }]);
  t.same(only("ran", ran).exit, { kind: "timeout" });
  const kept = only("ran", ran).stdout.length;
  t.ok(kept > 65536 && kept <= 5 << 20, `${kept} bytes`);
  t.equal(only("output", output).ended, true);
  t.equal(said((await worker.run([sh("echo well")]))[0]), "well");
});

t.test("streams can be the sandbox's own /dev/null", async (t) => {
  const worker = await start(t);
  const shown = `echo "$(for fd in 0 1 2; do readlink /proc/$$/fd/$fd; done)" > ${AT}/streams`;
  for (const [nulls, wanted] of [
    ["0", ["/dev/null", "pipe", "pipe"]],
    ["12", ["memfd", "/dev/null", "/dev/null"]],
  ] as const) {
    const [ran] = await worker.run([sh(shown, { nulls })]);
    t.same(only("ran", ran).exit, { kind: "exited", code: 0 });
    const links = (await ask(worker, `cat ${AT}/streams`)).split("\n");
    for (const [fd, link] of wanted.entries()) t.match(links[fd], link);
  }
});

t.test("a /dev/null that is not the sandbox's own is given to nobody", { skip: withoutRoot }, async (t) => {
  const worker = await start(t);
  const [, ran] = await worker.run([sh("mount --bind /dev/zero /dev/null"), sh("true", { nulls: "0" }), { do: "clean" }]);
  t.ok(only("ran", ran).exit.kind === "exited", "of the same file system");
  const [, foreign] = await worker.run([sh(`mknod ${AT}/null c 1 3; mount --bind ${AT}/null /dev/null`), sh("true", { nulls: "0" })]);
  t.same(only("ran", foreign).exit, { kind: "unstartable", errno: "EXDEV" });
});

t.test("a command's surroundings are fixed", async (t) => {
  const worker = await start(t);
  const script = `
    umask; pwd; env | sort; ls /proc/self/fd | wc -w; wc -c < /proc/self/fd/0; readlink /proc/self/fd/0
    grep -E "^Sig(Blk|Ign)" /proc/self/status; echo $$; cut -d" " -f5 < /proc/$$/stat`;
  const [ran] = await worker.run([sh(script, { umask: 0o137, cwd: "/usr" })]);
  const lines = said(ran).split("\n");
  t.same(lines.slice(0, 2), ["0137", "/usr"]);
  t.match(lines[2], /^HOME=\/root$/);
  t.same(lines.slice(3, 5), ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "PWD=/usr"]);
  t.equal(lines[5], "4", "stdin, stdout, stderr and the directory that ls reads");
  t.equal(lines[6], "0", "stdin is empty");
  t.match(lines[7], /memfd/, "and no device");
  t.match(lines.slice(8, 10), [/^SigBlk:\s+0+$/, /^SigIgn:\s+0+$/]);
  t.equal(lines[10], lines[11], "it leads its process group");
});

t.test("commands in the background run together, and each is joined by its key", async (t) => {
  const worker = await start(t);
  const meet = (mine: string, other: string): string => `touch ${AT}/${mine}; until [ -e ${AT}/${other} ]; do :; done; echo ${mine}`;
  const answers = await worker.run([
    sh(meet("a", "b"), { background: "p0" }),
    sh(meet("b", "a"), { background: "p1" }),
    { do: "join", key: "p1" },
    { do: "join", key: "p0" },
    { do: "join", key: "p0" },
  ]);
  t.same(
    answers.map(({ kind }) => kind),
    ["started", "started", "ran", "ran", "error"],
  );
  t.same([said(answers[2]), said(answers[3])], ["b", "a"]);
});

t.test("a key that was used before is that of the newest command", async (t) => {
  const worker = await start(t);
  const again = { background: "p0" };
  const answers = await worker.run([
    sh("sleep 1000 & echo first", again),
    { do: "join", key: "p0" },
    sh("echo second", again),
    { do: "join", key: "p0" },
  ]);
  t.same([said(answers[1]), said(answers[3])], ["first", "second"]);
});

t.test("a line is awaited in a slot whose command is over, until its writer ends", async (t) => {
  const worker = await start(t);
  // The writer outlives the command, as a container outlives its create.
  const writer = `sh -c 'echo $$ > ${AT}/pid; until [ -e ${AT}/go ]; do :; done; echo ready now; exit 5' &
    until [ -s ${AT}/pid ]; do :; done`;
  const [, , none, , ready, exit, gone, output] = await worker.run([
    sh(writer, { slot: 1 }),
    { do: "set", name: "p", path: `${AT}/pid` },
    { do: "await-line", slot: 1, mark: "ready", pid: "@{p}", timeoutMs: 20 },
    { do: "file", path: `${AT}/go`, mode: 0o644, uid: 0, gid: 0, content: "" },
    { do: "await-line", slot: 1, mark: "ready", pid: "@{p}", timeoutMs: 20_000 },
    { do: "await-exit", pid: "@{p}", timeoutMs: 20_000 },
    { do: "await-line", slot: 1, mark: "never", pid: "@{p}", timeoutMs: 20_000 },
    { do: "output", slot: 1, timeoutMs: 20_000 },
  ]);
  t.match(none, { outcome: "timeout", exit: null });
  t.match(ready, { outcome: "ready" });
  t.match(exit, { outcome: "exited", exit: { kind: "exited", code: 5 } }, "the worker reaps orphans and knows how they ended");
  t.match(gone, { outcome: "exited", exit: { kind: "exited", code: 5 } });
  t.equal(only("output", output).stdout.toString("utf8"), "ready now\n");
  t.equal(only("output", output).ended, true);
});

t.test("the end of a process that somebody else has to reap is seen, too", async (t) => {
  const worker = await start(t);
  const parent = `sh -c 'echo $$ > ${AT}/pid; exit 3' & exec sleep 1000`;
  const zombie = `until [ -s ${AT}/pid ]; do :; done; until grep -q "^State:.Z" /proc/$(cat ${AT}/pid)/status; do :; done`;
  const [, , , line, exit, alive] = await worker.run([
    sh(parent, { background: "parent" }),
    sh(zombie),
    { do: "set", name: "p", path: `${AT}/pid` },
    { do: "await-line", slot: 0, mark: "x", pid: "@{p}", timeoutMs: 20_000 },
    { do: "await-exit", pid: "@{p}", timeoutMs: 20_000 },
    { do: "await-exit", pid: "1", timeoutMs: 10 },
  ]);
  t.match(
    [line, exit],
    [
      { outcome: "exited", exit: null },
      { outcome: "exited", exit: null },
    ],
  );
  t.match(alive, { outcome: "timeout" });
});

t.test("output is not waited for longer than asked when somebody holds on to it", async (t) => {
  const worker = await start(t);
  const [, held, , later] = await worker.run([
    sh("sleep 1000 & echo one >&2", { slot: 0 }),
    { do: "output", slot: 0, timeoutMs: 10 },
    { do: "clean" },
    { do: "output", slot: 0, timeoutMs: 20_000 },
  ]);
  t.equal(only("output", held).ended, false);
  t.equal(only("output", later).ended, true);
});

t.test("a pid is read out of what a command prints", async (t) => {
  const worker = await start(t);
  const asked = async (json: string): Promise<string> => {
    const [got, named] = await worker.run([
      { do: "ask-pid", name: "pid0", argv: ["/bin/sh", "-c", 'printf %s "$1"', "sh", json], timeoutMs: 20_000 },
      { do: "readlink", path: "/proc/@{pid0}/ns/mnt" },
    ]);
    if (got?.kind !== "bytes") return got?.kind === "error" && named?.kind === "unset" ? got.errno : `${got?.kind} ${named?.kind}`;
    t.equal(named?.kind, "bytes", "the variable is set");
    return got.bytes.toString("utf8");
  };
  for (const [json, pid] of [
    ['{"pid":1}', "1"],
    ['\n{ "id" : "a\\"pid\\":7" ,\t"pid" :\n1 , "x":[{"pid":9}]}', "1"],
    ['{"annotations":{"pid":9},"list":["pid",{"pid":8}],"pid":1}', "1"],
    ['{"pid":"pid","pid ":4}', "ENOENT"],
    ['{"annotations":{"pid":1}}', "ENOENT"],
    ['["pid",1]', "ENOENT"],
    ["", "ENOENT"],
    ["pid", "ENOENT"],
    ['{"pid', "ENOENT"],
    ['{"pid\\', "ENOENT"],
    ['{"pid"', "ENOENT"],
    ['{"pid":', "ENOENT"],
    ['{"pid":0}', "ENOENT"],
    ['{"pid":-1}', "ENOENT"],
    ['{"pid":1.5}', "ENOENT"],
    ['{"pid":1e1}', "ENOENT"],
    ['{"pid":99999999999999999999}', "ENOENT"],
    ['{"pid":4294967297}', "ESRCH"],
    ['{"pid":4194000}', "ESRCH"],
  ] as const)
    t.equal(await asked(json), pid, json);
  const [absent, ran] = await worker.run([{ do: "ask-pid", name: "x", argv: ["/nonexistent"], timeoutMs: 20_000 }, sh("echo $HOME")]);
  t.equal(only("error", absent).errno, "ENOENT");
  t.equal(said(ran), "/root");
});

t.test("what is written to a report's FIFO is output of its slot, whoever writes and however often", async (t) => {
  const worker = await start(t);
  const path = `${AT}/report`;
  const [made, first, , awaited, , output] = await worker.run([
    { do: "report", path, slot: 1 },
    sh(`echo one > ${path}; stat -c "%a %F" ${path}`),
    sh(`head -c 100000 /dev/zero | tr "\\0" x > ${path}; printf "\\\\036mark\\n" > ${path}`),
    { do: "await-line", slot: 1, mark: MARK, pid: "1", timeoutMs: 20_000 },
    { do: "clean" },
    { do: "output", slot: 1, timeoutMs: 1000 },
  ]);
  t.equal(made?.kind, "ok");
  t.equal(said(first), "666 fifo");
  t.equal(only("awaited", awaited).outcome, "ready");
  t.match(only("output", output).stdout.toString("utf8"), new RegExp(`^one\nx{100000}${MARK}\n$`));
  const [again] = await worker.run([{ do: "report", path: "/nonexistent/report", slot: 0 }]);
  t.same(only("error", again), { kind: "error", errno: "ENOENT", step: "mkfifo" });
});
