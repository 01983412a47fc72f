/** spec.md, "Pulling manifests", "Pulling blobs", "Checking if content exists": what both kinds of content have in common. */
import { MEDIA } from "../../../generators/registry/steps.js";
import type { ContentFacts } from "../../../runners/registry/observation.js";
import { equal, expectThat, type NotApplicable, notApplicable } from "../../check.js";
import type { Presence } from "../holdings.js";
import { accepts, coded, hasHeader, isKnownDigest, missing, unconditional, wellFormed } from "../response.js";
import { type Check, checksOf, type View } from "../suite.js";

/** A request for a blob or manifest: what is known of it. */
interface Pull {
  readonly name: string;
  /** A digest, or a tag. */
  readonly reference: string;
  readonly presence: Presence;
  readonly content?: ContentFacts | undefined;
  readonly mediaType?: string;
}

function pullOf({ route, model }: View): Pull | undefined {
  if (route.kind === "blob")
    return {
      name: route.name,
      reference: route.digest,
      presence: model.blob(route.name, route.digest),
      content: model.content(route.digest),
    };
  if (route.kind !== "manifest") return undefined;
  return { name: route.name, reference: route.reference, ...model.manifest(route.name, route.reference) };
}

/** The checks of one method and one kind of content. */
export function pulls(kind: "blob" | "manifest", method: "GET" | "HEAD") {
  const about = `${method} of a ${kind}`;
  const pull = (view: View): Pull | NotApplicable | undefined => {
    if (view.route.kind !== kind || view.method !== method) return undefined;
    return unconditional(view) ? pullOf(view) : notApplicable("the request has a condition or a range");
  };
  const there = (view: View): Pull | NotApplicable | undefined => {
    const found = pull(view);
    if (found === undefined || "verdict" in found) return found;
    if (found.presence !== "present") return notApplicable(`the ${kind} is not there, or nobody can tell`);
    const accepted = kind === "blob" || accepts(view, found.mediaType ?? MEDIA.manifest);
    return accepted ? found : notApplicable("Accept has no room for the manifest's media type");
  };
  const given = (view: View): Pull | NotApplicable | undefined => {
    const found = there(view);
    return found === undefined || "verdict" in found || view.status === 200 ? found : notApplicable(`the ${kind} was not given`);
  };
  const checkGiven = checksOf(about, given);
  return {
    /** What is there, and may be given. */
    checkThere: checksOf(about, there),
    /** What was given. */
    checkGiven,

    /** The content is the one that was pushed. */
    exact: (id: string): Check =>
      checkGiven(id, ({ content }, { response: { body } }) =>
        content ? equal(body.sha256, content.sha256, `a body of ${body.size} bytes`) : notApplicable("the content is not known"),
      ),

    /** The header is the registry's to give: storage that it redirects to has none. */
    digestHeader: (id: string): Check =>
      checkGiven(id, (_, view) =>
        view.exchange.elsewhere ? notApplicable("another host gave the answer") : hasHeader(view, "docker-content-digest"),
      ),

    /** The digest that the answer names is that of its body. */
    digestMatches: (id: string): Check =>
      checkGiven(id, (_, view) => {
        const value = view.header("docker-content-digest");
        if (value === undefined || !/^sha(256|512):/.test(value))
          return notApplicable("the answer has no Docker-Content-Digest of a known algorithm");
        const { sha256, sha512 } = view.response.body;
        return expectThat(value === sha256 || value === sha512, `${sha256} or ${sha512}`, value);
      }),

    length: (id: string): Check =>
      checkGiven(id, ({ content }, view) => {
        if (coded(view)) return notApplicable("the answer's length is that of a coding");
        return content ? equal(view.header("content-length"), String(content.size)) : notApplicable("the content is not known");
      }),

    /** What was pushed nowhere or, `elsewhere`, to another repository alone. */
    unknown: (id: string, elsewhere: boolean): Check =>
      checksOf(about, pull)(id, ({ name, reference, presence }, view) => {
        const where = elsewhere ? "in another repository" : "nowhere";
        if (presence === "deleted" && method === "HEAD" && !elsewhere && !view.concurrent) return missing(view);
        if (presence !== "absent") return notApplicable(`the ${kind} is there, or nobody can tell`);
        if (!(kind === "blob" ? isKnownDigest : wellFormed)(reference)) return notApplicable("the reference may be refused as malformed");
        if (view.model.repository(name).known !== "present") return notApplicable("nothing was pushed to the repository");
        return view.model.anywhere(kind, reference) === (elsewhere ? "present" : "absent")
          ? missing(view)
          : notApplicable(`the ${kind} is not ${where}`);
      }),
  };
}
