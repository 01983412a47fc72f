import { complaint } from "../../../runners/image/observation.js";
import type { SeenTree } from "../../../runners/image/seen.js";
import { type CheckResult, combine, equal, type Judgement } from "../../check.js";
import { LAW } from "../model/statements.js";
import { CONTROL, PLAIN } from "./controls.js";
import { FEATURES, RESOLVED } from "./features.js";
import { type Abilities, check, hasContent, NO_DEVICES, type ToolCheck, type ToolView } from "./view.js";

const PASS: Judgement = { verdict: "pass" };
const fail = (expected: unknown, actual: unknown, note?: string): Judgement => ({
  verdict: "fail",
  expected,
  actual,
  ...(note === undefined ? {} : { note }),
});

/** What a tool must end like, whatever it gets. One bad end shows nothing of the others: the tool may not have come so far. */
const endsWell = (id: string, bad: ToolView["ending"], expected: string): ToolCheck =>
  check(id, ({ ending, observation }) => {
    if (ending === bad) return fail(expected, complaint(observation));
    return ending === "accepted" || ending === "refused" ? PASS : undefined;
  });

/** Differences that this statement decides; kept ones are a pass. */
function compared(id: string, { comparison }: ToolView): CheckResult {
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
function refusedAltogether({ ending, refuse, mayRefuse, observation, features }: ToolView): CheckResult {
  if (ending !== "refused" || refuse.length > 0 || mayRefuse.length > 0) return undefined;
  if ([...features.map(({ id }) => id), PLAIN].some((name) => observation.controls[name] === "accepted")) return undefined;
  return fail("the image is unpacked: it is valid", complaint(observation));
}

/** What other checks see in what came of it. */
const SHOWN_BY_RESULT: readonly string[] = [LAW.lowerOnly, RESOLVED];

/** A statement about a feature: `by` is the one by whose name the feature is known. */
const feature = (id: string, by: string, of?: keyof Abilities): ToolCheck =>
  check(
    id,
    ({ features, ending, refuse, mayRefuse, observation, worked, other }) => {
      const found = features.find((each) => each.id === by);
      if (!found || refuse.length > 0) return undefined;
      if (other) return found.chooses ? fail("the image itself", "it takes another image of the layout in its place") : undefined;
      // That it is taken says nothing of what came of it; the tree does.
      if (worked) return SHOWN_BY_RESULT.includes(id) ? undefined : PASS;
      if (ending !== "refused" || mayRefuse.length > 0) return undefined;
      return observation.controls[by] === "accepted"
        ? fail("the tool takes it, as it takes the same image without", complaint(observation))
        : undefined;
    },
    of,
  );

/** Whether the image was unpacked: where its only layer is there as data alone, that can only be from there. */
const usedData = ({ observation, tree, case: { layers } }: ToolView): boolean =>
  layers.length === 1 && Object.keys(observation.tree ?? {}).some((path) => path !== "" && tree.nodes.has(path));

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

/** Who is asked to put up with a feature; undefined for everyone. */
function abilityFor(id: string): keyof Abilities | undefined {
  if (id.startsWith("image.layer.")) return "unpacks";
  if (id.startsWith("image.conversion.")) return "converts";
  return /^image\.manifest\.(?:config|layer)-of-unknown-type-/.test(id) ? "copies" : undefined;
}

/** What is to be refused, and by whom: who only copies need not look into a config or a layer. */
const REFUSALS: readonly (readonly [id: string, of?: keyof Abilities])[] = [
  [LAW.bare, "unpacks"],
  ["image.descriptor.sha256-supported"],
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
    ({ observation, tree, ending }) => {
      if (observation.escapes.length > 0) return fail("nothing outside the tool's own directory changes", observation.escapes);
      // Only layers that could lead somewhere else show that the tool does not go there.
      const tempting = [...tree.unsure.values()].some((reason) => reason !== NO_DEVICES);
      return tempting && (ending === "accepted" || ending === "refused") ? PASS : undefined;
    },
    "unpacks",
  ),
  endsWell("robustness.image.crash", "crashed", "the tool ends by itself, without a panic"),
  endsWell("robustness.image.hang", "hung", "the tool ends within its time limit"),
  endsWell("robustness.image.memory", "out-of-memory", "the tool stays within its memory limit"),
  ...[...new Set<string>(Object.values(decided))].map((id) =>
    check(id, (view) => combine([compared(id, view), id === LAW.extracted ? refusedAltogether(view) : undefined]), "unpacks"),
  ),
  ...FEATURES.flatMap(({ id, also = [] }) => [id, ...also].map((each) => feature(each, id, abilityFor(id)))),
  ...REFUSALS.map(([id, of]) => refuses(id, of)),
  check(
    "image.considerations.content-not-altered",
    (view) => {
      const { sources, copies } = view.observation;
      const copied = Object.keys(copies).length > 0 && view.ending === "accepted" && view.case.fault === undefined;
      // A layer that has addresses may be left out of a copy: image.layer.urls-not-a-sign.
      if (!copied || view.other || view.case.shape.urls) return undefined;
      const changed = Object.entries(copies).flatMap(([name, copy]) =>
        altered(sources, copy).map((part) => `${part} in the copy to ${name}`),
      );
      return equal(changed, [], "what is named has another digest in the copy, or is not there");
    },
    "copies",
  ),
  check(
    "image.descriptor.data-verified",
    (view) => (view.ending === "accepted" && !usedData(view) ? undefined : refuses("image.descriptor.data-verified").judge(view)),
    "unpacks",
  ),
  check(
    "image.descriptor.data-not-added-later",
    ({ observation: { sources, copies, embedded = {} }, case: subject, ending }) => {
      // Whatever else is called so would be taken for it.
      if (ending !== "accepted" || subject.fault !== undefined || JSON.stringify(subject).includes('"data')) return undefined;
      const added = Object.entries(embedded).flatMap(([name, paths]) => paths.map((path) => `${path} in the copy to ${name}`));
      const kept = Object.values(copies).some((copy) => hasContent(copy, sources["the manifest"]));
      if (added.length > 0) return fail("no descriptor is given data, which would change the digest of its document", added);
      return kept ? PASS : undefined;
    },
    "copies",
  ),
  check(
    "image.layer.urls-not-a-sign",
    ({ observation: { sources, copies }, case: { shape, layers, fault } }) => {
      if (!shape.urls || fault !== undefined || layers.some(({ nondistributable }) => nondistributable)) return undefined;
      const whole = Object.entries(copies).filter(([, copy]) => hasContent(copy, sources["the manifest"]));
      const missing = whole.flatMap(([name, copy]) =>
        altered(sources, copy).flatMap((part) => (part.startsWith("layer ") ? [`${part} in the copy to ${name}`] : [])),
      );
      if (whole.length === 0) return undefined;
      const note = "what is missing has urls, and a media type of what may be distributed";
      return missing.length === 0
        ? PASS
        : fail("each layer is in the copy whose manifest names it", `not there: ${missing.join(", ")}`, note);
    },
    "copies",
  ),
  check("robustness.image.leftovers", ({ ending, observation: { leftovers } }) =>
    ending !== "refused" || leftovers === undefined
      ? undefined
      : leftovers.length === 0
        ? PASS
        : fail("a command that fails leaves nothing running and nothing mounted", leftovers),
  ),
];
