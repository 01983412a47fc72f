import { isTag } from "../../spec/distribution/grammar.js";
import type { RequestStep } from "./case.js";

/*
 * Repositories that were there before a run, and are somebody's: a case uses tags of its own in them, and deletes nothing there that others
 * may have pushed.
 */

/** The repository that a case's key stands for; undefined for keys of repositories that must not be there. */
export function borrowedFor(key: string, borrowed: readonly string[]): string | undefined {
  const at = ["a", "b", "c"].indexOf(key);
  return at < 0 ? undefined : borrowed[Math.min(at, borrowed.length - 1)];
}

/** A step whose tags begin with the prefix, so that they are nobody else's, and sort as they did. What is no tag stays as it is. */
export function withOwnTags(step: RequestStep, prefix: string): RequestStep {
  const own = (tag: string): string => (isTag(tag) ? `${prefix}${tag}` : tag);
  const query = step.query?.map(([name, value]) => [name, name === "tag" || name === "last" ? own(value) : value] as const);
  return {
    ...step,
    target: step.target.replace(
      /^(\/v2\/\{repo:[\w.-]+\}\/manifests\/)([^{}?]+)/,
      (_, path: string, reference: string) => `${path}${own(reference)}`,
    ),
    ...(query ? { query } : {}),
  };
}

/** What a step would do to a repository that is somebody's; undefined where it may be taken. `isOwn` tells contents of this run alone. */
export function harm({ method, target }: RequestStep, isOwn: (content: string) => boolean): string | undefined {
  if (/^\/v2\/\{repo:[abc]\}\/(?!blobs\/|manifests\/|tags\/|referrers\/)/.test(target)) return "it is about a repository that is not there";
  if (method !== "DELETE" || target.startsWith("{") || !/^\/v2\/\{repo:[abc]\}/.test(target)) return undefined;
  if (/^\/v2\/\{repo:[abc]\}\/manifests\/[\w.-]+$/.test(target)) return undefined;
  const content = /^\/v2\/\{repo:[abc]\}\/(?:manifests|blobs)\/\{sha\d+:([\w.-]+)\}$/.exec(target)?.[1];
  return content !== undefined && isOwn(content) ? undefined : "it would delete what may be somebody else's";
}
