import { encodeAttempts } from "./attempts.js";
import {
  bundleOf,
  CASE_DIR,
  type ContainerCase,
  FIXTURES,
  type FileEntry,
  type Fixture,
  HOOK_RECORDS,
  idOf,
  ROOTFS_DIRECTORIES,
  type RuntimeCase,
  rootfsOf,
  type Step,
} from "./case.js";
import { lookAround } from "./outside.js";
import type { Action } from "./protocol.js";

/** What a script needs to know of the target: how to call it, and how long an operation may take. */
export interface Driver {
  /** Absolute path and the arguments before every operation. */
  readonly argv: readonly string[];
  /** Limit of one operation in milliseconds; also of waiting for the probe or for the process's end. */
  readonly timeoutMs: number;
  /**
   * Makes the plan of a create beforehand, for the bundled runtime: what its core then carries out, without a start of Node. Undefined for
   * every other target.
   */
  readonly plan?: (configText: string | null, bundle: string, id: string) => string;
  /** The container process is the one that `state` names after create, for a target whose create writes no PID file. */
  readonly pidFromState?: true;
  /** The probe reports by a FIFO in its root file system, for a target that loses what its containers print. */
  readonly reportsByFifo?: true;
}

/** The mark before the probe's report on the container's output. */
export const PROBE_MARK = "\u001eprobe ";

const NAMESPACE_LINKS = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"];
const PROC_FILES = ["status", "oom_score_adj", "cgroup", "uid_map", "gid_map"];

export const LOOK_PARTS = { links: NAMESPACE_LINKS, files: PROC_FILES } as const;

const STREAMS = ["stdin", "stdout", "stderr"] as const;

const pidVariable = (container: number): string => `pid${container}`;
const pidFile = (container: number): string => `${CASE_DIR}/pid${container}`;

/** Where the two kinds of hooks leave their records: beside the bundles, and inside each rootfs. None where there are no hooks. */
function hookDirectories(testCase: RuntimeCase): readonly string[] {
  if (!testCase.containers.some((container) => container.config.hooks)) return [];
  return [HOOK_RECORDS, ...testCase.containers.map((container, index) => `${rootfsOf(container, index)}/.oci/hooks`)];
}

const directory = (path: string, mode = 0o755): Action => ({ do: "mkdir", path, mode, uid: 0, gid: 0 });
const text = (path: string, content: string, mode = 0o644): Action => ({ do: "file", path, mode, uid: 0, gid: 0, content });

function entry(base: string, item: FileEntry): readonly Action[] {
  const path = `${base}/${item.path}`;
  if (item.kind === "symlink") return [{ do: "symlink", path, target: item.target }];
  if (item.kind === "absent") return [];
  return [made(path, item)];
}

function made(path: string, item: Exclude<FileEntry, { kind: "symlink" | "absent" }>): Action {
  const owner = { uid: item.uid ?? 0, gid: item.gid ?? 0 };
  switch (item.kind) {
    case "dir":
      return { do: "mkdir", path, mode: item.mode ?? 0o755, ...owner };
    case "file":
      return { do: "file", path, mode: item.mode ?? 0o644, ...owner, content: item.content ?? "" };
    case "agent":
      return { do: "agent", path, mode: item.mode ?? 0o755, ...owner };
    case "node":
      return { do: "node", path, type: item.type, major: item.major ?? 0, minor: item.minor ?? 0, mode: item.mode ?? 0o666, ...owner };
  }
}

/** The containers' own fixtures of kind console belong to the container whose create step names them. */
function consoleSlot(testCase: RuntimeCase, path: string): number {
  const step = allSteps(testCase).find((each) => each.op === "create" && each.console === path);
  return step && "container" in step ? step.container : 0;
}

function fixture(testCase: RuntimeCase, item: Fixture): readonly Action[] {
  switch (item.make) {
    case "entry":
      return entry(FIXTURES, item.entry);
    case "mount": {
      const target = `${FIXTURES}/${item.path}`;
      const made: Action = { do: "mount", source: item.source, target, type: item.type, flags: item.flags, data: item.data ?? "" };
      const propagation = { shared: 1 << 20, slave: 1 << 19, private: 1 << 18, unbindable: 1 << 17 };
      const then: Action[] = item.propagation
        ? [{ do: "mount", source: "", target, type: "", flags: propagation[item.propagation], data: "" }]
        : [];
      return [directory(target), made, ...then];
    }
    case "namespace":
      return [{ do: "namespace", path: `${FIXTURES}/${item.path}`, type: item.type }];
    case "interface": {
      const { make: _, ...wanted } = item;
      return [{ do: "interface", ...wanted }];
    }
    case "cgroup":
      return [{ do: "cgroup", path: item.path }];
    case "console":
      return [{ do: "console", path: `${FIXTURES}/${item.path}`, slot: consoleSlot(testCase, item.path) }];
    case "seccomp-agent":
      return [{ do: "seccomp-agent", path: `${FIXTURES}/${item.path}`, errno: item.errno }];
  }
}

/** config.json as it is written for a container; null when there is none. */
export const configTextOf = (container: ContainerCase): string | null =>
  container.configText === undefined ? `${JSON.stringify(container.config, null, 2)}\n` : container.configText;

/** Every step of a case, those that are done at the same time by themselves. */
const allSteps = ({ steps }: RuntimeCase): readonly Step[] => steps.flatMap((step) => (step.op === "parallel" ? step.steps : [step]));

/** Whether what a container prints is lost: some of its streams are /dev/null. */
const isMute = (testCase: RuntimeCase, index: number): boolean =>
  allSteps(testCase).some((step) => step.op === "create" && step.container === index && (step.nulls ?? []).length > 0);

function bundle(testCase: RuntimeCase, index: number, config: string | null, { reportsByFifo }: Driver): Action[] {
  const container = testCase.containers[index];
  if (!container) return [];
  const root = bundleOf(index);
  const rootfs = rootfsOf(container, index);
  const own = new Set((container.rootfs ?? []).map(({ path }) => path));
  return [
    directory(root),
    directory(rootfs),
    ...ROOTFS_DIRECTORIES.filter(([name]) => !own.has(name)).map(([name, mode]) => directory(`${rootfs}/${name}`, mode)),
    directory(`${rootfs}/.oci`, 0o777),
    ...(container.config.hooks ? [directory(`${rootfs}/.oci/hooks`, 0o777)] : []),
    { do: "agent", path: `${rootfs}/.oci/agent`, mode: 0o755, uid: 0, gid: 0 },
    ...(reportsByFifo || isMute(testCase, index) ? [{ do: "report", path: `${rootfs}/.oci/report`, slot: index } as const] : []),
    text(`${rootfs}/.oci/attempts`, encodeAttempts(container.attempts ?? [])),
    ...(container.hold ? [text(`${rootfs}/.oci/hold`, "")] : []),
    ...(container.rootfs ?? []).flatMap((item) => entry(rootfs, item)),
    ...(container.bundle ?? []).flatMap((item) => entry(root, item)),
    ...(config === null ? [] : [text(`${root}/config.json`, config)]),
  ];
}

/** The path of a container's cgroup file, through the variables that `set-cgroups` makes. */
function cgroupFile(container: number, file: string): string {
  const slash = file.indexOf("/");
  const controller = slash < 0 ? "" : file.slice(0, slash);
  return `@{cgroup${container}:${controller}}/${slash < 0 ? file : file.slice(slash + 1)}`;
}

/** The runtime's command line for an operation, without what goes before every operation. */
export function operation(step: Extract<Step, { op: "create" | "start" | "state" | "kill" | "delete" | "raw" }>): readonly string[] {
  if (step.op === "raw") return step.args;
  const id = step.id ?? idOf(step.container);
  switch (step.op) {
    case "create":
      return [
        "create",
        ...(step.inBundle ? [] : ["--bundle", step.bundle ?? bundleOf(step.container)]),
        "--pid-file",
        pidFile(step.container),
        ...(step.console === undefined ? [] : ["--console-socket", `${FIXTURES}/${step.console}`]),
        id,
      ];
    case "kill":
      return ["kill", id, step.signal];
    case "delete":
      return ["delete", ...(step.force ? ["--force"] : []), id];
    default:
      return [step.op, id];
  }
}

/** How the container's process is learnt after create. `state` is asked of the id that the container was given. */
const learnPid = (step: Extract<Step, { op: "create" }>, { argv, timeoutMs, pidFromState }: Driver): Action => {
  const name = pidVariable(step.container);
  return pidFromState
    ? { do: "ask-pid", name, argv: [...argv, ...operation({ op: "state", container: step.container })], timeoutMs }
    : { do: "set", name, path: pidFile(step.container) };
};

/** Turns a step into the primitive actions that carry it out; `key` distinguishes parallel steps. */
export function actionsOf(step: Step, driver: Driver, key = "", at = ""): Action[] {
  switch (step.op) {
    case "create":
    case "start":
    case "state":
    case "kill":
    case "delete":
    case "raw": {
      const planned = (words: readonly string[]): readonly string[] =>
        driver.plan && isPlanned(step) ? ["create", "--plan", planPath(step.container, `${at}${key}`), ...words.slice(1)] : words;
      const run: Action = {
        do: "run",
        argv: [...driver.argv, ...planned(operation(step))],
        timeoutMs: driver.timeoutMs,
        slot: step.op === "create" ? step.container : -1,
        umask: step.op === "create" ? (step.umask ?? 0o022) : 0o022,
        cwd: step.op === "create" && step.inBundle ? bundleOf(step.container) : "/",
        ...(step.op === "create" && step.nulls ? { nulls: step.nulls.map((name) => STREAMS.indexOf(name)).join("") } : {}),
        background: key,
      };
      return key === "" && step.op === "create" ? [run, learnPid(step, driver)] : [run];
    }
    case "await": {
      const pid = `@{${pidVariable(step.container)}}`;
      return step.until === "exit"
        ? [{ do: "await-exit", pid, timeoutMs: driver.timeoutMs }]
        : [{ do: "await-line", slot: step.container, mark: PROBE_MARK, pid, timeoutMs: driver.timeoutMs }];
    }
    case "look": {
      const pid = `@{${pidVariable(step.container)}}`;
      return [
        ...NAMESPACE_LINKS.map((name): Action => ({ do: "readlink", path: `/proc/${pid}/ns/${name}` })),
        ...PROC_FILES.map((name): Action => ({ do: "read", path: `/proc/${pid}/${name}`, max: 65536 })),
        { do: "set-cgroups", name: `cgroup${step.container}`, pid },
        ...(step.cgroupFiles ?? []).map((file): Action => ({ do: "read", path: cgroupFile(step.container, file), max: 65536 })),
      ];
    }
    case "write-cgroup":
      return [
        { do: "set-cgroups", name: `cgroup${step.container}`, pid: `@{${pidVariable(step.container)}}` },
        { do: "write", path: cgroupFile(step.container, step.file), data: step.data },
      ];
    case "edit":
      return [text(`${bundleOf(step.container)}/config.json`, `${JSON.stringify(step.config, null, 2)}\n`)];
    case "read":
      return [{ do: "read", path: absolute(step.path), max: 65536 }];
    case "stat":
      return [{ do: "stat", path: absolute(step.path) }];
    case "parallel":
      return [
        ...step.steps.flatMap((each, index) => actionsOf(each, driver, `p${index}`, at)),
        ...step.steps.map((_, index): Action => ({ do: "join", key: `p${index}` })),
        ...step.steps.flatMap((each): Action[] => (each.op === "create" ? [learnPid(each, driver)] : [])),
      ];
  }
}

const absolute = (path: string): string => (path.startsWith("/") ? path : `${CASE_DIR}/${path}`);

const planPath = (container: number, at: string): string => `${CASE_DIR}/plan${container}-${at}`;

/** The plans of all creates of a case, each by the config that its bundle has by then: that in `written`, or what it was edited to. */
function plans(testCase: RuntimeCase, written: readonly (string | null)[], { plan }: Driver): Action[] {
  if (!plan) return [];
  const configs = [...written];
  return testCase.steps.flatMap((step, at): Action[] => {
    if (step.op === "edit") configs[step.container] = `${JSON.stringify(step.config, null, 2)}\n`;
    const each = step.op === "parallel" ? step.steps.map((inner, index) => [inner, `${at}p${index}`] as const) : [[step, `${at}`] as const];
    return each.flatMap(([create, key]): Action[] => {
      if (!isPlanned(create)) return [];
      const { container } = create;
      return [text(planPath(container, key), plan(configs[container] ?? null, bundleOf(container), create.id ?? idOf(container)))];
    });
  });
}

/** A create with a bundle of its own kind (another path, the working directory) shows how a runtime finds the config: that is not planned. */
const isPlanned = (step: Step): step is Extract<Step, { op: "create" }> =>
  step.op === "create" && step.bundle === undefined && !step.inBundle;

/** Bytes that are read of a hook's record. */
const RECORD_LIMIT = 1 << 20;

/** A case as the worker carries it out: what is prepared, the actions of each step, the hooks' records, then what is gathered. */
export interface Script {
  readonly prepare: readonly Action[];
  /** What is around the containers, looked at after `prepare`, and once more after the last step. */
  readonly outside: readonly Action[];
  readonly steps: readonly (readonly Action[])[];
  /** One for each of `hookDirectories`. */
  readonly records: readonly Action[];
  readonly gather: readonly Action[];
}

/** Compiles a case for a driver. Pure: the same case gives the same script. */
export function compile(testCase: RuntimeCase, driver: Driver): Script {
  const configs = testCase.containers.map(configTextOf);
  return {
    prepare: [
      directory(FIXTURES, 0o777),
      directory(HOOK_RECORDS, 0o777),
      ...configs.flatMap((config, index) => bundle(testCase, index, config, driver)),
      ...(testCase.fixtures ?? []).flatMap((item) => fixture(testCase, item)),
      ...plans(testCase, configs, driver),
    ],
    outside: lookAround(testCase),
    steps: testCase.steps.map((step, at) => actionsOf(step, driver, "", `${at}`)),
    records: hookDirectories(testCase).map((path): Action => ({ do: "read-all", path, suffix: ".json", max: RECORD_LIMIT })),
    gather: [
      ...testCase.containers.map((_, slot): Action => ({ do: "terminal", slot })),
      { do: "seccomp-deliveries" },
      { do: "clean" },
      ...testCase.containers.map((_, slot): Action => ({ do: "output", slot, timeoutMs: 1000 })),
      ...NAMESPACE_LINKS.map((name): Action => ({ do: "readlink", path: `/proc/self/ns/${name}` })),
    ],
  };
}
