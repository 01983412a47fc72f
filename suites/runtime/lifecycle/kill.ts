/** runtime.md, "Kill". */
import { constants } from "node:os";

import fc from "fast-check";
import { groupsOf, oneOf } from "../../../generators/choices.js";
import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { caseOfSignals, SIGNAL_LOG, SIGNALS } from "../../../generators/runtime/signals.js";
import { ending } from "../../../generators/runtime/steps.js";
import { combine, type ExplainedResult, equal, expectThat, notApplicable } from "../../check.js";
import { mustWork } from "../must-work.js";
import { type CaseView, checkCase, example, ok, refused, section, type View } from "../suite.js";
import { lifecycleModel } from "./model.js";
import { lone, running } from "./operation-cases.js";
import { eachOperation, isUnchanged, mustFail, withoutArguments } from "./operation-checks.js";

const TERM = ["TERM", "SIGTERM", "15"];
const KILL = ["KILL", "SIGKILL", "9"];
const { SIGKILL } = constants.signals;

/** What the one signal that a running container got made of the probe, which ends on SIGTERM. */
function sent(view: CaseView, { index, containerObservation: { exit } }: View): ExplainedResult {
  const [kill, another] = lifecycleModel(view).filter(({ op, container }) => op === "kill" && container === index);
  if (kill?.step.op !== "kill" || another) return notApplicable("not just one kill of the container");
  if (!ok(kill.ran)) return notApplicable("kill did not succeed");
  if (kill.lives !== 1 || kill.before !== "running") return notApplicable("the container was not known to run");
  const { signal } = kill.step;
  const next = view.testCase.steps.indexOf(kill.step) + 1;
  const awaited = view.testCase.steps[next]?.op === "await" ? view.observation.steps[next] : undefined;
  // The probe ends on either: a process that goes on did not get it.
  if (awaited?.op === "await" && awaited.outcome === "timeout" && [...TERM, ...KILL].includes(signal))
    return expectThat(false, `the process ends on ${signal}`, "it was still there after the time limit");
  if (!exit) return notApplicable("how the process ended was not seen");
  if (TERM.includes(signal)) return equal(exit, { kind: "exited", code: 0 }, "the probe ends so on SIGTERM");
  if (!KILL.includes(signal)) return notApplicable("a signal that may show in no way");
  // Where the process is a sandbox's, it tells how the program ended as shells do.
  const killed = (exit.kind === "signaled" && exit.signal === "SIGKILL") || (exit.kind === "exited" && exit.code === 128 + SIGKILL);
  return expectThat(killed, "killed by SIGKILL", exit);
}

/** Which of the signals that a program was sent it did not note, of those that it got while it was known to run. */
function noted(view: CaseView, { index, container }: View): ExplainedResult {
  if (!container.rootfs?.some(({ path }) => path === SIGNAL_LOG)) return notApplicable("the program notes no signals");
  const at = view.testCase.steps.findIndex((step) => step.op === "read" && step.path === `b${index}/rootfs/${SIGNAL_LOG}`);
  const read = view.observation.steps[at];
  if (read?.op !== "read" || !read.got.ok) return notApplicable("what the program noted was not read");
  const got = new Set(read.got.value.split("\n").filter(Boolean).map(Number));
  const texts = lifecycleModel(view)
    .filter((event) => event.op === "kill" && event.container === index && event.before === "running" && event.lives === 1 && ok(event.ran))
    .flatMap(({ step }) => (step.op === "kill" ? [step.signal] : []));
  const missed = SIGNALS.filter(({ text, number }) => texts.includes(text) && !got.has(number)).map(({ text }) => text);
  return texts.length === 0
    ? notApplicable("no kill that succeeded of a program that was known to run")
    : expectThat(
        missed.length === 0,
        `the program gets ${texts.length === 1 ? texts[0] : "each signal"}`,
        `it did not get ${missed.join(", ")}`,
      );
}

/** What a row of the table is. */
const SIGNAL = "signal";

/** How many signals share a case. */
const SHARING = 40;

export default section("Kill", [
  withoutArguments("runtime.kill.no-id-error", "kill"),
  example("runtime.kill.no-id-error", () => fc.constant(lone("kill"))),

  eachOperation(
    "runtime.kill.not-alive-error",
    "no kill of a container that is neither created nor running",
    ({ op, before }) => op === "kill" && (before === "stopped" || before === "absent"),
    mustFail,
  ),
  eachOperation(
    "runtime.kill.not-alive-no-effect",
    "no refused kill of a stopped container",
    ({ op, before, ran }) => op === "kill" && before === "stopped" && refused(ran),
    isUnchanged,
  ),
  example(["runtime.kill.not-alive-error", "runtime.kill.not-alive-no-effect"], ({ target }) =>
    oneOf(["TERM", "KILL", "USR1", "SIGHUP", "35"], SIGNAL).map((signal) =>
      caseOf(minimalConfig(target.release), {
        title: "kill of a stopped container",
        steps: [
          { op: "create", container: 0 },
          { op: "start", container: 0 },
          { op: "await", container: 0, until: "exit" },
          { op: "state", container: 0 },
          { op: "kill", container: 0, signal },
          ...ending(),
        ],
      }),
    ),
  ),

  mustWork("runtime.kill.sends-signal", "kill", "created", "running"),
  checkCase("runtime.kill.sends-signal", (view) =>
    combine(
      view.containers.flatMap((container) => [sent(view, container), noted(view, container)]),
      "no container in the case",
    ),
  ),
  example("runtime.kill.sends-signal", ({ target }) =>
    oneOf([...TERM, ...KILL], SIGNAL).map((signal) =>
      caseOf(minimalConfig(target.release), {
        title: `the signal ${signal}`,
        hold: true,
        steps: [...running, { op: "kill", container: 0, signal }, { op: "await", container: 0, until: "exit" }, ...ending()],
      }),
    ),
  ),
  example("runtime.kill.sends-signal", ({ target }) =>
    groupsOf(
      SIGNALS.map(({ text }) => text),
      SHARING,
      SIGNAL,
    ).map((texts) =>
      caseOfSignals(
        target.release,
        SIGNALS.filter(({ text }) => texts.includes(text)),
      ),
    ),
  ),
]);
