import fc from "fast-check";
import { caseOf, minimalConfig } from "../../generators/runtime/base.js";
import { CASE_DIR, idOf } from "../../runners/runtime/case.js";
import type { Leftovers, StepResult } from "../../runners/runtime/observation.js";
import { combine, equal, expectThat } from "../check.js";
import { allAnswered, type CaseView, type Check, checkCase, crashOf, example, ok, processes, section } from "./suite.js";

/**
 * All that was created was also deleted, in vain or not at all otherwise: only then is what remains the target's doing.
 * Counts the containers whose last successful operation was `delete`, and those that were refused from the start. An operation that never
 * answered may have left anything.
 */
function allDeleted(view: CaseView): boolean {
  const alive = new Set<string>();
  let operations = 0;
  const visit = (steps: CaseView["case"]["steps"], results: readonly StepResult[]): void => {
    steps.forEach((step, at) => {
      const result = results[at];
      if (step.op === "parallel" && result?.op === "parallel") visit(step.steps, result.results);
      if (!result || !("ran" in result) || !("container" in step)) return;
      operations++;
      const id = ("id" in step ? step.id : undefined) ?? idOf(step.container);
      if (step.op === "create" && ok(result.ran)) alive.add(id);
      if (step.op === "delete" && ok(result.ran)) alive.delete(id);
    });
  };
  visit(view.case.steps, view.observation.steps);
  return operations > 0 && alive.size === 0 && allAnswered(view);
}

/** Operations ran at the same time: what they leave is a matter of luck, and belongs to `robustness.race`. */
const concurrent = ({ case: { steps } }: CaseView): boolean => steps.some(({ op }) => op === "parallel");

/** What is left after everything was deleted (or refused) must be nothing. */
const leftover = (
  id: string,
  what: keyof Omit<Leftovers, "devices" | "stillKnown">,
  filter: (entry: string, view: CaseView) => boolean = () => true,
): Check =>
  checkCase(id, (view) => {
    if (!allDeleted(view) || concurrent(view)) return undefined;
    const found = view.observation.leftovers[what].map((entry) => (typeof entry === "string" ? entry : `${entry.comm} (${entry.pid})`));
    return equal(
      found.filter((entry) => filter(entry, view)),
      [],
    );
  });

/** Mounts that a case itself asks for on the host's side do not count. */
const ownMount = (target: string): boolean => target.startsWith(`${CASE_DIR}/fixtures`);

/** The groups above a nested cgroupsPath are on the way to the container's own; whose they are, nobody says. */
const isParent = (path: string, { case: { containers } }: CaseView): boolean =>
  containers.some(({ config }) => {
    const own = config.linux?.cgroupsPath?.replace(/^\/*/, "/");
    return own?.split("/").some((_, at, parts) => at > 1 && path.endsWith(parts.slice(0, at).join("/")));
  });

export default section("Robustness", [
  checkCase("robustness.hang", (view) => {
    const ran = processes(view.observation.steps);
    // Only fuzz runs have generated cases with several callers: an example must not depend on luck.
    if (ran.length === 0 || (concurrent(view) && view.case.aims.length > 0)) return undefined;
    const hung = ran.filter(({ exit }) => exit.kind === "timeout");
    return expectThat(
      hung.length === 0,
      "every operation ends within its time limit",
      hung.map(({ stderr }) => stderr.slice(-500)),
    );
  }),
  checkCase("robustness.crash", ({ observation }) => {
    const ran = processes(observation.steps);
    if (ran.length === 0) return undefined;
    return equal(
      ran.flatMap((each) => crashOf(each) ?? []),
      [],
    );
  }),
  leftover("robustness.leftover-process", "processes"),
  leftover("robustness.leftover-mount", "mounts", (target) => !ownMount(target)),
  leftover("robustness.leftover-cgroup", "cgroups", (path, view) => !isParent(path, view)),
  leftover("robustness.leftover-interface", "interfaces"),
  checkCase("robustness.host-device-changed", ({ observation }) => equal(observation.leftovers.devices, [])),
  checkCase("robustness.race", (view) =>
    combine(
      view.case.steps.map((step, at) => {
        const result = view.observation.steps[at];
        if (step.op !== "parallel" || result?.op !== "parallel") return undefined;
        if (!step.steps.every((each) => each.op === "create" && each.container === 0)) return undefined;
        const won = result.results.filter((each) => "ran" in each && ok(each.ran)).length;
        return expectThat(won <= 1, "of two callers that create the same id at the same time, at most one succeeds", `${won} succeeded`);
      }),
    ),
  ),
  example("robustness.race", ({ target }) =>
    fc.constant(
      caseOf(minimalConfig(target.release), {
        title: "two callers create the same container at the same time",
        steps: [
          {
            op: "parallel",
            steps: [
              { op: "create", container: 0 },
              { op: "create", container: 0 },
            ],
          },
          { op: "state", container: 0 },
          { op: "delete", container: 0, force: true },
          { op: "state", container: 0 },
        ],
      }),
    ),
  ),
  checkCase("robustness.id-still-known", (view) => (allDeleted(view) ? equal(view.observation.leftovers.stillKnown, []) : undefined)),
]);
