import { complaint } from "../../runners/image/observation.js";
import type { SeenTree } from "../../runners/image/seen.js";
import { all, equal, type Judgement } from "../check.js";
import { CONTROL, PLAIN } from "./controls.js";
import { FEATURES } from "./features.js";
import { LAW } from "./law.js";
import { type Abilities, check, type ToolCheck, type ToolView } from "./tool-view.js";

const PASS: Judgement = { verdict: "pass" };
const fail = (expected: unknown, actual: unknown, note?: string): Judgement => ({
  verdict: "fail",
  expected,
  actual,
  ...(note === undefined ? {} : { note }),
});

/** What a tool must end like, whatever it gets. */
const endsWell = (id: string, bad: ToolView["ending"], expected: string): ToolCheck =>
  check(id, ({ ending, observation }) => (ending === bad ? fail(expected, complaint(observation)) : PASS));

/** Differences that this statement decides; kept ones are a pass. */
function compared(id: string, { comparison }: ToolView): Judgement | undefined {
  if (!comparison) return undefined;
  const own = comparison.differences.filter((each) => each.id === id);
  const [first] = own;
  if (first === undefined) return comparison.kept.has(id) && comparison.witnesses > 0 ? PASS : undefined;
  const place = `${first.path === "" ? "the root directory" : first.path}: ${first.attribute}`;
  const more =
    own.length > 1
      ? `; and ${own.length - 1} more: ${[...new Set(own.slice(1).map(({ path, attribute }) => `${path} ${attribute}`))].slice(0, 5).join(", ")}`
      : "";
  return fail(first.expected, first.actual, place + more);
}

/** A valid image that was refused, and its features are not to blame, alone or together: the layers themselves are. */
function refusedAltogether({ ending, refuse, mayRefuse, observation, features }: ToolView): Judgement | undefined {
  if (ending !== "refused" || refuse.length > 0 || mayRefuse.length > 0) return undefined;
  if ([...features.map(({ id }) => id), PLAIN].some((name) => observation.controls[name] === "accepted")) return undefined;
  return fail("the image is unpacked: it is valid", complaint(observation));
}

const feature = (id: string, of?: keyof Abilities): ToolCheck =>
  check(
    id,
    ({ features, ending, refuse, mayRefuse, observation, worked }) => {
      if (!features.some((each) => each.id === id) || refuse.length > 0) return undefined;
      // That it is taken says nothing of what came of it; the tree does.
      if (worked) return id === LAW.lowerOnly ? undefined : PASS;
      if (ending !== "refused" || mayRefuse.length > 0) return undefined;
      return observation.controls[id] === "accepted"
        ? fail("the tool takes it, as it takes the same image without", complaint(observation))
        : undefined;
    },
    of,
  );

/** What has to be refused: it counts only when the same image without the fault is taken. */
const refuses = (id: string, of?: keyof Abilities): ToolCheck =>
  check(
    id,
    ({ refuse, ending, observation, case: subject }) => {
      if (!refuse.includes(id)) return undefined;
      if (ending === "accepted") return fail(`the tool refuses it: ${subject.title}`, "it exits with 0");
      return ending === "refused" && observation.controls[CONTROL] === "accepted" ? PASS : undefined;
    },
    of,
  );

/** What of the image a copy does not have as it was. */
const altered = (sources: Readonly<Record<string, string>>, copy: SeenTree): string[] => {
  const contents = new Set(Object.values(copy).map(({ content }) => content));
  return Object.entries(sources).flatMap(([name, content]) => (contents.has(content) ? [] : [name]));
};

/** What is to be refused, and by whom: who only copies need not look into a config or a layer. */
const REFUSALS: readonly (readonly [id: string, of?: keyof Abilities])[] = [
  [LAW.bare, "unpacks"],
  ["image.config.rootfs-unknown-type-error", "unpacks"],
  ["image.descriptor.digest-verified"],
  ["image.descriptor.verified-before-use"],
  ["image.descriptor.size-mismatch-not-trusted"],
  ["image.conversion.user-unknown-error", "converts"],
];

const { bare: _, ...decided } = LAW;

/** The checks that every tool is judged by; those of runtime configs are in conversion.ts. */
export const TOOL_CHECKS: readonly ToolCheck[] = [
  check(
    "robustness.image.escape",
    ({ observation, tree }) => {
      if (observation.escapes.length > 0) return fail("nothing outside the tool's own directory changes", observation.escapes);
      // Only layers that could lead somewhere else show that the tool does not go there.
      return tree.unsure.size > 0 && observation.steps.length > 0 ? PASS : undefined;
    },
    "unpacks",
  ),
  endsWell("robustness.image.crash", "crashed", "the tool ends by itself, without a panic"),
  endsWell("robustness.image.hang", "hung", "the tool ends within its time limit"),
  endsWell("robustness.image.memory", "out-of-memory", "the tool stays within its memory limit"),
  ...[...new Set<string>(Object.values(decided))].map((id) =>
    check(id, (view) => all([compared(id, view), id === LAW.extracted ? refusedAltogether(view) : undefined]), "unpacks"),
  ),
  ...FEATURES.map(({ id }) => feature(id, id.startsWith("image.layer.") ? "unpacks" : undefined)),
  ...REFUSALS.map(([id, of]) => refuses(id, of)),
  check(
    "image.considerations.content-not-altered",
    (view) => {
      const { sources, copies } = view.observation;
      if (Object.keys(copies).length === 0 || view.ending !== "accepted" || view.case.fault !== undefined) return undefined;
      const changed = Object.entries(copies).flatMap(([name, copy]) =>
        altered(sources, copy).map((part) => `${part} in the copy to ${name}`),
      );
      return equal(changed, [], "what is named has another digest in the copy, or is not there");
    },
    "copies",
  ),
];
