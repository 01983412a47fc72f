import fc from "fast-check";
import { blobPath, caseOf, get, head, image, pushBlob, pushImage, random, request, textOf } from "../../generators/registry/steps.js";
import { isName } from "../../spec/distribution/grammar.js";
import { equal, expectThat } from "../check.js";
import { answers, coded, hasHeader, isKnownDigest, missing as isMissing, unconditional, wellFormed } from "./response.js";
import { type Check, check, example, section, type View } from "./suite.js";

/** A request for a blob: the method, and what is known of it. */
function asked(view: View, method: "GET" | "HEAD") {
  const { route, model } = view;
  if (route.kind !== "blob" || view.method !== method || !unconditional(view)) return undefined;
  return { presence: model.blob(route.name, route.digest), content: model.content(route.digest), ...route };
}

const there = (view: View, method: "GET" | "HEAD") => {
  const found = asked(view, method);
  return found?.presence === "present" ? found : undefined;
};

const got = (view: View, method: "GET" | "HEAD") => {
  const found = there(view, method);
  return found && view.status === 200 ? found : undefined;
};

/** The header is the registry's to give: storage that it redirects to has none. */
const digestHeader = (id: string, method: "GET" | "HEAD"): Check =>
  check(id, (view) => (view.exchange.elsewhere ? undefined : got(view, method) && hasHeader(view, "docker-content-digest")));

const missing = (id: string, method: "GET" | "HEAD", elsewhere: boolean): Check =>
  check(id, (view) => {
    const found = asked(view, method);
    if (found?.presence !== "absent" || !isKnownDigest(found.digest) || view.model.repository(found.name).known !== "present")
      return undefined;
    if (view.model.anywhere("blob", found.digest) !== (elsewhere ? "present" : "absent")) return undefined;
    return isMissing(view);
  });

const length = (id: string): Check =>
  check(id, (view) => {
    const content = coded(view) ? undefined : got(view, "HEAD")?.content;
    return content && equal(view.header("content-length"), String(content.size));
  });

const aBlob = fc.record({ size: fc.constantFrom(1, 7, 300, 70_000), seed: fc.nat(9999) });

export default section("Blobs", [
  check("registry.blob.get-ok", (view) => there(view, "GET") && answers(view, 200)),
  check("registry.blob.get-content", (view) => {
    const content = got(view, "GET")?.content;
    return content && equal(view.response.body.sha256, content.sha256, `a body of ${view.response.body.size} bytes`);
  }),
  digestHeader("registry.blob.get-digest-header", "GET"),
  digestHeader("registry.blob.get-digest-header-recommended", "GET"),
  check("registry.blob.get-digest-header-matches", (view) => {
    const value = got(view, "GET") && view.header("docker-content-digest");
    if (value === undefined || !/^sha(256|512):/.test(value)) return undefined;
    const { sha256, sha512 } = view.response.body;
    return expectThat(value === sha256 || value === sha512, `${sha256} or ${sha512}`, value);
  }),
  missing("registry.blob.get-unknown", "GET", false),
  missing("registry.blob.get-in-other-repository", "GET", true),
  check("registry.blob.head-ok", (view) => there(view, "HEAD") && answers(view, 200)),
  digestHeader("registry.blob.head-digest-header", "HEAD"),
  digestHeader("registry.blob.head-digest-header-recommended", "HEAD"),
  length("registry.blob.head-content-length"),
  length("registry.blob.head-content-length-recommended"),
  missing("registry.blob.head-unknown", "HEAD", false),
  missing("registry.blob.head-in-other-repository", "HEAD", true),
  check("registry.pull.repository-unknown", (view) => {
    const { route, model } = view;
    if (view.method !== "GET" || (route.kind !== "blob" && route.kind !== "manifest")) return undefined;
    const reference = route.kind === "blob" ? route.digest : route.reference;
    if (route.kind === "blob" ? !isKnownDigest(reference) : !wellFormed(reference)) return undefined;
    if (route.kind === "blob" && model.blob(route.name, reference) !== "absent") return undefined;
    return isName(route.name) && model.repository(route.name).known === "absent" ? answers(view, 404) : undefined;
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
