import t from "tap";

import type { ProbeReport, StatResult } from "../../../../runners/runtime/observation.js";
import type { Mount } from "../../../../spec/runtime/config.js";
import defaultFiles from "../../../../suites/runtime/filesystem/default-files.js";
import { exampleProblems } from "../examples.js";
import { type Canned, configOf, factsOf, linuxOf, verdictBy } from "../fixture.js";
import { bound, line, ROOT, tmpfs } from "./mount-fixture.js";

const verdict = verdictBy.bind(null, defaultFiles);

const stat = (seen: Partial<StatResult>): StatResult => ({
  type: "char",
  mode: 0o666,
  uid: 0,
  gid: 0,
  major: 0,
  minor: 0,
  size: 0,
  nlink: 1,
  dev: "1",
  ino: "1",
  ...seen,
});
const PROC: Mount = { destination: "/proc", type: "proc" };
const table = (type: string, path: string) => [ROOT, line(2, path, { type })];
const seen = (inside: Partial<ProbeReport>, more: Canned = {}): Canned => ({ inside, ...more });

t.test("file systems that the config asks for", async (t) => {
  for (const [name, type, path] of [
    ["proc", "proc", "/proc"],
    ["sys", "sysfs", "/sys"],
    ["dev-pts", "devpts", "/dev/pts"],
    ["dev-shm", "tmpfs", "/dev/shm"],
  ] as const) {
    const id = `runtime.default-filesystems.${name}`;
    const config = configOf({ mounts: [{ destination: path, type }] });
    t.equal(verdict(id, seen({ mounts: table(type, path) }, { config })), "pass");
    t.equal(verdict(id, seen({ mounts: table("other", path) }, { config })), "fail");
    t.equal(verdict(id, seen({ mounts: [ROOT] }, { config })), "fail");
    t.equal(verdict(id, seen({ mounts: [ROOT] }, { config: configOf({ mounts: [] }) })), undefined, "nobody asked");
    const covered = configOf({ mounts: [{ destination: path, type }, bound(path, "source")] });
    t.equal(verdict(id, seen({ mounts: [ROOT] }, { config: covered })), undefined, "something else is there");
    const sharing = { ...linuxOf({ namespaces: [{ type: "mount" }] }), mounts: [{ destination: path, type }] };
    t.equal(verdict(id, seen({ mounts: [ROOT] }, { config: sharing })), undefined, "the kernel may refuse");
  }
});

const NUMBERS: Readonly<Record<string, readonly [number, number]>> = {
  null: [1, 3],
  zero: [1, 5],
  full: [1, 7],
  random: [1, 8],
  urandom: [1, 9],
  tty: [5, 0],
};

t.test("devices", async (t) => {
  for (const [name, [major, minor]] of Object.entries(NUMBERS)) {
    const id = `runtime.default-devices.${name}`;
    const path = `/dev/${name}`;
    const of = (found: StatResult | null, more: Canned = {}) => seen({ paths: { [path]: found } }, more);
    t.equal(verdict(id, of(stat({ major, minor }))), "pass", name);
    t.equal(verdict(id, of(null)), "fail", name);
    t.equal(verdict(id, of(stat({ major, minor: minor + 1 }))), "fail", "another device");
    t.equal(verdict(id, of(stat({ type: "file" }))), "fail", "no device");
    t.equal(verdict(id, of(stat({ type: "symlink" }))), undefined, "supplied in another way");
    t.equal(verdict(id, seen({})), undefined, "nobody looked");
    t.equal(verdict(id, of(null, { config: configOf({ mounts: [bound("/dev", "dev")] }) })), undefined, "the config's own /dev");
    t.equal(verdict(id, of(null, { config: configOf({ mounts: [tmpfs("/")] }) })), undefined, "another root");
    t.equal(verdict(id, of(null, { config: linuxOf({ maskedPaths: [path] }) })), undefined, "masked");
    t.equal(verdict(id, of(stat({ type: "file" }), { container: { rootfs: [{ kind: "file", path: `dev/${name}` }] } })), undefined);
  }
});

t.test("runtime.default-devices.ptmx", async (t) => {
  const id = "runtime.default-devices.ptmx";
  const own = stat({ major: 5, minor: 2, dev: "9", ino: "2" });
  const of = (ptmx: StatResult | null, links: Record<string, string> = {}, type = "devpts") =>
    seen({ paths: { "/dev/ptmx": ptmx, "/dev/pts/ptmx": own }, links, mounts: table(type, "/dev/pts") });
  const link = stat({ type: "symlink" });
  t.equal(verdict(id, of(link, { "/dev/ptmx": "pts/ptmx" })), "pass");
  t.equal(verdict(id, of(link, { "/dev/ptmx": "/dev/pts/ptmx" })), "pass");
  t.equal(verdict(id, of(own)), "pass", "the same file");
  t.equal(verdict(id, of(link, { "/dev/ptmx": "/elsewhere" })), "fail");
  t.equal(verdict(id, of(stat({ major: 5, minor: 2 }))), "fail", "another multiplexer");
  t.equal(verdict(id, of(null)), "fail");
  t.equal(verdict(id, of(null, {}, "tmpfs")), undefined, "there is no devpts");
});

t.test("runtime.default-devices.console", async (t) => {
  const id = "runtime.default-devices.console";
  const base = configOf();
  const config = base.process ? { ...base, process: { ...base.process, terminal: true } } : base;
  const terminal = (name: string | null) => ({ stdin: true, stdout: true, stderr: true, rows: 0, columns: 0, name });
  const of = (found: StatResult | null, name: string | null = "/dev/pts/3") =>
    seen({ paths: { "/dev/console": found }, terminal: terminal(name) }, { config });
  t.equal(verdict(id, of(stat({ major: 136, minor: 3 }))), "pass");
  t.equal(verdict(id, of(stat({ major: 136, minor: 0 }), "/dev/console")), "pass", "its number is not told");
  t.equal(verdict(id, of(stat({ major: 136, minor: 4 }))), "fail", "another terminal");
  t.equal(verdict(id, of(stat({ major: 5, minor: 1 }))), "fail", "the host's console");
  t.equal(verdict(id, of(null)), "fail");
  t.equal(verdict(id, seen({ paths: { "/dev/console": null } })), undefined, "no terminal");
});

t.test("symbolic links", async (t) => {
  for (const [name, target] of [
    ["fd", "/proc/self/fd"],
    ["stdin", "/proc/self/fd/0"],
    ["stdout", "/proc/self/fd/1"],
    ["stderr", "/proc/self/fd/2"],
  ] as const) {
    const id = `runtime.dev-symlinks.${name}`;
    const path = `/dev/${name}`;
    const of = (link: string | null, type = "proc") =>
      seen(
        {
          paths: { [path]: link === null ? null : stat({ type: "symlink" }) },
          links: link === null ? {} : { [path]: link },
          mounts: table(type, "/proc"),
        },
        { config: configOf({ mounts: [PROC] }) },
      );
    t.equal(verdict(id, of(target)), "pass", name);
    t.equal(verdict(id, of(`..${target}`)), "pass", "a relative link");
    if (name !== "fd") t.equal(verdict(id, of(target.replace("/proc/self/fd", "fd"))), "pass", "by way of /dev/fd");
    t.equal(verdict(id, of(null)), "fail");
    t.equal(verdict(id, of("/proc/self/fd/7")), "fail");
    t.equal(verdict(id, of(null, "tmpfs")), undefined, "there is no /proc to link to");
  }
});

t.test("examples", async (t) => t.same(exampleProblems(defaultFiles, factsOf()), []));
