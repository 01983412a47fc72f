import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Agent } from "node:http";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Test } from "tap";
import { Client } from "./client.js";

const MAIN = fileURLToPath(new URL("../../cli/main.js", import.meta.url));

/** A registry as a process of its own. */
export interface Process {
  readonly client: Client;
  readonly child: ChildProcess;
  /** Ends it by a signal; gives its exit code, or null when the signal killed it. */
  end(signal: "SIGKILL" | "SIGTERM" | "SIGINT"): Promise<number | null>;
}

/** Starts `oci-conform serve-registry --port 0 ARGS`, and waits until it listens. */
export async function spawnRegistry(t: Test, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Process> {
  const child = spawn(process.execPath, [MAIN, "serve-registry", "--port", "0", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  const exited = once(child, "exit");
  const agent = new Agent({ keepAlive: true });
  t.teardown(async () => {
    agent.destroy();
    child.kill("SIGKILL");
    await exited;
  });
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([once(lines, "line"), exited])) as unknown[];
  const url = /^listening on (https?:\/\/\S+)$/.exec(String(line))?.[1];
  if (url === undefined) throw new Error(`the registry does not listen: ${line}`);
  return {
    client: new Client(url, { agent }),
    child,
    end: async (signal) => {
      child.kill(signal);
      await exited;
      agent.destroy();
      return child.exitCode;
    },
  };
}
