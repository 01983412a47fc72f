import { isDigest, isName, isTag } from "../spec/distribution/grammar.js";
import { UsageError } from "../spec/errors.js";

/** What a user names: `HOST[:PORT]/NAME:TAG`, `HOST[:PORT]/NAME@DIGEST`. */
export interface Reference {
  /** With the port, if there is one. */
  readonly host: string;
  readonly name: string;
  /** A tag or a digest (spec.md#pulling-manifests). */
  readonly reference: string;
}

export const isByDigest = ({ reference }: Reference): boolean => reference.includes(":");

/** @throws UsageError */
export function repositoryNamed(text: string): Pick<Reference, "host" | "name"> {
  const slash = text.indexOf("/");
  const [host, name] = [text.slice(0, Math.max(0, slash)), text.slice(slash + 1)];
  if (!/^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::\d+)?$/.test(host) || !URL.canParse(`http://${host}`))
    throw new UsageError(`${text}: no host stands before the first slash`);
  if (!isName(name)) throw new UsageError(`${text}: ${name} is no repository name`);
  return { host, name };
}

/** @throws UsageError */
export function referenceNamed(text: string): Reference {
  const digest = text.indexOf("@");
  if (digest >= 0) {
    const reference = text.slice(digest + 1);
    if (!isDigest(reference)) throw new UsageError(`${text}: ${reference} is no digest`);
    return { ...repositoryNamed(text.slice(0, digest)), reference };
  }
  const colon = text.lastIndexOf(":");
  if (colon < text.lastIndexOf("/") || colon < 0) throw new UsageError(`${text}: neither a tag nor a digest`);
  const reference = text.slice(colon + 1);
  if (!isTag(reference)) throw new UsageError(`${text}: ${reference} is no tag`);
  return { ...repositoryNamed(text.slice(0, colon)), reference };
}
