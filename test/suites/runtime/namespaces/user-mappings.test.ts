import t from "tap";

import { bundleOf } from "../../../../runners/runtime/case.js";
import type { StepResult } from "../../../../runners/runtime/observation.js";
import userMappings from "../../../../suites/runtime/namespaces/user-mappings.js";
import { exampleProblems, lacks } from "../examples.js";
import { type Canned, configOf, factsOf, linuxOf, look, ran, verdictBy } from "../fixture.js";

const verdict = verdictBy.bind(null, userMappings);

const MAPS = [
  { containerID: 0, hostID: 100_000, size: 1000 },
  { containerID: 1000, hostID: 300_000, size: 64 },
];
const config = linuxOf({ namespaces: [{ type: "user" }], uidMappings: MAPS, gidMappings: MAPS });
const RIGHT = [
  [0, 100_000, 1000],
  [1000, 300_000, 64],
] as const;
/** The same, cut in another way and in another order. */
const CUT = [
  [1000, 300_000, 64],
  [500, 100_500, 500],
  [0, 100_000, 500],
] as const;
const WRONG = [[0, 0, 4294967295]] as const;

for (const [kind, key, field] of [
  ["uid", "uidMap", "Uid"],
  ["gid", "gidMap", "Gid"],
] as const) {
  const id = `runtime.mappings.${kind}`;
  t.test(id, async (t) => {
    for (const map of [RIGHT, CUT]) t.equal(verdict(id, { config, look: { [key]: map } }), "pass");
    t.equal(verdict(id, { config, look: { [key]: WRONG } }), "fail");
    t.equal(verdict(id, { config, look: null, inside: { [key]: RIGHT } }), "pass", "as seen from within");
    t.equal(verdict(id, { config: configOf(), look: { [key]: WRONG } }), undefined, "no user namespace");
    t.equal(verdict(id, { config, look: { [key]: RIGHT, status: { [field]: "100000\t100000\t100000\t100000" } } }), "pass");
    t.equal(verdict(id, { config, look: { [key]: RIGHT, status: { [field]: "0\t0\t0\t0" } } }), "fail", "another id on the host");
  });
}

/** Looks at the root file system before and while the container runs. */
function looking(before: number, after: number, remapped = true): Canned {
  const path = `${bundleOf(0)}/rootfs`;
  const stat = (uid: number): StepResult => ({
    op: "stat",
    got: {
      ok: true,
      value: { type: "dir", mode: 0o755, uid, gid: 0, major: 0, minor: 0, size: 0, nlink: 1, dev: "1", ino: "2" },
    },
  });
  return {
    config: remapped ? config : configOf(),
    steps: [
      [{ op: "stat", path }, stat(before)],
      [
        { op: "create", container: 0 },
        { op: "create", ran: ran() },
      ],
      [
        { op: "start", container: 0 },
        { op: "start", ran: ran() },
      ],
      [
        { op: "look", container: 0 },
        { op: "look", look: { ok: true, value: look() } },
      ],
      [{ op: "stat", path }, stat(after)],
    ],
  };
}

t.test("runtime.mappings.ownership-unchanged", async (t) => {
  const id = "runtime.mappings.ownership-unchanged";
  t.equal(verdict(id, looking(0, 0)), "pass");
  t.equal(verdict(id, looking(0, 100_000)), "fail");
  t.equal(verdict(id, looking(0, 100_000, false)), undefined, "no user namespace");
  t.equal(verdict(id, { config }), undefined, "nobody looked");
});

t.test("examples", async (t) => {
  t.same(exampleProblems(userMappings, factsOf()), []);
  t.match(lacks(userMappings, factsOf({ namespaces: ["pid"] })), [/user/]);
});
