/** spec.md, "Pushing Manifests" and "Pushing Manifests with Subject": what a manifest refers to. */
import fc from "fast-check";
import {
  caseOf,
  descriptor,
  get,
  image,
  MEDIA,
  manifestPath,
  pushBlob,
  pushImage,
  pushManifest,
  random,
} from "../../../generators/registry/steps.js";
import { equal, expectThat, notApplicable } from "../../check.js";
import { answers, aside, errorCodes } from "../response.js";
import { type Check, example, section, unavailable } from "../suite.js";
import { checkGoodPush, checkPush } from "./pushed-manifest.js";

/** Refusals that say by their status that what is missing is not the reason: rights, conflicts, sizes, types, patience. */
const OTHER_REASONS: readonly number[] = [401, 403, 405, 408, 409, 411, 412, 413, 414, 415, 429, 431, 451];

const checkMissing = (id: string, codes: readonly string[]): Check =>
  checkPush(id, ({ own, states }, view) => {
    if (!own || !states.includes("absent"))
      return notApplicable("nothing that the manifest refers to is missing, or its reference is wrong");
    if (view.status < 400 || view.status >= 500) return notApplicable("the manifest was not refused");
    if (aside(view) || OTHER_REASONS.includes(view.status)) return notApplicable(`${view.status} says that another reason kept it out`);
    return expectThat(
      errorCodes(view).some((code) => codes.includes(code)),
      `an error ${codes.join(" or ")}`,
      errorCodes(view),
    );
  });

const seeds = fc.nat(9999);

export default section("What manifests refer to", [
  checkGoodPush("registry.push.subject-unknown-accepted", ({ name, subject }, view) => {
    if (subject === undefined) return notApplicable("the manifest has no subject");
    return view.model.manifest(name, subject).presence === "absent"
      ? answers(view, 201)
      : notApplicable("the subject is there, or nobody can tell");
  }),
  checkGoodPush("registry.push.subject-header", ({ subject, mediaType }, view) => {
    if (subject === undefined || mediaType !== MEDIA.manifest) return notApplicable("no image manifest with a subject is pushed");
    if (view.facts.choices.referrers !== true) return notApplicable("the registry has no referrers API");
    return view.status === 201 ? equal(view.header("oci-subject"), subject) : notApplicable("the manifest was not accepted");
  }),
  checkMissing("registry.push.references-unknown-code", ["MANIFEST_BLOB_UNKNOWN"]),
  checkMissing("registry.push.references-unknown-code-blob-unknown", ["BLOB_UNKNOWN", "MANIFEST_BLOB_UNKNOWN"]),

  example(["registry.push.subject-unknown-accepted", "registry.push.subject-header"], () =>
    seeds.map((seed) =>
      caseOf(
        "a manifest is pushed before its subject",
        {
          ...image("s", seed),
          ...image("m", seed + 1, { subject: descriptor("s", MEDIA.manifest) }),
        },
        [...pushImage("a", "m"), ...pushImage("a", "s"), get(manifestPath("a", "{sha256:m}"), { accept: MEDIA.manifest })],
      ),
    ),
  ),
  example(["registry.push.references-unknown-code", "registry.push.references-unknown-code-blob-unknown"], ({ choices }) =>
    choices.missingBlobs === true
      ? unavailable("the registry takes manifests whose blobs are missing")
      : seeds.map((seed) =>
          caseOf("a manifest is pushed whose layer is not there", { ...image("m", seed), y: random(5, seed) }, [
            ...pushBlob("a", "m-config"),
            pushManifest("a", "m", "v1"),
          ]),
        ),
  ),
]);
