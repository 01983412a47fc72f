import { once } from "node:events";
import { readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { referencePath } from "../../../../runners/runtime/build-native.js";
import { script, start, withoutRoot } from "../../process.js";

t.test("a runtime that changes is tested again, what failed first; Ctrl-C ends it", { skip: withoutRoot }, async (t) => {
  const directory = t.testdir({});
  const runtime = (name: string, fault: string): string => script(directory, name, `exec ${referencePath()} ${fault} "$@"`);
  const bin = runtime("runtime", "--fault cwd-ignored");
  const { child, ended } = start([
    ...["runtime", "--bin", bin, "--watch", "--cases", "0", "--out", join(directory, "out")],
    ...["--only", "runtime.process.cwd", "--only", "runtime.process.env"],
  ]);
  let waits = 0;
  const waiting = async (): Promise<void> => {
    for (const wanted = ++waits; (said.match(/waiting for a change/g) ?? []).length < wanted; ) {
      if (child.exitCode !== null) throw new Error(`it ended: ${said}`);
      await once(child.stderr ?? child, "data");
    }
  };
  let said = "";
  child.stderr?.on("data", (text: string) => {
    said += text;
  });
  const requirementsOf = (stdout: string): string[] =>
    (stdout.match(/^(?:not )?ok \d+ - [a-z.-]+/gm) ?? []).map((line) => line.replace(/ \d+/, ""));

  await waiting();
  // A program that is replaced as a linker does: written elsewhere, then renamed.
  renameSync(runtime("better", ""), bin);
  await waiting();
  renameSync(runtime("again", "--fault cwd-ignored"), bin);
  await waiting();
  child.kill("SIGINT");
  const { code, stdout } = await ended;
  t.equal(code, 130);
  t.same(requirementsOf(stdout), [
    ...["not ok - runtime.process.cwd", "ok - runtime.process.env"],
    "ok - runtime.process.cwd",
    ...["not ok - runtime.process.cwd", "ok - runtime.process.env"],
  ]);
  t.match(readFileSync(join(directory, "out", "last-failed.json"), "utf8"), /runtime\.process\.cwd/);
});
