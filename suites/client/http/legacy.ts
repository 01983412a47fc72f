/** spec.md, "Legacy Docker support": headers and codes of old that no client may need. */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { pulling, pushing } from "../../../generators/client/cases.js";
import { image } from "../../../generators/client/images.js";
import { check, checkAimed, example, mustCope, section } from "../suite.js";

const seeds = fc.nat(99);

export default section("Names of old", [
  check("registry.client.docker-headers-not-relied-on", (view) =>
    mustCope(
      view,
      "the client does without headers of Docker's",
      ({ does }) => does.kind === "header" && does.name === "Docker-Distribution-API-Version" && does.value === null,
    ),
  ),
  checkAimed("registry.client.schema1-codes-not-relied-on", (view) =>
    mustCope(view, "the client does without error codes of Docker's schema1"),
  ),

  example("registry.client.docker-headers-not-relied-on", "pull", () =>
    seeds.map((seed) =>
      pulling("no answer has Docker-Distribution-API-Version", image("m", seed), [
        { on: { to: "any" }, does: { kind: "header", name: "Docker-Distribution-API-Version", value: null } },
      ]),
    ),
  ),
  example("registry.client.docker-headers-not-relied-on", "push", () =>
    seeds.map((seed) =>
      pushing("no answer to a push has Docker-Distribution-API-Version", image("m", seed), [
        { on: { to: "any" }, does: { kind: "header", name: "Docker-Distribution-API-Version", value: null } },
      ]),
    ),
  ),
  example("registry.client.schema1-codes-not-relied-on", "push", () =>
    fc
      .tuple(seeds, oneOf(["errors-without-bodies", "errors-in-plain-text"], "choice"))
      .map(([seed, choice]) =>
        pushing(`what is not there yet is answered with 404 and no code: ${choice}`, image("m", seed), [], { choices: [choice] }),
      ),
  ),
]);
