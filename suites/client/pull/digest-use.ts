import { printed } from "../outcome.js";
import type { ClientView, Viewed } from "../view.js";

/**
 * What shows that a client took the digest of an answer's Docker-Content-Digest for the content's, in words: it asks for it, prints it, or
 * writes it down. Undefined where nothing does; what the case itself names by that digest shows nothing.
 */
export function usesDigest({ exchanges, run }: ClientView, answer: Viewed): string | undefined {
  const digest = answer.got("docker-content-digest");
  if (digest === undefined) return undefined;
  const later = exchanges.find(({ at, request: { target } }) => at > answer.at && decodeURIComponent(target).includes(digest));
  if (later) return `the digest of the header is asked for: ${later.method} ${later.request.target}`;
  const line = printed(run).find((each) => each.includes(digest));
  if (line !== undefined) return `the digest of the header is printed: ${line}`;
  const [path] =
    Object.entries(run.written).find(([path, { text = "" }]) => path.includes(digest.replace(":", "/")) || text.includes(digest)) ?? [];
  return path === undefined ? undefined : `the digest of the header is in the file ${path}`;
}
