/** config.md, "POSIX-platform Hooks": when, in which namespaces and from where each kind is called. */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { caseOf } from "../../../generators/runtime/base.js";
import { HOOK_KINDS, type HookKind, hookKinds } from "../../../generators/runtime/hooks.js";
import { faultCase, hasTabledFault, tabledFault } from "../../../generators/runtime/invalid/input.js";
import type { HookRecord, Ran } from "../../../runners/runtime/observation.js";
import { combine, type ExplainedResult, equal, expectThat, notApplicable, PASS } from "../../check.js";
import { refuses } from "../refusal.js";
import { type Check, check, example, section, unavailable, type View } from "../suite.js";
import {
  eachRun,
  hookRuns,
  IN_RUNTIME_NAMESPACE,
  inUsualCourse,
  nameOf,
  noneRan,
  type RecordedRun,
  recordedRuns,
  several,
  timesOf,
  withHooks,
} from "./hook-runs.js";

const within = (record: HookRecord, operation: Ran): boolean =>
  BigInt(record.startedNs) >= BigInt(operation.startedNs) && record.endedNs !== null && BigInt(record.endedNs) <= BigInt(operation.endedNs);

/** All hooks of a kind are called by an operation that succeeds. */
const invoked = (id: string, kind: HookKind): Check =>
  check(id, (view) => {
    const runs = hookRuns(view).filter((run) => run.kind === kind);
    if (runs.length === 0) return notApplicable(`no ${kind} hook that tells of its run`);
    return inUsualCourse(view, kind, () => {
      const silent = runs.filter(({ record }) => !record).map(({ hook }) => nameOf(hook));
      return equal(silent, [], "hooks that were not called");
    });
  });

/** The hook ran while its operation was under way: after it was called, and before it returned. */
const during = (id: string, kind: HookKind, operation: string): Check =>
  eachRun(id, [kind], ({ record }, view) =>
    inUsualCourse(view, kind, (ran) =>
      expectThat(within(record, ran), `called between the call of ${operation} and its return`, timesOf(record, view)),
    ),
  );

const SHARED = ["mnt", "net", "ipc", "uts"];

const pick = (links: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string | undefined> =>
  Object.fromEntries(names.map((name) => [name, links[name]]));

function inNamespace({ record, kind }: RecordedRun, view: View): ExplainedResult {
  if (Object.keys(record.namespaces).length === 0) return notApplicable("the hook could not tell its namespaces");
  const inRuntimes = IN_RUNTIME_NAMESPACE.includes(kind);
  const expected = inRuntimes ? view.host.outside.namespaces : (view.snapshot?.namespaces ?? view.probe?.namespaces);
  const whose = inRuntimes ? "the runtime's namespaces" : "the container's namespaces";
  return expected ? equal(pick(record.namespaces, SHARED), pick(expected, SHARED), whose) : notApplicable(`${whose} are not known`);
}

/** All hooks of one kind ran before those of another. */
const before = (id: string, first: HookKind, second: HookKind): Check =>
  check(id, (view) => {
    const times = (kind: HookKind): bigint[] => recordedRuns(view, kind).map(({ record }) => BigInt(record.startedNs));
    const [early, late] = [times(first), times(second)];
    if (early.length === 0) return notApplicable(noneRan([first]));
    if (late.length === 0) return notApplicable(noneRan([second]));
    return expectThat(
      early.every((time) => late.every((other) => time < other)),
      `${first} hooks before ${second} hooks`,
      { [first]: early.map(String), [second]: late.map(String) },
    );
  });

/** What is required of each kind of hooks: that it is called, where it runs, where its path is looked up, and when it is called. */
const KINDS: Readonly<Record<HookKind, { invoked: string; namespace: string; path: string; timing: readonly string[] }>> = {
  prestart: {
    invoked: "runtime.lifecycle.prestart-invoked",
    namespace: "runtime.hooks.prestart-namespace",
    path: "runtime.hooks.prestart-path-resolves",
    timing: ["runtime.hooks.prestart-during-create"],
  },
  createRuntime: {
    invoked: "runtime.lifecycle.create-runtime-invoked",
    namespace: "runtime.hooks.create-runtime-namespace",
    path: "runtime.hooks.create-runtime-path-resolves",
    timing: ["runtime.hooks.create-runtime-during-create"],
  },
  createContainer: {
    invoked: "runtime.lifecycle.create-container-invoked",
    namespace: "runtime.hooks.create-container-namespace",
    path: "runtime.hooks.create-container-path-resolves",
    timing: ["runtime.hooks.create-container-during-create", "runtime.hooks.create-container-before-pivot"],
  },
  startContainer: {
    invoked: "runtime.lifecycle.start-container-invoked",
    namespace: "runtime.hooks.start-container-namespace",
    path: "runtime.hooks.start-container-path-resolves",
    timing: ["runtime.hooks.start-container-before-program"],
  },
  poststart: {
    invoked: "runtime.lifecycle.poststart-invoked",
    namespace: "runtime.hooks.poststart-namespace",
    path: "runtime.hooks.poststart-path-resolves",
    timing: ["runtime.hooks.poststart-after-program"],
  },
  poststop: {
    invoked: "runtime.lifecycle.poststop-invoked",
    namespace: "runtime.hooks.poststop-namespace",
    path: "runtime.hooks.poststop-path-resolves",
    timing: ["runtime.hooks.poststop-after-delete"],
  },
};

const FAULTS = ["runtime.hooks.path-absolute", "runtime.hooks.path-required", "runtime.hooks.timeout-above-zero"];

export default section("Hooks", [
  ...HOOK_KINDS.flatMap((kind) => [
    invoked(KINDS[kind].invoked, kind),
    eachRun(KINDS[kind].namespace, [kind], inNamespace),
    // The agent lies at different paths outside and inside, so a run proves where its path was resolved.
    eachRun(KINDS[kind].path, [kind], () => PASS),
  ]),
  during("runtime.hooks.prestart-during-create", "prestart", "create"),
  during("runtime.hooks.create-runtime-during-create", "createRuntime", "create"),
  during("runtime.hooks.create-container-during-create", "createContainer", "create"),
  during("runtime.hooks.poststart-after-program", "poststart", "start"),
  during("runtime.hooks.poststop-after-delete", "poststop", "delete"),
  eachRun("runtime.hooks.start-container-before-program", ["startContainer"], ({ record }, view) =>
    view.start
      ? expectThat(
          !record.programStarted && BigInt(record.startedNs) >= BigInt(view.start.startedNs),
          "called after start was called, and before the user's program",
          { programStarted: record.programStarted, times: timesOf(record, view) },
        )
      : notApplicable("start was not called"),
  ),
  eachRun("runtime.hooks.create-container-before-pivot", ["createContainer"], ({ record }) =>
    expectThat(!record.seesContainer, "the runtime's files are seen", "the container's root was entered already"),
  ),
  before("runtime.hooks.prestart-before-create-runtime", "prestart", "createRuntime"),
  before("runtime.hooks.create-container-after-create-runtime", "createRuntime", "createContainer"),
  ...HOOK_KINDS.map((kind) =>
    example([KINDS[kind].invoked, KINDS[kind].namespace, KINDS[kind].path, ...KINDS[kind].timing], ({ target }) =>
      hookKinds(target.release).includes(kind)
        ? oneOf([1, 2]).map((count) =>
            caseOf(withHooks(target.release, { [kind]: several(kind, count) }), { title: `${kind} hooks`, hold: true }),
          )
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
  check("runtime.hooks.listed-order", (view) =>
    combine(
      HOOK_KINDS.map((kind) => {
        const runs = recordedRuns(view, kind).filter(({ record }) => record.endedNs);
        if (runs.length < 2) return notApplicable("no two hooks of a kind ran to their end");
        const inOrder = runs.every(({ record }, at) => at === 0 || BigInt(record.startedNs) >= BigInt(runs[at - 1]?.record.endedNs ?? 0));
        return expectThat(
          inOrder,
          `${kind} hooks one after the other, as listed`,
          runs.map(({ record }) => [record.name, record.startedNs, record.endedNs]),
        );
      }),
      "no hooks",
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
