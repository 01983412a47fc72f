import { accessSync, constants, readFileSync } from "node:fs";

import type { Test } from "tap";

import { agentPath } from "../../../runners/runtime/build-native.js";
import type { Action, Answer, SandboxOptions } from "../../../runners/runtime/protocol.js";
import { Worker } from "../../../runners/runtime/worker.js";
import { root } from "./agent-fixture.js";

type Run = Extract<Action, { do: "run" }>;
type Of<K extends Answer["kind"]> = Extract<Answer, { kind: K }>;

let count = 0;
/** A name for a sandbox's cgroups that no other test uses. */
export const cgroupName = (): string => `oci-conform-${process.pid}-test${count++}`;

/** A worker of this test alone, ended with it. */
export async function start(t: Test, cgroup: SandboxOptions["cgroup"] = "none"): Promise<Worker> {
  const worker = await Worker.start({ agent: agentPath(), cgroup, cgroupName: cgroupName() });
  t.teardown(() => worker.close());
  return worker;
}

/** Runs a command to its end, unless told otherwise. */
export const command = (argv: readonly string[], more: Partial<Run> = {}): Run => ({
  do: "run",
  argv,
  timeoutMs: 20_000,
  slot: -1,
  umask: 0o022,
  cwd: "/",
  background: "",
  ...more,
});

export const sh = (script: string, more: Partial<Run> = {}): Run => command(["/bin/sh", "-ec", script], more);

/** The answer, which must be of that kind. */
export function only<K extends Answer["kind"]>(kind: K, answer: Answer | undefined): Of<K> {
  const is = (one: Answer): one is Of<K> => one.kind === kind;
  if (!answer || !is(answer)) throw new Error(`not ${kind}: ${JSON.stringify(answer)}`);
  return answer;
}

/** What a command wrote to its standard output, trimmed; it must have exited 0. */
export function said(answer: Answer | undefined): string {
  const ran = only("ran", answer);
  if (ran.exit.kind !== "exited" || ran.exit.code !== 0) throw new Error(`${JSON.stringify(ran.exit)}: ${ran.stderr.toString("utf8")}`);
  return ran.stdout.toString("utf8").trim();
}

/** What a shell script says in the sandbox. */
export const ask = async (worker: Worker, script: string): Promise<string> => said((await worker.run([sh(script)]))[0]);

/** The host's cgroup hierarchies below /sys/fs/cgroup; `unified` is cgroup2. */
export const hierarchies: readonly { readonly path: string; readonly unified: boolean }[] = readFileSync("/proc/self/mountinfo", "utf8")
  .split("\n")
  .flatMap((line) => {
    const [before = "", after = ""] = line.split(" - ");
    const path = before.split(" ")[4] ?? "";
    const type = after.split(" ")[0] ?? "";
    return type.startsWith("cgroup") && path.startsWith("/sys/fs/cgroup") ? [{ path, unified: type === "cgroup2" }] : [];
  });

const writable = hierarchies.some(({ path }) => {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
});

/** Why a test of cgroups or of root's doings must be skipped, or false. */
export const withoutRoot: string | false = root ? false : "needs root";
export const withoutCgroups: string | false = root && writable ? false : "needs root and writable cgroups";
