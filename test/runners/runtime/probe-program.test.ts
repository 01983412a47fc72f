import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";

import { PROBE_MARK } from "../../../runners/runtime/script.js";
import { inside, rootfs, UNSHARE } from "./agent-fixture.js";

/* The probe as the user's program of a container: its arguments are under test, and it ends as the case asks. */

t.test("it probes whatever its arguments are, and reports them", async (t) => {
  for (const args of [["/.oci/agent"], ["/.oci/agent", "", "a b", "--help"], ["/.oci/agent", "do-not-know"]]) {
    const { report, status } = inside(rootfs(t, []), args);
    t.strictSame(report?.argv, args);
    t.equal(status, 0);
  }
});

t.test("it writes one line with a mark in front", async (t) => {
  const { stdout } = inside(rootfs(t));
  t.ok(stdout.startsWith(PROBE_MARK));
  t.equal(stdout.indexOf("\n"), stdout.length - 1);
});

t.test("it leaves a mark when it begins, where it can", async (t) => {
  const directory = rootfs(t);
  t.notOk(existsSync(join(directory, ".oci/started")));
  inside(directory);
  t.equal(readFileSync(join(directory, ".oci/started"), "utf8"), "");
  const readonly = rootfs(t);
  const { report } = inside(readonly, ["/.oci/agent"], ["proc"], 'mount --bind -o ro "$1/.oci" "$1/.oci"');
  t.ok(report);
  t.notOk(existsSync(join(readonly, ".oci/started")));
});

t.test("it exits as it is told, or with 0", async (t) => {
  const directory = rootfs(t);
  t.equal(inside(directory).status, 0);
  writeFileSync(join(directory, ".oci/exit"), "42\n");
  t.equal(inside(directory).status, 42);
});

t.test("it holds until it is terminated, and exits 0 then", async (t) => {
  const directory = rootfs(t);
  mkdirSync(join(directory, "proc"), { recursive: true });
  chmodSync(join(directory, "proc"), 0o755);
  writeFileSync(join(directory, ".oci/hold"), "");
  const child = spawn("timeout", ["-s", "KILL", "20", ...UNSHARE, "chroot", directory, "/.oci/agent"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  child.stdout.setEncoding("utf8");
  let text = "";
  for await (const chunk of child.stdout) {
    text += String(chunk);
    if (text.includes("\n")) break;
  }
  t.ok(text.startsWith(PROBE_MARK));
  t.equal(child.exitCode, null);
  const children = (pid: string | number): string => readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  const held = children(children(child.pid ?? 0));
  t.match(readFileSync(`/proc/${held}/cmdline`, "utf8"), "/.oci/agent");
  process.kill(Number(held), "SIGTERM");
  t.strictSame(await ended, [0, null]);
});
