/** config.md, "POSIX-platform Hooks": the arguments, the environment and the state that each hook gets. */
import fc from "fast-check";
import { groupsOf, oneOf } from "../../../generators/choices.js";
import { caseOf } from "../../../generators/runtime/base.js";
import { HOOK_KINDS, type HookKind, hookKinds, recordingHook } from "../../../generators/runtime/hooks.js";
import { TEXTS } from "../../../generators/runtime/process/env.js";
import { bundleOf, idOf } from "../../../runners/runtime/case.js";
import { parsed } from "../../../runners/runtime/observe.js";
import { type ExplainedResult, equal, expectThat, notApplicable } from "../../check.js";
import { type Check, example, section, type View } from "../suite.js";
import { eachRun, IN_RUNTIME_NAMESPACE, inUsualCourse, type RecordedRun, several, withHooks } from "./hook-runs.js";

type Fields = Readonly<Record<string, unknown>>;

/** Judges the state that each hook of these kinds read from its standard input. */
const eachStateRead = (
  id: string,
  kinds: readonly HookKind[],
  judge: (state: Fields, run: RecordedRun, view: View) => ExplainedResult,
): Check =>
  eachRun(id, kinds, (run, view) => {
    if (run.hook.args?.includes("--ignore-stdin")) return notApplicable("the hook did not read its standard input");
    const state = parsed(run.record.stdin);
    return judge(typeof state === "object" && state !== null ? Object.fromEntries(Object.entries(state)) : {}, run, view);
  });

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

export default section("What hooks get", [
  eachRun("runtime.hooks.args", HOOK_KINDS, ({ hook, record }) => equal(record.argv, hook.args)),
  eachRun("runtime.hooks.env", HOOK_KINDS, ({ hook: { env = [] }, record }) =>
    env.length === 0
      ? notApplicable("no env of the hook in the config")
      : equal(
          env.filter((entry) => !record.env.includes(entry)),
          [],
          "variables that the hook did not get",
        ),
  ),
  example(["runtime.hooks.args", "runtime.hooks.env", "runtime.hooks.listed-order"], ({ target }) =>
    fc.tuple(oneOf(hookKinds(target.release), "kind of hook"), groupsOf(TEXTS.slice(0, -1), TEXTS.length, "text")).map(([kind, texts]) =>
      caseOf(
        withHooks(target.release, {
          [kind]: [0, 1, 2].map((at) => ({
            ...recordingHook(kind, `${kind}-${at}`, ["--", ...texts]),
            env: ["PATH=/bin", ...texts.map((text, nth) => `T_${nth}=${text}`)],
          })),
        }),
        { title: `three ${kind} hooks with arguments and an environment` },
      ),
    ),
  ),
  eachStateRead("runtime.hooks.state-on-stdin", HOOK_KINDS, ({ id, ociVersion, bundle }, { kind, record }, view) => {
    if (typeof id !== "string" || typeof ociVersion !== "string" || typeof bundle !== "string")
      return expectThat(false, "the container's state", record.stdin);
    const elsewhere = view.testCase.steps.some((step) => step.op === "create" && (step.bundle !== undefined || step.id !== undefined));
    const container = { id: idOf(view.index), bundle: bundleOf(view.index) };
    return elsewhere
      ? notApplicable("a create with another id or bundle than the container's")
      : equal({ id, bundle: bundle.replace(/(?<=.)\/+$/, "") }, container, `in a ${kind} hook`);
  }),
  eachStateRead("runtime.hooks.state-status", HOOK_KINDS, ({ status }, { kind }, view) =>
    inUsualCourse(view, kind, () =>
      expectThat(typeof status === "string" && STATUSES[kind].includes(status), STATUSES[kind], status, `in a ${kind} hook`),
    ),
  ),
  eachStateRead(
    "runtime.hooks.state-pid",
    HOOK_KINDS.filter((kind) => kind !== "poststop"),
    (state, { kind }, view) => {
      // Each namespace counts its own way.
      const pid = IN_RUNTIME_NAMESPACE.includes(kind) ? view.containerObservation.pid : view.probe?.pid;
      if (typeof pid !== "number") return notApplicable("the pid of the container process is not known");
      // It is required in the statuses created and running alone.
      const optional = state.pid === undefined && state.status !== "created" && state.status !== "running";
      return optional ? notApplicable("the pid is optional in this status") : equal(state.pid, pid, `in a ${kind} hook`);
    },
  ),
  example(["runtime.hooks.state-on-stdin", "runtime.hooks.state-status", "runtime.hooks.state-pid"], ({ target }) =>
    oneOf(hookKinds(target.release), "kind of hook").map((kind) =>
      caseOf(withHooks(target.release, { [kind]: several(kind, 1) }), { title: `the state that a ${kind} hook gets` }),
    ),
  ),
]);
