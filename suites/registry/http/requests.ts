/** RFC 9110, sections 9.1, 10.1.1, 10.2.3, 11.6.1 and 15.5: methods, and answers that say what else to do. */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import {
  begin,
  blobPath,
  caseOf,
  get,
  image,
  MEDIA,
  manifestPath,
  pushImage,
  random,
  request,
} from "../../../generators/registry/steps.js";
import { header } from "../../../runners/registry/observation.js";
import { expectThat, notApplicable } from "../../check.js";
import { failed } from "../answered.js";
import { answers, hasHeader } from "../response.js";
import { check, checkAimed, checkCase, example, section } from "../suite.js";
import { HTTP_DATE } from "./date.js";

export default section("HTTP requests", [
  check("registry.http.method-unknown", (view) =>
    view.method === "FROB" ? answers(view, 501, 405) : notApplicable("no request has a method that nobody knows"),
  ),
  checkAimed("registry.http.method-not-allowed", "request by a known method", (view) =>
    view.method === "FROB" ? undefined : answers(view, 405, 501),
  ),
  check("registry.http.allow", (view) => {
    if (view.status !== 405) return notApplicable("no answer is 405");
    const allow = view.header("allow");
    const methods = (allow ?? "").split(",").map((method) => method.trim().toUpperCase());
    return expectThat(allow !== undefined && !methods.includes(view.method), `Allow without ${view.method}`, allow ?? "no Allow");
  }),
  check("registry.http.unauthorized-challenge", (view) =>
    view.status === 401 ? hasHeader(view, "www-authenticate") : notApplicable("no answer is 401"),
  ),
  check("registry.http.retry-after-form", (view) => {
    const value = view.header("retry-after") ?? (view.exchange.throttled && header(view.exchange.throttled, "retry-after"));
    if (value === undefined) return notApplicable("no answer has Retry-After");
    return expectThat(/^\d+$/.test(value) || HTTP_DATE.test(value), "seconds or an HTTP date", value);
  }),
  checkCase("registry.http.expect-continue", ({ case: subject, observation: { exchanges } }) => {
    if (!subject.aims.includes("registry.http.expect-continue")) return notApplicable("the case was not made for it");
    const held = exchanges.find(({ request }) => request.headers.expect === "100-continue");
    if (!held || (held.response ? failed(held.response.status) : held.failure?.kind !== "not-continued"))
      return notApplicable("no body was held back, or the server failed");
    return expectThat(held.response !== null, "100 (Continue), or a final answer, before the body is sent", held.failure?.message);
  }),
  check("registry.errors.retry-after", (view) => {
    const limited = [view.response, view.exchange.throttled].find((each) => each?.status === 429);
    return limited
      ? expectThat(header(limited, "retry-after") !== undefined, "Retry-After", "no Retry-After")
      : notApplicable("no answer is 429");
  }),

  example("registry.http.expect-continue", () =>
    fc.nat(999).map((seed) =>
      caseOf("a blob is pushed with Expect: 100-continue", { x: random(99, seed) }, [
        begin("a", "u"),
        request("PUT", "{location:u}", {
          query: [["digest", "{sha256:x}"]],
          headers: { "content-type": MEDIA.octets, expect: "100-continue" },
          body: { content: "x" },
          odd: { held: true },
        }),
      ]),
    ),
  ),
  example(["registry.errors.retry-after", "registry.http.retry-after-form"], () =>
    fc
      .nat(999)
      .map((seed) =>
        caseOf("a manifest is asked for fifty times", image("m", seed), [
          ...pushImage("a", "m", "v1"),
          ...Array.from({ length: 50 }, () => get(manifestPath("a", "v1"), { accept: MEDIA.manifest })),
        ]),
      ),
  ),
  example("registry.http.unauthorized-challenge", () =>
    fc.constant(
      caseOf("the base is asked for with credentials that nobody has", {}, [get("/v2/", { authorization: "Basic bm9ib2R5Ondyb25n" })]),
    ),
  ),
  example("registry.http.method-unknown", () =>
    oneOf(["/v2/", "/v2/{repo:a}/tags/list"], "path").map((path) =>
      caseOf(`the method FROB is used on ${path}`, {}, [request("FROB", path)]),
    ),
  ),
  example(["registry.http.method-not-allowed", "registry.http.allow"], () =>
    oneOf(
      [
        ["POST", "/v2/{repo:a}/tags/list"],
        ["DELETE", "/v2/{repo:a}/tags/list"],
        ["PUT", blobPath("a", "x")],
        ["PATCH", manifestPath("a", "v1")],
      ],
      "request",
    ).map(([method = "", path = ""]) =>
      caseOf(`${method} is used on ${path}`, { x: random(4, 1) }, [request(method, path, { headers: { "content-length": "0" } })]),
    ),
  ),
]);
