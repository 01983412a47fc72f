import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import t from "tap";
import { checkFile, writeWhole } from "../../files/write.js";
import { withoutRoot } from "../cli/process.js";

/** Checks and writes, as every command does. */
async function put(file: string, text: string): Promise<void> {
  checkFile(file, "--report x");
  await writeWhole(file, text);
}

t.test("a new file, and one that takes the place of an older one with its permissions", async (t) => {
  const directory = t.testdir({ old: "a much longer text" });
  const old = join(directory, "old");
  chmodSync(old, 0o640);
  const before = lstatSync(old);
  await put(old, "new");
  await put(join(directory, "fresh"), "text");
  t.equal(readFileSync(old, "utf8"), "new");
  t.equal(lstatSync(old).mode, before.mode);
  t.not(lstatSync(old).ino, before.ino, "nobody sees half of it");
  t.equal(readFileSync(join(directory, "fresh"), "utf8"), "text");
  t.equal(lstatSync(join(directory, "fresh")).mode & 0o777, 0o666 & ~process.umask());
  t.strictSame(readdirSync(directory).sort(), ["fresh", "old"], "nothing else is left");
});

t.test("the owner stays", { skip: withoutRoot }, async (t) => {
  const file = join(t.testdir({ old: "x" }), "old");
  chownSync(file, 1234, 5678);
  await put(file, "new");
  t.match(lstatSync(file), { uid: 1234, gid: 5678 });
});

t.test("a symbolic link stays, and what it leads to is written, be it there or not", async (t) => {
  const directory = t.testdir({
    target: "old",
    real: {},
    near: { to: t.fixture("symlink", "../target"), none: t.fixture("symlink", "../real/new") },
  });
  symlinkSync("to", join(directory, "near", "chain"));
  symlinkSync(join(directory, "real"), join(directory, "linked"));
  await put(join(directory, "near", "chain"), "one");
  t.equal(readFileSync(join(directory, "target"), "utf8"), "one");
  await put(join(directory, "near", "none"), "two");
  await put(join(directory, "linked", "other"), "three");
  t.equal(readFileSync(join(directory, "real", "new"), "utf8"), "two");
  t.equal(readFileSync(join(directory, "real", "other"), "utf8"), "three");
  t.equal(readlinkSync(join(directory, "near", "chain")), "to");
  t.equal(readlinkSync(join(directory, "near", "to")), "../target");
  t.equal(readlinkSync(join(directory, "near", "none")), "../real/new");
  t.ok(lstatSync(join(directory, "linked")).isSymbolicLink());
  t.strictSame(readdirSync(join(directory, "near")).sort(), ["chain", "none", "to"]);
});

t.test("a pipe is written in place, for whoever reads it", async (t) => {
  const pipe = join(t.testdir(), "pipe");
  execFileSync("mkfifo", [pipe]);
  const reader = spawn("cat", [pipe], { stdio: ["ignore", "pipe", "inherit"] });
  let read = "";
  reader.stdout.setEncoding("utf8").on("data", (text: string) => {
    read += text;
  });
  const ended = new Promise((resolve) => reader.once("close", resolve));
  await put(pipe, "x".repeat(200_000));
  await ended;
  t.equal(read.length, 200_000);
  t.ok(lstatSync(pipe).isFIFO());
});

t.test("while a pipe has no reader, the process still hears signals", async (t) => {
  const pipe = join(t.testdir(), "pipe");
  execFileSync("mkfifo", [pipe]);
  const written = put(pipe, "late");
  await turn();
  const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  await written;
  t.equal(readFileSync(reader, "utf8"), "late");
  closeSync(reader);
});

t.test("an open file of the process itself is added to", async (t) => {
  const file = join(t.testdir({ log: "" }), "log");
  const descriptor = openSync(file, "r+");
  writeFileSync(descriptor, "before ");
  await put(`/dev/fd/${descriptor}`, "report ");
  await put(`/proc/self/fd/${descriptor}`, "again ");
  writeFileSync(descriptor, "after");
  closeSync(descriptor);
  t.equal(readFileSync(file, "utf8"), "before report again after");
  t.throws(() => checkFile("/dev/fd/987", "--report x"), { name: "UsageError", message: /^--report x: .*no such open file/ });
});

t.test("what cannot be written is told before, and nothing is made", async (t) => {
  const directory = t.testdir({ file: "x", loop: t.fixture("symlink", "loop"), astray: t.fixture("symlink", "none/file") });
  const refuses = (file: string, message: RegExp): void => {
    t.throws(() => checkFile(file, "--report json=f"), { name: "UsageError", message }, file);
  };
  refuses("", /^--report json=f: the name of the file is missing/);
  refuses(directory, /is a directory/);
  refuses(`${directory}/new/`, /is a directory/);
  refuses(`${directory}/.`, /is a directory/);
  refuses(`${directory}/none/file`, /there is no directory .*none/);
  refuses(`${directory}/astray`, /there is no directory .*none/);
  refuses(`${directory}/file/below`, /file is not a directory/);
  refuses(`${directory}/loop`, /leads to itself/);
  refuses("/proc/none", /cannot be written/);
  refuses("/sys/none", /cannot be written/);
  // The names of sockets are short.
  const socket = join(mkdtempSync(join(tmpdir(), "socket-")), "s");
  t.teardown(() => rmSync(dirname(socket), { recursive: true }));
  const server = createServer().listen(socket);
  await new Promise((resolve) => server.once("listening", resolve));
  refuses(socket, /is a socket/);
  await new Promise((resolve) => server.close(resolve));
  t.strictSame(readdirSync(directory).sort(), ["astray", "file", "loop"]);
});

const MODULE = new URL("../../files/write.js", import.meta.url).pathname;
const USER = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

/** Why an ordinary user cannot load what is tested, or false. */
const hidden: string | false =
  spawnSync("test", ["-r", MODULE], USER).status === 0 ? false : "an ordinary user does not see this directory";

/** What it says when an ordinary user writes that file: nothing, when all is well. */
function saidToUser(file: string): string {
  const script = `
    import { checkFile, writeWhole } from ${JSON.stringify(MODULE)};
    const [, file] = process.argv;
    try { checkFile(file, "--report"); await writeWhole(file, "new"); } catch (thrown) { console.log(thrown.name + ": " + thrown.message); }`;
  const options = { encoding: "utf8", cwd: "/", ...USER } as const;
  const { stdout, stderr } = spawnSync("env", ["-i", process.execPath, "--input-type=module", "-e", script, file], options);
  return stdout + stderr;
}

t.test("a file whose directory takes no new ones is written in place", { skip: hidden }, async (t) => {
  const directory = t.testdir({ closed: { "out.json": "older and longer" }, open: { locked: "x" } });
  const [closed, locked] = [join(directory, "closed"), join(directory, "open", "locked")];
  chmodSync(join(closed, "out.json"), 0o666);
  chmodSync(closed, 0o555);
  chmodSync(join(directory, "open"), 0o777);
  chmodSync(locked, 0o444);
  t.equal(saidToUser(join(closed, "out.json")), "");
  t.equal(readFileSync(join(closed, "out.json"), "utf8"), "new");
  t.match(saidToUser(join(closed, "other.json")), /UsageError: .*cannot be written \(EACCES\)/);
  t.match(saidToUser(locked), /UsageError: .*cannot be written \(EACCES\)/, "permissions of the file itself count");
  t.equal(readFileSync(locked, "utf8"), "x");
});

t.test("a file that is mounted is written in place", { skip: withoutRoot }, async (t) => {
  const directory = t.testdir({ host: "old", mounted: "" });
  const script = `import { writeWhole } from ${JSON.stringify(MODULE)};
    await writeWhole(process.argv[1], "new");`;
  const { status, stderr } = spawnSync(
    "unshare",
    [
      "-m",
      "sh",
      "-c",
      'mount --bind "$1/host" "$1/mounted" && exec "$2" --input-type=module -e "$3" "$1/mounted"',
      "sh",
      directory,
      process.execPath,
      script,
    ],
    { encoding: "utf8" },
  );
  t.equal(status, 0, stderr);
  t.equal(readFileSync(join(directory, "host"), "utf8"), "new");
  t.strictSame(readdirSync(directory).sort(), ["host", "mounted"]);
});

t.test("a write that fails leaves the old file and no half one", async (t) => {
  const directory = t.testdir({ target: { inside: "x" } });
  await t.rejects(writeWhole(join(directory, "target"), "new"), { name: "UsageError", message: /target is a directory/ });
  mkdirSync(join(directory, "gone"));
  checkFile(join(directory, "gone", "f"), "--report");
  await t.rejects(writeWhole(join(directory, "nowhere", "f"), "new"), { name: "UsageError" });
  t.notOk(existsSync(join(directory, "nowhere")));
  t.strictSame(readdirSync(directory).sort(), ["gone", "target"]);
});
