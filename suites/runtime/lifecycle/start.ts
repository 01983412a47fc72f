/** runtime.md, "Start", and what "Lifecycle" says of it. */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { ending, lifecycle } from "../../../generators/runtime/steps.js";
import type { Step } from "../../../runners/runtime/case.js";
import { type ExplainedResult, expectThat, notApplicable, PASS } from "../../check.js";
import { answered, check, example, ok, refused, resultsOf, section, started, type View } from "../suite.js";
import { statusIn } from "./model.js";
import { ended, lone, running } from "./operation-cases.js";
import { eachOperation, isUnchanged, MARK, marks, mustFail, withoutArguments, wrongError } from "./operation-checks.js";

/**
 * A case that looks for the program's mark, where start succeeded and there is neither that nor a report: it never ran, if its process is
 * gone or waits to be started yet. A report alone may be lost, and a program may be slow.
 */
function neverRan(view: View): ExplainedResult {
  if (view.probe) return notApplicable("the program reported");
  if (!started(view)) return notApplicable("the program was not started");
  if (view.index > 0 || marks(view).at(-1) !== false) return notApplicable("the case does not look for the program's mark, or it is there");
  const [awaited] = resultsOf(view, view.index, "await").slice(-1);
  const [asked] = resultsOf(view, view.index, "state").slice(1);
  const waits = asked?.op === "state" && statusIn(asked.state) === "created";
  const gone = awaited?.op === "await" && awaited.outcome === "exited";
  return gone || waits
    ? expectThat(false, "start runs the program", "it neither left its mark nor reported")
    : notApplicable("the program may be slow: its process is still there");
}

export default section("Start", [
  withoutArguments("runtime.start.no-id-error", "start"),
  example("runtime.start.no-id-error", () => fc.constant(lone("start"))),

  wrongError("runtime.start.runs-program", "start", "running"),
  eachOperation(
    "runtime.start.not-created-error",
    "no start of a container that is not created",
    ({ op, before }) => op === "start" && (before === "running" || before === "stopped" || before === "absent"),
    mustFail,
  ),
  eachOperation(
    "runtime.start.not-created-no-effect",
    "no refused start of a container that runs or is stopped",
    ({ op, before, ran }) => op === "start" && (before === "running" || before === "stopped") && refused(ran),
    isUnchanged,
  ),
  example(["runtime.start.not-created-error", "runtime.start.not-created-no-effect"], ({ target }) =>
    oneOf(["running", "stopped"], "status").map((status) => {
      const stopped = status === "stopped";
      const steps: readonly Step[] = [
        ...(stopped
          ? ([
              { op: "kill", container: 0, signal: "KILL" },
              { op: "await", container: 0, until: "exit" },
            ] as const)
          : []),
        { op: "start", container: 0 },
        { op: "state", container: 0 },
      ];
      return caseOf(minimalConfig(target.release), {
        title: stopped ? "start of a stopped container" : "start of a running container",
        hold: true,
        steps: [...running, ...steps, ...(stopped ? ending() : ended)],
      });
    }),
  ),

  check("runtime.start.runs-program", (view) => (started(view) && view.probe ? PASS : neverRan(view))),
  check("runtime.lifecycle.program-run", (view) =>
    started(view) && view.probe && view.testCase.aims.includes("runtime.lifecycle.program-run") ? PASS : neverRan(view),
  ),
  example(["runtime.start.runs-program", "runtime.lifecycle.program-run"], ({ target }) =>
    fc.constant(
      caseOf(minimalConfig(target.release), {
        title: "the program runs",
        steps: [...lifecycle().slice(0, -3), { op: "stat", path: MARK }, ...ending()],
      }),
    ),
  ),

  check("runtime.start.no-process-error", (view) => {
    if (view.config.process !== undefined) return notApplicable("a process in the config");
    if (view.container.configText !== undefined) return notApplicable("config.json is another one than the config");
    if (!ok(view.create)) return notApplicable("the container was not created");
    return view.start && answered(view.start)
      ? expectThat(refused(view.start), "start without process generates an error", "start succeeded")
      : notApplicable("start was not called, or did not answer");
  }),
  example("runtime.start.no-process-error", ({ target }) => {
    const { process: _none, ...config } = minimalConfig(target.release);
    return fc.constant(
      caseOf(config, {
        title: "start without process",
        mayRefuse: "the runtime refuses it at create already",
        steps: [
          { op: "create", container: 0 },
          { op: "start", container: 0 },
          { op: "delete", container: 0, force: true },
        ],
      }),
    );
  }),
]);
