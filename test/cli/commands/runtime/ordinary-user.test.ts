import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { type Test } from "tap";
import { commandIn, SURROUNDINGS } from "../../../../ci/surroundings-table.js";
import type { Results } from "../../../../reports/results/results.js";

const NOBODY = 65534;
const namespaces = spawnSync("unshare", ["-Ur", "true"], { uid: NOBODY, gid: NOBODY }).status === 0;
const skip =
  process.getuid?.() !== 0 ? "needs root, to become somebody else" : namespaces ? false : "ordinary users may make no user namespaces here";

/** What callers differ in. */
const TOUCHED = [
  "runtime.mappings",
  "runtime.namespaces.user-supported",
  "runtime.user",
  "runtime.process.scheduler-policy",
  "runtime.process.scheduler-nice",
  "runtime.process.scheduler-nice-default",
  "runtime.process.rlimits-soft",
  "runtime.process.rlimits-duplicate-error",
  "runtime.process.oom-score-adj",
  "runtime.create.creates-container",
  "runtime.devices.uid",
].flatMap((id) => ["--only", id]);

/** Runs as the caller of that name. */
function ranAs(t: Test, name: string) {
  const surrounding = SURROUNDINGS.find((each) => each.name === name);
  if (!surrounding) throw new Error(`there is no surrounding ${name}`);
  const work = mkdtempSync(join(tmpdir(), "oci-conform-ordinary-user-"));
  t.teardown(() => rmSync(work, { recursive: true, force: true }));
  const { argv, env } = commandIn(surrounding, work, ["runtime", "--report", "json", "--cases", "0", "--jobs", "1", ...TOUCHED]);
  const [program = "", ...args] = argv;
  return spawnSync(program, args, { env, encoding: "utf8", input: "", timeout: 600_000, maxBuffer: 2 ** 26 });
}

const DEVICES = ["runtime.devices.uid", /needs CAP_MKNOD/] as const;

/** Callers, and the reasons of what is skipped with them: nothing else is. */
const CALLERS: Readonly<Record<string, readonly (readonly [string, RegExp])[]>> = {
  user: [],
  "no-ids": [["runtime.user.additional-gids", /does not allow supplementary groups/]],
  "no-uidmap": [["runtime.user.additional-gids", /does not allow supplementary groups/]],
  nice: [["runtime.process.scheduler-nice-default", /nice value 5, which it may not lower/]],
  "nofile-soft": [],
  core: [],
  "read-only-home": [],
  "tmpdir-elsewhere": [],
  "root-without-sys_admin": [],
};

for (const [name, reasons] of Object.entries(CALLERS)) {
  t.test(`nothing is found, and what is skipped has its reason: ${name}`, { skip }, async (t) => {
    const { status, stdout, stderr } = ranAs(t, name);
    t.equal(stderr, "");
    t.equal(status, 0, stdout.slice(0, 5000));
    const { requirements, host }: Results = JSON.parse(stdout);
    t.match(host, { root: false });
    const expected = new Map<string, RegExp>([DEVICES, ...reasons]);
    for (const { id, verdict, reason = "" } of requirements) {
      const why = expected.get(id);
      t.equal(verdict, why ? "skip" : "pass", `${id} ${reason}`);
      if (why) t.match(reason, why, id);
    }
  });
}

for (const name of ["proc-sys-read-only", "no-namespaces"]) {
  t.test(`who can have no sandbox is told so in one line: ${name}`, { skip }, async (t) => {
    const { status, stderr } = ranAs(t, name);
    t.equal(status, 2);
    t.match(stderr, /^[^\n]+\n$/);
    t.match(stderr, SURROUNDINGS.find((each) => each.name === name)?.ends?.words);
  });
}
