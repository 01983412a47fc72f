import { chmodSync, copyFileSync, symlinkSync, writeFileSync } from "node:fs";
import { arch } from "node:os";
import { join } from "node:path";
import t from "tap";

import { agentPath } from "../../../runners/runtime/build-native.js";
import { syscallNumber } from "../../../spec/runtime/syscalls.js";
import { attempted, root } from "./agent-fixture.js";

const EXIT_GROUP = arch() === "arm64" ? 94 : 231;

/* Each attempt once where it works and once where it does not. */

t.test("files", async (t) => {
  const results = attempted(
    t,
    [
      { do: "read", path: "/tmp/file", max: 3 },
      { do: "read", path: "/tmp/none" },
      { do: "write", path: "/tmp/file", data: "new\t%" },
      { do: "read", path: "/tmp/file" },
      { do: "write", path: "/tmp", data: "" },
      { do: "create", path: "/tmp/new file" },
      { do: "create", path: "/tmp/new file" },
      { do: "mkdir", path: "/tmp/dir" },
      { do: "mkdir", path: "/tmp/none/dir" },
      { do: "list", path: "/tmp" },
      { do: "list", path: "/tmp/file" },
      { do: "unlink", path: "/tmp/new file" },
      { do: "unlink", path: "/tmp/none" },
      { do: "readlink", path: "/tmp/link" },
      { do: "readlink", path: "/tmp/file" },
      { do: "stat", path: "/tmp/link" },
      { do: "stat", path: "/tmp/none" },
      { do: "read", path: "/tmp" },
    ],
    ["proc"],
    "",
    (directory) => {
      writeFileSync(join(directory, "tmp/file"), "content");
      symlinkSync("file", join(directory, "tmp/link"));
    },
  );
  t.match(results, [
    { errno: "0", text: "con" },
    { errno: "ENOENT" },
    { errno: "0" },
    { errno: "0", text: "new\t%nt" },
    { errno: "EISDIR" },
    { errno: "0" },
    { errno: "EEXIST" },
    { errno: "0" },
    { errno: "ENOENT" },
    { errno: "0", names: ["dir", "file", "link", "new file"] },
    { errno: "ENOTDIR" },
    { errno: "0" },
    { errno: "ENOENT" },
    { errno: "0", text: "file" },
    { errno: "EINVAL" },
    { errno: "0", stat: { type: "symlink", size: 4 } },
    { errno: "ENOENT" },
    { errno: "EISDIR" },
  ]);
  t.equal(results.length, 18);
});

t.test("file systems", async (t) => {
  const results = attempted(t, [
    { do: "mount", source: "none", target: "/tmp", type: "tmpfs", flags: 1, data: "size=64k" },
    { do: "create", path: "/tmp/new" },
    { do: "mount", source: "none", target: "/tmp", type: "no-such-type", flags: 0 },
    { do: "umount", path: "/tmp" },
    { do: "umount", path: "/tmp" },
    { do: "create", path: "/tmp/new" },
  ]);
  t.strictSame(
    results.map(({ errno }) => errno),
    ["0", "EROFS", "ENODEV", "0", "EINVAL", "0"],
  );
});

t.test("access times", async (t) => {
  const mounted = (option: string): string =>
    `mount -t tmpfs -o ${option} times "$1/tmp"; echo x > "$1/tmp/file"; touch -d @1000000000 "$1/tmp/file"`;
  const [strict] = attempted(t, [{ do: "atime", path: "/tmp/file" }], ["proc"], mounted("strictatime"));
  t.equal(strict?.atimes?.[0], "1000000000000000000");
  t.not(strict?.atimes?.[1], "1000000000000000000");
  const [none] = attempted(t, [{ do: "atime", path: "/tmp/file" }], ["proc"], mounted("noatime"));
  t.strictSame(none, { errno: "0", atimes: ["1000000000000000000", "1000000000000000000"] });
  t.match(attempted(t, [{ do: "atime", path: "/none" }]), [{ errno: "ENOENT" }]);
});

t.test("devices", async (t) => {
  const results = attempted(
    t,
    [
      { do: "device", path: "/dev/null", mode: "rw" },
      { do: "device", path: "/dev/full", mode: "r" },
      { do: "device", path: "/dev/full", mode: "w" },
      { do: "device", path: "/dev/none", mode: "r" },
      { do: "openpty", path: "/dev/ptmx" },
      { do: "openpty", path: "/dev/null" },
    ],
    ["proc", "dev"],
    'mkdir "$1/dev/pts"; mount -t devpts -o newinstance,ptmxmode=0666 pts "$1/dev/pts"; ln -s pts/ptmx "$1/dev/ptmx"',
  );
  t.match(results, [
    { errno: "0" },
    { errno: "0" },
    { errno: "ENOSPC" },
    { errno: "ENOENT" },
    { errno: "0", text: "/dev/pts/0" },
    { errno: "ENOTTY" },
  ]);
});

t.test("nodes and owners", { ...(root ? {} : { skip: "only root may" }) }, async (t) => {
  const results = attempted(t, [
    { do: "mknod", path: "/tmp/node", type: "c", major: 1, minor: 3 },
    { do: "stat", path: "/tmp/node" },
    { do: "mknod", path: "/none/node", type: "p", major: 0, minor: 0 },
    { do: "chown", path: "/tmp", uid: 12, gid: 34 },
    { do: "stat", path: "/tmp" },
    { do: "chown", path: "/none", uid: 0, gid: 0 },
  ]);
  t.match(results, [
    { errno: "0" },
    { errno: "ENOENT" },
    { errno: "ENOENT" },
    { errno: "0" },
    { errno: "0", stat: { uid: 12, gid: 34 } },
    { errno: "ENOENT" },
  ]);
});

t.test("programs", async (t) => {
  const results = attempted(
    t,
    [
      { do: "exec", path: "/tmp/agent", args: ["agent", "euid"] },
      { do: "exec", path: "/tmp/none", args: ["none"] },
      { do: "exec", path: "/tmp/not-executable", args: ["a"] },
    ],
    ["proc"],
    "",
    (directory) => {
      copyFileSync(agentPath(), join(directory, "tmp/agent"));
      writeFileSync(join(directory, "tmp/not-executable"), "text");
      chmodSync(join(directory, "tmp/not-executable"), 0o644);
    },
  );
  t.match(results, [{ errno: "0", exit: { code: 0 } }, { errno: "ENOENT" }, { errno: "EACCES" }]);
});

t.test("set-uid programs gain privileges unless that is forbidden", { ...(root ? {} : { skip: "only root may" }) }, async (t) => {
  const attempts = [{ do: "setuid-exec", path: "/tmp/agent" }] as const;
  const own = 'mount -t tmpfs tmp "$1/tmp"';
  t.match(attempted(t, attempts, ["proc"], own), [{ errno: "0", value: 0, exit: { code: 0 } }]);
  t.match(attempted(t, attempts, [], own), [{ errno: "0", value: 0, exit: { code: 0 } }], "without /proc");
  t.match(attempted(t, attempts, ["proc"], 'mount -t tmpfs -o nosuid tmp "$1/tmp"'), [{ errno: "0", value: 65534 }]);
  t.match(attempted(t, attempts, ["proc"], 'mount -t tmpfs -o ro tmp "$1/tmp"'), [{ errno: "EROFS" }]);
});

t.test("system calls", async (t) => {
  const number = (name: Parameters<typeof syscallNumber>[0]): number => syscallNumber(name, arch()) ?? -1;
  const results = attempted(t, [
    { do: "syscall", nr: number("getppid"), args: [] },
    { do: "syscall", nr: number("chdir"), args: ["/tmp"] },
    { do: "syscall", nr: number("chdir"), args: ["/none"] },
    { do: "syscall", nr: number("dup"), args: [-1] },
    { do: "syscall", nr: 100_000, args: [] },
    { do: "syscall", nr: EXIT_GROUP, args: [9] },
    { do: "read", path: ".oci/hold" },
    { do: "stat", path: "tmp" },
  ]);
  t.match(results, [
    { errno: "0", value: 1 },
    { errno: "0", value: 0 },
    { errno: "ENOENT" },
    { errno: "EBADF" },
    { errno: "ENOSYS" },
    { exit: { code: 9 } },
    { errno: "ENOENT" },
    { errno: "0" },
  ]);
  t.equal(results[2]?.value, undefined);
});

t.test("processes and memory", async (t) => {
  const results = attempted(t, [
    { do: "fork", count: 5 },
    { do: "allocate", bytes: 1 << 22 },
    { do: "allocate", bytes: 2 ** 50 },
    { do: "kill", pid: 1, signal: 0 },
    { do: "kill", pid: 4_000_000, signal: 0 },
  ]);
  t.match(results, [{ errno: "0", value: 5 }, { errno: "0", value: 1 << 22 }, { errno: "ENOMEM" }, { errno: "0" }, { errno: "ESRCH" }]);
});

t.test("forks are counted up to the limit", { ...(root ? {} : { skip: "only root may become another user" }) }, async (t) => {
  const limited = 'exec prlimit --nproc=9 chroot --userspec=54321:54321 "$@"';
  t.strictSame(attempted(t, [{ do: "fork", count: 50 }], [], limited), [{ errno: "EAGAIN", value: 8 }]);
});

t.test("shared kernel state", async (t) => {
  const results = attempted(t, [
    { do: "shm", key: 77, create: false },
    { do: "shm", key: 77, create: true },
    { do: "shm", key: 77, create: false },
    { do: "sethostname", name: "elsewhere" },
    { do: "interfaces" },
  ]);
  t.match(results, [{ errno: "ENOENT" }, { errno: "0" }, { errno: "0" }, { errno: "0" }, { errno: "0" }]);
  t.strictSame(
    results[4]?.interfaces?.filter(({ name }) => name === "lo"),
    [{ name: "lo", up: false, mtu: 65536, addresses: [], alternativeNames: [] }],
  );
  const [up] = attempted(t, [{ do: "interfaces" }], [], "ip link set lo up; ip address add 10.9.8.7/22 dev lo");
  t.match(
    up?.interfaces?.find(({ name }) => name === "lo"),
    { up: true, addresses: ["127.0.0.1/8", "10.9.8.7/22", "::1/128"] },
  );
});

t.test("a container without attempts has no results", async (t) => {
  t.strictSame(attempted(t, []), []);
});
