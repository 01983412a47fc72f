import fc from "fast-check";
import { caseOf, minimalConfig } from "../../generators/runtime/base.js";
import { CASE_DIR, idOf } from "../../runners/runtime/case.js";
import type { Leftovers, StepResult } from "../../runners/runtime/observation.js";
import { combine, equal, expectThat, notApplicable, unless } from "../check.js";
import {
  allAnswered,
  byLuck,
  type CaseView,
  type Check,
  checkCase,
  crashOf,
  example,
  ok,
  oncePerView,
  processes,
  section,
} from "./suite.js";

/**
 * Why what remains need not be the target's doing: it is where all that was created was also deleted. Undefined where it is.
 * Counts the containers whose last successful operation was `delete`, and those that were refused from the start. An operation that never
 * answered may have left anything.
 */
export const whyNotAllDeleted = oncePerView((view: CaseView): string | undefined => {
  const alive = new Set<string>();
  let operations = 0;
  const visit = (steps: CaseView["testCase"]["steps"], results: readonly StepResult[]): void => {
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
  visit(view.testCase.steps, view.observation.steps);
  if (operations === 0) return "no operation on a container";
  if (alive.size > 0) return "not every container was deleted";
  return allAnswered(view) ? undefined : "an operation did not answer";
});

/** Operations ran at the same time: what they leave is a matter of luck, and belongs to `robustness.race`. */
const concurrent = ({ testCase: { steps } }: CaseView): boolean => steps.some(({ op }) => op === "parallel");

/** What is left after everything was deleted (or refused) must be nothing. */
const leftover = (
  id: string,
  what: keyof Omit<Leftovers, "devices" | "stillKnown">,
  filter: (entry: string, view: CaseView) => boolean = () => true,
): Check =>
  checkCase(id, (view) => {
    if (concurrent(view)) return notApplicable("operations at the same time, which leave what luck will have");
    return unless(whyNotAllDeleted(view), () => {
      const entries = view.observation.leftovers[what].map((entry) => (typeof entry === "string" ? entry : `${entry.comm} (${entry.pid})`));
      return equal(
        entries.filter((entry) => filter(entry, view)),
        [],
      );
    });
  });

/** Mounts that a case itself asks for on the host's side do not count. */
const isFixture = (target: string): boolean => target.startsWith(`${CASE_DIR}/fixtures`);

/** The groups above a nested cgroupsPath are on the way to the container's own; whose they are, nobody says. */
const isParent = (path: string, { testCase: { containers } }: CaseView): boolean =>
  containers.some(({ config }) => {
    const configured = config.linux?.cgroupsPath?.replace(/^\/*/, "/");
    return configured?.split("/").some((_, at, parts) => at > 1 && path.endsWith(parts.slice(0, at).join("/")));
  });

export default section("Robustness", [
  checkCase("robustness.hang", ({ observation }) => {
    const ran = processes(observation.steps);
    if (ran.length === 0) return notApplicable("no operation was carried out");
    const hung = ran.filter(({ exit }) => exit.kind === "timeout");
    return expectThat(
      hung.length === 0,
      "every operation ends within its time limit",
      hung.map(({ stderr }) => stderr.slice(-500)),
    );
  }),
  checkCase("robustness.crash", ({ observation }) => {
    const ran = processes(observation.steps);
    if (ran.length === 0) return notApplicable("no operation was carried out");
    return equal(
      ran.flatMap((each) => crashOf(each) ?? []),
      [],
    );
  }),
  leftover("robustness.leftover-process", "processes"),
  leftover("robustness.leftover-mount", "mounts", (target) => !isFixture(target)),
  leftover("robustness.leftover-cgroup", "cgroups", (path, view) => !isParent(path, view)),
  leftover("robustness.leftover-interface", "interfaces"),
  checkCase("robustness.host-device-changed", ({ observation }) => equal(observation.leftovers.devices, [])),
  checkCase("robustness.race", (view) =>
    combine(
      view.testCase.steps.map((step, at) => {
        const result = view.observation.steps[at];
        const racing = step.op === "parallel" && step.steps.every((each) => each.op === "create" && each.container === 0);
        if (!racing || result?.op !== "parallel") return notApplicable("no two callers that create the same id at the same time");
        const won = result.results.filter((each) => "ran" in each && ok(each.ran)).length;
        return expectThat(won <= 1, "of two callers that create the same id at the same time, at most one succeeds", `${won} succeeded`);
      }),
      "no steps",
    ),
  ),
  byLuck(
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
  ),
  checkCase("robustness.id-still-known", (view) => unless(whyNotAllDeleted(view), () => equal(view.observation.leftovers.stillKnown, []))),
]);
