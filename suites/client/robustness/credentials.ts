/** Rules of ours: where passwords and tokens go. */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { pulling, pushing } from "../../../generators/client/cases.js";
import { image } from "../../../generators/client/images.js";
import type { Behaviour } from "../../../reference-registry/behaviours/behaviour.js";
import { expectThat, notApplicable } from "../../check.js";
import { secretIn } from "../http/secrets.js";
import { checkEach, example, section, unavailable } from "../suite.js";

const seeds = fc.nat(99);

const asking = (accepts: "basic" | "bearer"): Behaviour => ({
  on: { to: "any" },
  does: {
    kind: "auth",
    challenges: [accepts === "basic" ? 'Basic realm="here"' : 'Bearer realm="{realm}",service="here",scope="{scope}"'],
    accepts,
  },
});

const SCHEMES = ["basic", "bearer"] as const;

export default section("Credentials", [
  checkEach("robustness.client.credentials-to-others", "request with a password or a token of the run", (exchange, view) => {
    const secret = secretIn(view, exchange);
    const { host } = exchange;
    if (!secret) return undefined;
    if (host === "plain") return notApplicable("it goes to the registry itself, without TLS");
    const right = host === secret.of || (secret.kind === "password" && host === "token");
    return expectThat(
      right,
      `the ${secret.kind} goes to the host that it is for: ${secret.of}`,
      `it goes to ${host === "other" ? "another registry" : host}`,
    );
  }),
  checkEach(
    "robustness.client.credentials-in-plain",
    "request with a password or a token of the run, in a case by TLS",
    (exchange, view) => {
      const secret = view.case.tls ? secretIn(view, exchange) : undefined;
      return secret && expectThat(exchange.tls, `the ${secret.kind} goes by TLS`, "it goes without TLS");
    },
  ),

  example("robustness.client.credentials-to-others", "pull", (facts) =>
    facts.credentials
      ? fc
          .tuple(seeds, oneOf(SCHEMES, "scheme"), oneOf(["blob", "manifest"] as const, "of"), oneOf([302, 307], "status"))
          .map(([seed, scheme, of, status]) =>
            pulling(
              `a ${of} is redirected with ${status} to another host, after ${scheme}`,
              image("m", seed),
              [asking(scheme), { on: { to: of, methods: ["GET", "HEAD"] }, does: { kind: "redirect", to: "other", status } }],
              { credentials: ["registry"] },
            ),
          )
      : unavailable(`${facts.tool} cannot be given credentials here`),
  ),
  example("robustness.client.credentials-to-others", "push", (facts) =>
    facts.credentials
      ? fc.tuple(seeds, oneOf(SCHEMES, "scheme")).map(([seed, scheme]) =>
          pushing(
            `uploads go to another host, after ${scheme}`,
            image("m", seed),
            [asking(scheme), { on: { to: "uploads" }, does: { kind: "location", host: "other" } }],
            {
              credentials: ["registry"],
            },
          ),
        )
      : unavailable(`${facts.tool} cannot be given credentials here`),
  ),
  example("robustness.client.credentials-in-plain", "pull", (facts) =>
    facts.credentials && facts.tls
      ? fc
          .tuple(seeds, oneOf(SCHEMES, "scheme"), oneOf(["blob", "manifest"] as const, "of"))
          .map(([seed, scheme, of]) =>
            pulling(
              `a ${of} is redirected from https to http, after ${scheme}`,
              image("m", seed),
              [asking(scheme), { on: { to: of, methods: ["GET", "HEAD"] }, does: { kind: "redirect", to: "plain", status: 307 } }],
              { credentials: ["registry"], tls: true },
            ),
          )
      : unavailable(`${facts.tool} cannot be given credentials, or told whom to trust, here`),
  ),
]);
