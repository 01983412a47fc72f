import t from "tap";

import { FIXTURES } from "../../../../runners/runtime/case.js";
import mounts from "../../../../suites/runtime/filesystem/mounts.js";
import { exampleProblems } from "../examples.js";
import { configOf, factsOf, faulty, linuxOf, ran, verdictBy } from "../fixture.js";
import { bound, line, mounted, tmpfs } from "./mount-fixture.js";

const verdict = verdictBy.bind(null, mounts);
const read = (path: string, text: string) => [{ do: "read", path } as const, { errno: "0", text }] as const;

t.test("runtime.mounts.listed-order", async (t) => {
  const nested = [bound("/a", "outer"), bound("/a/inner", "inner")];
  t.equal(verdict("runtime.mounts.listed-order", mounted(nested, [line(2, "/a"), line(3, "/a/inner", { parent: 2 })])), "pass");
  t.equal(verdict("runtime.mounts.listed-order", mounted(nested, [line(2, "/a/inner"), line(3, "/a")])), "fail", "the outer one covers it");
  t.equal(verdict("runtime.mounts.listed-order", mounted(nested.toReversed(), [line(2, "/a/inner"), line(3, "/a")])), undefined);
  t.equal(verdict("runtime.mounts.listed-order", mounted([tmpfs("/a"), tmpfs("/b")], [line(2, "/a"), line(3, "/b")])), undefined);
  const same = [bound("/a", "one"), bound("/a", "two")];
  t.equal(verdict("runtime.mounts.listed-order", mounted(same, [], [read("/a/here", "two/here\n")])), "pass");
  t.equal(verdict("runtime.mounts.listed-order", mounted(same, [], [read("/a/here", "one/here\n")])), "fail");
  t.equal(verdict("runtime.mounts.listed-order", mounted(same, [])), undefined, "nobody looked");
  const config = { ...linuxOf({ readonlyPaths: ["/a/inner"] }), mounts: nested };
  t.equal(
    verdict("runtime.mounts.listed-order", mounted(nested, [line(2, "/a/inner"), line(3, "/a")], [], { config })),
    undefined,
    "mounted again",
  );
});

t.test("runtime.mounts.additional", async (t) => {
  t.equal(verdict("runtime.mounts.additional", mounted([tmpfs("/a")], [line(2, "/a")])), "pass");
  t.equal(verdict("runtime.mounts.additional", mounted([tmpfs("/a")], [line(2, "/b")])), "fail");
  t.equal(verdict("runtime.mounts.additional", mounted([tmpfs("/a")], null)), undefined, "no mount table");
  t.equal(verdict("runtime.mounts.additional", mounted([{ destination: "/a", type: "cgroup" }], [])), undefined, "of the host's making");
  const joined = { ...linuxOf({ namespaces: [{ type: "mount", path: "/proc/1/ns/mnt" }] }), mounts: [tmpfs("/a")] };
  t.equal(verdict("runtime.mounts.additional", mounted([], [], [], { config: joined })), undefined, "another's mount namespace");
});

t.test("runtime.mounts.type", async (t) => {
  t.equal(verdict("runtime.mounts.type", mounted([tmpfs("/a")], [line(2, "/a", { type: "tmpfs" })])), "pass");
  t.equal(verdict("runtime.mounts.type", mounted([tmpfs("/a")], [line(2, "/a", { type: "ramfs" })])), "fail");
  t.equal(verdict("runtime.mounts.type", mounted([bound("/a", "source")], [line(2, "/a", { type: "ext4" })])), undefined, "a dummy");
  const inherited = { ...linuxOf({ namespaces: [{ type: "mount" }] }), mounts: [{ destination: "/proc", type: "proc" }] };
  t.equal(verdict("runtime.mounts.type", mounted([], [line(2, "/proc", { type: "none" })], [], { config: inherited })), undefined);
});

t.test("runtime.mounts.destination-relative", async (t) => {
  t.equal(verdict("runtime.mounts.destination-relative", mounted([tmpfs("a/b")], [line(2, "/a/b")])), "pass");
  t.equal(verdict("runtime.mounts.destination-relative", mounted([tmpfs("a/b")], [line(2, "/cwd/a/b")])), "fail");
  t.equal(verdict("runtime.mounts.destination-relative", mounted([tmpfs("/a/b")], [])), undefined);
});

t.test("the source of a bind mount", async (t) => {
  const relative = mounted([bound("/a", "source")], [line(2, "/a")], [read("/a/here", "source/here\n")]);
  const absolute = mounted([bound("/a", `${FIXTURES}/x.txt`)], [line(2, "/a")], [read("/a", "x.txt\n")]);
  for (const id of ["runtime.mounts.source-relative", "runtime.mounts.bind-by-option"]) t.equal(verdict(id, relative), "pass");
  for (const id of ["runtime.mounts.source-absolute", "runtime.mounts.bind-by-option"]) t.equal(verdict(id, absolute), "pass");
  t.equal(verdict("runtime.mounts.source-absolute", relative), undefined);
  t.equal(verdict("runtime.mounts.source-relative", absolute), undefined);
  const other = mounted([bound("/a", "source")], [line(2, "/a")], [[{ do: "read", path: "/a/here" }, { errno: "ENOENT" }]]);
  for (const id of ["runtime.mounts.source-relative", "runtime.mounts.bind-by-option"])
    t.equal(verdict(id, other), "fail", "nothing of the source is there");
  const wrong = mounted([bound("/a", `${FIXTURES}/x.txt`)], [line(2, "/a")], [read("/a", "other\n")]);
  t.equal(verdict("runtime.mounts.source-absolute", wrong), "fail");
  const filtered = mounted([bound("/a", "source")], [line(2, "/a")], [[{ do: "read", path: "/a/here" }, { errno: "EPERM" }]]);
  t.equal(verdict("runtime.mounts.source-relative", filtered), undefined, "something else stood in the way");
  t.equal(
    verdict("runtime.mounts.bind-by-option", mounted([tmpfs("/a")], [line(2, "/a")], [read("/a/here", "x")])),
    undefined,
    "no bind mount",
  );
});

t.test("runtime.mounts.destination-required", async (t) => {
  const aims = { case: { aims: ["runtime.mounts.destination-required"] } };
  t.equal(verdict("runtime.mounts.destination-required", faulty(configOf(), ran(1), aims)), "pass");
  t.equal(verdict("runtime.mounts.destination-required", faulty(configOf(), ran(0), aims)), "fail");
  t.equal(verdict("runtime.mounts.destination-required", faulty(configOf(), ran(0))), undefined);
});

t.test("examples", async (t) => t.same(exampleProblems(mounts, factsOf()), []));
