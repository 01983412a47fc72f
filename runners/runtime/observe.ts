import { CaseError, HarnessError } from "../../spec/errors.js";
import type { Hook } from "../../spec/runtime/config.js";
import { validateProbe } from "../../spec/validate.js";
import type { RuntimeCase, Step } from "./case.js";
import type {
  ContainerObservation,
  Exit,
  Got,
  HookRecord,
  Look,
  Observation,
  ProbeReport,
  Ran,
  SeccompDelivery,
  StepResult,
} from "./observation.js";
import { changesOf } from "./outside.js";
import type { Answer } from "./protocol.js";
import { LOOK_PARTS, PROBE_MARK, type Script } from "./script.js";

const describe = (answer: Answer | undefined): string => JSON.stringify(answer ?? null);

const asText = (answer: Answer | undefined): Got<string> => {
  if (answer?.kind === "bytes") return { ok: true, value: answer.bytes.toString("utf8") };
  if (answer?.kind === "ok") return { ok: true, value: "" };
  return { ok: false, errno: answer?.kind === "error" ? answer.errno : "ESRCH" };
};

const unstarted: Ran = { exit: { kind: "unstartable", errno: "ESRCH" }, stdout: "", stderr: "", startedNs: "0", endedNs: "0" };

function asRan(answer: Answer | undefined): Ran {
  if (answer?.kind === "unset") return unstarted;
  if (answer?.kind !== "ran") throw new HarnessError(`a command was answered with ${describe(answer)}`);
  const { exit, startedNs, endedNs } = answer;
  return { exit, startedNs, endedNs, stdout: answer.stdout.toString("utf8"), stderr: answer.stderr.toString("utf8") };
}

/** JSON or null, for text that others wrote. */
export function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

const fields = (status: string): Record<string, string> =>
  Object.fromEntries(
    status.split("\n").flatMap((line) => {
      const colon = line.indexOf(":");
      return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1).trim()]];
    }),
  );

/** `/proc/PID/cgroup` as path by controller list; the cgroup2 line has the empty list. */
export const cgroupPaths = (content: string): Record<string, string> =>
  Object.fromEntries(
    content.split("\n").flatMap((line) => (line === "" ? [] : [[line.split(":")[1] ?? "", line.split(":").slice(2).join(":")]])),
  );

const idMap = (content: string): [number, number, number][] =>
  content
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [inside = 0, outside = 0, size = 0] = line.trim().split(/\s+/).map(Number);
      return [inside, outside, size];
    });

/** What the links below a process's `ns` directory say, in the order of `LOOK_PARTS.links`. */
const namespacesOf = (answers: readonly Answer[]): Record<string, string> =>
  Object.fromEntries(
    LOOK_PARTS.links.flatMap((name, at) => {
      const link = asText(answers[at]);
      return link.ok ? [[name, link.value]] : [];
    }),
  );

function lookOf(step: Extract<Step, { op: "look" }>, answers: readonly Answer[], pid: number): Got<Look> {
  const links = LOOK_PARTS.links.length;
  const file = (name: (typeof LOOK_PARTS.files)[number]): Got<string> => asText(answers[links + LOOK_PARTS.files.indexOf(name)]);
  const status = file("status");
  if (!status.ok) return status;
  const rest = answers.slice(links + LOOK_PARTS.files.length + 1);
  const textOf = (got: Got<string>): string => (got.ok ? got.value : "");
  const adjustment = file("oom_score_adj");
  return {
    ok: true,
    value: {
      pid,
      namespaces: namespacesOf(answers),
      status: fields(status.value),
      oomScoreAdj: adjustment.ok ? Number(adjustment.value) : null,
      cgroup: cgroupPaths(textOf(file("cgroup"))),
      uidMap: idMap(textOf(file("uid_map"))),
      gidMap: idMap(textOf(file("gid_map"))),
      cgroupFiles: Object.fromEntries((step.cgroupFiles ?? []).map((name, at) => [name, asText(rest[at])])),
    },
  };
}

/** Turns the answers to a step's actions into the step's result. */
function resultOf(step: Step, answers: readonly Answer[], pidOf: (container: number) => number | null): StepResult {
  const [first] = answers;
  switch (step.op) {
    case "create":
    case "start":
    case "kill":
    case "delete":
    case "raw":
      return { op: step.op, ran: asRan(first) };
    case "state": {
      const ran = asRan(first);
      return { op: "state", ran, state: parsed(ran.stdout) };
    }
    case "await":
      if (first?.kind === "unset" || first?.kind === "error") return { op: "skipped" };
      if (first?.kind !== "awaited") throw new HarnessError(`await was answered with ${describe(first)}`);
      return { op: "await", outcome: first.outcome };
    case "look": {
      if (first?.kind === "unset") return { op: "skipped" };
      return { op: "look", look: lookOf(step, answers, pidOf(step.container) ?? 0) };
    }
    case "write-cgroup":
      return first?.kind === "unset" ? { op: "skipped" } : { op: "write-cgroup", got: asText(answers[1]) };
    case "edit":
      return { op: "edit" };
    case "read":
      return { op: "read", got: asText(first) };
    case "stat":
      return {
        op: "stat",
        got:
          first?.kind === "stat" ? { ok: true, value: first.stat } : { ok: false, errno: first?.kind === "error" ? first.errno : "ESRCH" },
      };
    case "parallel": {
      const joined = answers.filter((answer) => answer.kind === "ran" || answer.kind === "unset").slice(-step.steps.length);
      return { op: "parallel", results: step.steps.map((each, at) => resultOf(each, [joined[at] ?? { kind: "unset" }], pidOf)) };
    }
  }
}

/** Splits a container's output into the probe's report and the rest. */
export function splitOutput(output: string): { readonly report: ProbeReport | null; readonly rest: string } {
  const start = output.indexOf(PROBE_MARK);
  if (start < 0) return { report: null, rest: output };
  const newline = output.indexOf("\n", start);
  const end = newline < 0 ? output.length : newline;
  const value = parsed(output.slice(start + PROBE_MARK.length, end).trim());
  const problems = validateProbe(value);
  if (problems.length > 0) {
    if (newline < 0) return { report: null, rest: output };
    throw new HarnessError(`the probe's report does not fit its schema: ${problems[0]?.path} ${problems[0]?.message}`);
  }
  return { report: value as ProbeReport, rest: output.slice(0, start) + output.slice(end + 1) };
}

const isRecord = (value: unknown): value is HookRecord => typeof value === "object" && value !== null && "startedNs" in value;

/** Everything that the worker answered to a script, part by part. */
export interface Answers {
  readonly prepare: readonly Answer[];
  /** To `outside`, before the first step. */
  readonly before: readonly Answer[];
  readonly steps: readonly (readonly Answer[])[];
  readonly records: readonly Answer[];
  /** To `outside`, after the last step. */
  readonly after: readonly Answer[];
  readonly gather: readonly Answer[];
}

/** Errors by which a machine says that it is short of something, whatever a case asks for. */
const SHORTAGES: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "ENOMEM", "EMFILE", "ENFILE", "EAGAIN", "EIO", "ENOSYS"]);

/**
 * Assembles the observation of a case from the worker's answers.
 * @throws CaseError when the case asks for what cannot be prepared; HarnessError when the machine was short of something for it, or the answers
 * make no sense
 */
export function observe(testCase: RuntimeCase, script: Script, answers: Answers, control: boolean | null): Observation {
  answers.prepare.forEach((answer, at) => {
    if (answer.kind === "error") {
      const action = script.prepare[at];
      const place = action && ("path" in action ? action.path : "target" in action ? action.target : "");
      const message = `preparing the case: ${action?.do} ${place}: ${answer.step}: ${answer.errno}`;
      throw SHORTAGES.has(answer.errno) ? new HarnessError(message) : new CaseError(message);
    }
  });
  const pids = new Map<number, number>();
  const exits = new Map<number, Exit>();
  const steps = testCase.steps.map((step, at): StepResult => {
    const own = answers.steps[at] ?? [];
    // A look or an await names its process by a variable; the answer to `set` after create tells whether it was read.
    const result = resultOf(step, own, (container) => pids.get(container) ?? null);
    if (step.op === "create") {
      const learnt = own[1];
      if (learnt?.kind === "bytes") pids.set(step.container, Number(learnt.bytes.toString("utf8")));
    }
    if (step.op === "parallel") {
      const learnt = own.slice(step.steps.length * 2);
      step.steps
        .filter((each) => each.op === "create")
        .forEach((each, nth) => {
          const answer = learnt[nth];
          if (answer?.kind === "bytes") pids.set(each.container, Number(answer.bytes.toString("utf8")));
        });
    }
    const awaited = own[0];
    if (step.op === "await" && awaited?.kind === "awaited" && awaited.exit) exits.set(step.container, awaited.exit);
    return result;
  });
  const count = testCase.containers.length;
  const cleaned = answers.gather[count + 1];
  if (cleaned?.kind !== "cleaned") throw new HarnessError(`clean was answered with ${describe(cleaned)}`);
  const delivered = answers.gather[count];
  const containers = testCase.containers.map((_, index): ContainerObservation => {
    const output = answers.gather[count + 2 + index];
    const raw = output?.kind === "output" ? output.stdout.toString("utf8") : "";
    const errors = output?.kind === "output" ? output.stderr.toString("utf8") : "";
    const { report, rest } = splitOutput(raw.includes(PROBE_MARK) ? raw : earlyReport(testCase, steps, index) + raw);
    const terminal = answers.gather[index];
    return {
      pid: pids.get(index) ?? null,
      inside: report,
      output: rest + errors,
      exit: exits.get(index) ?? null,
      hooks: hooksOf(testCase, index, answers),
      terminal: terminal?.kind === "terminal" ? { rows: terminal.rows, columns: terminal.columns } : null,
    };
  });
  const { processes, mounts, cgroups, interfaces, devices } = cleaned;
  return {
    format: "oci-conform/runtime-observation@1",
    steps,
    containers,
    seccomp:
      delivered?.kind === "seccomp"
        ? delivered.deliveries.map((each): SeccompDelivery => ({ ...each, payload: each.payload.toString("utf8") }))
        : [],
    runtimeNamespaces: namespacesOf(answers.gather.slice(2 * count + 2)),
    leftovers: { processes, mounts, cgroups, interfaces, devices, stillKnown: stillKnown(testCase, steps) },
    outside: changesOf(answers.before, answers.after),
    control,
  };
}

/** What the probe reported before the first create had ended, where a runtime starts it as early as that. */
function earlyReport(testCase: RuntimeCase, steps: readonly StepResult[], container: number): string {
  const first = steps[testCase.steps.findIndex((step) => step.op === "create" && step.container === container)];
  const stdout = first?.op === "create" ? first.ran.stdout : "";
  const start = stdout.indexOf(PROBE_MARK);
  return start < 0 ? "" : stdout.slice(start);
}

/** The first of the answers is of the records outside, each of which belongs to the container whose id its state names; else to the first one. */
function hooksOf(testCase: RuntimeCase, index: number, { records }: Answers): HookRecord[] {
  return records
    .flatMap((answer, at) =>
      (answer.kind === "contents" ? answer.contents : [])
        .map((content) => parsed(content.toString("utf8")))
        .filter(isRecord)
        .filter((record) => (at === 0 ? ownerOf(testCase, record) : at - 1) === index),
    )
    .sort((a, b) => (BigInt(a.startedNs) < BigInt(b.startedNs) ? -1 : 1));
}

function ownerOf(testCase: RuntimeCase, record: HookRecord): number {
  const owner = testCase.containers.findIndex(({ config }) =>
    Object.values<readonly Hook[] | undefined>({ ...config.hooks }).some((hooks) =>
      hooks?.some((hook) => hook.args?.includes(record.name)),
    ),
  );
  return owner < 0 ? 0 : owner;
}

/** Containers whose last delete succeeded and that a later `state` still found. */
function stillKnown(testCase: RuntimeCase, steps: readonly StepResult[]): string[] {
  const deleted = new Set<number>();
  const known = new Set<number>();
  testCase.steps.forEach((step, at) => {
    const result = steps[at];
    // One of several callers may have created it anew.
    if (step.op === "parallel") for (const each of step.steps) if (each.op === "create") deleted.delete(each.container);
    if (!("container" in step) || !result || !("ran" in result) || ("id" in step && step.id !== undefined)) return;
    const worked = result.ran.exit.kind === "exited" && result.ran.exit.code === 0;
    if (step.op === "delete" && worked) deleted.add(step.container);
    if (step.op === "create" && worked) deleted.delete(step.container);
    if (step.op === "state" && worked && deleted.has(step.container)) known.add(step.container);
  });
  return [...known].map((container) => `oci-conform-${container}`);
}
