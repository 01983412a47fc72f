import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../cli/main.js", import.meta.url));

/** The command line as a process that ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process under way. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts `oci-conform ARGS`; killed when it takes longer than ten minutes. */
export function start(args: readonly string[], cwd?: string): Running {
  const { NODE_EXTRA_CA_CERTS: _unused, NO_COLOR: _colour, ...env } = process.env;
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ["ignore", "pipe", "pipe"], ...(cwd === undefined ? {} : { cwd }) });
  const limit = setTimeout(() => child.kill("SIGKILL"), 600_000);
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(limit);
      resolve({ code, stdout, stderr });
    });
  });
  return { child, ended };
}

/** Runs `oci-conform ARGS` to its end. */
export const conform = (...args: readonly string[]): Promise<Ended> => start(args).ended;

/** Writes an executable shell script, and returns its path. */
export function script(directory: string, name: string, body: string): string {
  const path = join(directory, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return path;
}

/** Whether PATH has such a program. */
export const installed = (program: string): boolean =>
  (process.env.PATH ?? "").split(":").some((directory) => existsSync(join(directory, program)));

/** Why tests that run containers cannot run here, or false. */
export const withoutRoot: string | false = process.getuid?.() === 0 ? false : "needs root";
export const withoutRunc: string | false = withoutRoot || (installed("runc") ? false : "needs runc");

/** The cgroups in every hierarchy whose names begin so. */
export const cgroupsOf = (prefix: string): string[] =>
  ["/sys/fs/cgroup", ...listed("/sys/fs/cgroup").map((name) => `/sys/fs/cgroup/${name}`)].flatMap((directory) =>
    listed(directory)
      .filter((name) => name.startsWith(prefix))
      .map((name) => `${directory}/${name}`),
  );

/** The direct children of a process. */
export const childrenOf = (pid: number): number[] =>
  listed("/proc").flatMap((name) => (/^\d+$/.test(name) && parentOf(Number(name)) === pid ? [Number(name)] : []));

/** Whether a process is there, a zombie or not. */
export const alive = (pid: number): boolean => existsSync(`/proc/${pid}`);

function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return -1;
  }
}

function listed(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
