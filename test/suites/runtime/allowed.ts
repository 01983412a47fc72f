import type { ContainerObservation, HookRecord, Observation, ProbeReport, Ran, StepResult } from "../../../runners/runtime/observation.js";
import { parsed } from "../../../runners/runtime/observe.js";

type Fields = Readonly<Record<string, unknown>>;
type Change = (seen: Observation) => Observation;

const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

/** Changes each result of an operation. */
const results =
  (change: (result: StepResult) => StepResult): Change =>
  (seen) => ({
    ...seen,
    steps: seen.steps.map((step) => (step.op === "parallel" ? { ...step, results: step.results.map(change) } : change(step))),
  });
const operations = (change: (ran: Ran, op: string) => Partial<Ran>): Change =>
  results((result) => ("ran" in result ? { ...result, ran: { ...result.ran, ...change(result.ran, result.op) } } : result));
const containers =
  (change: (container: ContainerObservation) => Partial<ContainerObservation>): Change =>
  (seen) => ({ ...seen, containers: seen.containers.map((container) => ({ ...container, ...change(container) })) });
const inside = (change: (report: ProbeReport) => Partial<ProbeReport>): Change =>
  containers(({ inside }) => (inside ? { inside: { ...inside, ...change(inside) } } : {}));
const hooks = (change: (hook: HookRecord) => Partial<HookRecord>): Change =>
  containers(({ hooks }) => ({ hooks: hooks.map((hook) => ({ ...hook, ...change(hook) })) }));
const both =
  (...changes: readonly Change[]): Change =>
  (seen) =>
    changes.reduce((so, change) => change(so), seen);

/** Writes a JSON object anew; other text stays. */
const rewritten = (text: string, write: (value: Fields) => string): string => {
  const value = parsed(text);
  return isObject(value) ? write(value) : text;
};

/** Writes the state anew wherever a runtime tells it: on standard output, to hooks, to a seccomp agent. */
const stated = (write: (state: Fields) => string): Change =>
  both(
    results((result) => {
      if (result.op !== "state") return result;
      const stdout = rewritten(result.ran.stdout, write);
      return { ...result, ran: { ...result.ran, stdout }, state: parsed(stdout) };
    }),
    hooks(({ stdin }) => ({ stdin: rewritten(stdin, write) })),
    (seen) => ({
      ...seen,
      seccomp: seen.seccomp.map((delivery) => ({
        ...delivery,
        payload: rewritten(delivery.payload, (whole) =>
          write({ ...whole, ...(isObject(whole.state) ? { state: parsed(write(whole.state)) } : {}) }),
        ),
      })),
    }),
  );

/** Writes anew what `features` printed. */
const features = (write: (value: Fields) => string): Change =>
  results((result) => (result.op === "raw" ? { ...result, ran: { ...result.ran, stdout: rewritten(result.ran.stdout, write) } } : result));

const spaced = (value: unknown): string => `\r\n ${JSON.stringify(value, null, "\t")}\n\n`;

/** The same JSON with the members of each object in another order. */
const turned = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(turned);
  return isObject(value)
    ? Object.fromEntries(
        Object.entries(value)
          .map(([key, each]) => [key, turned(each)] as const)
          .reverse(),
      )
    : value;
};
const inAnotherOrder = (value: unknown): string => JSON.stringify(turned(value));

const FURTHER = 3_000_000;

/** The numbers that a runtime's PID namespace gives to containers' processes are higher, wherever they are told. */
function higherPids(seen: Observation): Observation {
  const own = new Set(seen.containers.flatMap(({ pid }) => (pid === null ? [] : [pid])));
  const shifted = (pid: number): number => (own.has(pid) ? pid + FURTHER : pid);
  const change = both(
    containers(({ pid }) => ({ pid: pid === null ? null : shifted(pid) })),
    hooks(({ pid }) => ({ pid: pid + FURTHER })),
    stated((state) => JSON.stringify(typeof state.pid === "number" ? { ...state, pid: shifted(state.pid) } : state)),
    results((result) => {
      if (result.op !== "look" || !result.look.ok) return result;
      const { value } = result.look;
      const status = Object.entries(value.status).map(([name, text]) => [
        name,
        /pid$/i.test(name) ? text.replaceAll(/\d+/g, (number) => `${shifted(Number(number))}`) : text,
      ]);
      return { ...result, look: { ok: true, value: { ...value, pid: shifted(value.pid), status: Object.fromEntries(status) } } };
    }),
  );
  return change(seen);
}

const mount = (id: number, target: string, type: string, root: string, parent: number) => ({
  id,
  parent,
  device: "0:999",
  root,
  target,
  options: ["rw", "nosuid"],
  optional: [],
  type,
  source: type,
  superOptions: ["rw"],
});

/**
 * What the spec allows to be otherwise in what a right runtime shows. Further descriptors are not among it (only for features such as socket
 * activation, which no case asks for), nor are members of `features` that the release does not know.
 */
export const ALLOWED: Readonly<Record<string, Change>> = {
  "more environment variables": inside(({ env }) => ({ env: [...env, "HOME=/", "container=oci"] })),
  "more environment variables of hooks": hooks(({ env }) => ({ env: ["RUNTIME=odd", ...env, "NOTIFY_SOCKET=/run/x"] })),
  "more mounts": inside(({ mounts }) => ({
    mounts: mounts && [
      ...mounts,
      mount(90_000, "/dev/mqueue", "tmpfs", "/", mounts[0]?.id ?? 1),
      mount(90_001, "/run/secrets", "tmpfs", "/", mounts[0]?.id ?? 1),
      mount(90_002, "/etc/resolv.conf", "ext4", "/var/lib/resolv.conf", mounts[0]?.id ?? 1),
      mount(90_003, "/run/secrets/over it", "tmpfs", "/", 90_001),
    ],
  })),
  "higher numbers of mounts": inside(({ mounts }) => ({
    mounts: mounts?.map((each) => ({ ...each, id: each.id + FURTHER, parent: each.parent + FURTHER })) ?? null,
  })),
  "standard streams that are something else": inside(({ fds }) => ({
    fds: fds.map((each) => (each.fd <= 2 ? { ...each, target: "/dev/null" } : each)),
  })),
  "higher process numbers": higherPids,
  "unknown members of the state": stated((state) =>
    JSON.stringify({ rootfs: "/r", ...state, created: "2026-01-01T00:00:00Z", owner: "", "x-odd": null, nested: { id: "other", pid: 1 } }),
  ),
  "members of the state in another order": stated(inAnotherOrder),
  "white space in the state": stated(spaced),
  "annotations in the state": stated((state) =>
    JSON.stringify({ ...state, annotations: { ...(isObject(state.annotations) ? state.annotations : {}), "com.example.x": "y" } }),
  ),
  "members of features in another order": features(inAnotherOrder),
  "white space in features": features(spaced),
  "members of features that are null": features((value) =>
    JSON.stringify({ annotations: null, hooks: null, ...value, mountOptions: null }),
  ),
  "words on standard error": operations(({ stderr }) => ({ stderr: `level=warning msg="something"\n${stderr}` })),
  "words on the standard output of operations that have none": operations((_, op) =>
    op === "state" || op === "raw" ? {} : { stdout: "done\n" },
  ),
  "other exit codes of errors": operations(({ exit }) =>
    exit.kind === "exited" && exit.code !== 0 ? { exit: { kind: "exited", code: 125 } } : {},
  ),
  "later ends": operations(({ endedNs }) => ({ endedNs: String(BigInt(endedNs) + 1_000_000n) })),
  "further output": containers(({ output }) => ({ output: `${output}a line of the program\n` })),
  "an exit status as shells have it": containers(({ exit }) =>
    exit?.kind === "signaled" && exit.signal === "SIGKILL" ? { exit: { kind: "exited", code: 137 } } : {},
  ),
  "more cgroups in view": inside(({ cgroup }) => ({ cgroup: cgroup && { ...cgroup, misc: "/odd" } })),
};
