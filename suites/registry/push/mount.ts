import fc from "fast-check";
import { begin, blobPath, caseOf, finish, get, pushBlob, random } from "../../../generators/registry/steps.js";
import { expectThat } from "../../check.js";
import { answers, bytesSent, hasHeader, instead } from "../response.js";
import { check, example, section, unavailable, type View } from "../suite.js";
import { pullable } from "./pullable.js";
import { atSession } from "./upload-session.js";

/** A mount from a named repository: whether the source has the blob. */
function mounting(view: View) {
  const { route, query, model } = view;
  const digest = query.get("mount");
  const from = query.get("from");
  if (route.kind !== "uploads" || view.method !== "POST" || digest === null || from === null) return undefined;
  return { digest, source: model.blob(from, digest), content: model.content(digest) };
}

const blobs = fc.record({ size: fc.constantFrom(1, 500), seed: fc.nat(9999) });
const mount = (from: string) =>
  begin("b", "m", [
    ["mount", "{sha256:x}"],
    ["from", from],
  ]);

export default section("Mounting", [
  check("registry.mount.created", (view) => {
    const found = mounting(view);
    return found?.source === "present" && view.status < 300 && view.status !== 202 ? answers(view, 201) : undefined;
  }),
  check("registry.mount.location", (view) => (mounting(view) && view.status === 201 ? hasHeader(view, "location") : undefined)),
  pullable("registry.mount.location-pullable", "mount"),
  check("registry.mount.digest-header-matches", (view) => {
    const found = mounting(view);
    const value = view.header("docker-content-digest");
    if (!found?.content || view.status !== 201 || value === undefined || !/^sha(256|512):/.test(value)) return undefined;
    const { sha256, sha512 } = found.content;
    return expectThat(value === sha256 || value === sha512, `${sha256} or ${sha512}`, value);
  }),
  check("registry.mount.unsupported-accepted", (view) =>
    mounting(view)?.source === "present" && view.facts.choices.mount !== true && view.status !== 201 ? instead(view) : undefined,
  ),
  check("registry.mount.unable-accepted", (view) => {
    const source = mounting(view)?.source;
    // What none can be made of is judged as unsupported; a success of another status is none of this.
    const unable = source === "absent" || (source === "present" && view.facts.choices.mount === true && view.status >= 300);
    return unable && view.status !== 201 ? instead(view) : undefined;
  }),
  check("registry.mount.fallback-session", (view) => {
    const session = atSession(view, "PUT");
    if (session?.begun !== "mount" || session.offset !== 0) return undefined;
    const content = view.model.sent(view.exchange);
    return content && bytesSent(view) > 0 && view.query.get("digest") === content.sha256 ? answers(view, 201) : undefined;
  }),

  example(
    ["registry.mount.created", "registry.mount.location", "registry.mount.location-pullable", "registry.mount.digest-header-matches"],
    ({ choices }) =>
      choices.mount === false
        ? unavailable("the registry does not mount blobs")
        : blobs.map(({ size, seed }) =>
            caseOf("a blob is mounted from another repository", { x: random(size, seed) }, [
              ...pushBlob("a", "x"),
              mount("{repo:a}"),
              get("{location:m}"),
              get(blobPath("b", "x")),
            ]),
          ),
  ),
  example("registry.mount.unsupported-accepted", ({ choices }) =>
    choices.mount === true
      ? unavailable("the registry mounts blobs")
      : blobs.map(({ size, seed }) =>
          caseOf("a blob is mounted where that is not supported", { x: random(size, seed) }, [
            ...pushBlob("a", "x"),
            mount("{repo:a}"),
            finish("m", "x"),
          ]),
        ),
  ),
  example(["registry.mount.unable-accepted", "registry.mount.fallback-session"], () =>
    fc
      .tuple(blobs, fc.constantFrom("{repo:a}", "{repo:nowhere}"))
      .map(([{ size, seed }, from]) =>
        caseOf("a blob is mounted from where it is not", { x: random(size, seed), y: random(size, seed + 1) }, [
          ...pushBlob("a", "y"),
          mount(from),
          finish("m", "x"),
          get(blobPath("b", "x")),
        ]),
      ),
  ),
]);
