import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Test } from "tap";

import { encodeAttempts } from "../../../runners/runtime/attempts.js";
import { agentPath } from "../../../runners/runtime/build-native.js";
import type { Attempt } from "../../../runners/runtime/case.js";
import type { AttemptResult, ProbeReport } from "../../../runners/runtime/observation.js";
import { splitOutput } from "../../../runners/runtime/observe.js";

/** What came of a run of the agent; `report` fits the probe's schema, or splitOutput throws. */
export interface Ended {
  readonly report: ProbeReport | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
  /** Further pipes that the program gets, from descriptor 3 on. */
  readonly pipes?: number;
}

export const root = process.getuid?.() === 0;

/** Runs a command to its end, bounded in time; without an environment but for PATH, unless told otherwise. */
export function run(command: readonly string[], options: RunOptions = {}): Ended {
  const [program = "", ...args] = command;
  const { status, signal, stdout, stderr } = spawnSync(program, args, {
    env: options.env ?? { PATH: process.env.PATH ?? "" },
    encoding: "utf8",
    timeout: 600_000,
    killSignal: "SIGKILL",
    maxBuffer: 1 << 24,
    stdio: Array.from({ length: 3 + (options.pipes ?? 0) }, () => "pipe" as const),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.input === undefined ? {} : { input: options.input }),
  });
  return { ...splitOutput(stdout), stdout, stderr, status, signal };
}

/** The probe's report in the surroundings that `before` makes: `["setpriv", "--no-new-privs"]`. */
export function probe(before: readonly string[] = [], options: RunOptions = {}): ProbeReport {
  const ended = run([...before, agentPath(), "probe"], options);
  if (ended.report === null) throw new Error(`no report: ${ended.status ?? ended.signal}: ${ended.stderr}`);
  return ended.report;
}

/** The probe's report after a shell's preparations. */
export const probeAfter = (script: string, before: readonly string[] = []): ProbeReport =>
  probe([...before, "sh", "-ec", `${script}\nexec "$@"`, "sh"]);

/** A directory of this test alone, open to every user. */
export function temporary(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), "oci-conform-test-"));
  chmodSync(directory, 0o755);
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Namespaces of its own for a program, so that nothing it does lasts; an ordinary user becomes root of a user namespace. */
export const UNSHARE = [
  "unshare",
  ...(root ? [] : ["--map-root-user"]),
  ...["--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child"],
];

/** An empty root with the agent in it, as it finds it in a container, and with nothing else but `/tmp`. */
export function rootfs(t: Test, attempts?: readonly Attempt[]): string {
  const directory = temporary(t);
  mkdirSync(join(directory, ".oci"));
  chmodSync(join(directory, ".oci"), 0o777);
  for (const name of ["proc", "dev", "tmp"]) mkdirSync(join(directory, name));
  copyFileSync(agentPath(), join(directory, ".oci/agent"));
  if (attempts) writeFileSync(join(directory, ".oci/attempts"), encodeAttempts(attempts));
  return directory;
}

/** Mounts that a root may be given before the program is started in it. */
export type Given = "proc" | "dev";

const GIVE: Readonly<Record<Given, string>> = {
  proc: 'mount -t proc proc "$1/proc"',
  dev: 'mount -t tmpfs dev "$1/dev"; for name in null zero full; do touch "$1/dev/$name"; mount --bind "/dev/$name" "$1/dev/$name"; done',
};

/** Runs the agent as PID 1 in a root of its own; `before` are commands of the shell that prepares it (`$1` is the root). */
export const inside = (
  directory: string,
  args: readonly string[] = ["/.oci/agent"],
  given: readonly Given[] = ["proc"],
  before = "",
  options: RunOptions = {},
): Ended =>
  run(
    [
      ...[...UNSHARE, "sh", "-ec"],
      `${given.map((name) => GIVE[name]).join("\n")}\n${before}\nroot=$1; shift; exec chroot "$root" "$@"`,
      ...["sh", directory, ...args],
    ],
    options,
  );

/** What came of attempts in a root of their own. */
export function attempted(
  t: Test,
  attempts: readonly Attempt[],
  given: readonly Given[] = ["proc"],
  before = "",
  prepare: (directory: string) => void = () => {},
): readonly AttemptResult[] {
  const directory = rootfs(t, attempts);
  prepare(directory);
  const ended = inside(directory, ["/.oci/agent"], given, before);
  if (ended.report === null) throw new Error(`no report: ${ended.status ?? ended.signal}: ${ended.stderr}`);
  return ended.report.attempts;
}
