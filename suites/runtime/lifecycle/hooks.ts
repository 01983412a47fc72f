import fc from "fast-check";
import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { HOOK_KINDS, type HookKind, hookKinds, recordingHook } from "../../../generators/runtime/hooks.js";
import { BROKEN } from "../../../generators/runtime/invalid/broken.js";
import { faultCase, hasTabledFault, tabledFault } from "../../../generators/runtime/invalid/input.js";
import { env as anyEnv } from "../../../generators/runtime/process/env.js";
import { bundleOf, idOf } from "../../../runners/runtime/case.js";
import type { HookRecord, Ran } from "../../../runners/runtime/observation.js";
import { parsed } from "../../../runners/runtime/observe.js";
import type { Config, Hook, Hooks } from "../../../spec/runtime/config.js";
import { type CheckResult, combine, equal, expectThat } from "../../check.js";
import { refuses } from "../refusal.js";
import { type Check, check, example, ok, oncePerView, resultsOf, section, unavailable, type View } from "../suite.js";

/** `createRuntime` as the ids spell it: `create-runtime`. */
export const kebab = (kind: HookKind): string => kind.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** A hook of the config together with the record of its run, if it ran. */
export interface Called {
  readonly kind: HookKind;
  readonly hook: Hook;
  readonly record: HookRecord | undefined;
}

const nameOf = ({ args = [] }: Hook): string | undefined => args[args.indexOf("--name") + 1];

/**
 * All hooks of a container, in the order of the config; only those that record their run. None where the container lives more than once or
 * beside other callers: which of its operations a record belongs to is then unknown.
 */
export const called = oncePerView((view: View): readonly Called[] => {
  const { steps, control } = view.case;
  if (control !== undefined || view.container.configText !== undefined || steps.some(({ op }) => op === "parallel")) return [];
  if (resultsOf(view, view.index, "create").length > 1) return [];
  return HOOK_KINDS.flatMap((kind) =>
    (view.config.hooks?.[kind] ?? [])
      .filter((hook) => hook.args?.includes("--name"))
      .map((hook) => ({ kind, hook, record: view.containerObservation.hooks.find(({ name }) => name === nameOf(hook)) })),
  );
});

/** The operation as part of which hooks of a kind are called. */
const operationOf = (view: View, kind: HookKind): Ran | null => {
  if (kind === "startContainer" || kind === "poststart") return view.start;
  return kind === "poststop" ? view.delete : view.create;
};

/** Judges each hook of a kind (or of all) that ran. */
const eachRun = (id: string, kinds: readonly HookKind[], judge: (run: Called & { record: HookRecord }, view: View) => CheckResult): Check =>
  check(`runtime.${id}`, (view) =>
    combine(called(view).map((run) => (kinds.includes(run.kind) && run.record ? judge({ ...run, record: run.record }, view) : undefined))),
  );

/** Hooks that were told to fail, to sleep or to die say nothing about the usual course. */
const usual = (view: View): boolean =>
  !called(view).some(({ hook }) => hook.args?.some((arg) => ["--exit", "--sleep-ms", "--signal"].includes(arg)));

const within = (record: HookRecord, operation: Ran): boolean =>
  BigInt(record.startedNs) >= BigInt(operation.startedNs) && record.endedNs !== null && BigInt(record.endedNs) <= BigInt(operation.endedNs);

/** The hook ran while its operation was under way: after it was called, and before it returned. */
const during = (id: string, kind: HookKind, operation: string): Check =>
  eachRun(id, [kind], ({ record }, view) => {
    const ran = operationOf(view, kind);
    return ran && ok(ran) && usual(view)
      ? expectThat(within(record, ran), `called between the call of ${operation} and its return`, describe(record, view))
      : undefined;
  });

const describe = (record: HookRecord, { create, start, delete: deleted }: View): unknown => ({
  hook: [record.startedNs, record.endedNs],
  create: create && [create.startedNs, create.endedNs],
  start: start && [start.startedNs, start.endedNs],
  delete: deleted && [deleted.startedNs, deleted.endedNs],
});

const stateOf = (record: HookRecord): Readonly<Record<string, unknown>> => {
  const state = parsed(record.stdin);
  return typeof state === "object" && state !== null ? Object.fromEntries(Object.entries(state)) : {};
};

/** The statuses that fit the step of the lifecycle at which a hook is called. */
const STATUSES: Readonly<Record<HookKind, readonly string[]>> = {
  // These come after the environment was made, yet before create has finished: either word fits.
  prestart: ["creating", "created"],
  createRuntime: ["creating", "created"],
  createContainer: ["creating", "created"],
  startContainer: ["created"],
  // The program may be short.
  poststart: ["running", "stopped"],
  poststop: ["stopped"],
};

const OUTSIDE: readonly HookKind[] = ["prestart", "createRuntime", "poststart", "poststop"];
const SHARED = ["mnt", "net", "ipc", "uts"];

const pick = (links: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string | undefined> =>
  Object.fromEntries(names.map((name) => [name, links[name]]));

function inNamespace(run: Called & { record: HookRecord }, view: View): CheckResult {
  const { record, kind } = run;
  if (Object.keys(record.namespaces).length === 0) return undefined;
  if (OUTSIDE.includes(kind)) {
    const runtime = view.host.outside.namespaces;
    return runtime ? equal(pick(record.namespaces, SHARED), pick(runtime, SHARED), "the runtime's namespaces") : undefined;
  }
  const container = view.snapshot?.namespaces ?? view.probe?.namespaces;
  return container ? equal(pick(record.namespaces, SHARED), pick(container, SHARED), "the container's namespaces") : undefined;
}

/** All hooks of one kind ran before those of another. */
const before = (id: string, first: HookKind, second: HookKind): Check =>
  check(`runtime.${id}`, (view) => {
    const times = (kind: HookKind): bigint[] =>
      called(view).flatMap((run) => (run.kind === kind && run.record ? [BigInt(run.record.startedNs)] : []));
    const [early, late] = [times(first), times(second)];
    if (early.length === 0 || late.length === 0) return undefined;
    return expectThat(
      early.every((time) => late.every((other) => time < other)),
      `${first} hooks before ${second} hooks`,
      { [first]: early.map(String), [second]: late.map(String) },
    );
  });

const withHooks = (release: string, hooks: Hooks): Config => ({ ...minimalConfig(release), hooks });

const several = (kind: HookKind, count: number): Hook[] => Array.from({ length: count }, (_, at) => recordingHook(kind, `${kind}-${at}`));

/** What one kind of hooks shows when all goes well. */
const shown = (kind: HookKind): string[] => [
  `runtime.lifecycle.${kebab(kind)}-invoked`,
  `runtime.hooks.${kebab(kind)}-namespace`,
  `runtime.hooks.${kebab(kind)}-path-resolves`,
];

const TIMING: readonly (readonly [string, HookKind, string])[] = [
  ["hooks.prestart-during-create", "prestart", "create"],
  ["hooks.create-runtime-during-create", "createRuntime", "create"],
  ["hooks.create-container-during-create", "createContainer", "create"],
  ["hooks.poststart-after-program", "poststart", "start"],
  ["hooks.poststop-after-delete", "poststop", "delete"],
];

const FAULTS = [BROKEN.hookPath, BROKEN.hookPathMissing, BROKEN.hookTimeout];

export default section("Hooks", [
  ...HOOK_KINDS.map((kind) =>
    check(`runtime.lifecycle.${kebab(kind)}-invoked`, (view) => {
      const own = called(view).filter((run) => run.kind === kind);
      const operation = operationOf(view, kind);
      if (own.length === 0 || !operation || !ok(operation) || !usual(view)) return undefined;
      const silent = own.filter(({ record }) => !record).map(({ hook }) => nameOf(hook));
      return equal(silent, [], "hooks that were not called");
    }),
  ),
  ...HOOK_KINDS.map((kind) => eachRun(`hooks.${kebab(kind)}-namespace`, [kind], inNamespace)),
  // The agent lies at different paths outside and inside, so a run proves where its path was resolved.
  ...HOOK_KINDS.map((kind) => eachRun(`hooks.${kebab(kind)}-path-resolves`, [kind], () => ({ verdict: "pass" }))),
  ...TIMING.map(([id, kind, operation]) => during(id, kind, operation)),
  eachRun("hooks.start-container-before-program", ["startContainer"], ({ record }, view) =>
    view.start
      ? expectThat(
          !record.programStarted && BigInt(record.startedNs) >= BigInt(view.start.startedNs),
          "called after start was called, and before the user's program",
          { programStarted: record.programStarted, times: describe(record, view) },
        )
      : undefined,
  ),
  eachRun("hooks.create-container-before-pivot", ["createContainer"], ({ record }) =>
    expectThat(!record.seesContainer, "the runtime's files are seen", "the container's root was entered already"),
  ),
  before("hooks.prestart-before-create-runtime", "prestart", "createRuntime"),
  before("hooks.create-container-after-create-runtime", "createRuntime", "createContainer"),
  ...HOOK_KINDS.map((kind) =>
    example(
      [
        ...shown(kind),
        ...TIMING.filter(([, own]) => own === kind).map(([id]) => `runtime.${id}`),
        ...(kind === "createContainer" ? ["runtime.hooks.create-container-before-pivot"] : []),
        ...(kind === "startContainer" ? ["runtime.hooks.start-container-before-program"] : []),
      ],
      ({ target }) =>
        hookKinds(target.release).includes(kind)
          ? fc
              .integer({ min: 1, max: 2 })
              .map((count) => caseOf(withHooks(target.release, { [kind]: several(kind, count) }), { title: `${kind} hooks`, hold: true }))
          : unavailable(`release ${target.release} has no ${kind} hooks`),
    ),
  ),
  example(["runtime.hooks.prestart-before-create-runtime", "runtime.hooks.create-container-after-create-runtime"], ({ target }) =>
    fc.constant(
      caseOf(withHooks(target.release, Object.fromEntries(hookKinds(target.release).map((kind) => [kind, several(kind, 1)]))), {
        title: "hooks of all kinds",
      }),
    ),
  ),

  eachRun("hooks.args", HOOK_KINDS, ({ hook, record }) => equal(record.argv, hook.args)),
  eachRun("hooks.env", HOOK_KINDS, ({ hook, record }) => {
    const missing = (hook.env ?? []).filter((entry) => !record.env.includes(entry));
    return hook.env === undefined || hook.env.length === 0 ? undefined : equal(missing, [], "variables that the hook did not get");
  }),
  check("runtime.hooks.listed-order", (view) =>
    combine(
      HOOK_KINDS.map((kind) => {
        const runs = called(view).filter((run) => run.kind === kind && run.record?.endedNs);
        if (runs.length < 2) return undefined;
        const inOrder = runs.every(
          ({ record }, at) => at === 0 || BigInt(record?.startedNs ?? 0) >= BigInt(runs[at - 1]?.record?.endedNs ?? 0),
        );
        return expectThat(
          inOrder,
          `${kind} hooks one after the other, as listed`,
          runs.map(({ record }) => [record?.name, record?.startedNs, record?.endedNs]),
        );
      }),
    ),
  ),
  eachRun("hooks.state-on-stdin", HOOK_KINDS, ({ kind, hook, record }, view) => {
    if (hook.args?.includes("--ignore-stdin")) return undefined;
    const { id, ociVersion, bundle } = stateOf(record);
    if (typeof id !== "string" || typeof ociVersion !== "string" || typeof bundle !== "string")
      return expectThat(false, "the container's state", record.stdin);
    const elsewhere = view.case.steps.some((step) => step.op === "create" && (step.bundle !== undefined || step.id !== undefined));
    const own = { id: idOf(view.index), bundle: bundleOf(view.index) };
    return elsewhere ? undefined : equal({ id, bundle: bundle.replace(/(?<=.)\/+$/, "") }, own, `in a ${kind} hook`);
  }),
  eachRun("hooks.state-status", HOOK_KINDS, ({ kind, hook, record }, view) => {
    const { status } = stateOf(record);
    if (hook.args?.includes("--ignore-stdin") || !ok(operationOf(view, kind)) || !usual(view)) return undefined;
    return expectThat(typeof status === "string" && STATUSES[kind].includes(status), STATUSES[kind], status, `in a ${kind} hook`);
  }),
  eachRun(
    "hooks.state-pid",
    HOOK_KINDS.filter((kind) => kind !== "poststop"),
    ({ kind, hook, record }, view) => {
      // Each namespace counts its own way.
      const pid = OUTSIDE.includes(kind) ? view.containerObservation.pid : view.probe?.pid;
      const state = stateOf(record);
      // It is required in the statuses created and running alone.
      const optional = state.pid === undefined && state.status !== "created" && state.status !== "running";
      return hook.args?.includes("--ignore-stdin") || typeof pid !== "number" || optional
        ? undefined
        : equal(state.pid, pid, `in a ${kind} hook`);
    },
  ),
  example(["runtime.hooks.args", "runtime.hooks.env", "runtime.hooks.listed-order"], ({ target }) =>
    fc
      .tuple(
        fc.constantFrom<HookKind>("prestart", "poststart", "poststop"),
        anyEnv(3),
        fc.array(fc.constantFrom("word", "two words", "--", ""), { maxLength: 3 }),
      )
      .map(([kind, env, rest]) =>
        caseOf(
          withHooks(target.release, {
            [kind]: [0, 1, 2].map((at) => ({
              ...recordingHook(kind, `${kind}-${at}`, ["--", ...rest]),
              env: ["PATH=/bin", ...env.filter((entry) => !entry.startsWith("PATH="))],
            })),
          }),
          { title: `three ${kind} hooks with arguments and an environment` },
        ),
      ),
  ),
  ...(["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"] as const).map((kind) =>
    example(
      ["runtime.hooks.state-on-stdin", "runtime.hooks.state-status", ...(kind === "poststop" ? [] : ["runtime.hooks.state-pid"])],
      ({ target }) =>
        hookKinds(target.release).includes(kind)
          ? fc.constant(caseOf(withHooks(target.release, { [kind]: several(kind, 1) }), { title: `the state that a ${kind} hook gets` }))
          : unavailable(`release ${target.release} has no ${kind} hooks`),
    ),
  ),

  ...FAULTS.map((id) => refuses(id, { by: "start" })),
  ...FAULTS.map((id) =>
    example(id, ({ host, target }) =>
      hasTabledFault(host, target.release, id)
        ? tabledFault(host, target.release, id).map((fault) => faultCase(fault, host))
        : unavailable("the release has no such hooks"),
    ),
  ),
]);
