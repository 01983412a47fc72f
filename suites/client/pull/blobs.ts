/** spec.md, "Pulling blobs". */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { pulling } from "../../../generators/client/cases.js";
import { image } from "../../../generators/registry/steps.js";
import { expectThat } from "../../check.js";
import { check, example, section, whereMet } from "../suite.js";

export default section("Pulling blobs", [
  check("registry.client.blob-digest-verified", (view) =>
    whereMet(
      view,
      () => expectThat(view.ending === "failed", "a refusal of the blob", "it was taken: the client says that all went well"),
      ({ on, does }) => on.to === "blob" && does.kind === "alter",
    ),
  ),
  example("registry.client.blob-digest-verified", "pull", () =>
    fc
      .tuple(fc.nat(99), oneOf(["flip", "cut", "extend", "empty"] as const, "change"), oneOf(["m-layer", "m-config"], "blob"))
      .map(([seed, how, blob]) =>
        pulling(`a blob is not what its digest says: ${how}`, image("m", seed), [
          { on: { to: "blob", methods: ["GET"], reference: `{sha256:${blob}}` }, does: { kind: "alter", how } },
        ]),
      ),
  ),
]);
