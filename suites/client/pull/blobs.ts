/** spec.md, "Pulling blobs". */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { held, pulling } from "../../../generators/client/cases.js";
import { image } from "../../../generators/client/images.js";
import { notApplicable, PASS } from "../../check.js";
import { check, example, mustRefuse, section, whereMet } from "../suite.js";
import { usesDigest } from "./digest-use.js";

const seeds = fc.nat(99);

export default section("Pulling blobs", [
  check("registry.client.blob-digest-header-verified", (view) =>
    whereMet(
      view,
      (exchanges) => {
        if (view.ending === "failed") return PASS;
        const used = exchanges.map((exchange) => usesDigest(view, exchange)).find((use) => use !== undefined);
        return used === undefined
          ? notApplicable("the client makes no use of the header that can be seen")
          : { verdict: "fail", expected: "a refusal: Docker-Content-Digest is not the digest of the blob", actual: used };
      },
      ({ on, does }) => on.to === "blob" && does.kind === "header" && does.name === "Docker-Content-Digest",
    ),
  ),
  check("registry.client.blob-digest-verified", (view) =>
    mustRefuse(
      view,
      "a blob that has not the digest that was asked for",
      ({ on, does }) => on.to === "blob" && does.kind === "alter" && does.how !== "endless",
    ),
  ),

  example("registry.client.blob-digest-header-verified", "pull", () =>
    fc.tuple(seeds, oneOf(["{sha256:n-layer}", "{sha512:n-layer}"], "digest")).map(([seed, value]) =>
      pulling(
        `Docker-Content-Digest of a blob is another one's, ${value.slice(1, 7)}`,
        { ...image("m", seed), ...image("n", seed + 1) },
        [
          {
            on: { to: "blob", methods: ["GET"], reference: "{sha256:m-layer}" },
            does: { kind: "header", name: "Docker-Content-Digest", value },
          },
        ],
        { holds: [held("m", "t"), held("n")] },
      ),
    ),
  ),
  example("registry.client.blob-digest-verified", "pull", () =>
    fc
      .tuple(seeds, oneOf(["flip", "cut", "extend", "empty"] as const, "change"), oneOf(["m-layer", "m-config"], "blob"))
      .map(([seed, how, blob]) =>
        pulling(`a blob is not what its digest says: ${how}`, image("m", seed), [
          { on: { to: "blob", methods: ["GET"], reference: `{sha256:${blob}}` }, does: { kind: "alter", how } },
        ]),
      ),
  ),
]);
