/** spec.md, "Single POST". */
import { blobPath, caseOf, finish, get, MEDIA, random, request } from "../../../generators/registry/steps.js";
import { type NotApplicable, notApplicable } from "../../check.js";
import { answers, hasHeader, instead } from "../response.js";
import { check, checksOf, example, section, unavailable, type View } from "../suite.js";
import { pullable } from "./pullable.js";
import { aBlob, atSession, isWholePut } from "./upload-session.js";

const TAKEN = "the registry takes single POSTs";

/** A POST with a digest and the whole blob. */
function singleOf(view: View): View | NotApplicable | undefined {
  if (view.route.kind !== "uploads" || view.method !== "POST" || view.query.has("mount") || !view.query.has("digest")) return undefined;
  const content = view.model.sent(view.exchange);
  return content !== undefined && view.query.get("digest") === content.sha256
    ? view
    : notApplicable("the body is not the whole blob of the digest");
}

const isSingle = (view: View): boolean => singleOf(view) === view;
const checkSingle = checksOf("single POST of a blob", singleOf);

export default section("Single POST", [
  checkSingle("registry.upload.single-post-created", (view) =>
    view.facts.choices.singlePost === true ? answers(view, 201) : notApplicable("the registry does not take single POSTs"),
  ),
  checkSingle("registry.upload.single-post-location", (view) =>
    view.status === 201 ? hasHeader(view, "location") : notApplicable("the blob was not accepted at once"),
  ),
  pullable("registry.upload.single-post-location-pullable", "single-post"),
  checkSingle("registry.upload.single-post-unsupported-accepted", (view) =>
    view.facts.choices.singlePost !== true && view.status !== 201 ? instead(view) : notApplicable(TAKEN),
  ),
  check(
    "registry.upload.single-post-unsupported-location",
    (view) => {
      if (view.facts.choices.singlePost === true) return notApplicable(TAKEN);
      if (isSingle(view) && view.status === 202) return hasHeader(view, "location");
      return isWholePut(view) && atSession(view, "PUT")?.begun === "single-post" ? answers(view, 201) : undefined;
    },
    "single POST of a blob",
  ),

  example(
    ["registry.upload.single-post-created", "registry.upload.single-post-location", "registry.upload.single-post-location-pullable"],
    ({ choices }) =>
      choices.singlePost === false
        ? unavailable("the registry does not take single POSTs")
        : aBlob.map(({ size, seed }) =>
            caseOf("a blob is pushed by a single POST", { x: random(size, seed) }, [
              request("POST", "/v2/{repo:a}/blobs/uploads/", {
                label: "p",
                query: [["digest", "{sha256:x}"]],
                headers: { "content-type": MEDIA.octets },
                body: { content: "x" },
              }),
              get("{location:p}"),
              get(blobPath("a", "x")),
            ]),
          ),
  ),
  example(["registry.upload.single-post-unsupported-accepted", "registry.upload.single-post-unsupported-location"], ({ choices }) =>
    choices.singlePost === true
      ? unavailable(TAKEN)
      : aBlob.map(({ size, seed }) =>
          caseOf("a single POST is gone on with by a PUT", { x: random(size, seed) }, [
            request("POST", "/v2/{repo:a}/blobs/uploads/", {
              label: "p",
              query: [["digest", "{sha256:x}"]],
              headers: { "content-type": MEDIA.octets },
              body: { content: "x" },
            }),
            finish("p", "x"),
          ]),
        ),
  ),
]);
