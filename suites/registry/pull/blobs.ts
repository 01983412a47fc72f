/** spec.md, "Pulling blobs" and "Checking if content exists in the registry". */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { blobPath, caseOf, get, head, image, pushBlob, pushImage, random, request, textOf } from "../../../generators/registry/steps.js";
import { isName } from "../../../spec/distribution/grammar.js";
import { notApplicable } from "../../check.js";
import { answers, isKnownDigest, wellFormed } from "../response.js";
import { checksOf, example, section, type View } from "../suite.js";
import { pulls } from "./pulls.js";

const gets = pulls("blob", "GET");
const heads = pulls("blob", "HEAD");

/** A GET of a blob or manifest by what any registry can read. */
const checkPull = checksOf("GET of a blob or manifest", ({ route, method }: View) => {
  if (method !== "GET" || (route.kind !== "blob" && route.kind !== "manifest")) return undefined;
  const { kind, name } = route;
  const reference = route.kind === "blob" ? route.digest : route.reference;
  const readable = isName(name) && (kind === "blob" ? isKnownDigest(reference) : wellFormed(reference));
  return readable ? { kind, name, reference } : notApplicable("the name or the reference may be refused as malformed");
});

const aBlob = fc.record({ size: oneOf([1, 7, 300, 70_000], "bytes"), seed: fc.nat(9999) });

export default section("Blobs", [
  gets.checkThere("registry.blob.get-ok", (_, view) => answers(view, 200)),
  gets.exact("registry.blob.get-content"),
  gets.digestHeader("registry.blob.get-digest-header"),
  gets.digestHeader("registry.blob.get-digest-header-recommended"),
  gets.digestMatches("registry.blob.get-digest-header-matches"),
  gets.unknown("registry.blob.get-unknown", false),
  gets.unknown("registry.blob.get-in-other-repository", true),
  heads.checkThere("registry.blob.head-ok", (_, view) => answers(view, 200)),
  heads.digestHeader("registry.blob.head-digest-header"),
  heads.digestHeader("registry.blob.head-digest-header-recommended"),
  heads.length("registry.blob.head-content-length"),
  heads.length("registry.blob.head-content-length-recommended"),
  heads.unknown("registry.blob.head-unknown", false),
  heads.unknown("registry.blob.head-in-other-repository", true),
  checkPull("registry.pull.repository-unknown", ({ kind, name, reference }, view) => {
    const { model } = view;
    const there = model.repository(name).known !== "absent" || (kind === "blob" && model.blob(name, reference) !== "absent");
    return there ? notApplicable("something was pushed to the repository, or nobody can tell") : answers(view, 404);
  }),

  example(
    [
      "registry.blob.get-ok",
      "registry.blob.get-content",
      "registry.blob.get-digest-header",
      "registry.blob.get-digest-header-recommended",
      "registry.blob.get-digest-header-matches",
      "registry.blob.head-ok",
      "registry.blob.head-digest-header",
      "registry.blob.head-digest-header-recommended",
      "registry.blob.head-content-length",
      "registry.blob.head-content-length-recommended",
      "registry.general.pull-supported",
      "registry.upload.start-accepted",
      "registry.upload.start-location",
      "registry.upload.put-created",
    ],
    () =>
      aBlob.map(({ size, seed }) =>
        caseOf("a blob is pushed, and pulled", { x: random(size, seed) }, [
          ...pushBlob("a", "x"),
          head(blobPath("a", "x")),
          get(blobPath("a", "x")),
        ]),
      ),
  ),
  example(["registry.blob.get-ok", "registry.blob.get-content"], () =>
    fc.constant(
      caseOf("a blob of no bytes is pushed, and pulled", { x: textOf("") }, [
        ...pushBlob("a", "x"),
        head(blobPath("a", "x")),
        get(blobPath("a", "x")),
      ]),
    ),
  ),
  example(["registry.blob.get-unknown", "registry.blob.head-unknown"], () =>
    aBlob.map(({ size, seed }) =>
      caseOf("a blob that was never pushed is asked for", { x: random(size, seed), y: random(size, seed + 1) }, [
        ...pushBlob("a", "y"),
        get(blobPath("a", "y")),
        get(blobPath("a", "x")),
        head(blobPath("a", "x")),
      ]),
    ),
  ),
  example(["registry.blob.get-in-other-repository", "registry.blob.head-in-other-repository", "robustness.registry.repository-leak"], () =>
    aBlob.map(({ size, seed }) =>
      caseOf("a blob of another repository is asked for", { x: random(size, seed), y: random(size, seed + 1) }, [
        ...pushBlob("a", "x"),
        ...pushBlob("b", "y"),
        get(blobPath("b", "x")),
        head(blobPath("b", "x")),
      ]),
    ),
  ),
  example("registry.pull.repository-unknown", () =>
    fc
      .nat(9999)
      .map((seed) =>
        caseOf("content of a repository that is not there is asked for", image("m", seed), [
          get("/v2/{repo:nowhere}/manifests/latest"),
          get("/v2/{repo:nowhere}/manifests/{sha256:m}"),
          get(blobPath("nowhere", "m-layer")),
          ...pushImage("a", "m"),
          request("GET", "/v2/{repo:nowhere}/manifests/{sha256:m}"),
        ]),
      ),
  ),
]);
