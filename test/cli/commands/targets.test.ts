import { randomUUID } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { type Test } from "tap";
import { Parser } from "tap-parser";

import { referencePath } from "../../../runners/runtime/build-native.js";
import { cgroupsOf, type Ended, script, start, withoutRoot } from "../process.js";

const NEVER = join(tmpdir(), `oci-conform-never-made-${randomUUID()}`);

/** Test points that passed, skips and the like left out. */
const passes = (tap: string): string[] =>
  Parser.parse(tap).flatMap((part) => {
    const [kind, point] = part;
    return kind === "assert" && point.ok && !point.skip && !point.todo ? [point.name] : [];
  });

/** No such target passes anything: it ends inconclusive, with its own words, and leaves nothing behind. */
async function inconclusive(t: Test, bin: string, said: RegExp, ...more: readonly string[]): Promise<void> {
  const { child, ended } = start(["runtime", "--bin", bin, "--out", NEVER, "--report", "tap", ...more]);
  const { code, stdout, stderr }: Ended = await ended;
  t.equal(code, 2);
  t.same(passes(stdout), []);
  t.match(stdout, /^Bail out! inconclusive: /m);
  t.match(stderr, /^oci-conform: inconclusive: .* cannot run the minimal container:\n/);
  t.match(stderr, said);
  t.notMatch(stderr, /internal error/);
  t.notOk(existsSync(NEVER), "nothing is stored");
  t.same(cgroupsOf(`oci-conform-${child.pid}-`), []);
}

t.test("targets that are none score nothing", { skip: withoutRoot }, async (t) => {
  const root = t.testdir();
  t.test("one that always fails", (t) => inconclusive(t, "/bin/false", /create exited 1 without a word/));
  t.test("one that always succeeds", (t) => inconclusive(t, "/bin/true", /create succeeded, but wrote no PID file/));
  t.test("one that never ends: not tried again in every view", async (t) => {
    const sleeper = script(root, "sleeper", "exec sleep 1000");
    await inconclusive(t, sleeper, /^ {2}host view: create did not end in time\s*$/m, "--timeout", "1s");
  });
  t.test("one that crashes", async (t) => {
    await inconclusive(t, script(root, "crasher", "kill -SEGV $$"), /create was killed by SIGSEGV/);
  });
  t.test("one that is no program at all", async (t) => {
    const path = script(root, "odd", "");
    writeFileSync(path, "\u007fELF but not really");
    await inconclusive(t, path, /create could not be executed: ENOEXEC/);
  });
  t.test("one that writes a PID file of a process that is not its own container", async (t) => {
    const liar = script(root, "liar", 'while [ $# -gt 0 ]; do [ "$1" = --pid-file ] && echo 1 > "$2"; shift; done');
    await inconclusive(t, liar, /never reported/, "--timeout", "1s");
  });
  t.test("one that floods its caller", async (t) => {
    await inconclusive(t, script(root, "flood", "yes | head -c 5000000; echo enough >&2; exit 3"), /create exited 3/);
  });
});

t.test("a target that runs nothing without PATH is judged with it, and the lack is a finding", { skip: withoutRoot }, async (t) => {
  const root = t.testdir();
  const picky = script(
    root,
    "picky",
    `case " $* " in *" create "*)
  for word; do [ "$before" = --bundle ] && bundle=$word; before=$word; done
  grep -q PATH= "$bundle/config.json" || { echo "PATH is not set" >&2; exit 1; };;
esac
exec ${referencePath()} "$@"`,
  );
  const only = ["runtime.process.env", "runtime.process.cwd", "runtime.process.args-required"].flatMap((id) => ["--only", id]);
  const args = ["runtime", "--bin", picky, "--out", join(root, "out"), "--report", "tap", "--cases", "0", ...only];
  const { code, stdout, stderr } = await start(args).ended;
  t.equal(code, 1, stderr);
  t.match(stdout, /^# judged by release .*; it runs nothing without PATH in process\.env, so that every case sets it$/m);
  t.match(stdout, /^not ok \d+ - runtime\.process\.env$/m);
  t.match(stdout, /^ {2}case: "an environment without PATH"$/m);
  t.ok(passes(stdout).includes("runtime.process.cwd"));
});
