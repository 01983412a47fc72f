import t from "tap";

import type { StepResult } from "../../../runners/runtime/observation.js";
import type { IntelRdt } from "../../../spec/runtime/config.js";
import intelRdt from "../../../suites/runtime/intel-rdt.js";
import { exampleProblems, lacks } from "./examples.js";
import { type Canned, factsOf, faulty, linuxOf, ran, verdictBy } from "./fixture.js";

const verdict = verdictBy.bind(null, intelRdt);
const OWN = "/sys/fs/resctrl/oci-conform-0";

/** The container's directory before, while and after it lived; and the processes in its class and in the default one. */
function lived(rdt: IntelRdt | undefined, there: readonly [boolean, boolean, boolean], own: string, root: string, resctrl = true): Canned {
  const stat = (present: boolean): StepResult => ({
    op: "stat",
    got: present
      ? { ok: true, value: { type: "dir", mode: 0o755, uid: 0, gid: 0, major: 0, minor: 0, size: 0, nlink: 1, dev: "1", ino: "2" } }
      : { ok: false, errno: "ENOENT" },
  });
  return {
    host: { resctrl },
    config: linuxOf(rdt ? { intelRdt: rdt } : {}),
    steps: [
      [{ op: "stat", path: OWN }, stat(there[0])],
      [
        { op: "create", container: 0 },
        { op: "create", ran: ran() },
      ],
      [
        { op: "start", container: 0 },
        { op: "start", ran: ran() },
      ],
      [{ op: "stat", path: OWN }, stat(there[1])],
      [
        { op: "read", path: `${OWN}/tasks` },
        { op: "read", got: { ok: true, value: own } },
      ],
      [
        { op: "read", path: "/sys/fs/resctrl/tasks" },
        { op: "read", got: { ok: true, value: root } },
      ],
      [
        { op: "delete", container: 0 },
        { op: "delete", ran: ran() },
      ],
      [{ op: "stat", path: OWN }, stat(there[2])],
    ],
  };
}

t.test("a class of its own", async (t) => {
  t.equal(verdict("runtime.intel-rdt.task-in-closid-directory", lived({}, [false, true, false], "99\n100\n", "1\n")), "pass");
  t.equal(verdict("runtime.intel-rdt.task-in-closid-directory", lived({}, [false, true, false], "", "100\n")), "fail");
  t.equal(verdict("runtime.intel-rdt.task-in-closid-directory", lived({ closID: "x" }, [false, true, false], "", "100\n")), undefined);
  t.equal(verdict("runtime.intel-rdt.closid-default-is-id", lived({}, [false, true, false], "100", "")), "pass");
  t.equal(verdict("runtime.intel-rdt.closid-default-is-id", lived({}, [false, false, false], "", "")), "fail");
  t.equal(verdict("runtime.intel-rdt.own-directory-removed", lived({}, [false, true, false], "100", "")), "pass");
  t.equal(verdict("runtime.intel-rdt.own-directory-removed", lived({}, [false, true, true], "100", "")), "fail");
  t.equal(verdict("runtime.intel-rdt.own-directory-removed", lived({}, [true, true, true], "100", "")), undefined, "it was there");
});

t.test("no class, and the default one", async (t) => {
  t.equal(verdict("runtime.intel-rdt.unset-leaves-resctrl-alone", lived(undefined, [false, false, false], "", "")), "pass");
  t.equal(verdict("runtime.intel-rdt.unset-leaves-resctrl-alone", lived(undefined, [false, true, false], "", "")), "fail");
  t.equal(verdict("runtime.intel-rdt.unset-leaves-resctrl-alone", lived({}, [false, true, false], "", "")), undefined);
  t.equal(verdict("runtime.intel-rdt.closid-slash-is-default", lived({ closID: "/" }, [false, false, false], "", "100\n")), "pass");
  t.equal(verdict("runtime.intel-rdt.closid-slash-is-default", lived({ closID: "/" }, [false, true, false], "100\n", "1\n")), "fail");
  t.equal(verdict("runtime.intel-rdt.closid-slash-is-default", lived({}, [false, true, false], "", "100\n")), undefined);
  t.equal(
    verdict("runtime.intel-rdt.unset-leaves-resctrl-alone", lived(undefined, [false, true, false], "", "", false)),
    undefined,
    "no resctrl",
  );
});

t.test("errors", async (t) => {
  for (const id of ["runtime.intel-rdt.no-resctrl-error", "runtime.intel-rdt.closid-preconfigured-missing-error"]) {
    const aims = { case: { aims: [id] } };
    t.equal(verdict(id, faulty(linuxOf({}), ran(1), aims)), "pass");
    t.equal(verdict(id, faulty(linuxOf({}), ran(0), aims)), "fail");
    t.equal(verdict(id, faulty(linuxOf({}), ran(0))), undefined);
  }
});

t.test("examples", async (t) => {
  t.same(exampleProblems(intelRdt, factsOf({ resctrl: true })), []);
  t.same(exampleProblems(intelRdt, factsOf()), []);
  t.equal(lacks(intelRdt, factsOf({ resctrl: true })).length, 1);
  t.equal(lacks(intelRdt, factsOf()).length, intelRdt.examples.length - 1);
});
