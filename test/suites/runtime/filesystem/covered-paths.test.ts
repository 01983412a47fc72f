import t from "tap";

import type { Attempt, FileEntry } from "../../../../runners/runtime/case.js";
import type { AttemptResult } from "../../../../runners/runtime/observation.js";
import coveredPaths from "../../../../suites/runtime/filesystem/covered-paths.js";
import { exampleProblems, lacks } from "../examples.js";
import { type Canned, configOf, factsOf, faulty, linuxOf, ran, verdictBy } from "../fixture.js";
import { line, mounted, tmpfs } from "./mount-fixture.js";

const verdict = verdictBy.bind(null, coveredPaths);

const ROOTFS: readonly FileEntry[] = [
  { kind: "file", path: "a/file.txt", content: "secret\n" },
  { kind: "dir", path: "a/directory" },
  { kind: "file", path: "a/directory/here", content: "secret\n" },
  { kind: "file", path: "a/empty.txt" },
];
const run = (linux: Parameters<typeof linuxOf>[0], attempt: Attempt, result: AttemptResult): Canned => ({
  config: linuxOf(linux),
  container: { rootfs: ROOTFS, attempts: [attempt] },
  inside: { attempts: [result] },
});

t.test("runtime.masked-paths.unreadable", async (t) => {
  const id = "runtime.masked-paths.unreadable";
  const read = (path: string, result: AttemptResult, masked = path) => run({ maskedPaths: [masked] }, { do: "read", path }, result);
  const list = (path: string, result: AttemptResult) => run({ maskedPaths: [path] }, { do: "list", path }, result);
  t.equal(verdict(id, read("/a/file.txt", { errno: "0", text: "" })), "pass", "empty");
  t.equal(verdict(id, read("/a/file.txt", { errno: "EACCES", text: "" })), "pass", "refused");
  t.equal(verdict(id, read("/a/file.txt", { errno: "0", text: "secret\n" })), "fail");
  t.equal(verdict(id, list("/a/directory", { errno: "0", names: [] })), "pass");
  t.equal(verdict(id, list("/a/directory", { errno: "0", names: ["here"] })), "fail");
  t.equal(verdict(id, read("/a/directory", { errno: "EISDIR" })), undefined, "a directory is not read");
  t.equal(verdict(id, read("/a/empty.txt", { errno: "0", text: "" })), undefined, "nothing was in it");
  t.equal(verdict(id, read("/proc/kcore", { errno: "EPERM" })), undefined, "the kernel refuses by itself");
  t.equal(verdict(id, read("/a/file.txt", { errno: "0", text: "secret\n" }, "/other")), undefined);
});

t.test("runtime.readonly-paths.unwritable", async (t) => {
  const id = "runtime.readonly-paths.unwritable";
  const write = (errno: string, readonly = "/a/file.txt") =>
    run({ readonlyPaths: [readonly] }, { do: "write", path: "/a/file.txt", data: "" }, { errno });
  const create = (errno: string) => run({ readonlyPaths: ["/a/directory"] }, { do: "create", path: "/a/directory/new" }, { errno });
  t.equal(verdict(id, write("EROFS")), "pass");
  t.equal(verdict(id, create("EROFS")), "pass");
  t.equal(verdict(id, write("0")), "fail");
  t.equal(verdict(id, create("0")), "fail");
  t.equal(verdict(id, write("EACCES")), undefined, "permissions");
  t.equal(verdict(id, write("0", "/other")), undefined);
});

t.test("runtime.mount-label.set", async (t) => {
  const id = "runtime.mount-label.set";
  const label = "system_u:object_r:container_file_t:s0:c1,c2";
  const of = (superOptions: readonly string[], selinux = true): Canned => ({
    ...mounted([], [line(2, "/a", { superOptions })], [], { config: { ...linuxOf({ mountLabel: label }), mounts: [tmpfs("/a")] } }),
    host: { selinux },
  });
  t.equal(verdict(id, of(["rw", 'context="system_u:object_r:container_file_t:s0:c1', 'c2"'])), "pass");
  t.equal(verdict(id, of(["rw", "seclabel"])), "fail");
  t.equal(verdict(id, of(["rw"], false)), undefined, "no SELinux");
  t.equal(verdict(id, { ...mounted([tmpfs("/a")], [line(2, "/a")]), host: { selinux: true } }), undefined, "no label");
});

t.test("errors", async (t) => {
  for (const id of ["runtime.masked-paths.absolute", "runtime.readonly-paths.absolute"]) {
    t.equal(verdict(id, faulty(configOf(), ran(1), { case: { aims: [id] } })), "pass");
    t.equal(verdict(id, faulty(configOf(), ran(0), { case: { aims: [id] } })), "fail");
    t.equal(verdict(id, faulty(configOf(), ran(0))), undefined);
  }
});

t.test("examples", async (t) => {
  t.same(exampleProblems(coveredPaths, factsOf({ selinux: true })), []);
  t.same(lacks(coveredPaths, factsOf()), ["the host has no SELinux"]);
});
