import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { minimalConfig } from "../../generators/runtime/base.js";
import { lifecycle } from "../../generators/runtime/steps.js";
import { referencePath } from "../../runners/runtime/build-native.js";
import type { RuntimeCase } from "../../runners/runtime/case.js";
import { conform, script, withoutRoot } from "./process.js";

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
