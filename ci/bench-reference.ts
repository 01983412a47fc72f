/**
 * The bundled runtime beside crun and runc, and `--version` beside bare Node: whole operations, interleaved in a shuffled order, since a
 * machine's mood changes. Medians; the ratios hold better than the times.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { readHost } from "../reference-runtime/host.js";
import { planText } from "../reference-runtime/in-process.js";
import { nodeSystem } from "../reference-runtime/node-system.js";
import { defaultConfig } from "../reference-runtime/spec.js";
import { agentPath, referencePath } from "../runners/runtime/build-native.js";
import { resolveProgram } from "../runners/runtime/preflight.js";
import type { Action } from "../runners/runtime/protocol.js";
import { Worker } from "../runners/runtime/worker.js";

const ROUNDS = 40;
const BUNDLE = "/run/oci-conform/case/bench";

const run = (...argv: string[]): Action => ({ do: "run", argv, timeoutMs: 10_000, slot: -1, umask: 0o022, cwd: "/", background: "" });

/** The default config with another program. */
function configText(...args: string[]): string {
  const config = defaultConfig();
  return JSON.stringify({ ...config, ociVersion: "1.0.2", process: { ...config.process, terminal: false, args } });
}

/** Milliseconds of the actions that ran; all must have succeeded. */
async function timed(worker: Worker, actions: readonly Action[], measured: readonly number[]): Promise<number> {
  const answers = await worker.run(actions);
  let total = 0;
  for (const [at, answer] of answers.entries()) {
    if (answer.kind === "error") throw new Error(`${JSON.stringify(actions[at])}: ${answer.step} ${answer.errno}`);
    if (answer.kind !== "ran") continue;
    if (answer.exit.kind !== "exited" || answer.exit.code !== 0)
      throw new Error(`${JSON.stringify(actions[at])}: ${JSON.stringify(answer.exit)} ${answer.stderr.toString()}`);
    if (measured.includes(at)) total += Number(BigInt(answer.endedNs) - BigInt(answer.startedNs)) / 1e6;
  }
  return total;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const cliPath = fileURLToPath(new URL("../cli/main.js", import.meta.url));

/** Milliseconds that a process of Node's takes. Certificates that it would read at its start are no concern of the program. */
function node(...args: readonly string[]): number {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const start = performance.now();
  const { status } = spawnSync(process.execPath, args, { env, stdio: "ignore" });
  if (status !== 0) throw new Error(`node ${args.join(" ")}: exit ${status}`);
  return performance.now() - start;
}

type Times = Map<string, number[]>;

/** Each measurement once, in a sandbox of its own: a worker keeps what its commands printed until it ends. */
async function measure(round: number, taken: Times): Promise<void> {
  const [ref, crun, runc] = [referencePath(), resolveProgram("crun"), resolveProgram("runc")];
  // As at a shell, a runtime that finds the kernel's lock on cgroup membership asleep waits for it.
  process.env.OCI_CONFORM_LOCK_ASLEEP = "1";
  const worker = await Worker.start({ agent: agentPath(), cgroup: "v1", cgroupName: `oci-conform-${process.pid}-bench${round}` });
  try {
    const mounts = await worker.run([{ do: "read", path: "/proc/self/mountinfo", max: 1 << 20 }]);
    const [info] = mounts;
    const read = (path: string): string =>
      path === "/proc/self/mountinfo" && info?.kind === "bytes" ? info.bytes.toString() : nodeSystem.read(path);
    const host = readHost({ ...nodeSystem, read });
    const directory = (path: string): Action => ({ do: "mkdir", path, mode: 0o755, uid: 0, gid: 0 });
    const file = (path: string, content: string): Action => ({ do: "file", path, mode: 0o644, uid: 0, gid: 0, content });
    const config = (text: string): Action => file(`${BUNDLE}/config.json`, text);
    await worker.run([
      directory(BUNDLE),
      ...["", "/bin", "/proc", "/dev", "/sys"].map((path) => directory(`${BUNDLE}/rootfs${path}`)),
      file(`${BUNDLE}/plan`, planText(configText("/bin/true"), BUNDLE, "bench", host)),
    ]);
    const programs = ["true", "sleep"].map((name) => run("/bin/cp", resolveProgram("busybox"), `${BUNDLE}/rootfs/bin/${name}`));
    await timed(worker, programs, []);
    const lifecycle = (bin: string): Action[] => [
      config(configText("/bin/sleep", "60")),
      run(bin, "create", "--bundle", BUNDLE, "bench"),
      run(bin, "state", "bench"),
      run(bin, "start", "bench"),
      run(bin, "state", "bench"),
      run(bin, "kill", "bench", "KILL"),
      run("/bin/sleep", "0.05"),
      // On a busy machine it may not have ended yet.
      run(bin, "delete", "--force", "bench"),
    ];
    const measurements: Readonly<Record<string, () => Promise<number>>> = {
      "in-process run": () => timed(worker, [run(ref, "run", "--plan", `${BUNDLE}/plan`, "bench")], [0]),
      "crun run": () => timed(worker, [config(configText("/bin/true")), run(crun, "run", "--bundle", BUNDLE, "bench")], [1]),
      "oci-ref lifecycle": () => timed(worker, lifecycle(ref), [1, 2, 3, 4, 5, 7]),
      "crun lifecycle": () => timed(worker, lifecycle(crun), [1, 2, 3, 4, 5, 7]),
      "runc lifecycle": () => timed(worker, lifecycle(runc), [1, 2, 3, 4, 5, 7]),
      "oci-ref state": () => timed(worker, lifecycle(ref), [2]),
      "crun state": () => timed(worker, lifecycle(crun), [2]),
      "oci-conform --version": async () => node(cliPath, "--version"),
      "bare Node": async () => node("-e", "0"),
    };
    const names = Object.keys(measurements).map((name) => [Math.random(), name] as const);
    for (const [, name] of names.toSorted(([a], [b]) => a - b)) {
      const time = await measurements[name]?.();
      if (time !== undefined) taken.set(name, [...(taken.get(name) ?? []), time]);
    }
  } finally {
    await worker.close();
  }
}

/** Prints medians and ratios. @throws when crun, runc or busybox is missing, or an operation fails */
export async function benchReference(): Promise<void> {
  const taken: Times = new Map();
  for (let round = 0; round < ROUNDS; round++) await measure(round, taken);
  const of = (name: string): number => median(taken.get(name) ?? []);
  for (const [ours, theirs] of [
    ["in-process run", "crun run"],
    ["oci-ref lifecycle", "crun lifecycle"],
    ["oci-ref lifecycle", "runc lifecycle"],
    ["oci-ref state", "crun state"],
    ["oci-conform --version", "bare Node"],
  ] as const) {
    const ratio = of(ours) / of(theirs);
    process.stdout.write(`${ours}: ${of(ours).toFixed(2)} ms; ${theirs}: ${of(theirs).toFixed(2)} ms; ratio ${ratio.toFixed(2)}\n`);
  }
}
