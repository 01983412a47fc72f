import fc, { type Arbitrary } from "fast-check";

import { caseOf, minimalConfig } from "../../generators/runtime/base.js";
import { faultCase, tabledFault } from "../../generators/runtime/invalid/input.js";
import { lifecycle } from "../../generators/runtime/steps.js";
import { idOf, type RuntimeCase, type Step } from "../../runners/runtime/case.js";
import type { Setting } from "../../runners/runtime/target.js";
import type { Config, IntelRdt } from "../../spec/runtime/config.js";
import { type CheckResult, expectThat } from "../check.js";
import { refuses } from "./refusal.js";
import { check, example, ok, section, started, type Unavailable, unavailable, type View } from "./suite.js";

/** Where hosts mount it; the facts look for it there. */
const RESCTRL = "/sys/fs/resctrl";
/** The directory that a runtime makes for a container whose config names no class. */
const OWN = `${RESCTRL}/${idOf(0)}`;

const counts = (view: View): boolean =>
  view.host.resctrl && view.case.control === undefined && view.container.configText === undefined && started(view) && view.index === 0;

/** Whether the container's own directory was there at each step that asked. */
const presence = (view: View): readonly boolean[] =>
  view.case.steps.flatMap((step, at) => {
    const result = view.observation.steps[at];
    return step.op === "stat" && step.path === OWN && result?.op === "stat" ? [result.got.ok] : [];
  });

/** The processes that a class held while the container ran. */
function tasksOf(view: View, directory: string): readonly string[] | undefined {
  const at = view.case.steps.findIndex((step) => step.op === "read" && step.path === `${directory}/tasks`);
  const result = view.observation.steps[at];
  return result?.op === "read" && result.got.ok ? result.got.value.trim().split("\n") : undefined;
}

function member(view: View, directory: string): CheckResult {
  const tasks = tasksOf(view, directory);
  const { pid } = view.containerObservation;
  return !counts(view) || tasks === undefined || pid === null
    ? undefined
    : expectThat(tasks.includes(String(pid)), `${pid} in ${directory}/tasks`, tasks);
}

/** Nothing of this container's is there before, but while it runs; `delete` removes it. */
function ownDirectory(view: View, judged: (during: boolean, after: boolean) => CheckResult): CheckResult {
  const [before, during, after] = presence(view);
  return !counts(view) || before !== false || during === undefined || after === undefined ? undefined : judged(during, after);
}

const anonymous = ({ linux }: Config): boolean => linux?.intelRdt !== undefined && linux.intelRdt.closID === undefined;

const configOf = (setting: Setting, intelRdt: IntelRdt | undefined): Config => {
  const base = minimalConfig(setting.target.release);
  return intelRdt === undefined ? base : { ...base, linux: { ...base.linux, intelRdt } };
};

const observed = (setting: Setting, intelRdt: IntelRdt | undefined, title: string): RuntimeCase => {
  const stat: Step = { op: "stat", path: OWN };
  const steps = lifecycle(0, { hold: true });
  const running = steps.findIndex(({ op }) => op === "look") + 1;
  const reads = [OWN, RESCTRL].map((directory): Step => ({ op: "read", path: `${directory}/tasks` }));
  return caseOf(configOf(setting, intelRdt), {
    title,
    hold: true,
    steps: [stat, ...steps.slice(0, running), stat, ...reads, ...steps.slice(running), stat],
  });
};

const withResctrl = ({ host }: Setting, cases: Arbitrary<RuntimeCase>): Arbitrary<RuntimeCase> | Unavailable =>
  host.resctrl ? cases : unavailable("the host has no mounted resctrl");

const id = (name: string): string => `runtime.intel-rdt.${name}`;

export default section("IntelRdt", [
  check(id("task-in-closid-directory"), (view) => (anonymous(view.config) ? member(view, OWN) : undefined)),
  check(id("closid-default-is-id"), (view) =>
    anonymous(view.config) ? ownDirectory(view, (during) => expectThat(during, `${OWN} is made`, "it is not there")) : undefined,
  ),
  check(id("own-directory-removed"), (view) =>
    anonymous(view.config) && ok(view.delete)
      ? ownDirectory(view, (during, after) => (during ? expectThat(!after, `delete removes ${OWN}`, "it is still there") : undefined))
      : undefined,
  ),
  check(id("unset-leaves-resctrl-alone"), (view) =>
    view.config.linux?.intelRdt === undefined ? ownDirectory(view, (during) => expectThat(!during, `no ${OWN}`, "it is there")) : undefined,
  ),
  check(id("closid-slash-is-default"), (view) => (view.config.linux?.intelRdt?.closID === "/" ? member(view, RESCTRL) : undefined)),
  refuses(id("no-resctrl-error")),
  refuses(id("closid-preconfigured-missing-error")),

  example(["task-in-closid-directory", "closid-default-is-id", "own-directory-removed"].map(id), (setting) =>
    withResctrl(setting, fc.constant(observed(setting, {}, "a class of service of its own"))),
  ),
  example(id("unset-leaves-resctrl-alone"), (setting) =>
    withResctrl(setting, fc.constant(observed(setting, undefined, "no class of service"))),
  ),
  example(id("closid-slash-is-default"), (setting) =>
    withResctrl(setting, fc.constant(observed(setting, { closID: "/" }, "the default class of service"))),
  ),
  example(id("no-resctrl-error"), (setting) =>
    setting.host.resctrl
      ? unavailable("the host has a mounted resctrl")
      : tabledFault(setting.host, setting.target.release, id("no-resctrl-error")).map((fault) => faultCase(fault)),
  ),
  example(id("closid-preconfigured-missing-error"), (setting) =>
    withResctrl(
      setting,
      fc.constant(
        faultCase({
          requirement: id("closid-preconfigured-missing-error"),
          path: "/linux/intelRdt/closID",
          description: "a class of service that there is not",
          config: configOf(setting, { closID: "oci-conform-no-such-class" }),
          control: configOf(setting, undefined),
        }),
      ),
    ),
  ),
]);
