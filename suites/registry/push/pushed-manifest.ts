/** spec.md, "Pushing Manifests": what is known of a push. */
import { MEDIA } from "../../../generators/registry/steps.js";
import type { ContentFacts } from "../../../runners/registry/observation.js";
import { isDigest, isTag } from "../../../spec/distribution/grammar.js";
import { type NotApplicable, notApplicable } from "../../check.js";
import type { Presence } from "../holdings.js";
import { parseJson } from "../manifest.js";
import { type Model, mediaTypeOf } from "../model.js";
import { isObject } from "../response.js";
import { checksOf, type View } from "../suite.js";

/** Types of manifests, which a descriptor of an index may lead to; whatever else it names is a blob. */
const MANIFESTS: readonly string[] = [
  MEDIA.manifest,
  MEDIA.index,
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];

interface Reference {
  readonly digest: string;
  readonly kind: "blob" | "manifest";
}

/** What an image manifest or an index refers to, its subject left out; undefined for what is neither, or not well made. */
function referencesOf(text: string | undefined, mediaType: string): readonly Reference[] | undefined {
  const value = parseJson(text);
  if (!isObject(value) || value.schemaVersion !== 2 || (value.mediaType !== undefined && value.mediaType !== mediaType)) return undefined;
  if (
    value.subject !== undefined &&
    !(isObject(value.subject) && typeof value.subject.digest === "string" && isDigest(value.subject.digest))
  )
    return undefined;
  const lists = mediaType === MEDIA.manifest ? [[value.config], value.layers] : mediaType === MEDIA.index ? [value.manifests] : undefined;
  if (!lists) return undefined;
  const found: Reference[] = [];
  for (const list of lists) {
    if (!Array.isArray(list)) return undefined;
    for (const each of list as unknown[]) {
      if (
        !isObject(each) ||
        typeof each.digest !== "string" ||
        typeof each.mediaType !== "string" ||
        typeof each.size !== "number" ||
        !isDigest(each.digest) ||
        !Number.isSafeInteger(each.size) ||
        each.size < 0
      )
        return undefined;
      found.push({ digest: each.digest, kind: MANIFESTS.includes(each.mediaType) ? "manifest" : "blob" });
    }
  }
  return found;
}

/** Whether what a descriptor leads to is there, as what its media type says; what is there as something else may do as well. */
function presenceOf({ digest, kind }: Reference, name: string, model: Model): Presence {
  const own = kind === "blob" ? model.blob(name, digest) : model.manifest(name, digest).presence;
  const other = kind === "blob" ? model.manifest(name, digest).presence : model.blob(name, digest);
  return own === "absent" && other !== "absent" ? "unknown" : own;
}

/** A push of a manifest that is well made: what is known of it and of what it refers to. */
interface Push {
  readonly name: string;
  readonly reference: string;
  readonly by: "tag" | "digest";
  readonly content: ContentFacts;
  readonly mediaType: string;
  /** By the manifest's own digest, or a tag that is one. */
  readonly own: boolean;
  /** What it refers to. */
  readonly states: readonly Presence[];
  readonly subject: string | undefined;
}

function pushOf(view: View): Push | NotApplicable | undefined {
  const { route, model, method } = view;
  if (route.kind !== "manifest" || method !== "PUT") return undefined;
  if (view.concurrent) return notApplicable("others use the repository at the same time");
  const { name, reference, by } = route;
  const content = model.sent(view.exchange);
  const mediaType = mediaTypeOf(view.sent("content-type"));
  const references = content && referencesOf(content.text, mediaType);
  if (!content || !references) return notApplicable("the body is no whole manifest of its Content-Type");
  const own =
    by === "digest"
      ? reference === content.sha256 || (reference === content.sha512 && view.facts.choices.sha512Manifest === true)
      : isTag(reference);
  const states = references.map((each) => presenceOf(each, name, model));
  return { name, reference, by, content, mediaType, own, states, subject: subjectOf(content.text) };
}

function subjectOf(text: string | undefined): string | undefined {
  const value = parseJson(text);
  return isObject(value) && isObject(value.subject) && typeof value.subject.digest === "string" ? value.subject.digest : undefined;
}

/** Whether a push gives a tag that stands for something else, or may, to a registry whose tags do not move. */
function moves({ route, model, facts }: View, sha256: string): boolean {
  if (route.kind !== "manifest" || route.by !== "tag" || facts.choices.immutableTags !== true) return false;
  const tag = model.tag(route.name, route.reference);
  return tag.presence === "present" ? tag.content.sha256 !== sha256 : tag.presence === "unknown";
}

function goodOf(view: View): Push | NotApplicable | undefined {
  const push = pushOf(view);
  if (push === undefined || "verdict" in push) return push;
  if (!push.own) return notApplicable("the manifest is pushed by another digest, or by what is no tag");
  if (moves(view, push.content.sha256)) return notApplicable("the tag stands for another manifest, and the registry's tags do not move");
  return push.states.every((state) => state === "present")
    ? push
    : notApplicable("what the manifest refers to is not there, or nobody can tell");
}

/** Whether a request is a push that must be accepted: well made, by its own digest or a good tag, and all that it refers to is there. */
export function isGoodPush(view: View): boolean {
  const push = goodOf(view);
  return push !== undefined && !("verdict" in push);
}

/** Checks of pushes of manifests that are well made. */
export const checkPush = checksOf("push of a manifest", pushOf);

/** Checks of pushes that must be accepted. */
export const checkGoodPush = checksOf("push of a manifest", goodOf);
