import t from "tap";

import mountData from "../../../../suites/runtime/filesystem/mount-data.js";
import { exampleProblems } from "../examples.js";
import { factsOf, linuxOf, verdictBy } from "../fixture.js";
import { bound, line, mounted, tmpfs } from "./mount-fixture.js";

const verdict = verdictBy.bind(null, mountData);

t.test("runtime.mounts.options", async (t) => {
  const name = "runtime.mounts.options";
  const stat = { type: "dir", mode: 0o700, uid: 5, gid: 7, major: 0, minor: 0, size: 0, nlink: 2, dev: "1", ino: "1" } as const;
  const owned = (...options: string[]) =>
    mounted(
      [tmpfs("/a", ...options)],
      [line(2, "/a")],
      [
        [
          { do: "stat", path: "/a" },
          { errno: "0", stat },
        ],
      ],
    );
  t.equal(verdict(name, owned("mode=0700", "uid=5", "gid=7")), "pass");
  for (const option of ["mode=755", "uid=0", "gid=5"]) t.equal(verdict(name, owned(option)), "fail", option);
});

t.test("runtime.mounts.unknown-options-as-data", async (t) => {
  const name = "runtime.mounts.unknown-options-as-data";
  const data = (options: readonly string[], superOptions: readonly string[], kernel = "6.1.0") => ({
    ...mounted([tmpfs("/a", ...options)], [line(2, "/a", { superOptions })]),
    host: { kernel },
  });
  t.equal(verdict(name, data(["size=1m", "nr_inodes=4k"], ["rw", "size=1024k", "nr_inodes=4096"])), "pass");
  t.equal(verdict(name, data(["mode=1777", "uid=0"], ["rw"])), "pass", "tmpfs says nothing of what is so anyway");
  t.equal(verdict(name, data(["size=1m"], ["rw"])), "fail");
  t.equal(verdict(name, data(["mode=700"], ["rw", "mode=755"])), "fail");
  t.equal(verdict(name, data(["uid=5", "gid=5"], ["rw", "uid=5"])), "fail");
  const elsewhere = { ...data(["uid=5"], ["rw", "uid=100005"]), host: { root: false } };
  t.equal(verdict(name, elsewhere), undefined, "in a user namespace, owners show as others have them");
  t.equal(verdict(name, data(["size=0", "nr_inodes=0", "size=5000"], ["rw"])), undefined);
  t.equal(verdict(name, data(["size=1m"], ["rw"], "6.2.0")), undefined, "another kernel's table");
  t.equal(verdict(name, mounted([bound("/a", "source", "size=1m")], [line(2, "/a")])), undefined);
});

t.test("what proc and devpts know", async (t) => {
  const name = "runtime.mounts.unknown-options-as-data";
  const seen = (type: string, option: string, superOptions: readonly string[]) =>
    mounted([{ destination: "/a", type, source: type, options: [option] }], [line(2, "/a", { type, superOptions })]);
  t.equal(verdict(name, seen("proc", "hidepid=2", ["rw", "hidepid=invisible"])), "pass", "a number for the name");
  t.equal(verdict(name, seen("proc", "hidepid=invisible", ["rw", "hidepid=2"])), "pass");
  t.equal(verdict(name, seen("proc", "hidepid=2", ["rw"])), "fail");
  t.equal(verdict(name, seen("proc", "hidepid=0", ["rw"])), "pass", "what is so anyway");
  t.equal(verdict(name, seen("proc", "subset=pid", ["rw", "subset=pid"])), "pass");
  t.equal(verdict(name, seen("proc", "subset=pid", ["rw"])), "fail");
  t.equal(verdict(name, seen("devpts", "ptmxmode=0666", ["rw", "mode=600", "ptmxmode=666"])), "pass");
  t.equal(verdict(name, seen("devpts", "ptmxmode=0666", ["rw", "mode=600", "ptmxmode=000"])), "fail");
  t.equal(verdict(name, seen("devpts", "newinstance", ["rw"])), undefined, "every one is");
  t.equal(verdict(name, seen("sysfs", "size=1m", ["rw"])), undefined);
  const remapped = { ...linuxOf({ namespaces: [{ type: "mount" }, { type: "user" }] }), mounts: [tmpfs("/a", "gid=5", "size=1m")] };
  const table = [line(2, "/a", { superOptions: ["rw", "gid=100005", "size=1024k"] })];
  t.equal(verdict(name, mounted([], table, [], { config: remapped })), "pass", "but for ids in a user namespace");
});

t.test("examples", async (t) => {
  t.same(exampleProblems(mountData, factsOf()), []);
});
