import type { RuntimeCase } from "../../../runners/runtime/case.js";
import type { CgroupView } from "../../../runners/runtime/preflight.js";
import { reproduceScript } from "../../../runners/runtime/reproduce.js";
import { configTextOf, type Driver } from "../../../runners/runtime/script.js";
import { inWords } from "../../in-words.js";
import type { CaseFiles } from "../../session/stored-case.js";
import type { FailedCase } from "../../session/target.js";

/** The files beside a failing case: the first container's config.json as it was, if there was one, and how to repeat it by hand. */
export function runtimeFiles(
  { requirement, section, testCase, outcome }: Pick<FailedCase<RuntimeCase, unknown>, "requirement" | "section" | "testCase" | "outcome">,
  driver: Driver,
  view: CgroupView,
): CaseFiles {
  const [container] = testCase.containers;
  const config = container ? configTextOf(container) : null;
  return {
    ...(config === null ? {} : { "config.json": config }),
    "reproduce.sh": reproduceScript(testCase, {
      title: `${requirement.id}: ${testCase.title}`,
      requirement: `${requirement.summary}\n${section}`,
      expected: inWords(outcome.expected),
      driver,
      view,
    }),
  };
}
