import { DECOY } from "../../../generators/image/layout/neighbours.js";
import type { ImageCase, Json } from "../../../runners/image/case.js";
import { type Ending, ending, type ImageObservation } from "../../../runners/image/observation.js";
import type { SeenTree } from "../../../runners/image/seen.js";
import type { Judgement, NotApplicable } from "../../check.js";
import { type Comparison, compare } from "../model/compare.js";
import { applyLayers } from "../model/model.js";
import type { Tree } from "../model/tree.js";
import { FEATURES, type Feature, mayRefuse } from "./features.js";
import { userBeyondReach, userUnknown } from "./user.js";

/** What checks need to know of a case besides itself: what a fault of its comes to. */
export interface Knowledge {
  /** The statements by which who consumes the image has to refuse it. */
  readonly refusedBy: readonly string[];
  /** Whether the tool makes a runtime config of the image's. */
  readonly converts: boolean;
}

/** A case, what was seen of it, and what the model says. */
export interface ToolView {
  readonly case: ImageCase;
  readonly observation: ImageObservation;
  readonly ending: Ending;
  readonly tree: Tree;
  /** The statements by which it has to be refused. */
  readonly refuse: readonly string[];
  /** Why it may be refused; empty when it must be taken. */
  readonly mayRefuse: readonly string[];
  readonly features: readonly Feature[];
  /** The tree compared with the model's; undefined when there is none, or when a fault makes it meaningless. */
  readonly comparison: Comparison | undefined;
  /** Whether the tool did its work, as far as anyone can see. */
  readonly worked: boolean;
  /** Whether it took another image of the layout for the one that was asked for. */
  readonly other: boolean;
}

/** Whether a copy has a content among its files. */
export const hasContent = (copy: SeenTree, content: string | undefined): boolean =>
  content !== undefined && Object.values(copy).some((node) => node.content === content);

/** Whether another image came of it: a file that only those have, or their manifest in place of the image's. */
function tookOther({ tree, copies, sources, decoys = [] }: ImageObservation): boolean {
  const manifest = sources["the manifest"];
  const wrong = (copy: SeenTree): boolean => !hasContent(copy, manifest) && decoys.some((each) => hasContent(copy, each));
  return (tree !== null && Object.hasOwn(tree, DECOY)) || Object.values(copies).some(wrong);
}

/** Whether it is an artifact, which nobody can unpack. */
const isArtifact = ({ shape: { unknownConfig, unknownLayers } }: ImageCase): boolean =>
  unknownConfig !== undefined || unknownLayers === true;

/** Why nobody asks for a device node. */
export const NO_DEVICES = "device nodes cannot be made here";

/** The model's tree as far as the place where the tool ran lets anybody make it. */
function attainable(tree: Tree, { layers }: ImageCase, { devices }: ImageObservation): Tree {
  const isDevice = (kind: string): boolean => kind === "char" || kind === "block";
  if (devices !== false || !layers.some(({ entries }) => entries.some(({ type }) => isDevice(type)))) return tree;
  const nodes = [...tree.nodes].flatMap(([path, { kind }]): [string, string][] => (isDevice(kind) ? [[path, NO_DEVICES]] : []));
  return { ...tree, unsure: new Map([...tree.unsure, ...nodes]), mayRefuse: [...tree.mayRefuse, NO_DEVICES] };
}

/** The user of the runtime's config that was made, whatever it is. */
function uidOf({ runtimeConfig }: ImageObservation): Json | undefined {
  const process = memberOf(runtimeConfig, "process");
  return memberOf(memberOf(process, "user"), "uid");
}

const memberOf = (value: Json | undefined, name: string): Json | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) && name in value
    ? (value as { readonly [key: string]: Json })[name]
    : undefined;

export function viewOf(subject: ImageCase, observation: ImageObservation, { refusedBy, converts }: Knowledge): ToolView {
  const tree = attainable(applyLayers(subject.layers), subject, observation);
  const ended = ending(observation);
  const other = tookOther(observation);
  const copying = observation.steps.some(({ name }) => name.startsWith("to-"));
  const comparison =
    observation.tree && ended === "accepted" && subject.fault === undefined && !other && !isArtifact(subject)
      ? compare(tree, observation.tree, { xattrs: observation.xattrs })
      : undefined;
  const far = converts ? userBeyondReach(subject) : undefined;
  const copied = Object.values(observation.copies).some((copy) => Object.values(copy).some(({ kind }) => kind === "file"));
  return {
    case: subject,
    observation,
    ending: ended,
    tree,
    refuse: [
      ...refusedBy,
      ...tree.refuse,
      ...(converts && userUnknown(subject, uidOf(observation)) ? ["image.conversion.user-unknown-error"] : []),
    ],
    mayRefuse: [
      ...mayRefuse(subject),
      ...tree.mayRefuse,
      ...(far === undefined ? [] : [far]),
      ...(subject.fault === undefined ? [] : ["it has a fault"]),
      ...(isArtifact(subject) && !copying ? ["it is an artifact, and no image"] : []),
    ],
    features: FEATURES.filter(({ of }) => of(subject)),
    comparison,
    worked: ended === "accepted" && !other && ((comparison?.witnesses ?? 0) > 0 || copied),
    other,
  };
}

/** What a tool does: only that can be judged. */
export interface Abilities {
  readonly unpacks: boolean;
  readonly copies: boolean;
  readonly converts: boolean;
}

/** Judges one requirement by a view. */
export interface ToolCheck {
  readonly id: string;
  readonly judge: (view: ToolView) => Judgement | NotApplicable;
  /** What a tool must do to be judged by it; every tool when it says nothing. */
  readonly of?: keyof Abilities;
}

export const check = (id: string, judge: ToolCheck["judge"], of?: keyof Abilities): ToolCheck => ({ id, judge, ...(of ? { of } : {}) });
