import { pushedJson } from "../push/manifests.js";
import type { ClientView, Viewed } from "../view.js";
import { referrersTag } from "./tag.js";

/** An entry of a referrers list, as it was written. */
export type Entry = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Entry => typeof value === "object" && value !== null && !Array.isArray(value);

/** A manifest with a subject that a client pushed, where the registry did not say that it saw to it. */
export interface Unlisted {
  readonly push: Viewed;
  readonly manifest: Entry;
  /** The digest of its subject, and the referrers tag of that. */
  readonly subject: string;
  readonly tag: string;
  /** The digest by which it is to be listed. */
  readonly digest: string;
}

/** The digest of a manifest's subject; undefined where it has none. */
export const subjectOf = (manifest: Entry | undefined): string | undefined =>
  isObject(manifest?.subject) && typeof manifest.subject.digest === "string" ? manifest.subject.digest : undefined;

/** The manifests with a subject that were pushed, whatever the registry answered but a refusal. */
export const pushesWithSubject = ({ exchanges, facts: { release } }: ClientView): readonly Unlisted[] =>
  exchanges.flatMap((push): Unlisted[] => {
    const { method, route, status, request } = push;
    if (method !== "PUT" || route.kind !== "manifest" || status !== 201) return [];
    const manifest = pushedJson(push);
    const subject = subjectOf(manifest);
    if (!manifest || subject === undefined) return [];
    const digest = route.by === "digest" ? route.reference : (request.body?.sha256 ?? "");
    const tag = referrersTag(subject, release);
    return tag === undefined ? [] : [{ push, manifest, subject, tag, digest }];
  });

/** Those of which the client has to see to the list. */
export const unlisted = (view: ClientView): readonly Unlisted[] =>
  pushesWithSubject(view).filter(({ push }) => push.got("oci-subject") === undefined);

/** Requests about a manifest by that tag. */
export const byTag = ({ exchanges }: ClientView, tag: string, method: string): readonly Viewed[] =>
  exchanges.filter(({ method: each, route }) => each === method && route.kind === "manifest" && route.reference === tag);

/** The entries of a list that was pushed or pulled; undefined where it is no list. */
export function entriesIn(text: string | undefined): readonly Entry[] | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return isObject(value) && Array.isArray(value.manifests) ? value.manifests.filter(isObject) : undefined;
  } catch {
    return undefined;
  }
}

/** The last list that was pushed by the tag, and was taken. */
export function pushedList(view: ClientView, tag: string): { readonly push: Viewed; readonly entries: readonly Entry[] } | undefined {
  const push = byTag(view, tag, "PUT")
    .filter(({ status }) => status === 201)
    .at(-1);
  const entries = push && entriesIn(push.request.body?.text);
  return push && entries ? { push, entries } : undefined;
}

/** The list that the client pulled by the tag, the last one before it pushed its own; empty where there is none. */
export function pulledList(view: ClientView, tag: string): readonly Entry[] | undefined {
  const pull = byTag(view, tag, "GET")
    .filter(({ status }) => status === 200 || status === 404)
    .at(-1);
  if (!pull) return undefined;
  return pull.status === 404 ? [] : entriesIn(pull.response?.body.text);
}
