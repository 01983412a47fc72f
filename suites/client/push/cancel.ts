/** spec.md, "Cancel a blob upload". */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { pushing } from "../../../generators/client/cases.js";
import { image } from "../../../generators/client/images.js";
import type { Behaviour } from "../../../reference-registry/behaviours/behaviour.js";
import { combine, type ExplainedResult, expectThat, notApplicable } from "../../check.js";
import { check, example, inWords, section } from "../suite.js";
import type { ClientView } from "../view.js";
import { type Upload, uploadsOf } from "./uploads.js";

const NONE = "no upload was given up";

/** The uploads that the registry took up, that a client gave up, and that the registry still has, as far as anyone can see. */
function givenUp({ exchanges, ending }: ClientView): readonly Upload[] {
  if (ending !== "failed") return [];
  return uploadsOf(exchanges).filter(
    ({ requests }) =>
      !requests.some(({ method, status }) => method === "PUT" && status === 201) &&
      requests.some(({ method }) => method === "PATCH" || method === "PUT") &&
      // What the registry does not know, or does not let the client do, cannot be cancelled either.
      !requests.some(({ method, status }) => method !== "DELETE" && (status === undefined || [401, 403, 404].includes(status))),
  );
}

/** Each upload's data are refused from some request on, for good. */
const refusing = (status: number, methods: readonly string[]): Behaviour => ({
  on: { to: "upload", methods },
  does: {
    kind: "answer",
    status,
    headers: { "Content-Type": "application/json" },
    body: '{"errors":[{"code":"SIZE_INVALID","message":"there is no room"}]}',
  },
});

const seeds = fc.nat(99);

export default section("Cancelling an upload", [
  check("registry.client.cancel-sent", (view) =>
    combine(
      givenUp(view).map((upload): ExplainedResult => {
        const { start, requests } = upload;
        return expectThat(
          requests.some(({ method }) => method === "DELETE"),
          "a DELETE of the upload that was given up",
          requests.map(({ method, status }) => `${method} → ${status}`),
          inWords(start),
        );
      }),
      NONE,
    ),
  ),
  check("registry.client.cancel-failure-ignored", (view) =>
    combine(
      uploadsOf(view.exchanges).map(({ requests }): ExplainedResult => {
        const cancels = requests.filter(({ method }) => method === "DELETE");
        // Who is asked for credentials, or for patience, has not been refused yet.
        const failed = cancels.find(({ status = 0 }) => status >= 400 && ![401, 429, 503].includes(status));
        if (!failed) return notApplicable("no DELETE of an upload failed");
        const again = requests.find(({ at }) => at > failed.at);
        if (!again && view.ending === "unknown") return notApplicable("nobody saw how the client ended");
        return expectThat(
          again === undefined && (view.ending === "failed" || view.ending === "done"),
          "nothing more is done about the upload",
          again && inWords(again),
        );
      }),
      "no DELETE of an upload failed",
    ),
  ),

  ...(["push", "push-chunks"] as const).map((verb) =>
    example("registry.client.cancel-sent", verb, () =>
      fc.tuple(seeds, oneOf([413, 400], "status")).map(([seed, status]) =>
        pushing(
          `the data of an upload are refused with ${status}`,
          image("m", seed, { size: 2500 }),
          [refusing(status, ["PATCH", "PUT"])],
          {
            verb,
            ...(verb === "push-chunks" ? { chunk: 1000 } : {}),
          },
        ),
      ),
    ),
  ),
  example("registry.client.cancel-failure-ignored", "push", () =>
    fc
      .tuple(seeds, oneOf([404, 405, 400], "status"))
      .map(([seed, status]) =>
        pushing(`the data of an upload are refused, and so is its cancellation, with ${status}`, image("m", seed), [
          refusing(413, ["PATCH", "PUT"]),
          refusing(status, ["DELETE"]),
        ]),
      ),
  ),
]);
