import fc from "fast-check";
import t from "tap";
import { lifecycles } from "../../../generators/runtime/lifecycle.js";
import type { RuntimeCase, Step } from "../../../runners/runtime/case.js";
import type { Exit, Observation, Ran, StepResult } from "../../../runners/runtime/observation.js";
import { checks, sections } from "../../../suites/runtime/index.js";
import { judge } from "../../../suites/runtime/judge.js";
import { fakeHost } from "../../runners/runtime/host-fixture.js";
import { drawExamples, factsOf, ran } from "./fixture.js";

const facts = factsOf(fakeHost());
const SILENT: readonly Exit[] = [{ kind: "timeout" }, { kind: "signaled", signal: "SIGSEGV" }];
/** The rules that are about having no answer. */
const OURS: Readonly<Record<string, string>> = { timeout: "robustness.hang", signaled: "robustness.crash" };

/** A step that may change a container: after a mere question everything else must still work. */
const changes = (step: Step): boolean =>
  step.op === "parallel" ? step.steps.some(changes) : ["create", "start", "kill", "delete", "raw"].includes(step.op);

/** What a step comes to: everything works, without anything being seen of it, until one operation has no answer; then nothing does. */
function resultOf(step: Step, silent: Ran | null, works: boolean): StepResult {
  const one = silent ?? ran(works ? 0 : 1);
  switch (step.op) {
    case "create":
    case "start":
    case "kill":
    case "delete":
    case "raw":
      return { op: step.op, ran: one };
    case "state":
      return { op: "state", ran: one, state: null };
    case "await":
      return { op: "await", outcome: "timeout" };
    case "edit":
      return { op: "edit" };
    case "parallel":
      return { op: "parallel", results: step.steps.map((each) => resultOf(each, silent, works)) };
    default:
      return { op: "skipped" };
  }
}

/** A run of a case in which the `at`th step has no answer; or, for comparison, that ends before it. */
function runOf(subject: RuntimeCase, at: number, exit: Exit | null): Observation {
  const silent = exit && { ...ran(), exit };
  return {
    format: "oci-conform/runtime-observation@1",
    steps: subject.steps.map((step, index): StepResult => {
      if (silent === null && index >= at) return { op: "skipped" };
      return resultOf(step, index === at ? silent : null, index < at);
    }),
    containers: subject.containers.map(() => ({ pid: null, inside: null, output: "", exit: null, hooks: [], terminal: null })),
    seccomp: [],
    // What a process that was killed half-way left is nobody's choice.
    leftovers: {
      processes: [{ pid: 9, comm: "runtime" }],
      mounts: ["/m"],
      cgroups: ["/g"],
      interfaces: ["e"],
      devices: [],
      stillKnown: [],
    },
    control: subject.control === undefined ? null : true,
  };
}

/** The requirements that fail, or pass, for want of an answer. */
function judged(subject: RuntimeCase, at: number, exit: Exit | null): { readonly failed: string[]; readonly passed: string[] } {
  const outcomes = [...judge(checks, subject, runOf(subject, at, exit), facts)];
  const of = (verdict: string): string[] => outcomes.flatMap(([id, outcome]) => (outcome.verdict === verdict ? [id] : []));
  return { failed: [...of("fail"), ...of("error")], passed: of("pass") };
}

function silentIn(subject: RuntimeCase): readonly string[] {
  return subject.steps.flatMap((step, at) => {
    if (!changes(step)) return [];
    const before = new Set(judged(subject, at, null).failed);
    return SILENT.flatMap((exit) =>
      judged(subject, at, exit)
        .failed.filter((id) => id !== OURS[exit.kind] && !before.has(id))
        .map((id) => `${id} by ${exit.kind} of step ${at} (${step.op}): ${subject.title}`),
    );
  });
}

t.test("an operation that does not answer is a finding of that, and of nothing else", async (t) => {
  for (const section of sections) {
    const cases = drawExamples(section, facts, 1).flatMap((drawn) => (typeof drawn === "string" ? [] : drawn));
    t.same([...new Set(cases.flatMap(silentIn))].slice(0, 5), [], section.title);
  }
});

t.test("nor is it in sequences of operations", async (t) => {
  // That one container's operation has no answer is no excuse for another's.
  const single = lifecycles(facts.host, "1.3.0").filter(({ containers }) => containers.length === 1);
  const cases = fc.sample(single, { numRuns: 40, seed: 3 });
  t.same([...new Set(cases.flatMap(silentIn))].slice(0, 5), []);
});

t.test("that create does not answer is no refusal", async (t) => {
  for (const section of sections) {
    for (const drawn of drawExamples(section, facts, 1)) {
      for (const subject of typeof drawn === "string" ? [] : drawn) {
        if (subject.control === undefined || subject.steps[0]?.op !== "create") continue;
        for (const exit of SILENT)
          t.notOk(
            judged(subject, 0, exit).passed.some((id) => subject.aims.includes(id)),
            subject.title,
          );
      }
    }
  }
});
