/** RFC 9110, section 13: conditional requests. */
import fc from "fast-check";
import { flag } from "../../../generators/choices.js";
import { blobPath, caseOf, get, image, MEDIA, manifestPath, pushImage, request } from "../../../generators/registry/steps.js";
import { type ExplainedResult, equal, notApplicable } from "../../check.js";
import { answers, presenceAt } from "../response.js";
import { type Check, check, checkAimed, example, section, type View } from "../suite.js";

/** A check of requests, in cases made for it, for what is there unless it has an entity tag that it had before. */
const checkIfNoneMatch = (id: string, judge: (etag: string, view: View) => ExplainedResult): Check =>
  check(
    id,
    (view) => {
      const etag = view.sent("if-none-match");
      if (etag === undefined) return undefined;
      if (!view.case.aims.some((id) => id.startsWith("registry.http.if-none-match"))) return notApplicable("the case was not made for it");
      return presenceAt(view) === "present" ? judge(etag, view) : notApplicable("what is asked for is not there, or nobody can tell");
    },
    "request with If-None-Match",
  );

export default section("Conditional requests", [
  checkIfNoneMatch("registry.http.if-none-match", (_, view) =>
    view.status === 304 ? equal(view.response.body.size, 0) : answers(view, 304),
  ),
  checkIfNoneMatch("registry.http.not-modified-etag", (etag, view) =>
    view.status === 304 ? equal(view.header("etag"), etag) : notApplicable("the answer is not 304"),
  ),
  checkAimed("registry.http.if-match", "GET of a manifest", (view) => {
    const { route, model } = view;
    if (view.method !== "GET" || route.kind !== "manifest") return undefined;
    const puts = view.observation.exchanges.filter(({ request: { method, url } }) => method === "PUT" && url === view.exchange.request.url);
    const refused = puts.find(({ request }) => request.headers["if-match"] !== undefined);
    const before = puts.find(({ request, response }) => request.headers["if-match"] === undefined && response?.status === 201);
    const first = before && model.sent(before);
    if (refused?.response?.status !== 412 && refused?.response?.status !== 201)
      return notApplicable("the push on a condition was neither taken nor refused for it");
    return first && view.status === 200
      ? equal(view.response.body.sha256, first.sha256, "the tag as it was")
      : notApplicable("the tag was not given before, or is not now");
  }),

  example(["registry.http.if-none-match", "registry.http.not-modified-etag"], () =>
    flag().map((tag) =>
      caseOf(`a ${tag ? "manifest" : "blob"} is asked for again, unless it changed`, image("m", 4), [
        ...pushImage("a", "m", "v1"),
        { ...get(tag ? manifestPath("a", "v1") : blobPath("a", "m-layer"), { accept: "*/*" }), label: "g" },
        get(tag ? manifestPath("a", "v1") : blobPath("a", "m-layer"), { accept: "*/*", "if-none-match": "{etag:g}" }),
      ]),
    ),
  ),
  example("registry.http.if-match", () =>
    fc.nat(99).map((seed) =>
      caseOf("a tag is pushed on the condition that it is something else", { ...image("m", seed), ...image("n", seed + 1) }, [
        ...pushImage("a", "m", "v1"),
        ...pushImage("a", "n"),
        request("PUT", manifestPath("a", "v1"), {
          headers: { "content-type": MEDIA.manifest, "if-match": '"another"' },
          body: { content: "n" },
        }),
        get(manifestPath("a", "v1"), { accept: MEDIA.manifest }),
      ]),
    ),
  ),
]);
