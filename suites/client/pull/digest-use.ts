import { type ExplainedResult, notApplicable, PASS } from "../../check.js";
import { printed } from "../outcome.js";
import { decoded } from "../route.js";
import { type Which, whereMet } from "../suite.js";
import type { ClientView, Viewed } from "../view.js";

/**
 * What shows that a client took the digest of an answer's Docker-Content-Digest for the content's, in words: it asks for it, prints it, or
 * writes it down. Undefined where nothing does; what the case itself names by that digest shows nothing.
 */
function usesDigest({ exchanges, run }: ClientView, answer: Viewed): string | undefined {
  const digest = answer.got("docker-content-digest");
  if (digest === undefined) return undefined;
  const later = exchanges.find(({ at, request: { target } }) => at > answer.at && decoded(target).includes(digest));
  if (later) return `the digest of the header is asked for: ${later.method} ${later.request.target}`;
  const line = printed(run).find((each) => each.includes(digest));
  if (line !== undefined) return `the digest of the header is printed: ${line}`;
  const [path] =
    Object.entries(run.written).find(([path, { text = "" }]) => path.includes(digest.replace(":", "/")) || text.includes(digest)) ?? [];
  return path === undefined ? undefined : `the digest of the header is in the file ${path}`;
}

/** Behaviours that put another digest into Docker-Content-Digest. */
export const isOtherDigest: Which = ({ does }) => does.kind === "header" && does.name === "Docker-Content-Digest" && does.value !== null;

/**
 * Judges a client that got another digest in Docker-Content-Digest than the content has: it may leave the header alone; who uses it has to compare.
 * @param of what the header is of: "manifest"
 * @param among which of the answers count; all by default
 */
export const comparesDigest = (
  view: ClientView,
  of: string,
  which: Which,
  among: (answer: Viewed) => boolean = () => true,
): ExplainedResult =>
  whereMet(
    view,
    (exchanges) => {
      const answers = exchanges.filter(among);
      if (answers.length === 0) return notApplicable("no answer of that kind had the header");
      if (view.ending === "failed")
        return (view.case.behaviours ?? []).every(which) ? PASS : notApplicable("the registry does more than one thing");
      const used = answers.map((answer) => usesDigest(view, answer)).find((use) => use !== undefined);
      return used === undefined
        ? notApplicable("the client makes no use of the header that can be seen")
        : { verdict: "fail", expected: `a refusal: Docker-Content-Digest is not the digest of the ${of}`, actual: used };
    },
    which,
  );
