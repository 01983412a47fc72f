import { complaint } from "../../../runners/image/observation.js";
import type { SeenTree } from "../../../runners/image/seen.js";
import { combine, equal, expectThat, type Judgement, type NotApplicable, notApplicable, PASS } from "../../check.js";
import { STATEMENTS } from "../model/statements.js";
import { CONTROL, PLAIN } from "./controls.js";
import { FEATURES, RESOLVED } from "./features.js";
import { type Abilities, check, hasContent, NO_DEVICES, type ToolCheck, type ToolView } from "./view.js";

const fail = (expected: unknown, actual: unknown, note?: string): Judgement => ({
  verdict: "fail",
  expected,
  actual,
  ...(note === undefined ? {} : { note }),
});

const NOT_COMPARED = notApplicable("there is no tree to compare: the tool did not take the image, took another, or the case has a fault");

/** What a tool must end like, whatever it gets. One bad end shows nothing of the others: the tool may not have come so far. */
const endsWell = (id: string, bad: ToolView["ending"], expected: string): ToolCheck =>
  check(id, ({ ending, observation }) => {
    if (ending === bad) return fail(expected, complaint(observation));
    return ending === "accepted" || ending === "refused" ? PASS : notApplicable("the tool did not end by itself, or never ran");
  });

/** Differences that this statement decides; kept ones are a pass. */
function compared(id: string, { comparison }: ToolView): Judgement | NotApplicable {
  if (!comparison) return NOT_COMPARED;
  const own = comparison.differences.filter((each) => each.id === id);
  const [first] = own;
  if (first === undefined)
    return comparison.kept.has(id) && comparison.witnesses > 0 ? PASS : notApplicable("nothing in the tree shows it");
  const place = `${first.path === "" ? "the root directory" : first.path}: ${first.attribute}`;
  const more =
    own.length > 1
      ? `; and ${own.length - 1} more: ${[...new Set(own.slice(1).map(({ path, attribute }) => `${path} ${attribute}`))].slice(0, 5).join(", ")}`
      : "";
  return fail(first.expected, first.actual, place + more);
}

/** A valid image that was refused, and its features are not to blame, alone or together: the layers themselves are. */
function refusedAltogether({ ending, refuse, mayRefuse, observation, features }: ToolView): Judgement | NotApplicable {
  if (ending !== "refused") return notApplicable("the tool did not refuse the image");
  if (refuse.length > 0 || mayRefuse.length > 0) return notApplicable("the image may be refused");
  if ([...features.map(({ id }) => id), PLAIN].some((name) => observation.controls[name] === "accepted"))
    return notApplicable("the tool takes the same image without one of its features");
  // A refusal is another thing than a tree that is not right, and would hide it.
  return { verdict: "fail", expected: "the image is unpacked: it is valid", actual: complaint(observation), kind: "refused" };
}

/** What other checks see in what came of it. */
const SHOWN_BY_RESULT: readonly string[] = [STATEMENTS.lowerOnly, RESOLVED];

/** A statement about a feature: `by` is the one by whose name the feature is known. */
const feature = (id: string, by: string, of?: keyof Abilities): ToolCheck =>
  check(
    id,
    ({ features, ending, refuse, mayRefuse, observation, worked, other }) => {
      const found = features.find((each) => each.id === by);
      if (!found) return notApplicable("the image does not have the feature");
      if (refuse.length > 0) return notApplicable("the image has to be refused");
      if (other)
        return found.chooses
          ? fail("the image itself", "it takes another image of the layout in its place")
          : notApplicable("the tool took another image of the layout");
      if (worked)
        return SHOWN_BY_RESULT.includes(id) ? notApplicable("that it is taken says nothing of what came of it; the tree does") : PASS;
      if (ending !== "refused") return notApplicable("nothing shows that the tool did its work");
      if (mayRefuse.length > 0) return notApplicable("the image may be refused");
      return observation.controls[by] === "accepted"
        ? fail("the tool takes it, as it takes the same image without", complaint(observation))
        : notApplicable("the tool does not take the same image without the feature either");
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
      if (!refuse.includes(id)) return notApplicable("nothing in the image has to be refused for it");
      if (ending === "accepted") return fail(`the tool refuses it: ${subject.title}`, "it exits with 0");
      if (ending !== "refused") return notApplicable("the tool neither took nor refused the image");
      return observation.controls[CONTROL] === "accepted"
        ? PASS
        : notApplicable("the tool does not take the same image without the fault either");
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
  [STATEMENTS.bare, "unpacks"],
  ["image.descriptor.sha256-supported"],
  ["image.config.rootfs-unknown-type-error", "unpacks"],
  ["image.descriptor.digest-verified"],
  ["image.descriptor.verified-before-use"],
  ["image.descriptor.size-mismatch-not-trusted"],
  ["image.conversion.user-unknown-error", "converts"],
];

const { bare: _, ...decided } = STATEMENTS;

/** The checks that every tool is judged by; those of runtime configs are in conversion.ts. */
export const TOOL_CHECKS: readonly ToolCheck[] = [
  check(
    "robustness.image.escape",
    ({ observation, tree, ending }) => {
      if (observation.escapes.length > 0) return fail("nothing outside the tool's own directory changes", observation.escapes);
      // Only layers that could lead somewhere else show that the tool does not go there.
      const tempting = [...tree.unsure.values()].some((reason) => reason !== NO_DEVICES);
      if (!tempting) return notApplicable("no layer could lead out of the tool's directory");
      return ending === "accepted" || ending === "refused" ? PASS : notApplicable("the tool neither took nor refused the image");
    },
    "unpacks",
  ),
  endsWell("robustness.image.crash", "crashed", "the tool ends by itself, without a panic"),
  endsWell("robustness.image.hang", "hung", "the tool ends within its time limit"),
  endsWell("robustness.image.memory", "out-of-memory", "the tool stays within its memory limit"),
  ...[...new Set<string>(Object.values(decided))].map((id) =>
    check(
      id,
      (view) => combine([compared(id, view), ...(id === STATEMENTS.extracted ? [refusedAltogether(view)] : [])]) ?? NOT_COMPARED,
      "unpacks",
    ),
  ),
  ...FEATURES.flatMap(({ id, also = [] }) => [id, ...also].map((each) => feature(each, id, abilityFor(id)))),
  ...REFUSALS.map(([id, of]) => refuses(id, of)),
  check(
    "image.considerations.content-not-altered",
    (view) => {
      const { sources, copies } = view.observation;
      const copied = Object.keys(copies).length > 0 && view.ending === "accepted" && view.case.fault === undefined;
      // A layer that has addresses may be left out of a copy: image.layer.urls-not-a-sign.
      if (!copied || view.other) return notApplicable("there is no copy of the image, without a fault");
      if (view.case.shape.urls) return notApplicable("a layer has urls");
      const changed = Object.entries(copies).flatMap(([name, copy]) =>
        altered(sources, copy).map((part) => `${part} in the copy to ${name}`),
      );
      return equal(changed, [], "what is named has another digest in the copy, or is not there");
    },
    "copies",
  ),
  check(
    "image.descriptor.data-verified",
    (view) =>
      view.ending === "accepted" && !usedData(view)
        ? notApplicable("nothing shows that the data were used")
        : refuses("image.descriptor.data-verified").judge(view),
    "unpacks",
  ),
  check(
    "image.descriptor.data-not-added-later",
    ({ observation: { sources, copies, embedded = {} }, case: subject, ending }) => {
      // Whatever else is called so would be taken for it.
      if (ending !== "accepted" || subject.fault !== undefined) return notApplicable("there is no copy of an image without a fault");
      if (JSON.stringify(subject).includes('"data')) return notApplicable("the image has data, or something called so, itself");
      const added = Object.entries(embedded).flatMap(([name, paths]) => paths.map((path) => `${path} in the copy to ${name}`));
      const kept = Object.values(copies).some((copy) => hasContent(copy, sources["the manifest"]));
      if (added.length > 0) return fail("no descriptor is given data, which would change the digest of its document", added);
      return kept ? PASS : notApplicable("no copy has the image's manifest");
    },
    "copies",
  ),
  check(
    "image.layer.urls-not-a-sign",
    ({ observation: { sources, copies }, case: { shape, layers, fault } }) => {
      if (!shape.urls) return notApplicable("no layer has urls");
      if (fault !== undefined) return notApplicable("the image has a fault");
      if (layers.some(({ nondistributable }) => nondistributable)) return notApplicable("a layer may not be distributed");
      const whole = Object.entries(copies).filter(([, copy]) => hasContent(copy, sources["the manifest"]));
      const missing = whole.flatMap(([name, copy]) =>
        altered(sources, copy).flatMap((part) => (part.startsWith("layer ") ? [`${part} in the copy to ${name}`] : [])),
      );
      if (whole.length === 0) return notApplicable("no copy has the image's manifest");
      const note = "what is missing has urls, and a media type of what may be distributed";
      return missing.length === 0
        ? PASS
        : fail("each layer is in the copy whose manifest names it", `not there: ${missing.join(", ")}`, note);
    },
    "copies",
  ),
  check("robustness.image.leftovers", ({ ending, observation: { leftovers } }) => {
    if (ending !== "refused" || leftovers === undefined) return notApplicable("no command failed by itself");
    return expectThat(leftovers.length === 0, "a command that fails leaves nothing running and nothing mounted", leftovers);
  }),
];
