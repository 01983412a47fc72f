/** spec.md, "Pulling blobs". */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { held, pulling } from "../../../generators/client/cases.js";
import { image } from "../../../generators/client/images.js";
import { check, example, mustRefuse, section } from "../suite.js";
import { comparesDigest, isOtherDigest } from "./digest-use.js";

const seeds = fc.nat(99);

export default section("Pulling blobs", [
  check("registry.client.blob-digest-header-verified", (view) =>
    comparesDigest(view, "blob", (behaviour) => behaviour.on.to === "blob" && isOtherDigest(behaviour)),
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
