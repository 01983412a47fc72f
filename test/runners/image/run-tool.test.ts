import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { ending } from "../../../runners/image/observation.js";
import { partsOf } from "../../../runners/image/run-tool.js";
import { commandTool } from "../../../runners/image/tools/command.js";
import { toolNamed } from "../../../runners/image/tools/index.js";
import { HarnessError } from "../../../spec/errors.js";
import { LIMITS, layoutOf, runOn, shell, skip } from "./fixture.js";

t.test("what a tool made is read, whatever it is", { skip }, async (t) => {
  const tool = shell(
    "cd {rootfs}; mkdir d; ln -s /nowhere l; ln a b; mkfifo p; mknod c c 1 3; touch -d @1.5 a; chmod 4711 a; printf x > 'new\nline'",
  );
  const { tree, steps, escapes } = await runOn(tool, layoutOf(t));
  t.strictSame(
    steps.map(({ status }) => status),
    [0],
  );
  t.strictSame(escapes, []);
  t.strictSame(Object.keys(tree ?? {}).sort(), ["", "a", "b", "c", "d", "l", "new\nline", "p"]);
  t.match(tree?.a, { kind: "file", mode: 0o4711, mtime: "1.500000000", content: /^1 sha256:ca978112/ });
  t.equal(tree?.a?.inode, tree?.b?.inode);
  t.match(tree?.l, { kind: "symlink", target: "/nowhere" });
  t.match(tree?.c, { kind: "char", device: "1:3" });
  t.match(tree?.p, { kind: "fifo" });
});

t.test("a tool that misbehaves on purpose changes nothing outside, and is seen", { skip }, async (t) => {
  const layout = layoutOf(t);
  const home = mkdtempSync(join(tmpdir(), "oci-conform-test-"));
  t.teardown(() => rmSync(home, { recursive: true, force: true }));
  const victim = join(home, "victim");
  writeFileSync(victim, "of the host");
  const before = readFileSync(join(layout, "index.json"));
  // A name that nothing else leaves.
  const escaped = `oci-conform-escaped-${process.pid}`;
  const harm = [
    `rm -rf ${home} {layout}/index.json`,
    "printf x > /run/oci-conform/image/canary/file",
    `printf x > {rootfs}/../canary/${escaped}`,
    `printf x > /etc/${escaped}; printf x > /tmp/${escaped}; printf x > /var/tmp/${escaped}`,
    "rm -rf /run/oci-conform/image/t/canary",
    "chmod 777 /run/oci-conform/image/t/u/canary; chown 7 /dev/null",
    "rm -f /etc/hostname /etc/passwd",
  ].join("; ");
  const { escapes } = await runOn(shell(harm), layout);
  for (const place of [
    "canary/file has another content",
    `v/canary/${escaped} was made`,
    `_etc/${escaped} was made`,
    `tmp-upper/${escaped}`,
    "t/canary is gone",
    "u/canary/ has other attributes",
  ]) {
    t.ok(
      escapes.some((each) => each.includes(place)),
      place,
    );
  }
  t.equal(readFileSync(victim, "utf8"), "of the host");
  t.strictSame(readFileSync(join(layout, "index.json")), before);
  t.ok(existsSync("/etc/passwd"));
  t.notOk(existsSync(`/etc/${escaped}`));
  t.notOk(existsSync(`/tmp/${escaped}`));
});

t.test("how a tool ends is told apart", { skip }, async (t) => {
  const layout = layoutOf(t);
  const endings = async (command: string, limits = {}) =>
    ending(await runOn(shell(command), layout, { timeoutMs: 20_000, memoryKiB: 4 << 20, ...limits }));
  t.equal(await endings("true"), "accepted");
  t.equal(await endings("exit 3"), "refused");
  t.equal(await endings("kill -SEGV $$"), "crashed");
  t.equal(await endings("echo 'panic: runtime error: index out of range' >&2; exit 2"), "crashed");
  t.equal(await endings("cat {rootfs}/../../../../t > /dev/zero; tail -f {rootfs}/a", { timeoutMs: 300 }), "hung");
  t.equal(await endings("trap '' TERM; while :; do sleep 0.1; done", { timeoutMs: 300 }), "hung", "one that heeds no SIGTERM");
  t.equal(await endings("kill -KILL $$"), "crashed");
  t.equal(await endings("echo 'fatal error: runtime: out of memory' >&2; exit 2"), "out-of-memory");
  t.equal(await endings("head -c 500M /dev/zero | tail -n 1", { memoryKiB: 64 << 10 }), "out-of-memory");
});

t.test("what a tool that fails leaves behind is seen, and nothing else", { skip }, async (t) => {
  const layout = layoutOf(t);
  const left = async (command: string) => (await runOn(shell(command), layout)).leftovers;
  t.strictSame(await left("exit 1"), []);
  t.strictSame(await left("sleep 100 & mount -t tmpfs none {rootfs}/../mine; mkdir {rootfs}/m; mount -t tmpfs none {rootfs}/m; exit 1"), [
    "/run/oci-conform/image/t/u/v/rootfs/m is mounted",
    "sleep 100 runs",
  ]);
  t.strictSame(await left("mkdir {rootfs}/m; mount -t tmpfs none {rootfs}/m; umount {rootfs}/m; sleep 0.2 & exit 1"), [], "cleaned up");
  t.strictSame(await left("mkdir {rootfs}/m; mount --bind {rootfs}/m {rootfs}/m; exit 1"), [], "a store made private");
  t.match(await left("mkdir {rootfs}/m {rootfs}/n; mount --bind {rootfs}/m {rootfs}/n; exit 1"), [/rootfs\/n is mounted$/]);
  t.equal(await left("sleep 100 &"), undefined, "who succeeds may go on");
  t.equal(await left("sleep 100 & kill -SEGV $$"), undefined, "who is killed cannot clean up");
  const before = { ...shell(""), script: ["sleep 100 &", `run unpack sh -c "exit 1"`] };
  t.strictSame((await runOn(before, layout)).leftovers, [], "what ran before is not the command's");
});

t.test("of copies, files with data in descriptors are told, and those of a failed command are not read", { skip }, async (t) => {
  const copier = (name: string, command: string) => ({
    ...shell(""),
    script: [`run ${name} sh -c 'mkdir "$TARGET/x"; cd "$TARGET/x"; ${command}'`],
    copies: { x: "$TARGET/x" },
  });
  const json = String.raw`printf "{\"data\": 1}" > with; printf "{\"a\":\"data\"}" > without`;
  t.match(await runOn(copier("to-x", json), layoutOf(t)), { copies: { x: { with: {}, without: {} } }, embedded: { x: ["./with"] } });
  t.strictSame((await runOn(copier("to-x", `${json}; exit 1`), layoutOf(t))).copies, {});
});

t.test("a daemon that does not start is no fault of the tool's, and says why", { skip }, async (t) => {
  const daemon = (command: string) => ({ ...shell(""), script: [`daemon "$W/socket" sh -c ${JSON.stringify(command)}`] });
  await t.rejects(runOn(daemon("echo no such thing >&2; exit 1"), layoutOf(t)), { message: /does not start: no such thing/ });
  await t.rejects(runOn(daemon("exec sleep 100"), layoutOf(t), { ...LIMITS, timeoutMs: 200 }), HarnessError);
});

t.test("a tool that says that it worked and did nothing has no tree", { skip }, async (t) => {
  const { tree, steps } = await runOn(commandTool("true {layout} {ref} {rootfs}"), layoutOf(t));
  t.equal(steps[0]?.status, 0);
  t.equal(tree, null);
});

t.test("bad use is told in one line", async (t) => {
  t.throws(() => commandTool(" "), /there is no command/);
  t.throws(() => commandTool("unpack {layout}"), /it must have \{rootfs\}/);
  t.throws(() => toolNamed("kaniko"), /there are umoci, skopeo, buildah, podman, ctr/);
});

t.test("the sandbox's words are split by length, and nonsense is our own fault", async (t) => {
  const parts = partsOf(Buffer.from("3 a\n0 b\n\nx\ny"));
  t.strictSame(
    [...parts].map(([name, bytes]) => [name, bytes.toString()]),
    [
      ["a", "x\ny"],
      ["b", ""],
    ],
  );
  for (const text of ["", "what?", "what?\n\n", "3 a\n\nx", "1 a\n\nxyz"]) t.throws(() => partsOf(Buffer.from(text)), HarnessError, text);
});
