/** runtime.md, "Lifecycle", and config.md, "POSIX-platform Hooks": hooks that fail. */
import type { Arbitrary } from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { caseOf } from "../../../generators/runtime/base.js";
import { type HookKind, hookKinds, recordingHook } from "../../../generators/runtime/hooks.js";
import { ending } from "../../../generators/runtime/steps.js";
import type { Step } from "../../../runners/runtime/case.js";
import type { Hook } from "../../../spec/runtime/config.js";
import { type ExplainedResult, equal, expectThat, notApplicable } from "../../check.js";
import { answered, check, example, firstRefusal, ok, refused, resultsOf, section, unavailable, type View } from "../suite.js";
import { hookRuns, recordedRuns, withHooks } from "./hook-runs.js";

/** Kinds whose failure ends the container, with the requirement; whether poststart is one depends on the release. */
const FATAL: readonly (readonly [HookKind, string])[] = [
  ["prestart", "runtime.lifecycle.prestart-failure"],
  ["createRuntime", "runtime.lifecycle.create-runtime-failure"],
  ["createContainer", "runtime.lifecycle.create-container-failure"],
  ["startContainer", "runtime.lifecycle.start-container-failure"],
  ["poststart", "runtime.lifecycle.poststart-failure"],
];
/** Whether a hook is gone before the runtime writes to it is a matter of luck: so many hooks leave little of it. */
const UNREAD = 200;

/** What a row of a table of kinds is. */
const KIND = "kind of hook";

/** Those of these kinds that the release has. */
const kindsOf = (release: string, kinds: readonly HookKind[]): readonly HookKind[] =>
  kinds.filter((kind) => hookKinds(release).includes(kind));

const BY_START: readonly HookKind[] = ["startContainer", "poststart"];

const SLEEP_MS = 4000;

/** So many bytes a pipe holds of which nobody reads. */
const PIPE = 65536;

/** The options by which a hook fails. */
const OUTCOMES = [
  ["--exit", "1"],
  ["--exit", "7"],
  ["--exit", "255"],
  ["--signal", "9"],
] as const;
type Outcome = (typeof OUTCOMES)[number];

/** A hook was told to fail. */
const isFailing = ({ args }: Hook): boolean => args?.some((arg) => arg === "--exit" || arg === "--signal") ?? false;

const outcome = (): Arbitrary<Outcome> =>
  oneOf(
    OUTCOMES.map((each) => each.join(" ")),
    "outcome",
  ).map((text) => OUTCOMES.find((each) => each.join(" ") === text) ?? OUTCOMES[0]);

/** After a failing hook: an error, then the container destroyed, then the poststop hooks. */
function ended(view: View, kind: HookKind): ExplainedResult {
  const failing = hookRuns(view).find((run) => run.kind === kind && isFailing(run.hook));
  const operation = BY_START.includes(kind) ? view.start : view.create;
  if (!failing?.record) return notApplicable(`no ${kind} hook ran that was told to fail`);
  if (!answered(operation)) return notApplicable("the operation that calls the hook did not answer");
  const [state] = resultsOf(view, view.index, "state");
  if (state?.op !== "state" || !answered(state.ran)) return notApplicable("no state told what became of the container");
  const poststop = hookRuns(view).find((run) => run.kind === "poststop")?.record;
  // Only what ran before the harness asked for deletion is the runtime's own doing.
  const cleaned = poststop !== undefined && (view.delete === null || BigInt(poststop.startedNs) < BigInt(view.delete.startedNs));
  return equal(
    {
      operation: refused(operation) ? "error" : "success",
      container: refused(state.ran) ? "destroyed" : state.state,
      poststop: cleaned ? "called" : "not called",
    },
    { operation: "error", container: "destroyed", poststop: "called" },
    `after a failed ${kind} hook`,
  );
}

const stepsFor = (kind: HookKind): readonly Step[] => [
  { op: "create", container: 0 },
  ...(BY_START.includes(kind)
    ? ([
        { op: "start", container: 0 },
        { op: "await", container: 0, until: "exit" },
      ] as const)
    : []),
  { op: "state", container: 0 },
  { op: "delete", container: 0, force: true },
];

/** A failure is not a refusal of the config: the case must not count as one. */
const EXPECTED = "a hook that fails ends the operation with an error";

export default section("Hooks that fail", [
  ...FATAL.map(([kind, id]) => check(id, (view) => ended(view, kind))),
  ...FATAL.map(([kind, id]) =>
    example(id, ({ target }) =>
      hookKinds(target.release).includes(kind)
        ? outcome().map((how) =>
            caseOf(
              withHooks(target.release, {
                [kind]: [recordingHook(kind, `${kind}-0`, how)],
                poststop: [recordingHook("poststop", "poststop-0")],
              }),
              {
                title: `a ${kind} hook that fails`,
                mayRefuse: EXPECTED,
                steps: stepsFor(kind),
              },
            ),
          )
        : unavailable(`release ${target.release} has no ${kind} hooks`),
    ),
  ),

  check("runtime.lifecycle.poststop-failure-continues", (view) => {
    const runs = hookRuns(view).filter((run) => run.kind === "poststop");
    const at = runs.findIndex(({ hook }) => isFailing(hook));
    const last = resultsOf(view, view.index, "state").at(-1);
    if (at < 0 || !runs[at]?.record) return notApplicable("no poststop hook ran that was told to fail");
    if (!answered(view.delete)) return notApplicable("delete did not answer");
    if (last?.op !== "state" || !answered(last.ran)) return notApplicable("no state told what became of the container");
    const silent = runs.slice(at + 1).filter(({ record }) => !record);
    const gone = refused(last.ran);
    return equal(
      { missed: silent.map(({ hook }) => hook.args?.at(3)), container: gone ? "deleted" : "still there" },
      { missed: [], container: "deleted" },
    );
  }),
  check("runtime.warnings.operation-continues", (view) => {
    const failed = recordedRuns(view, "poststop").some(({ hook }) => isFailing(hook));
    if (!failed) return notApplicable("no poststop hook ran that was told to fail");
    return answered(view.delete)
      ? expectThat(ok(view.delete), "delete succeeds although a poststop hook failed", view.delete?.stderr)
      : notApplicable("delete did not answer");
  }),
  example(["runtime.lifecycle.poststop-failure-continues", "runtime.warnings.operation-continues"], ({ target }) =>
    outcome().map((how) =>
      caseOf(
        withHooks(target.release, {
          poststop: [recordingHook("poststop", "poststop-0", how), recordingHook("poststop", "poststop-1")],
        }),
        {
          title: "a poststop hook that fails",
        },
      ),
    ),
  ),

  check("runtime.hooks.stdin-may-stay-unread", (view) => {
    const runs = hookRuns(view).filter(({ hook }) => hook.args?.includes("--ignore-stdin"));
    if (runs.length === 0) return notApplicable("no hook that was told not to read its standard input");
    // Whether a hook is gone before the runtime has written to it is a matter of luck, unless no pipe holds the state.
    const told = recordedRuns(view).filter(({ hook }) => !hook.args?.includes("--ignore-stdin"));
    const long = runs.filter(({ kind }) => told.some((one) => one.kind === kind && one.record.stdin.length > PIPE));
    if (long.length === 0) return notApplicable("no other hook of that kind was told a state that a pipe cannot hold");
    // A delete that did not come as far as its hooks has other reasons.
    const deleting = long.some(({ kind, record }) => kind === "poststop" && record);
    const operations = [view.create, view.start, ...(deleting ? [view.delete] : [])];
    const refusal = firstRefusal(operations);
    if (refusal && !view.testCase.aims.includes("runtime.hooks.stdin-may-stay-unread"))
      return notApplicable("the case is not aimed at it: something else in it may be to blame for the error");
    if (!refusal && !operations.every(ok)) return notApplicable("an operation did not answer");
    return expectThat(!refusal, "hooks that do not read their standard input succeed", { exit: refusal?.exit, stderr: refusal?.stderr });
  }),
  example(["runtime.hooks.stdin-may-stay-unread", "robustness.crash"], ({ target }) =>
    oneOf(hookKinds(target.release), KIND).map((kind) =>
      caseOf(
        {
          ...withHooks(target.release, {
            [kind]: [
              recordingHook(kind, `${kind}-0`),
              ...Array.from({ length: UNREAD }, (_, at) => recordingHook(kind, `${kind}-${at + 1}`, ["--ignore-stdin"])),
            ],
          }),
          // Big enough that a state with annotations does not fit into the pipe's buffer.
          annotations: Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`com.example.long-${at}`, "x".repeat(4000)])),
        },
        { title: `a ${kind} hook that does not read its standard input` },
      ),
    ),
  ),

  check("runtime.hooks.timeout-aborts", (view) => {
    const run = recordedRuns(view).find(({ hook }) => hook.timeout !== undefined && hook.args?.includes("--sleep-ms"));
    if (!run) return notApplicable("no hook ran that was told to sleep and has a timeout");
    if (!answered(view.create)) return notApplicable("create did not answer");
    const aborted = run.record.endedNs === null;
    return equal(
      { hook: aborted ? "aborted" : "ran to its end", operation: refused(view.create) ? "error" : "success" },
      { hook: "aborted", operation: "error" },
    );
  }),
  example("runtime.hooks.timeout-aborts", ({ target }) =>
    oneOf(kindsOf(target.release, ["prestart", "createRuntime", "createContainer"]), KIND).map((kind) =>
      caseOf(
        withHooks(target.release, {
          [kind]: [{ ...recordingHook(kind, `${kind}-0`, ["--sleep-ms", String(SLEEP_MS)]), timeout: 1 }],
        }),
        {
          title: `a ${kind} hook that sleeps longer than its timeout`,
          mayRefuse: EXPECTED,
          steps: [
            { op: "create", container: 0 },
            { op: "state", container: 0 },
            { op: "start", container: 0 },
            { op: "await", container: 0, until: "exit" },
            ...ending(),
          ],
        },
      ),
    ),
  ),
]);
