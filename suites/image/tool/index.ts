import fc from "fast-check";
import { anyImage } from "../../../generators/image/case.js";
import { imageCombinations } from "../../../generators/image/factors/combinations.js";
import { anyFaultImage } from "../../../generators/image/invalid/cases.js";
import { faultNamed } from "../../../generators/image/invalid/table.js";
import { whyUnbuildable } from "../../../generators/image/layout/layout.js";
import type { ImageCase } from "../../../runners/image/case.js";
import type { ImageFacts } from "../../../runners/image/facts.js";
import { IMAGE_CASE, IMAGE_FACTS, IMAGE_OBSERVATION } from "../../../runners/image/formats.js";
import { ending, type ImageObservation } from "../../../runners/image/observation.js";
import { whyNotInForce } from "../../../spec/image/releases.js";
import type { Suite } from "../../suite.js";
import { layerCombinations } from "./combinations/index.js";
import { toolExamples } from "./examples.js";
import { judgeTool, toolChecks } from "./judge.js";
import type { Abilities, Knowledge } from "./view.js";

/** What has to be known to judge a case: what its fault comes to, and what the tool makes. */
export const knowledgeOf = ({ fault }: ImageCase, { converts }: Pick<ImageFacts, "converts">): Knowledge => ({
  refusedBy: (fault === undefined ? undefined : faultNamed(fault)?.refusedBy) ?? [],
  converts,
});

/** Why a tool without an ability is not asked. */
const LACKING: Readonly<Record<keyof Abilities, string>> = {
  unpacks: "the tool does not unpack images",
  copies: "the tool does not copy images",
  converts: "the tool makes no runtime config",
};

/** Whether a tool has an ability; undefined when that is unknown. */
function hasAbility(ability: keyof Abilities, { copies, converts }: ImageFacts): boolean | undefined {
  if (ability === "converts") return converts;
  return copies === undefined ? undefined : copies === (ability === "copies");
}

/** Why a tool is not asked what a requirement's checks want to see of it: none is for such a tool. */
function whyUnable(id: string, facts: ImageFacts): string | undefined {
  const asked = toolChecks.flatMap((check) => (check.id === id ? [check.of] : []));
  const [first] = asked;
  if (first === undefined || asked.some((of) => of === undefined || hasAbility(of, facts) !== false)) return undefined;
  return LACKING[first];
}

/** Image tools, driven with generated layouts: what of the image spec binds those who consume images. */
export const imageToolSuite: Suite<ImageCase, ImageObservation, ImageFacts> = {
  spec: "image",
  formats: { case: IMAGE_CASE, observation: IMAGE_OBSERVATION, facts: IMAGE_FACTS },
  checks: toolChecks,
  examples: toolExamples().map(({ aims, cases }) => ({ aims, cases: () => cases })),
  combinations: (facts, strength) => [...imageCombinations(facts, strength), ...(facts.copies ? [] : layerCombinations(strength))],
  // Mostly valid ones, some odd, some with a fault.
  general: () => fc.oneof({ withCrossShrink: true }, { weight: 4, arbitrary: anyImage() }, { weight: 1, arbitrary: anyFaultImage() }),
  showsNothing: (observation) => ending(observation) !== "accepted",
  judge: (testCase, observation, facts) => judgeTool(testCase, observation, knowledgeOf(testCase, facts)),
  release: ({ spec }) => spec,
  notApplicable: (requirement, facts) => whyNotInForce(requirement, facts.spec, "the tool") ?? whyUnable(requirement.id, facts),
  cannotRun: whyUnbuildable,
};
