/** spec.md, "Pushing blobs": requests to upload sessions. */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import type { ContentFacts } from "../../../runners/registry/observation.js";
import { type NotApplicable, notApplicable } from "../../check.js";
import { bytesSent } from "../response.js";
import type { Session } from "../sessions.js";
import { checksOf, type View } from "../suite.js";

/** A request to an open session that the model knows all about. */
export function atSession(view: View, method: string): Session | undefined {
  const { route, model } = view;
  if (route.kind !== "session" || view.method !== method || view.concurrent) return undefined;
  const session = model.session(route.session);
  // What was given later is where it goes on; places given before may be gone.
  return session?.state === "open" && session.at === route.session ? session : undefined;
}

/** The content whose digest a closing PUT names, when the registry knows the algorithm. */
export function namedContent(view: View, session: Session): ContentFacts | undefined {
  const digest = view.query.get("digest") ?? "";
  const content = view.model.content(digest);
  const { choices } = view.facts;
  const knows = digest.startsWith("sha256:")
    ? session.algorithm === undefined || session.algorithm === "sha256"
    : session.algorithm === "sha512" && digest.startsWith("sha512:") && choices.sha512Blob === true;
  return content && knows ? content : undefined;
}

/** A PUT with a whole blob to a fresh session, by its digest. */
export const isWholePut = (view: View): boolean => {
  const session = atSession(view, "PUT");
  if (session?.offset !== 0 || view.sent("content-range") !== undefined) return false;
  const sent = view.exchange.request.body === null ? undefined : view.model.sent(view.exchange);
  const content = namedContent(view, session);
  return content !== undefined && (sent === content || (content.size === 0 && bytesSent(view) === 0));
};

/** Checks of requests of a method to an open session that the model knows all about. */
export const checksAt = (method: string) =>
  checksOf(`${method} to an upload session`, (view: View): Session | NotApplicable | undefined => {
    if (view.route.kind !== "session" || view.method !== method) return undefined;
    return atSession(view, method) ?? notApplicable("the session is not open any more, or nobody can tell how it stands");
  });

/** Blobs to push. */
export const aBlob = fc.record({ size: oneOf([1, 40, 3000], "bytes"), seed: fc.nat(9999) });
