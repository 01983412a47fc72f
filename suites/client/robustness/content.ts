/** Rules of ours: content that is not what its digest says, and pulls and pushes that failed. */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { held, inA, pulling, pushing } from "../../../generators/client/cases.js";
import { image } from "../../../generators/client/images.js";
import type { Behaviour } from "../../../reference-registry/behaviours/behaviour.js";
import type { ClientRun } from "../../../runners/client/observation.js";
import { expectThat, notApplicable, PASS } from "../../check.js";
import { wrote } from "../outcome.js";
import { check, checkAimed, example, mustRefuse, section, type Which, whereMet } from "../suite.js";

const replaces: Which = ({ does }) => does.kind === "alter" || does.kind === "content";

/** What leads to an image in what a client wrote: the names of a layout's index, or of a store; undefined where nothing of the kind is there. */
function namesIn({ written }: ClientRun): readonly string[] | undefined {
  const lists = Object.entries(written).filter(([path, { text }]) => /(?:^|\/)(?:index|images)\.json$/.test(path) && text !== undefined);
  if (lists.length === 0) return undefined;
  return lists.flatMap(([, { text = "" }]) => {
    try {
      const value: unknown = JSON.parse(text);
      if (Array.isArray(value))
        return value.flatMap((image: unknown) =>
          typeof image === "object" && image !== null && "names" in image && Array.isArray(image.names) ? image.names.map(String) : [],
        );
      const manifests =
        typeof value === "object" && value !== null && "manifests" in value && Array.isArray(value.manifests) ? value.manifests : [];
      return manifests.map((entry: unknown) => JSON.stringify(entry));
    } catch {
      return [];
    }
  });
}

const seeds = fc.nat(99);

/** Another blob's bytes, with a header that is right for them. */
const replaced = (of: string, by: string): readonly Behaviour[] => [
  { on: { to: "blob", methods: ["GET"], reference: `{sha256:${of}}` }, does: { kind: "content", base64: `{base64:${by}}` } },
  {
    on: { to: "blob", methods: ["GET"], reference: `{sha256:${of}}` },
    does: { kind: "header", name: "Docker-Content-Digest", value: `{sha256:${by}}` },
  },
];

const NO_ROOM: Behaviour["does"] = {
  kind: "answer",
  // None that clients try again, with a while between.
  status: 413,
  headers: { "Content-Type": "application/json" },
  body: '{"errors":[{"code":"DENIED","message":"no room is left"}]}',
};

/** Some clients try for minutes what is refused otherwise. */
const FORGOTTEN: Behaviour["does"] = {
  kind: "answer",
  status: 404,
  headers: { "Content-Type": "application/json" },
  body: '{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN","message":"there is no such upload"}]}',
};

export default section("Content", [
  check("robustness.client.content-mismatched", (view) =>
    whereMet(
      view,
      (exchanges) => {
        if (view.ending === "failed") return PASS;
        const bad = exchanges.find(({ method, route, response }) => {
          const asked =
            route.kind === "blob" ? route.digest : route.kind === "manifest" && route.by === "digest" ? route.reference : undefined;
          if (method !== "GET" || asked === undefined || !response) return false;
          const { sha256, sha512, size } = response.body;
          return size > 0 && asked !== sha256 && asked !== sha512 && wrote(view.run, sha256);
        });
        return bad
          ? {
              verdict: "fail",
              expected: "nothing is taken for the content of a digest that has another one",
              actual: `what was answered to ${bad.request.target} is kept`,
            }
          : notApplicable("what the client kept of it cannot be seen");
      },
      replaces,
    ),
  ),
  check("robustness.client.failed-pull-leaves-image", (view) => {
    const { control } = view.observation;
    if (view.case.verb !== "pull" || view.ending !== "failed") return notApplicable("no pull failed");
    if (view.control !== "done" || !control || (namesIn(control) ?? []).length === 0)
      return notApplicable("what a pull leaves cannot be seen");
    const names = namesIn(view.run) ?? [];
    return expectThat(names.length === 0, "no name that leads to an image", names);
  }),
  checkAimed("robustness.client.failed-push-exit", (view) =>
    mustRefuse(view, "a push of which a part was refused: an exit status other than 0"),
  ),

  example(["robustness.client.content-mismatched", "robustness.client.failed-pull-leaves-image"], "pull", () =>
    fc
      .tuple(seeds, oneOf(["m-layer", "m-config"], "blob"))
      .map(([seed, blob]) =>
        pulling(
          `another blob comes in place of ${blob}, with the header that is right for it`,
          { ...image("m", seed), ...image("n", seed + 1) },
          replaced(blob, "n-layer"),
        ),
      ),
  ),
  example(["robustness.client.content-mismatched", "robustness.client.failed-pull-leaves-image"], "pull", () =>
    seeds.map((seed) =>
      pulling(
        "another manifest comes for a digest, with the header that is right for it",
        { ...image("m", seed), ...image("n", seed + 1) },
        [
          { on: { to: "manifest", by: "digest", methods: ["GET"] }, does: { kind: "content", text: "{text:n}" } },
          {
            on: { to: "manifest", by: "digest", methods: ["GET"] },
            does: { kind: "header", name: "Docker-Content-Digest", value: "{sha256:n}" },
          },
        ],
        { holds: [held("m", "t"), held("n")], target: inA("{sha256:m}") },
      ),
    ),
  ),
  example("robustness.client.failed-pull-leaves-image", "pull", () =>
    fc
      .tuple(seeds, oneOf(["m-layer", "m-config"], "blob"), oneOf([404, 403, 400], "status"))
      .map(([seed, blob, status]) =>
        pulling(`a blob that the manifest names is answered with ${status}: ${blob}`, image("m", seed), [
          { on: { to: "blob", methods: ["GET", "HEAD"], reference: `{sha256:${blob}}` }, does: { kind: "answer", status } },
        ]),
      ),
  ),
  example("robustness.client.failed-push-exit", "push", () =>
    fc
      .tuple(
        seeds,
        oneOf(
          [
            ["upload", "an upload is forgotten", FORGOTTEN],
            ["uploads", "the beginning of an upload is refused for want of room", NO_ROOM],
            ["manifest", "the manifest is refused for want of room", NO_ROOM],
          ] as const,
          "what",
        ),
      )
      .map(([seed, [to, title, does]]) => pushing(title, image("m", seed), [{ on: { to, methods: ["POST", "PATCH", "PUT"] }, does }])),
  ),
]);
