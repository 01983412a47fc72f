/** config-linux.md, "IntelRdt". */
import fc, { type Arbitrary } from "fast-check";

import { caseOf, minimalConfig } from "../../generators/runtime/base.js";
import { faultCase, tabledFault } from "../../generators/runtime/invalid/input.js";
import { lifecycle } from "../../generators/runtime/steps.js";
import { idOf, type RuntimeCase, type Step } from "../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../runners/runtime/facts.js";
import type { Config, IntelRdt } from "../../spec/runtime/config.js";
import { type ExplainedResult, expectThat, notApplicable, unless } from "../check.js";
import { refuses } from "./refusal.js";
import { type Check, check, example, ok, section, type Unavailable, unavailable, type View, whyNotInForce } from "./suite.js";

/** Where hosts mount it; the facts look for it there. */
const RESCTRL = "/sys/fs/resctrl";
/** The directory that a runtime makes for a container whose config names no class. */
const DIRECTORY = `${RESCTRL}/${idOf(0)}`;

function whyNotJudged(view: View): string | undefined {
  if (!view.host.resctrl) return "the host has no mounted resctrl";
  return view.index === 0 ? whyNotInForce(view) : "not the first container, whose class alone is looked at";
}

/** Whether the container's own directory was there at each step that asked. */
const presence = (view: View): readonly boolean[] =>
  view.testCase.steps.flatMap((step, at) => {
    const result = view.observation.steps[at];
    return step.op === "stat" && step.path === DIRECTORY && result?.op === "stat" ? [result.got.ok] : [];
  });

/** The processes that a class held while the container ran. */
function tasksOf(view: View, directory: string): readonly string[] | undefined {
  const at = view.testCase.steps.findIndex((step) => step.op === "read" && step.path === `${directory}/tasks`);
  const result = view.observation.steps[at];
  return result?.op === "read" && result.got.ok ? result.got.value.trim().split("\n") : undefined;
}

const judgeMember = (view: View, directory: string): ExplainedResult =>
  unless(whyNotJudged(view), () => {
    const tasks = tasksOf(view, directory);
    const { pid } = view.containerObservation;
    if (tasks === undefined) return notApplicable(`nobody read ${directory}/tasks while the container ran`);
    if (pid === null) return notApplicable("the pid of the container process is not known");
    return expectThat(tasks.includes(String(pid)), `${pid} in ${directory}/tasks`, tasks);
  });

/** Nothing of this container's is there before, but while it runs; `delete` removes it. */
const judgeDirectory = (view: View, judge: (during: boolean, after: boolean) => ExplainedResult): ExplainedResult =>
  unless(whyNotJudged(view), () => {
    const [before, during, after] = presence(view);
    if (during === undefined || after === undefined)
      return notApplicable("nobody looked for the container's directory before, while and after it was there");
    return before ? notApplicable("the container's directory was there before") : judge(during, after);
  });

/** Judges a container whose config asks for a class and names none. */
const checkAnonymous = (id: string, judge: (view: View) => ExplainedResult): Check =>
  check(id, (view) =>
    view.config.linux?.intelRdt !== undefined && view.config.linux.intelRdt.closID === undefined
      ? judge(view)
      : notApplicable("no intelRdt without closID in the config"),
  );

const configOf = (facts: RuntimeFacts, intelRdt: IntelRdt | undefined): Config => {
  const base = minimalConfig(facts.target.release);
  return intelRdt === undefined ? base : { ...base, linux: { ...base.linux, intelRdt } };
};

const lookedAt = (facts: RuntimeFacts, intelRdt: IntelRdt | undefined, title: string): RuntimeCase => {
  const stat: Step = { op: "stat", path: DIRECTORY };
  const steps = lifecycle(0, { hold: true });
  const running = steps.findIndex(({ op }) => op === "look") + 1;
  const reads = [DIRECTORY, RESCTRL].map((directory): Step => ({ op: "read", path: `${directory}/tasks` }));
  return caseOf(configOf(facts, intelRdt), {
    title,
    hold: true,
    steps: [stat, ...steps.slice(0, running), stat, ...reads, ...steps.slice(running), stat],
  });
};

const withResctrl = ({ host }: RuntimeFacts, cases: Arbitrary<RuntimeCase>): Arbitrary<RuntimeCase> | Unavailable =>
  host.resctrl ? cases : unavailable("the host has no mounted resctrl");

export default section("IntelRdt", [
  checkAnonymous("runtime.intel-rdt.task-in-closid-directory", (view) => judgeMember(view, DIRECTORY)),
  checkAnonymous("runtime.intel-rdt.closid-default-is-id", (view) =>
    judgeDirectory(view, (during) => expectThat(during, `${DIRECTORY} is made`, "it is not there")),
  ),
  checkAnonymous("runtime.intel-rdt.own-directory-removed", (view) =>
    ok(view.delete)
      ? judgeDirectory(view, (during, after) =>
          during ? expectThat(!after, `delete removes ${DIRECTORY}`, "it is still there") : notApplicable("create made no directory"),
        )
      : notApplicable("delete did not succeed"),
  ),
  check("runtime.intel-rdt.unset-leaves-resctrl-alone", (view) =>
    view.config.linux?.intelRdt === undefined
      ? judgeDirectory(view, (during) => expectThat(!during, `no ${DIRECTORY}`, "it is there"))
      : notApplicable("intelRdt in the config"),
  ),
  check("runtime.intel-rdt.closid-slash-is-default", (view) =>
    view.config.linux?.intelRdt?.closID === "/" ? judgeMember(view, RESCTRL) : notApplicable("no closID / in the config"),
  ),
  refuses("runtime.intel-rdt.no-resctrl-error"),
  refuses("runtime.intel-rdt.closid-preconfigured-missing-error"),

  example(
    ["runtime.intel-rdt.task-in-closid-directory", "runtime.intel-rdt.closid-default-is-id", "runtime.intel-rdt.own-directory-removed"],
    (facts) => withResctrl(facts, fc.constant(lookedAt(facts, {}, "a class of service of its own"))),
  ),
  example("runtime.intel-rdt.unset-leaves-resctrl-alone", (facts) =>
    withResctrl(facts, fc.constant(lookedAt(facts, undefined, "no class of service"))),
  ),
  example("runtime.intel-rdt.closid-slash-is-default", (facts) =>
    withResctrl(facts, fc.constant(lookedAt(facts, { closID: "/" }, "the default class of service"))),
  ),
  example("runtime.intel-rdt.no-resctrl-error", (facts) =>
    facts.host.resctrl
      ? unavailable("the host has a mounted resctrl")
      : tabledFault(facts.host, facts.target.release, "runtime.intel-rdt.no-resctrl-error").map((fault) => faultCase(fault)),
  ),
  example("runtime.intel-rdt.closid-preconfigured-missing-error", (facts) =>
    withResctrl(
      facts,
      fc.constant(
        faultCase({
          requirement: "runtime.intel-rdt.closid-preconfigured-missing-error",
          path: "/linux/intelRdt/closID",
          description: "a class of service that there is not",
          config: configOf(facts, { closID: "oci-conform-no-such-class" }),
          control: configOf(facts, undefined),
        }),
      ),
    ),
  ),
]);
