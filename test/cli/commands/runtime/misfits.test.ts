import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { minimalConfig } from "../../../../generators/runtime/base.js";
import { lifecycle } from "../../../../generators/runtime/steps.js";
import { referencePath } from "../../../../runners/runtime/build-native.js";
import type { RuntimeCase } from "../../../../runners/runtime/case.js";
import { conform, script, withoutRoot } from "../../process.js";

/** A runtime that does what `body` says, and leaves the rest to the bundled one (`$ref`); `$bundle` is what `--bundle` names. */
const wrapper = (directory: string, name: string, body: string): string =>
  script(
    directory,
    name,
    `ref=${referencePath()}
for word; do [ "$before" = --bundle ] && bundle=$word; before=$word; done
${body}
exec "$ref" "$@"`,
  );

/** Like a released runc, which took the links that it had made itself for somebody else's. */
const ONCE = `if [ "$1" = create ] && [ -L "$bundle/rootfs/dev/fd" ]; then echo "dev/fd exists" >&2; exit 1; fi`;

t.test("a runtime that creates a bundle once only", { skip: withoutRoot }, async (t) => {
  const root = t.testdir();
  const once = wrapper(root, "once", ONCE);
  const id = "runtime.create.creates-container";
  const ran = await conform("runtime", "--bin", once, "--out", join(root, "out"), "--report", "tap", "--cases", "0", "--only", id);
  t.equal(ran.code, 1, ran.stderr);
  t.match(ran.stdout, /^not ok \d+ - runtime\.create\.creates-container$/m);
  t.match(ran.stdout, /dev\/fd exists/);

  const subject: RuntimeCase = {
    format: "oci-conform/runtime-case@1",
    title: "twice",
    aims: [],
    containers: [{ config: minimalConfig("1.0.0") }],
    steps: [...lifecycle(), ...lifecycle()],
  };
  const stored = join(root, "case.json");
  writeFileSync(stored, JSON.stringify(subject));
  const replayed = await conform("replay", stored, "--bin", once);
  t.equal(replayed.code, 1, replayed.stderr);
  t.match(replayed.stdout, /^ {2}FAIL MUST runtime\.create\.creates-container/m);
  const right = await conform("replay", stored, "--bin", referencePath());
  t.equal(right.code, 0, right.stdout);
});

/** `create` with what `$create` has in place of its words, without `--pid-file`. */
const WITHOUT_PID_FILE = `set -- "$@" --
  while [ "$1" != -- ]; do
    if [ "$1" = --pid-file ]; then shift 2; else set -- "$@" "$1"; shift; fi
  done
  shift`;
const OUTPUT_LOST = `"$ref" "$@" > /dev/shm/lost 2>&1`;
const STATE_WITHOUT_PID = `[ "$1" = state ] && { told=$("$ref" "$@") || exit; echo "$told" | sed 's/"pid":[0-9]*,//'; exit; }`;

/** What is wrong with a runtime that carries the minimal case out all the same, and the requirement that says so. */
const MISFITS: readonly (readonly [name: string, id: string, body: string])[] = [
  ["extra-text", "runtime.query-state.returns-state", `[ "$1" = state ] && echo "here it is:"`],
  ["no-status", "runtime.state.status", `[ "$1" = state ] && { "$ref" "$@" | sed 's/"status":"[a-z]*",//'; exit; }`],
  [
    "odd-version",
    "runtime.state.oci-version",
    `[ "$1" = state ] && { "$ref" "$@" | sed 's/"ociVersion":"[^"]*"/"ociVersion":"newest"/'; exit; }`,
  ],
  ["start-error", "runtime.start.runs-program", `[ "$1" = start ] && { "$ref" "$@"; exit 1; }`],
  ["create-error", "runtime.create.creates-container", `[ "$1" = create ] && { "$ref" "$@"; exit 1; }`],
  ["delete-error", "runtime.lifecycle.container-destroyed", `[ "$1" = delete ] && { "$ref" "$@"; exit 1; }`],
  ["delete-nothing", "runtime.lifecycle.container-destroyed", `[ "$1" = delete ] && [ "$2" != --force ] && exit 0`],
  [
    "starts-at-once",
    "runtime.lifecycle.program-not-run-by-create",
    `case $1 in create) "$ref" "$@" || exit; exec "$ref" start "$word";; start) exit 0;; esac`,
  ],
];

for (const [name, id, body] of MISFITS) {
  t.test(`a runtime that is wrong by ${name} is judged`, { skip: withoutRoot }, async (t) => {
    const root = t.testdir();
    const control = "runtime.process.args";
    const args = ["--report", "tap", "--cases", "0", "--timeout", "3s", "--only", id, "--only", control];
    const ran = await conform("runtime", "--bin", wrapper(root, name, body), "--out", join(root, "out"), ...args);
    t.equal(ran.code, 1, ran.stdout + ran.stderr);
    t.match(ran.stdout, new RegExp(`^not ok \\d+ - ${id}$`, "m"));
    t.match(ran.stdout, new RegExp(`^ok \\d+ - ${control}$`, "m"), "all else is judged");
  });
}

/** Who does nothing that the spec does not allow, and is only hard to follow: what can be judged of them, and what is said of how. */
const HARD_TO_FOLLOW: readonly (readonly [name: string, said: RegExp, body: string])[] = [
  ["no-pid-file", /create writes no PID file/, `[ "$1" = create ] && { ${WITHOUT_PID_FILE}; exec "$ref" "$@"; }`],
  ["lost-output", /programs report by a FIFO/, `[ "$1" = create ] && { ${OUTPUT_LOST}; exit; }`],
  [
    "neither",
    /create writes no PID file.*programs report by a FIFO/,
    `[ "$1" = create ] && { ${WITHOUT_PID_FILE}; ${OUTPUT_LOST}; exit; }`,
  ],
];

/** Requirements that show whether everything is seen: states, the program, its terminal, signals, two lives, hooks, what looks from outside show. */
const OF_ALL_KINDS = [
  "runtime.state",
  "runtime.process.args",
  "runtime.process.terminal",
  "runtime.kill.sends-signal",
  "runtime.start.runs-program",
  "runtime.create.creates-container",
  "runtime.hooks.state-pid",
  "runtime.root.readonly",
  "runtime.namespaces.pid-new",
  "robustness.leftover-process",
];
const only = (ids: readonly string[]): string[] => ids.flatMap((id) => ["--only", id]);

t.test("a right runtime that is hard to follow is judged as much as any other, and right", { skip: withoutRoot }, async (t) => {
  const root = t.testdir();
  const test = (name: string, bin: string) =>
    conform("runtime", "--bin", bin, "--out", join(root, name), "--report", "tap", "--cases", "0", ...only(OF_ALL_KINDS));
  const counts = (stdout: string): string | undefined => /^# pass \d+, fail \d+, skip \d+, unexercised \d+/m.exec(stdout)?.[0];
  const bundled = await test("bundled", referencePath());
  for (const [name, said, body] of HARD_TO_FOLLOW) {
    const ran = await test(`out-${name}`, wrapper(root, name, body));
    t.equal(ran.code, 0, ran.stdout + ran.stderr);
    t.match(ran.stdout, said, name);
    t.equal(counts(ran.stdout), counts(bundled.stdout), name);
  }
});

/** What shows from outside alone: the finding, if there is one, and what is said of what was not judged. */
const UNSEEN: readonly (readonly [name: string, failing: readonly string[], said: RegExp, body: string])[] = [
  [
    "an unheard program",
    [],
    /a container's program was never heard of/,
    `[ "$1" = create ] && { rm -f "$bundle/rootfs/.oci/report"; ${OUTPUT_LOST}; exit; }`,
  ],
  [
    "a program that never ran",
    ["runtime.lifecycle.program-run", "runtime.start.runs-program"],
    /a container's program was never heard of/,
    `[ "$1" = start ] && exec "$ref" kill "$2" KILL`,
  ],
  [
    "no pid at all",
    ["runtime.state.pid-when-created", "runtime.state.schema"],
    /which process is a container's is unknown/,
    `[ "$1" = create ] && { ${WITHOUT_PID_FILE}; exec "$ref" "$@"; }
${STATE_WITHOUT_PID}`,
  ],
];

for (const [name, failing, said, body] of UNSEEN) {
  t.test(`a runtime with ${name} is judged by what shows, and never green`, { skip: withoutRoot }, async (t) => {
    const root = t.testdir();
    const ids = ["runtime.state", "runtime.start.runs-program", "runtime.lifecycle.program-run", "runtime.create", "runtime.process.args"];
    const args = ["--report", "tap", "--cases", "0", "--timeout", "2s", ...only(ids)];
    const ran = await conform("runtime", "--bin", wrapper(root, "misfit", body), "--out", join(root, "out"), ...args);
    t.equal(ran.code, failing.length > 0 ? 1 : 2, ran.stdout + ran.stderr);
    const found = [...ran.stdout.matchAll(/^not ok \d+ - (\S+)$/gm)].map(([, id]) => id).sort();
    // Whether a container is seen to run that nobody can wait for is a matter of luck.
    t.same(
      found.filter((id) => id !== "runtime.state.pid-when-running"),
      failing,
    );
    t.match(ran.stdout + ran.stderr, said);
    t.match(ran.stdout, /^ok \d+ - runtime\.state\.status-created$/m);
    t.match(ran.stdout, /^ok \d+ - runtime\.create\.missing-arguments-error$/m);
    t.match(ran.stdout, /^# inconclusive: /m);
    if (name !== "no pid at all") t.notMatch(ran.stdout, /^ok \d+ - runtime\.process\.args$/m, "nobody saw it");
  });
}

t.test("what carries nothing out is not judged", { skip: withoutRoot }, async (t) => {
  const root = t.testdir();
  const sleeper = script(root, "sleeper", "exec sleep 60");
  for (const [bin, said] of [
    ["/bin/true", /create succeeded, but wrote no PID file \(--pid-file\), and state names no pid/],
    ["/bin/false", /create exited 1 without a word/],
    [sleeper, /create did not end in time/],
  ] as const) {
    const ran = await conform("runtime", "--bin", bin, "--out", join(root, "out"), "--report", "tap", "--cases", "0", "--timeout", "1s");
    t.equal(ran.code, 2, bin);
    t.match(ran.stderr, said);
    t.notMatch(ran.stdout, /^ok /m, "no pass");
  }
});
