import { minimalConfig } from "../../../generators/runtime/base.js";
import { HOOK_KINDS, type HookKind, recordingHook } from "../../../generators/runtime/hooks.js";
import type { HookRecord, Ran } from "../../../runners/runtime/observation.js";
import type { Config, Hook, Hooks } from "../../../spec/runtime/config.js";
import { combine, type ExplainedResult, notApplicable } from "../../check.js";
import { type Check, check, ok, oncePerView, resultsOf, type View } from "../suite.js";

/** A hook of the config together with the record of its run, if it ran. */
export interface HookRun {
  readonly kind: HookKind;
  readonly hook: Hook;
  readonly record: HookRecord | undefined;
}

/** A hook that ran. */
export type RecordedRun = HookRun & { readonly record: HookRecord };

/** The name by which a hook records its run. */
export const nameOf = ({ args = [] }: Hook): string | undefined => args[args.indexOf("--name") + 1];

/**
 * All hooks of a container, in the order of the config; only those that record their run. None where the container lives more than once or
 * beside other callers: which of its operations a record belongs to is then unknown.
 */
export const hookRuns = oncePerView((view: View): readonly HookRun[] => {
  const { steps, control } = view.testCase;
  if (control !== undefined || view.container.configText !== undefined || steps.some(({ op }) => op === "parallel")) return [];
  if (resultsOf(view, view.index, "create").length > 1) return [];
  return HOOK_KINDS.flatMap((kind) =>
    (view.config.hooks?.[kind] ?? [])
      .filter((hook) => hook.args?.includes("--name"))
      .map((hook) => ({ kind, hook, record: view.containerObservation.hooks.find(({ name }) => name === nameOf(hook)) })),
  );
});

const isRecorded = (run: HookRun): run is RecordedRun => run.record !== undefined;

/** The hooks that ran, of a kind or of all. */
export const recordedRuns = (view: View, kind?: HookKind): readonly RecordedRun[] =>
  hookRuns(view).filter((run): run is RecordedRun => isRecorded(run) && (kind === undefined || run.kind === kind));

/** Why a check of hooks does not apply where none ran: what each of them shows is in its record. */
export const noneRan = (kinds: readonly HookKind[]): string =>
  `no ${kinds.length === 1 ? `${kinds[0]} hook` : "hook"} ran of which it is known to which operation it belongs`;

/** Judges each hook of these kinds that ran. */
export const eachRun = (id: string, kinds: readonly HookKind[], judge: (run: RecordedRun, view: View) => ExplainedResult): Check =>
  check(id, (view) =>
    combine(
      recordedRuns(view)
        .filter(({ kind }) => kinds.includes(kind))
        .map((run) => judge(run, view)),
      noneRan(kinds),
    ),
  );

/** The operation as part of which hooks of a kind are called. */
const operationOf = (view: View, kind: HookKind): Ran | null => {
  if (kind === "startContainer" || kind === "poststart") return view.start;
  return kind === "poststop" ? view.delete : view.create;
};

/** Hooks that were told to fail, to sleep, to die or not to read say nothing about the usual course. */
const isUsual = (view: View): boolean =>
  !hookRuns(view).some(({ hook }) => hook.args?.some((arg) => ["--exit", "--sleep-ms", "--signal", "--ignore-stdin"].includes(arg)));

/** Judges hooks of a kind by an operation that took the usual course: it succeeded, and no hook was told to disturb it. */
export function inUsualCourse(view: View, kind: HookKind, judge: (operation: Ran) => ExplainedResult): ExplainedResult {
  const operation = operationOf(view, kind);
  if (!isUsual(view)) return notApplicable("a hook was told to fail, to sleep, to die, or not to read its standard input");
  return operation && ok(operation) ? judge(operation) : notApplicable("the operation that calls the hooks did not succeed");
}

/** Where each operation and a hook began and ended, for people. */
export const timesOf = (record: HookRecord, { create, start, delete: deleted }: View): unknown => ({
  hook: [record.startedNs, record.endedNs],
  create: create && [create.startedNs, create.endedNs],
  start: start && [start.startedNs, start.endedNs],
  delete: deleted && [deleted.startedNs, deleted.endedNs],
});

/** The kinds whose path is looked up, and which run, in the runtime's namespaces; the others do so in the container's. */
export const IN_RUNTIME_NAMESPACE: readonly HookKind[] = ["prestart", "createRuntime", "poststart", "poststop"];

/** The minimal config with these hooks. */
export const withHooks = (release: string, hooks: Hooks): Config => ({ ...minimalConfig(release), hooks });

/** Several hooks of a kind, each with a record of its own. */
export const several = (kind: HookKind, count: number): Hook[] =>
  Array.from({ length: count }, (_, at) => recordingHook(kind, `${kind}-${at}`));
