/** spec.md, "Registry Proxying". */
import fc from "fast-check";
import { pulling } from "../../../generators/client/cases.js";
import { image } from "../../../generators/client/images.js";
import { expectThat, notApplicable } from "../../check.js";
import { type Check, checkEach, example, section, unavailable } from "../suite.js";
import { secretIn } from "./secrets.js";

/** A check of the value of ns in what goes to a proxy. */
const checkNs = (id: string): Check =>
  checkEach(id, "request with ns to a proxy", ({ host, query }, { case: { proxy }, observation: { addresses } }) => {
    const ns = query.get("ns");
    return ns === null || host !== proxy ? undefined : expectThat(ns === addresses.registry, `ns=${addresses.registry}`, `ns=${ns}`);
  });

const seeds = fc.nat(99);

export default section("Proxies", [
  checkNs("registry.client.ns-first-component"),
  checkNs("registry.client.ns-primary-source"),
  checkEach(
    "registry.client.ns-to-proxies-only",
    "GET or HEAD at a registry that is no proxy",
    ({ host, method, query, route }, { case: { proxy, verb } }) => {
      if (host === proxy || host === "token" || !["GET", "HEAD"].includes(method) || (route.kind !== "manifest" && route.kind !== "blob"))
        return undefined;
      if (verb === "any") return notApplicable("nobody knows whether the registry is a proxy");
      return expectThat(!query.has("ns"), "no ns", `ns=${query.get("ns")}`);
    },
  ),
  checkEach("registry.client.upstream-credentials", "request to a proxy", (exchange, view) => {
    const { proxy, credentials = [] } = view.case;
    if (proxy === undefined || exchange.host !== proxy) return undefined;
    if (!credentials.includes("registry")) return notApplicable("the client has no credentials for the registry");
    const secret = secretIn(view, exchange);
    return expectThat(secret?.of !== "registry", "no credentials of the proxy's source", `the ${secret?.kind} of the registry`);
  }),

  example("registry.client.ns-to-proxies-only", "pull", () =>
    seeds.map((seed) => pulling("a pull from a registry that is no proxy", image("m", seed))),
  ),
  example(["registry.client.ns-first-component", "registry.client.ns-primary-source"], "pull", (facts) =>
    facts.proxy
      ? seeds.map((seed) =>
          pulling("a pull by a proxy", image("m", seed), [], {
            holds: [{ host: "other", repository: "a", manifest: "m", tags: ["t"] }],
            proxy: "other",
          }),
        )
      : unavailable(`${facts.tool} cannot be told of a proxy here`),
  ),
  example("registry.client.upstream-credentials", "pull", (facts) =>
    facts.proxy && facts.credentials
      ? seeds.map((seed) =>
          pulling(
            "a pull by a proxy that asks for credentials, and the client has those of the source alone",
            image("m", seed),
            [{ on: { host: "other", to: "any" }, does: { kind: "auth", challenges: ['Basic realm="proxy"'], accepts: "basic" } }],
            { holds: [{ host: "other", repository: "a", manifest: "m", tags: ["t"] }], proxy: "other", credentials: ["registry"] },
          ),
        )
      : unavailable(`${facts.tool} cannot be told of a proxy with credentials here`),
  ),
]);
