import fc from "fast-check";

import { minimalConfig } from "../../../generators/runtime/base.js";
import type { Judgement } from "../../../runners/outcome.js";
import type { Attempt, ContainerCase, RuntimeCase, Step } from "../../../runners/runtime/case.js";
import type { RuntimeFacts, TargetFacts } from "../../../runners/runtime/facts.js";
import type { HostFacts } from "../../../runners/runtime/host.js";
import type { ContainerObservation, Look, Observation, ProbeReport, Ran, StepResult } from "../../../runners/runtime/observation.js";
import type { Config } from "../../../spec/runtime/config.js";
import { type CheckResult, combine, isJudged } from "../../../suites/check.js";
import { type CaseView, type Check, type Section, type View, viewsOf } from "../../../suites/runtime/suite.js";

/** A process of the runtime that exited with that code. */
export const ran = (code = 0, stdout = "", stderr = ""): Ran => ({
  exit: { kind: "exited", code },
  stdout,
  stderr,
  startedNs: "1000",
  endedNs: "2000",
});

/** The namespaces of the runtime in canned observations; `own` are others, as a container has them. */
export const NAMESPACES: Readonly<Record<string, string>> = Object.fromEntries(
  ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"].map((name, at) => [name, `${name}:[${4026531835 + at}]`]),
);
export const ownNamespaces = (...names: string[]): Record<string, string> => ({
  ...NAMESPACES,
  ...Object.fromEntries(names.map((name, at) => [name, `${name}:[${4026532000 + at}]`])),
});

const PROBE: ProbeReport = {
  argv: ["/.oci/agent"],
  env: [],
  cwd: "/",
  pid: 1,
  ppid: 0,
  sid: 1,
  uid: { real: 0, effective: 0, saved: 0, fs: 0 },
  gid: { real: 0, effective: 0, saved: 0, fs: 0 },
  groups: [],
  umask: 0o22,
  capabilities: { effective: [], permitted: [], inheritable: [], bounding: [], ambient: [] },
  noNewPrivileges: false,
  seccompMode: 0,
  seccompFilters: 0,
  rlimits: {},
  oomScoreAdj: 0,
  scheduler: { policy: "SCHED_OTHER", flags: 0, nice: 0, priority: 0, runtime: "0", deadline: "0", period: "0" },
  ioPriority: { class: "IOPRIO_CLASS_NONE", priority: 0 },
  affinity: [0, 1],
  personality: 0,
  uname: { sysname: "Linux", nodename: "host", release: "6.1.0", machine: "x86_64", domainname: "(none)" },
  namespaces: ownNamespaces("ipc", "mnt", "net", "pid", "uts"),
  uidMap: [[0, 0, 4294967295]],
  gidMap: [[0, 0, 4294967295]],
  setgroups: "allow",
  timeOffsets: { monotonic: [0, 0], boottime: [0, 0] },
  clocks: { realtime: "1000000000", monotonic: "5000000000", boottime: "5000000000" },
  cgroup: {},
  mounts: [],
  fds: [],
  terminal: { stdin: false, stdout: false, stderr: false, rows: 0, columns: 0, name: null },
  apparmor: null,
  selinux: null,
  memoryPolicy: { mode: 0, nodes: [] },
  paths: {},
  links: {},
  attempts: [],
};

/** A probe's report: of an ordinary container, but for what the test says. */
export const probe = (seen: Partial<ProbeReport> = {}): ProbeReport => ({ ...PROBE, ...seen });

/** A look from outside: at an ordinary container, but for what the test says. */
export const look = (seen: Partial<Look> = {}): Look => ({
  pid: 100,
  namespaces: ownNamespaces("ipc", "mnt", "net", "pid", "uts"),
  status: {},
  oomScoreAdj: 0,
  cgroup: {},
  uidMap: [[0, 0, 4294967295]],
  gidMap: [[0, 0, 4294967295]],
  cgroupFiles: {},
  ...seen,
});

const HOST: HostFacts = {
  kernel: "6.1.0",
  arch: "x64",
  root: true,
  cgroup: { mode: "v1", controllers: [], files: [] },
  namespaces: ["cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"],
  outside: probe({ pid: 10, ppid: 1, namespaces: NAMESPACES }),
  apparmor: false,
  selinux: false,
  cpus: [0, 1],
  memoryNodes: [0],
  filesystems: ["tmpfs", "proc", "sysfs", "mqueue", "devpts"],
  seccompActions: ["kill_process", "kill_thread", "trap", "errno", "user_notif", "trace", "log", "allow"],
  hugePageSizes: ["2MB"],
  resctrl: false,
  idmappedTmpfs: true,
  veth: true,
  blockDevice: { major: 8, minor: 0 },
};

/** The host of a canned observation: an ordinary one, but for what the test says. */
export const hostOf = (facts: Partial<HostFacts> = {}): HostFacts => ({ ...HOST, ...facts });

export const TARGET: TargetFacts = {
  name: "target",
  argv: ["/target"],
  version: "",
  release: "1.3.0",
  releaseReason: "",
  features: null,
};

export const factsOf = (host: Partial<HostFacts> = {}, target: Partial<TargetFacts> = {}): RuntimeFacts => ({
  host: hostOf(host),
  target: { ...TARGET, ...target },
});

/** A config: the minimal one, but for what the test says. */
export const configOf = (parts: Partial<Config> = {}): Config => ({ ...minimalConfig("1.3.0"), ...parts });

/** A minimal config with these properties of `linux` in place of or beside its namespaces. */
export const linuxOf = (linux: Partial<NonNullable<Config["linux"]>>): Config => {
  const base = minimalConfig("1.3.0");
  return { ...base, linux: { ...base.linux, ...linux } };
};

/** What a test says about a canned run with one container; everything else went well. */
export interface Canned {
  readonly config?: Config;
  readonly container?: Omit<ContainerCase, "config">;
  readonly case?: Partial<Omit<RuntimeCase, "containers" | "steps">>;
  /** null: the probe did not report. */
  readonly inside?: Partial<ProbeReport> | null;
  /** null: nothing was looked at. */
  readonly look?: Partial<Look> | null;
  readonly create?: Ran;
  readonly start?: Ran;
  readonly delete?: Ran;
  /** In place of the usual steps: what was done, and what came of it. */
  readonly steps?: readonly (readonly [Step, StepResult])[];
  readonly seen?: Partial<ContainerObservation>;
  readonly observation?: Partial<Omit<Observation, "steps" | "containers">>;
  readonly host?: Partial<HostFacts>;
  readonly target?: Partial<TargetFacts>;
}

const usualSteps = (canned: Canned): readonly (readonly [Step, StepResult])[] => [
  [
    { op: "create", container: 0 },
    { op: "create", ran: canned.create ?? ran() },
  ],
  [
    { op: "start", container: 0 },
    { op: "start", ran: canned.start ?? ran() },
  ],
  ...(canned.look === null
    ? []
    : [
        [
          { op: "look", container: 0 },
          { op: "look", look: { ok: true, value: look(canned.look ?? {}) } },
        ] as const,
      ]),
  [
    { op: "delete", container: 0 },
    { op: "delete", ran: canned.delete ?? ran() },
  ],
];

/** The view of a canned run with one container. */
export function caseViewOf(canned: Canned): CaseView {
  const steps = canned.steps ?? usualSteps(canned);
  const inside = canned.inside === null ? null : probe(canned.inside);
  const subject: RuntimeCase = {
    format: "oci-conform/runtime-case@1",
    title: "canned",
    aims: [],
    ...canned.case,
    containers: [{ ...canned.container, config: canned.config ?? configOf() }],
    steps: steps.map(([step]) => step),
  };
  const seen: ContainerObservation = {
    pid: 100,
    output: "",
    exit: { kind: "exited", code: 0 },
    hooks: [],
    terminal: null,
    ...canned.seen,
    inside,
  };
  const observation: Observation = {
    format: "oci-conform/runtime-observation@1",
    seccomp: [],
    leftovers: { processes: [], mounts: [], cgroups: [], interfaces: [], devices: [], stillKnown: [] },
    control: subject.control === undefined ? null : true,
    ...canned.observation,
    steps: steps.map(([, result]) => result),
    containers: [seen],
  };
  return viewsOf(subject, observation, factsOf(canned.host, canned.target));
}

/** The view of the container of a canned run. */
export function viewOf(canned: Canned): View {
  const [view] = caseViewOf(canned).containers;
  if (!view) throw new Error("a canned run has a container");
  return view;
}

/** A run of a case with an injected fault, whose create ended so. */
export const faulty = (config: Config, create: Ran, canned: Canned = {}): Canned => ({
  ...canned,
  config,
  case: { ...canned.case, control: configOf() },
  inside: null,
  steps: [
    [
      { op: "create", container: 0 },
      { op: "create", ran: create },
    ],
    [
      { op: "state", container: 0 },
      { op: "state", ran: ran(create.exit.kind === "exited" && create.exit.code === 0 ? 0 : 1), state: null },
    ],
    [
      { op: "delete", container: 0, force: true },
      { op: "delete", ran: ran() },
    ],
  ],
});

/** Attempts and their results, pairwise, as `container` and `inside` of a canned run. */
export const tried = (
  ...pairs: readonly (readonly [Attempt, ProbeReport["attempts"][number]])[]
): Pick<Canned, "container" | "inside"> => ({
  container: { attempts: pairs.map(([attempt]) => attempt) },
  inside: { attempts: pairs.map(([, result]) => result) },
});

/** Several sections as one, for a table of them all. */
export const joined = (...sections: readonly Section[]): Section => ({
  title: sections.map(({ title }) => title).join(", "),
  checks: sections.flatMap(({ checks }) => checks),
  examples: sections.flatMap(({ examples }) => examples),
});

/** What all checks of a section with that id say, or why they do not apply. @throws when there is none. */
export function resultBy(from: Section, id: string, view: CaseView | Canned): CheckResult {
  const subject: CaseView = "containers" in view ? view : caseViewOf(view);
  const checks = from.checks.filter((check: Check) => check.id === id);
  if (checks.length === 0) throw new Error(`no check ${id}`);
  return combine(
    checks.map((check) => (check.per === "case" ? check.judge(subject) : combine(subject.containers.map((each) => check.judge(each))))),
  );
}

/** Their judgement; undefined where none applies. @throws when there is none. */
export function judgeBy(from: Section, id: string, view: CaseView | Canned): Judgement | undefined {
  const result = resultBy(from, id, view);
  return isJudged(result) ? result : undefined;
}

/** The verdict alone. */
export const verdictBy = (from: Section, id: string, view: CaseView | Canned): Judgement["verdict"] | undefined =>
  judgeBy(from, id, view)?.verdict;

/** Draws some cases of each of a section's examples on a host; an unavailable one gives its reason. */
export const drawExamples = (from: Section, facts: RuntimeFacts, count = 20): readonly (readonly RuntimeCase[] | string)[] =>
  from.examples.map(({ cases }) => {
    const made = cases(facts);
    return "unavailable" in made ? made.unavailable : fc.sample(made, { numRuns: count, seed: 7 });
  });
