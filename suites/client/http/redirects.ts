/** spec.md, "API": redirects (RFC 9110, section 15.4). */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { pulling } from "../../../generators/client/cases.js";
import { image } from "../../../generators/client/images.js";
import { combine, type ExplainedResult, expectThat, notApplicable } from "../../check.js";
import { check, example, inWords, mustCope, section, unavailable } from "../suite.js";

const seeds = fc.nat(99);

export default section("Redirects", [
  check("registry.client.redirect-followed", (view) =>
    // From https to http is no way to go on.
    mustCope(
      view,
      "the redirect is followed",
      ({ does }) => does.kind === "redirect" && does.loop !== true && !(does.to === "plain" && view.case.tls),
    ),
  ),
  check("registry.client.redirect-authorization", (view) => {
    const NONE = "no request went to another host to which the registry redirected";
    const other = `//${view.observation.addresses.other}/`;
    /** What was sent elsewhere before, and whether anybody redirected to the other host. */
    const given = new Set<string>();
    let redirected = false;
    return combine(
      view.exchanges.map((exchange): ExplainedResult => {
        const { host, status = 0, got, sent } = exchange;
        const authorization = sent("authorization");
        if (host !== "other") {
          if (authorization !== undefined) given.add(authorization);
          redirected ||= status >= 300 && status < 400 && got("location")?.includes(other) === true;
          return notApplicable(NONE);
        }
        if (!redirected) return notApplicable(NONE);
        const forwarded = authorization !== undefined && given.has(authorization);
        return expectThat(!forwarded, "no Authorization that another host got", authorization?.replace(/ .*/, " …"), inWords(exchange));
      }),
      NONE,
    );
  }),

  example("registry.client.redirect-followed", "pull", () =>
    fc
      .tuple(
        seeds,
        oneOf([301, 302, 303, 307, 308], "status"),
        oneOf(["blob", "manifest"] as const, "of"),
        oneOf(["registry", "other"] as const, "to"),
      )
      .map(([seed, status, of, to]) =>
        pulling(`a ${of} is redirected with ${status} to ${to === "registry" ? "the same" : "another"} host`, image("m", seed), [
          { on: { to: of, methods: ["GET", "HEAD"] }, does: { kind: "redirect", to, status, query: "direct=1" } },
        ]),
      ),
  ),
  example("registry.client.redirect-authorization", "pull", (facts) =>
    facts.credentials
      ? fc
          .tuple(seeds, oneOf(["basic", "bearer"] as const, "scheme"), oneOf(["blob", "manifest"] as const, "of"))
          .map(([seed, accepts, of]) =>
            pulling(
              `a ${of} is redirected to another host, and the client has ${accepts} credentials for the first one`,
              image("m", seed),
              [
                {
                  on: { to: "any" },
                  does: {
                    kind: "auth",
                    challenges: [accepts === "basic" ? 'Basic realm="here"' : 'Bearer realm="{realm}",service="here",scope="{scope}"'],
                    accepts,
                  },
                },
                { on: { to: of, methods: ["GET", "HEAD"] }, does: { kind: "redirect", to: "other", status: 307 } },
              ],
              { credentials: ["registry"] },
            ),
          )
      : unavailable(`${facts.tool} cannot be given credentials here`),
  ),
]);
