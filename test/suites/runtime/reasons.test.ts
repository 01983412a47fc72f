import t from "tap";

import { checks } from "../../../suites/runtime/index.js";
import { judge } from "../../../suites/runtime/judge.js";
import { type Canned, caseViewOf, configOf, factsOf, linuxOf, ran } from "./fixture.js";

/** What a check says of a run to which it does not apply. */
function reasonOf(id: string, canned: Canned): string | undefined {
  const view = caseViewOf(canned);
  return judge(checks, view.testCase, view.observation, factsOf(canned.host, canned.target)).notApplicable(id);
}

const { process = { cwd: "/", user: { uid: 0, gid: 0 } } } = configOf();
const withUser = configOf({ process: { ...process, user: { uid: 0, gid: 0, umask: 0o27 } } });
const faulty: Canned = { case: { control: configOf() } };

const REASONS: readonly (readonly [id: string, canned: Canned, reason: string])[] = [
  ["runtime.user.umask", {}, "no umask in the config"],
  ["runtime.user.umask-unchanged", { config: withUser }, "a umask in the config"],
  ["runtime.user.umask", { config: withUser, inside: null }, "the program did not report"],
  ["runtime.process.rlimits-soft", {}, "no rlimits in the config"],
  ["runtime.process.scheduler-nice", {}, "no scheduler in the config"],
  ["runtime.namespaces.user-new", {}, "no new user namespace in the config"],
  ["runtime.namespaces.ipc-inherited", {}, "the config lists the ipc namespace"],
  ["runtime.namespaces.ipc-new", faulty, "the config is faulty on purpose"],
  ["runtime.namespaces.ipc-new", { start: ran(1), inside: null }, "the program was not started"],
  ["runtime.mounts.type", { config: linuxOf({ namespaces: [] }) }, "no new mount namespace in the config"],
  ["runtime.root.readonly", {}, "the config's root is not readonly"],
  ["runtime.memory.limit", {}, "no resources in the config"],
  [
    "runtime.memory.limit",
    { config: linuxOf({ resources: { memory: { limit: 2 ** 28 } } }), look: null },
    "nobody looked at the container while it ran",
  ],
  ["runtime.sysctl.set", {}, "no sysctl in the config"],
  ["runtime.hooks.args", {}, "no hook ran of which it is known to which operation it belongs"],
  ["runtime.seccomp.action.errno", {}, "no seccomp in the config"],
  ["runtime.features.schema", {}, "features was not asked for, or did not succeed"],
  ["runtime.oci-version.semver", {}, "the case has nothing invalid of that kind"],
];

for (const [id, canned, reason] of REASONS) {
  t.test(`${id} does not apply: ${reason}`, async (t) => t.equal(reasonOf(id, canned), reason));
}

t.test("a check that judged says no reason", async (t) => {
  t.equal(reasonOf("runtime.user.umask", { config: withUser, inside: { umask: 0o27 } }), undefined);
});

t.test("each check of an ordinary run judges it or says why not", async (t) => {
  const view = caseViewOf({});
  const outcomes = judge(checks, view.testCase, view.observation, factsOf());
  for (const { id } of checks) t.ok(outcomes.has(id) || outcomes.notApplicable(id), id);
});
