/** spec.md, "Requirements" and "Determining Support". */
import fc from "fast-check";
import { begin, caseOf, chunk, finish, get, image, pushImage, random } from "../../generators/registry/steps.js";
import { isName } from "../../spec/distribution/grammar.js";
import { atLeast, isRelease } from "../../spec/distribution/releases.js";
import { expectThat, notApplicable } from "../check.js";
import { isGoodPush } from "./push/pushed-manifest.js";
import { answers, bytesSent, contentRange, isKnownDigest, presenceAt } from "./response.js";
import { check, example, section } from "./suite.js";

/** An endpoint that answers so is not there. */
const NOT_THERE = [404, 405, 501];

export default section("General", [
  check(
    "registry.general.base-ok",
    (view) => (view.route.kind === "base" && view.method === "GET" ? answers(view, 200) : undefined),
    "GET of /v2/",
  ),
  check(
    "registry.general.pull-supported",
    (view) => {
      const { route, method } = view;
      if (method !== "GET" && method !== "HEAD") return undefined;
      // What a manifest is given as hangs on Accept; that is judged elsewhere.
      return presenceAt(view) === "present" && !(route.kind === "manifest" && view.status === 404)
        ? expectThat(!NOT_THERE.includes(view.status), "content that is there", view.status)
        : notApplicable("what is asked for is not there, or nobody can tell");
    },
    "request for content",
  ),
  check(
    "registry.general.push-supported",
    (view) => {
      const { route, model, method } = view;
      const session = route.kind === "session" ? model.session(route.session) : undefined;
      const opening =
        route.kind === "uploads" &&
        isName(route.name) &&
        method === "POST" &&
        view.query.size === 0 &&
        !view.case.aims.some((id) => id.startsWith("registry.names."));
      const whole = method === "PUT" && session?.offset === 0 && model.sent(view.exchange)?.sha256 === view.query.get("digest");
      const next = method === "PATCH" && contentRange(view)?.first === session?.offset && bytesSent(view) > 0;
      const going = session?.state === "open" && (whole || next);
      if (!opening && !going && !isGoodPush(view)) return undefined;
      return expectThat(!NOT_THERE.includes(view.status), "an endpoint that is there", view.status);
    },
    "push that is right",
  ),
  check(
    "registry.general.discovery-supported",
    (view) => {
      const { route, model, facts } = view;
      if (view.method !== "GET" || (route.kind !== "tags" && route.kind !== "referrers")) return undefined;
      if (!model.repository(route.name).inhabited) return notApplicable("the repository has no manifest, or nobody can tell");
      if (route.kind === "referrers" && !isKnownDigest(route.digest)) return notApplicable("referrers are asked for of what is no digest");
      if (route.kind === "referrers" && !(isRelease(facts.release) && atLeast(facts.release, "1.1.1")))
        return notApplicable(`the referrers API came with 1.1.1; the registry is judged by ${facts.release}`);
      if (route.kind === "tags" && ((model.tags(route.name)?.length ?? 0) === 0 || view.query.has("last")))
        return notApplicable("the repository has no tags, or a part of them was asked for");
      if (view.status === 400) return notApplicable("400 says that the request is malformed");
      return expectThat(!NOT_THERE.includes(view.status), "an endpoint that is there", view.status);
    },
    "request for tags or referrers",
  ),

  example("registry.general.base-ok", () => fc.constant(caseOf("the base is asked for", {}, [get("/v2/")]))),
  example(["registry.general.push-supported", "registry.general.discovery-supported"], () =>
    fc
      .nat(999)
      .map((seed) =>
        caseOf("an image is pushed, and the repository's lists asked for", image("m", seed), [
          ...pushImage("a", "m", "v1"),
          get("/v2/{repo:a}/tags/list"),
          get("/v2/{repo:a}/referrers/{sha256:m}"),
        ]),
      ),
  ),
  example("registry.general.push-supported", () =>
    fc
      .nat(999)
      .map((seed) =>
        caseOf("a blob is pushed in one chunk", { x: random(2000, seed) }, [
          begin("a", "u"),
          chunk("u", "v", "x", 0, 2000),
          finish("v", "x", { body: false }),
        ]),
      ),
  ),
]);
