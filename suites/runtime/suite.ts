import type { Arbitrary } from "fast-check";
import type { ContainerCase, RuntimeCase } from "../../runners/runtime/case.js";
import type { RuntimeFacts, TargetFacts } from "../../runners/runtime/facts.js";
import type { HostFacts } from "../../runners/runtime/host.js";
import type { ContainerObservation, Look, Observation, ProbeReport, Ran, StepResult } from "../../runners/runtime/observation.js";
import type { Config } from "../../spec/runtime/config.js";
import type { ExplainedResult } from "../check.js";
import { byLuck, exampleOf, type Section as SuiteSection, sectionOf, unavailable } from "../section.js";
import type { Example as SuiteExample, Unavailable } from "../suite.js";

/** A whole run of a case, for checks that look at the order of steps or at several containers. */
export interface CaseView {
  readonly testCase: RuntimeCase;
  readonly observation: Observation;
  readonly host: HostFacts;
  readonly target: TargetFacts;
  readonly containers: readonly View[];
}

/** One container of a run: its case, what was seen of it, and the results of its own operations. */
export interface View extends Omit<CaseView, "containers"> {
  readonly index: number;
  readonly container: ContainerCase;
  readonly config: Config;
  readonly containerObservation: ContainerObservation;
  /** The probe's report; null when the user's program was another one, did not run, or could not report. */
  readonly probe: ProbeReport | null;
  /** The first look from outside that found the process, or null. */
  readonly snapshot: Look | null;
  /** The container's first `create`, `start` and `delete` (with its own id), or null when the case has none. */
  readonly create: Ran | null;
  readonly start: Ran | null;
  readonly delete: Ran | null;
  /** The states reported for it, in order; null where the answer was an error or not JSON. */
  readonly states: readonly unknown[];
}

/** Judges one requirement: a pure function of a container's view, or of the whole case's. */
export type Check =
  | { readonly id: string; readonly per: "container"; readonly judge: (view: View) => ExplainedResult }
  | { readonly id: string; readonly per: "case"; readonly judge: (view: CaseView) => ExplainedResult };

/** A check that looks at one container at a time. */
export const check = (id: string, judge: (view: View) => ExplainedResult): Check => ({ id, per: "container", judge });

/** A check that looks at a whole case. */
export const checkCase = (id: string, judge: (view: CaseView) => ExplainedResult): Check => ({ id, per: "case", judge });

/** Why a check does not apply where the user's program was another one, did not run, or could not report. */
export const NO_REPORT = "the program did not report";

/** A function of a view that is worked out once for each: many checks ask the same, and a view never changes. */
export function oncePerView<V extends object, T>(compute: (view: V) => T): (view: V) => T {
  const known = new WeakMap<V, { readonly value: T }>();
  return (view) => {
    const entry = known.get(view);
    if (entry) return entry.value;
    const value = compute(view);
    known.set(view, { value });
    return value;
  };
}

/** A written example of this suite; drawn several times, so let its cases vary where that means something. */
export type Example = SuiteExample<RuntimeCase, RuntimeFacts>;

/** Declares an example. Each of its cases gets these aims. */
export const example: (aims: string | readonly string[], cases: Example["cases"]) => Example = exampleOf;

export type { Unavailable };
export { byLuck, unavailable };

/** Unavailable for that reason, or the cases where there is none. */
export const unavailableIf = (reason: string | undefined, cases: () => Arbitrary<RuntimeCase>): Arbitrary<RuntimeCase> | Unavailable =>
  reason === undefined ? cases() : unavailable(reason);

/** The checks and examples of one section of the spec. */
export type Section = SuiteSection<Check, Example>;

/** Makes a section from its parts, in any order. */
export const section = (title: string, parts: readonly (Check | Example)[]): Section => sectionOf<Check, Example>(title, parts);

const succeeded = (ran: Ran | null): boolean => ran !== null && ran.exit.kind === "exited" && ran.exit.code === 0;

/** What a crashed Go or Rust program, or a sanitized one, leaves on its standard error. */
const TRACE =
  /^goroutine \d+ \[|^thread '[^']*'(?: \(\d+\))? panicked at |ERROR: (?:Address|Thread|Memory)Sanitizer|^\S+:\d+:\d+: runtime error: /m;

/** How the process crashed: killed by a signal, or by its language's means, which exit by a code and leave a trace. Undefined when it did not. */
export function crashOf({ exit, stderr }: Ran): string | undefined {
  if (exit.kind === "signaled") return `killed by ${exit.signal}`;
  return exit.kind === "exited" && exit.code !== 0 && TRACE.test(stderr) ? stderr.slice(0, 2000) : undefined;
}

/** The operation ran and exited 0. */
export const ok = succeeded;

/** The operation ended by itself and said no. A hang or a crash is neither success nor refusal. */
export const refused = (ran: Ran | null): boolean =>
  ran !== null && ran.exit.kind === "exited" && ran.exit.code !== 0 && crashOf(ran) === undefined;

/** The operation succeeded or was refused: one can go by what it said. */
export const answered = (ran: Ran | null): boolean => ok(ran) || refused(ran);

/** Every process of the target in a list of results, parallel ones included. */
export const processes = (results: readonly StepResult[]): Ran[] =>
  results.flatMap((result) => ("ran" in result ? [result.ran] : "results" in result ? processes(result.results) : []));

/** No operation of the case hung or crashed: what it left is what it meant to leave. */
export const allAnswered = oncePerView(({ observation }: Pick<CaseView, "observation">): boolean =>
  processes(observation.steps).every(answered),
);

/**
 * The first of these operations that did not succeed, if it was refused: what comes after one that hung or crashed, or after a refusal, is
 * only its consequence.
 */
export function firstRefusal(operations: readonly (Ran | null)[]): Ran | undefined {
  const first = operations.find((ran) => ran !== null && !succeeded(ran)) ?? null;
  return first && refused(first) ? first : undefined;
}

/** The user's program was started: create and start both succeeded, or it reported, whatever they said. */
export const started = (view: View): boolean => view.probe !== null || (succeeded(view.create) && succeeded(view.start));

/** Why what came of a container says nothing about its config: that is not the one in the bundle, or faulty. Undefined where it says something. */
function whyNotItsConfig({ testCase: { control }, container: { configText } }: View): string | undefined {
  if (control !== undefined) return "the config is faulty on purpose";
  return configText === undefined ? undefined : "config.json is another one than the config";
}

/** Why what became of a container cannot be judged by its config; undefined where it can, and the program was started. */
export const whyNotInForce = (view: View): string | undefined =>
  whyNotItsConfig(view) ?? (started(view) ? undefined : "the program was not started");

/** The results of the steps of one operation on one container, in order, with the container's own id. */
export function resultsOf(view: Pick<View, "testCase" | "observation">, index: number, op: StepResult["op"]): StepResult[] {
  const results: StepResult[] = [];
  view.testCase.steps.forEach((step, at) => {
    const result = view.observation.steps[at];
    if (result && step.op === op && result.op === op && "container" in step && step.container === index && !("id" in step))
      results.push(result);
  });
  return results;
}

const firstRan = (results: StepResult[]): Ran | null => {
  const result = results[0];
  return result && "ran" in result ? result.ran : null;
};

/** Builds the views that checks see. */
export function viewsOf(testCase: RuntimeCase, observation: Observation, facts: RuntimeFacts): CaseView {
  const { outside } = facts.host;
  // The host's facts were collected by another worker, in other namespaces.
  const host = { ...facts.host, outside: { ...outside, namespaces: observation.runtimeNamespaces ?? outside.namespaces } };
  const shared = { testCase, observation, host, target: facts.target };
  const containers = testCase.containers.map((container, index): View => {
    const containerObservation = observation.containers[index] ?? {
      pid: null,
      inside: null,
      output: "",
      exit: null,
      hooks: [],
      terminal: null,
    };
    const looks = resultsOf(shared, index, "look").flatMap((result) => (result.op === "look" && result.look.ok ? [result.look.value] : []));
    return {
      ...shared,
      index,
      container,
      config: container.config,
      containerObservation,
      probe: containerObservation.inside,
      snapshot: looks[0] ?? null,
      create: firstRan(resultsOf(shared, index, "create")),
      start: firstRan(resultsOf(shared, index, "start")),
      delete: firstRan(resultsOf(shared, index, "delete")),
      states: resultsOf(shared, index, "state").map((result) => (result.op === "state" && succeeded(result.ran) ? result.state : null)),
    };
  });
  return { ...shared, containers };
}
