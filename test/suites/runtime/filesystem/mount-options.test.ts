import t from "tap";

import { FIXTURES } from "../../../../runners/runtime/case.js";
import type { MountInfo } from "../../../../runners/runtime/observation.js";
import type { Mount } from "../../../../spec/runtime/config.js";
import { MOUNT_OPTIONS } from "../../../../spec/runtime/mount-options.js";
import mountOptions from "../../../../suites/runtime/filesystem/mount-options.js";
import { exampleProblems, lacks } from "../examples.js";
import { configOf, factsOf, linuxOf, verdictBy } from "../fixture.js";
import { bound, line, made, mounted, tmpfs } from "./mount-fixture.js";

const verdict = verdictBy.bind(null, mountOptions);
const id = (name: string): string => `runtime.mounts.option.${name}`;
const asks = (option: string, seen: Partial<MountInfo>) => mounted([tmpfs("/a", option)], [line(2, "/a", seen)]);

const judged = new Set(mountOptions.checks.map((check) => check.id));
const rows = MOUNT_OPTIONS.filter(({ name, recursive }) => !recursive && name !== "remount" && judged.has(id(name)));

t.test("options that the mount table shows", async (t) => {
  for (const { name, kind, shows, hides } of rows.filter((row) => row.kind === "mount" || row.kind === "superblock")) {
    const field = kind === "superblock" ? "superOptions" : "options";
    const base = name === "nostrictatime" ? ["relatime"] : name === "rw" || name === "defaults" ? ["rw"] : [];
    t.equal(verdict(id(name), asks(name, { [field]: [...base, ...shows] })), "pass", name);
    if (shows.length > 0) t.equal(verdict(id(name), asks(name, { [field]: ["other"] })), "fail", `${name} is not there`);
    for (const word of hides) t.equal(verdict(id(name), asks(name, { [field]: [...shows, word] })), "fail", `${name} with ${word}`);
    t.equal(verdict(id(name), mounted([tmpfs("/a")], [line(2, "/a")])), undefined, `${name} is not asked for`);
  }
  t.equal(
    verdict("runtime.mounts.option.nostrictatime", asks("nostrictatime", { options: ["rw"] })),
    "fail",
    "neither never nor relatively",
  );
});

t.test("options that nothing shows: tmpfs would have refused them", async (t) => {
  for (const { name } of rows.filter(({ kind }) => kind === "invisible")) {
    t.equal(verdict(id(name), asks(name, {})), "pass", name);
    t.equal(verdict(id(name), asks(name, { type: "other" })), "fail", `${name}: not that tmpfs`);
    t.equal(verdict(id(name), mounted([bound("/a", "source", name)], [line(2, "/a")])), undefined, `${name}: a bind mount refuses nothing`);
  }
});

t.test("what the program can do counts too", async (t) => {
  const effect = (option: string, name: string, result: object, directory = "/a") => {
    const kinds = { new: "create", node: "device", agent: "exec", link: "read", planted: "setuid-exec" } as const;
    const kind = name === "new" || name === "node" || name === "agent" || name === "link" ? kinds[name] : kinds.planted;
    const path = `${directory}/${name}`;
    const attempt =
      kind === "device"
        ? ({ do: kind, path, mode: "r" } as const)
        : kind === "exec"
          ? ({ do: kind, path, args: [] } as const)
          : ({ do: kind, path } as const);
    const shows = rows.find((row) => row.name === option)?.shows ?? [];
    return mounted([bound("/a", "source", option)], [line(2, "/a", { options: shows })], [[attempt, { errno: "0", ...result }]]);
  };
  for (const [on, off, name, denied] of [
    ["ro", "rw", "new", { errno: "EROFS" }],
    ["nodev", "dev", "node", { errno: "EACCES" }],
    ["noexec", "exec", "agent", { errno: "EACCES" }],
    ["nosymfollow", "symfollow", "link", { errno: "ELOOP" }],
    ["nosuid", "suid", "planted", { value: 65534 }],
  ] as const) {
    const allowed = name === "planted" ? { value: 0 } : {};
    t.equal(verdict(id(on), effect(on, name, denied)), "pass", on);
    t.equal(verdict(id(on), effect(on, name, allowed)), "fail", on);
    t.equal(verdict(id(off), effect(off, name, allowed)), "pass", off);
    t.equal(verdict(id(off), effect(off, name, denied)), "fail", off);
    t.equal(verdict(id(on), effect(on, name, allowed, "/a/deeper")), "pass", `${on}: elsewhere says nothing`);
  }
  const privileges = configOf({ mounts: [bound("/a", "source", "suid")] });
  const bereft = privileges.process && { ...privileges, process: { ...privileges.process, noNewPrivileges: true } };
  t.equal(
    verdict("runtime.mounts.option.suid", { ...effect("suid", "planted", { value: 65534 }), config: bereft ?? privileges }),
    "pass",
    "the program may gain nothing at all",
  );
});

t.test("where the config says more, nothing is told", async (t) => {
  t.equal(verdict("runtime.mounts.option.ro", mounted([tmpfs("/a", "ro", "rw")], [line(2, "/a")])), undefined, "a contradiction");
  t.equal(verdict("runtime.mounts.option.noatime", mounted([tmpfs("/a", "noatime", "rstrictatime")], [line(2, "/a")])), undefined);
  t.equal(verdict("runtime.mounts.option.ro", mounted([tmpfs("/a", "ro"), tmpfs("/a")], [line(2, "/a")])), undefined, "another one on top");
  t.equal(verdict("runtime.mounts.option.ro", mounted([tmpfs("/a", "ro"), tmpfs("/")], [line(2, "/a")])), undefined, "covered");
  t.equal(
    verdict("runtime.mounts.option.defaults", mounted([tmpfs("/a", "defaults", "ro")], [line(2, "/a", { options: ["ro"] })])),
    undefined,
  );
  t.equal(
    verdict("runtime.mounts.option.suid", mounted([bound("/a", "/usr", "suid")], [line(2, "/a", { options: ["nosuid"] })])),
    undefined,
    "the host's",
  );
  t.equal(
    verdict("runtime.mounts.option.sync", mounted([bound("/a", "source", "sync")], [line(2, "/a")])),
    undefined,
    "it is mounted already",
  );
  const masked = { ...linuxOf({ readonlyPaths: ["/a"] }), mounts: [tmpfs("/a", "rw")] };
  t.equal(verdict("runtime.mounts.option.rw", mounted([], [line(2, "/a", { options: ["ro"] })], [], { config: masked })), undefined);
  const remapped = { ...linuxOf({ namespaces: [{ type: "mount" }, { type: "user" }] }), mounts: [tmpfs("/a", "ro")] };
  t.equal(
    verdict("runtime.mounts.option.ro", mounted([], [line(2, "/a")], [], { config: remapped })),
    "fail",
    "the mount is the container's",
  );
  const shared = { ...linuxOf({ namespaces: [{ type: "mount" }, { type: "user" }] }), mounts: [tmpfs("/a", "shared")] };
  t.equal(verdict("runtime.mounts.options", mounted([], [line(2, "/a")], [], { config: shared })), undefined, "not what it shares");
  const foreign = { ...asks("noatime", { options: ["rw"] }), host: { kernel: "6.2.0" } };
  t.equal(verdict("runtime.mounts.option.noatime", foreign), undefined, "another kernel's table");
});

t.test("a destination is where its links lead", async (t) => {
  const through = (target: string, at: string, ...before: Mount[]) => ({
    ...mounted([...before, tmpfs("/a/b", "ro")], [line(2, at)]),
    container: { rootfs: [{ kind: "symlink", path: "a", target } as const] },
  });
  t.equal(verdict(id("ro"), through("c", "/c/b")), "fail", "relative");
  t.equal(verdict(id("ro"), through("/c/d", "/c/d/b")), "fail", "absolute");
  t.equal(verdict(id("ro"), through("../../c", "/c/b")), "fail", "no further than the root");
  t.equal(verdict(id("ro"), through("c", "/a/b")), undefined, "not where the link is");
  t.equal(verdict(id("ro"), through("a", "/a/b")), undefined, "in a circle");
  t.equal(verdict(id("ro"), through("c", "/c/b", tmpfs("/c"))), undefined, "what an earlier mount covers");
});

t.test("options that take away what the source's mount has", async (t) => {
  const source = `${FIXTURES}/there`;
  const on = (flags: number, option: string, seen: readonly string[], tries: Parameters<typeof mounted>[2] = []) =>
    mounted([bound("/a", source, option)], [line(2, "/a", { options: seen })], tries, {
      case: {
        fixtures: [
          { make: "mount", path: "there", source: "tmpfs", type: "tmpfs", flags: 0 },
          { make: "mount", path: "there", source: "none", type: "none", flags: 4096 | 32 | flags },
        ],
      },
    });
  for (const [option, flags, words] of [
    ["rw", 1, ["ro"]],
    ["suid", 2, ["nosuid"]],
    ["dev", 4, ["nodev"]],
    ["exec", 8, ["noexec"]],
    ["atime", 1024, ["noatime"]],
    ["diratime", 2048, ["nodiratime"]],
  ] as const) {
    t.equal(verdict(id(option), on(flags, option, words)), "fail", option);
    t.equal(verdict(id(option), on(flags, option, option === "rw" ? ["rw"] : ["relatime"])), "pass", option);
  }
  t.equal(verdict(id("nostrictatime"), on(1 << 24, "nostrictatime", ["rw"])), "fail", "strictatime");
  t.equal(verdict(id("norelatime"), on(1024, "norelatime", ["noatime"])), undefined, "noatime is no relatime");
  const frozen = on(0, "rw", ["rw"], [made("/a/new", "EROFS")]);
  const fixtures = [{ make: "mount", path: "there", source: "tmpfs", type: "tmpfs", flags: 1 }] as const;
  t.equal(verdict(id("rw"), frozen), "fail");
  t.equal(verdict(id("rw"), { ...frozen, case: { fixtures } }), "pass", "the file system itself is read-only");
});

t.test("options of file systems of the kernel's own", async (t) => {
  const kernel = (type: string, option: string, seen: Partial<MountInfo>, inner: readonly MountInfo[] = []) =>
    mounted([{ destination: "/a", type, source: type, options: [option] }], [line(2, "/a", { type, ...seen }), ...inner]);
  for (const type of ["proc", "sysfs", "devpts", "mqueue"]) {
    t.equal(verdict(id("ro"), kernel(type, "ro", { options: ["ro"] })), "pass", type);
    t.equal(verdict(id("ro"), kernel(type, "ro", { options: ["rw"] })), "fail", type);
    t.equal(verdict(id("exec"), kernel(type, "exec", { options: ["rw", "noexec"] })), "fail", type);
    t.equal(verdict(id("sync"), kernel(type, "sync", {})), undefined, type);
  }
  const hierarchy = (options: readonly string[]) => line(3, "/a/memory", { parent: 2, type: "cgroup", options });
  t.equal(verdict(id("ro"), kernel("cgroup", "ro", { type: "tmpfs" }, [hierarchy(["ro"])])), "pass", "each hierarchy");
  t.equal(verdict(id("ro"), kernel("cgroup", "ro", { type: "tmpfs" }, [hierarchy(["rw"])])), "fail");
  t.equal(verdict(id("ro"), kernel("cgroup", "ro", { type: "cgroup2", options: ["rw"] })), "fail");
  t.equal(verdict(id("exec"), kernel("cgroup", "exec", { type: "cgroup2", options: ["noexec"] })), undefined, "the runtime's choice");
});

t.test("runtime.mounts.option.remount", async (t) => {
  const twice = [tmpfs("/a"), tmpfs("/a", "remount", "ro")];
  t.equal(verdict("runtime.mounts.option.remount", mounted(twice, [line(2, "/a", { options: ["ro"] })])), "pass");
  t.equal(verdict("runtime.mounts.option.remount", mounted(twice, [line(2, "/a", { options: ["rw"] })])), "fail");
  t.equal(
    verdict("runtime.mounts.option.remount", mounted(twice, [line(2, "/a"), line(3, "/a", { parent: 2, options: ["ro"] })])),
    "fail",
    "a second one",
  );
  t.equal(verdict("runtime.mounts.option.remount", mounted([tmpfs("/a"), tmpfs("/a", "ro")], [line(2, "/a")])), undefined);
});

t.test("runtime.mounts.options", async (t) => {
  const name = "runtime.mounts.options";
  const both = [tmpfs("/a", "ro", "nosuid")];
  t.equal(verdict(name, mounted(both, [line(2, "/a", { options: ["ro", "nosuid"] })])), "pass");
  t.equal(verdict(name, mounted(both, [line(2, "/a", { options: ["ro"] })])), "fail");
  t.equal(verdict(name, mounted([tmpfs("/a")], [line(2, "/a")])), undefined);
  t.equal(verdict(name, mounted([tmpfs("/a", "shared")], [line(2, "/a")])), undefined, "propagation is judged by itself");
});

t.test("examples", async (t) => {
  t.same(exampleProblems(mountOptions, factsOf()), []);
  t.same(lacks(mountOptions, factsOf({ kernel: "5.9.0" })), ["the kernel is older than 5.10", "the kernel is older than 5.10"]);
});
