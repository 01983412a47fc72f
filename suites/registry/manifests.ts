import fc from "fast-check";
import { caseOf, get, head, image, MEDIA, manifestPath, pushImage } from "../../generators/registry/steps.js";
import { equal, expectThat } from "../check.js";
import { mediaTypeOf } from "./model.js";
import { accepts, answers, coded, hasHeader, missing as isMissing, unconditional, wellFormed } from "./response.js";
import { type Check, check, example, section, type View } from "./suite.js";

/** A request for a manifest: what is known of it. */
function asked(view: View, method: "GET" | "HEAD") {
  const { route, model } = view;
  if (route.kind !== "manifest" || view.method !== method || !unconditional(view)) return undefined;
  return { ...route, ...model.manifest(route.name, route.reference) };
}

/** One that is there, of a type that the request has room for. */
const there = (view: View, method: "GET" | "HEAD") => {
  const found = asked(view, method);
  return found?.presence === "present" && accepts(view, found.mediaType ?? MEDIA.manifest) ? found : undefined;
};

const got = (view: View, method: "GET" | "HEAD") => {
  const found = there(view, method);
  return found && view.status === 200 ? found : undefined;
};

/** The header is the registry's to give: storage that it redirects to has none. */
const digestHeader = (id: string, method: "GET" | "HEAD"): Check =>
  check(id, (view) => (view.exchange.elsewhere ? undefined : got(view, method) && hasHeader(view, "docker-content-digest")));

const length = (id: string): Check =>
  check(id, (view) => {
    const content = coded(view) ? undefined : got(view, "HEAD")?.content;
    return content && equal(view.header("content-length"), String(content.size));
  });

const missing = (id: string, method: "GET" | "HEAD", elsewhere: boolean): Check =>
  check(id, (view) => {
    const found = asked(view, method);
    if (found?.presence !== "absent" || !wellFormed(found.reference) || view.model.repository(found.name).known !== "present")
      return undefined;
    if (view.model.anywhere("manifest", found.reference) !== (elsewhere ? "present" : "absent")) return undefined;
    return isMissing(view);
  });

const exact = (id: string): Check =>
  check(id, (view) => {
    const content = got(view, "GET")?.content;
    return content && equal(view.response.body.sha256, content.sha256, `a body of ${view.response.body.size} bytes`);
  });

const seeds = fc.nat(9999);
const READS = [
  "registry.manifest.get-ok",
  "registry.manifest.get-content",
  "registry.manifest.content-type",
  "registry.manifest.content-type-as-pushed",
  "registry.manifest.content-type-without-parameters",
  "registry.manifest.get-digest-header",
  "registry.manifest.get-digest-header-recommended",
  "registry.manifest.get-digest-header-matches",
  "registry.manifest.head-ok",
  "registry.manifest.head-digest-header",
  "registry.manifest.head-digest-header-recommended",
  "registry.manifest.head-content-length",
  "registry.manifest.head-content-length-recommended",
  "registry.general.pull-supported",
];

export default section("Manifests", [
  check("registry.manifest.get-ok", (view) => there(view, "GET") && answers(view, 200)),
  exact("registry.manifest.get-content"),
  exact("registry.push.manifest-exact-bytes"),
  check("registry.manifest.content-type", (view) => got(view, "GET") && hasHeader(view, "content-type")),
  check("registry.manifest.content-type-as-pushed", (view) => {
    const type = got(view, "GET")?.mediaType;
    return type === undefined || type === "" ? undefined : equal(mediaTypeOf(view.header("content-type")), type);
  }),
  check("registry.manifest.content-type-without-parameters", (view) => {
    const type = got(view, "GET") && view.header("content-type");
    return type === undefined ? undefined : expectThat(!type.includes(";"), "a media type alone", type);
  }),
  digestHeader("registry.manifest.get-digest-header", "GET"),
  digestHeader("registry.manifest.get-digest-header-recommended", "GET"),
  check("registry.manifest.get-digest-header-matches", (view) => {
    const value = got(view, "GET") && view.header("docker-content-digest");
    if (value === undefined || !/^sha(256|512):/.test(value)) return undefined;
    const { sha256, sha512 } = view.response.body;
    return expectThat(value === sha256 || value === sha512, `${sha256} or ${sha512}`, value);
  }),
  missing("registry.manifest.get-unknown", "GET", false),
  missing("registry.manifest.get-in-other-repository", "GET", true),
  check("registry.manifest.head-ok", (view) => there(view, "HEAD") && answers(view, 200)),
  digestHeader("registry.manifest.head-digest-header", "HEAD"),
  digestHeader("registry.manifest.head-digest-header-recommended", "HEAD"),
  length("registry.manifest.head-content-length"),
  length("registry.manifest.head-content-length-recommended"),
  missing("registry.manifest.head-unknown", "HEAD", false),
  missing("registry.manifest.head-in-other-repository", "HEAD", true),

  example(READS, () =>
    fc
      .record({
        seed: seeds,
        accept: fc.constantFrom(undefined, "*/*", MEDIA.manifest, `${MEDIA.index}, ${MEDIA.manifest};q=0.5`),
        tag: fc.boolean(),
      })
      .map(({ seed, accept, tag }) => {
        const headers = accept === undefined ? undefined : { accept };
        const path = manifestPath("a", tag ? "v1" : "{sha256:m}");
        return caseOf(
          `an image is pushed by ${tag ? "tag" : "digest"}, and its manifest pulled with ${accept === undefined ? "no Accept" : `Accept: ${accept}`}`,
          image("m", seed),
          [...pushImage("a", "m", tag ? "v1" : "{sha256:m}"), get(path, headers), { ...head(path), ...(headers ? { headers } : {}) }],
        );
      }),
  ),
  example(["registry.manifest.get-ok", "registry.manifest.get-content"], () =>
    seeds.map((seed) =>
      caseOf("a tagged manifest is pulled by its digest", image("m", seed), [
        ...pushImage("a", "m", "v1"),
        get(manifestPath("a", "{sha256:m}"), { accept: MEDIA.manifest }),
      ]),
    ),
  ),
  example(["registry.manifest.get-ok", "registry.manifest.get-content"], () =>
    seeds.map((seed) =>
      caseOf("a tag that moved is pulled", { ...image("m", seed), ...image("n", seed + 1) }, [
        ...pushImage("a", "m", "v1"),
        ...pushImage("a", "n", "v1"),
        get(manifestPath("a", "v1"), { accept: MEDIA.manifest }),
        get(manifestPath("a", "{sha256:m}"), { accept: MEDIA.manifest }),
      ]),
    ),
  ),
  example(["registry.manifest.get-unknown", "registry.manifest.head-unknown"], () =>
    fc.record({ seed: seeds, tag: fc.boolean() }).map(({ seed, tag }) => {
      const path = manifestPath("a", tag ? "v2" : "{sha256:n}");
      return caseOf("a manifest that was never pushed is asked for", { ...image("m", seed), ...image("n", seed + 1) }, [
        ...pushImage("a", "m", "v1"),
        get(manifestPath("a", "v1"), { accept: MEDIA.manifest }),
        get(path),
        head(path),
      ]);
    }),
  ),
  example(
    ["registry.manifest.get-in-other-repository", "registry.manifest.head-in-other-repository", "robustness.registry.repository-leak"],
    () =>
      fc.record({ seed: seeds, tag: fc.boolean() }).map(({ seed, tag }) => {
        const path = manifestPath("b", tag ? "v1" : "{sha256:m}");
        return caseOf("a manifest of another repository is asked for", { ...image("m", seed), ...image("n", seed + 1) }, [
          ...pushImage("a", "m", "v1"),
          ...pushImage("b", "n", "v2"),
          get(path),
          head(path),
        ]);
      }),
  ),
]);
