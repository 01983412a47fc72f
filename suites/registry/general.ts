import fc from "fast-check";
import { begin, caseOf, chunk, finish, get, image, pushImage, random } from "../../generators/registry/steps.js";
import { isName } from "../../spec/distribution/grammar.js";
import { atLeast, isRelease } from "../../spec/distribution/releases.js";
import { expectThat } from "../check.js";
import { isGoodPush } from "./push/pushed-manifest.js";
import { answers, bytesSent, contentRange, isKnownDigest, presenceAt } from "./response.js";
import { check, example, section } from "./suite.js";

/** An endpoint that answers so is not there. */
const NOT_THERE = [404, 405, 501];

export default section("General", [
  check("registry.general.base-ok", (view) => (view.route.kind === "base" && view.method === "GET" ? answers(view, 200) : undefined)),
  check("registry.general.pull-supported", (view) => {
    const { route, method } = view;
    if (method !== "GET" && method !== "HEAD") return undefined;
    // What a manifest is given as hangs on Accept; that is judged elsewhere.
    return presenceAt(view) === "present" && !(route.kind === "manifest" && view.status === 404)
      ? expectThat(!NOT_THERE.includes(view.status), "content that is there", view.status)
      : undefined;
  }),
  check("registry.general.push-supported", (view) => {
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
  }),
  check("registry.general.discovery-supported", (view) => {
    const { route, model, facts } = view;
    if (view.method !== "GET" || (route.kind !== "tags" && route.kind !== "referrers") || !model.repository(route.name).inhabited)
      return undefined;
    if (route.kind === "referrers" && !isKnownDigest(route.digest)) return undefined;
    if (route.kind === "referrers" && !(isRelease(facts.release) && atLeast(facts.release, "1.1.1"))) return undefined;
    if (route.kind === "tags" && ((model.tags(route.name)?.length ?? 0) === 0 || view.query.has("last"))) return undefined;
    return view.status === 400 ? undefined : expectThat(!NOT_THERE.includes(view.status), "an endpoint that is there", view.status);
  }),

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
