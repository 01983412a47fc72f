import { readdirSync, readFileSync } from "node:fs";
import t, { type Test } from "tap";
import { Sandboxes, type SandboxRun, type Written } from "../../../runners/image/sandboxes.js";
import { agentPath } from "../../../runners/runtime/build-native.js";
import { HarnessError } from "../../../spec/errors.js";
import { skip } from "./fixture.js";

/** Sandboxes for the time of a test. */
function open(t: Test): Sandboxes {
  const sandboxes = new Sandboxes(agentPath());
  t.teardown(() => sandboxes.close());
  return sandboxes;
}

/** A shell's script in a sandbox. */
const sh = (script: string, more: Partial<SandboxRun> = {}): SandboxRun => ({
  args: ["--cgroup", "none", "--", "sh", "-c", script],
  timeoutMs: 60_000,
  ...more,
});

const said = ({ stdout, stderr }: Written): readonly string[] => [stdout.toString(), stderr.toString()];

let named = 0;
/** A command that goes on for long, by a name that no other test has; it heeds no SIGTERM. */
function endless(): { readonly script: string; readonly mark: string } {
  const mark = `oci-conform-test-${process.pid}-${++named}`;
  return { script: `trap '' TERM; while :; do sleep 1; : ${mark}; done`, mark };
}

/** The processes of this machine that have the word in their command lines. */
function running(word: string): number {
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(word);
    } catch {
      return false;
    }
  }).length;
}

/** Waits for a condition, and is bounded by the test's own time limit. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

t.test("each sandbox is one's own, and its words come back", { skip }, async (t) => {
  const sandboxes = open(t);
  const several = ["a", "b", "c"].map((name) => sandboxes.run(sh(`: > /run/mine-${name}; echo /run/mine*; echo ${name} >&2; exit 3`)));
  t.strictSame(
    (await Promise.all(several)).map(said),
    ["a", "b", "c"].map((name) => [`/run/mine-${name}\n`, `${name}\n`]),
  );
  const large = await sandboxes.run(sh("head -c 3000000 /dev/zero; head -c 300000 /dev/zero >&2"));
  t.strictSame([large.stdout.length, large.stderr.length], [3_000_000, 65_536], "of errors, the first 64 KiB");
  t.strictSame(said(await sandboxes.run(sh("cat; readlink /proc/$$/fd/0 | cut -c 1-5"))), ["pipe:\n", ""], "an input that has ended");
});

t.test("time that is over ends a sandbox, and so does a signal; others go on", { skip }, async (t) => {
  const sandboxes = open(t);
  const [late, aborted] = [endless(), endless()];
  const abort = new AbortController();
  const other = sandboxes.run(sh("sleep 1; echo done"));
  const first = sandboxes.run(sh(late.script, { timeoutMs: 200 }));
  const second = sandboxes.run(sh(aborted.script, { signal: abort.signal }));
  await until(() => running(aborted.mark) > 0);
  abort.abort();
  t.strictSame(await Promise.all([first, second].map(async (each) => said(await each))), [
    ["", ""],
    ["", ""],
  ]);
  t.equal(running(late.mark) + running(aborted.mark), 0);
  t.strictSame(said(await other), ["done\n", ""]);
});

t.test("closing ends every sandbox", { skip }, async (t) => {
  const sandboxes = new Sandboxes(agentPath());
  sandboxes.close();
  const { script, mark } = endless();
  const run = sandboxes.run(sh(script));
  await until(() => running(mark) > 0);
  sandboxes.close();
  await t.rejects(run, HarnessError);
  await until(() => running(mark) === 0);
});

t.test("when the process that makes them is killed, nothing of it stays, and there is another", { skip }, async (t) => {
  const sandboxes = open(t);
  const { script, mark } = endless();
  const run = sandboxes.run(sh(script));
  await until(() => running(mark) > 0);
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").trim().split(" ").map(Number);
  const [maker] = children.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("agent\0sandboxes"));
  t.ok(maker);
  if (maker) process.kill(maker, "SIGKILL");
  await t.rejects(run, { message: /^the process that makes the sandboxes ended \(SIGKILL\)/ });
  await until(() => running(mark) === 0);
  t.strictSame(said(await sandboxes.run(sh("echo again"))), ["again\n", ""]);
});

t.test("without the agent there is no sandbox", async (t) => {
  await t.rejects(new Sandboxes("/no/such/agent").run(sh("true")), { code: "ENOENT" });
});
