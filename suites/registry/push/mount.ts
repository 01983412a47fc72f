/** spec.md, "Mounting a blob from another repository". */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { begin, blobPath, caseOf, finish, get, pushBlob, random } from "../../../generators/registry/steps.js";
import { expectThat, notApplicable } from "../../check.js";
import { answers, bytesSent, hasHeader, instead, isKnownDigest } from "../response.js";
import { checksOf, example, section, unavailable, type View } from "../suite.js";
import { pullable } from "./pullable.js";
import { checksAt } from "./upload-session.js";

/** Checks of mounts from a named repository: whether the source has the blob. */
const checkMount = checksOf("mount of a blob from a repository", ({ route, query, model, method }: View) => {
  const digest = query.get("mount");
  const from = query.get("from");
  if (route.kind !== "uploads" || method !== "POST" || digest === null || from === null) return undefined;
  if (!isKnownDigest(digest)) return notApplicable("the digest may be refused as malformed");
  return { digest, source: model.blob(from, digest), content: model.content(digest) };
});

const NOT_MOUNTED = "the blob was not mounted";

const blobs = fc.record({ size: oneOf([1, 500], "bytes"), seed: fc.nat(9999) });
const mount = (from: string) =>
  begin("b", "m", [
    ["mount", "{sha256:x}"],
    ["from", from],
  ]);

export default section("Mounting", [
  checkMount("registry.mount.created", ({ source }, view) => {
    if (source !== "present") return notApplicable("the source does not have the blob, or nobody can tell");
    return view.status < 300 && view.status !== 202 ? answers(view, 201) : notApplicable(NOT_MOUNTED);
  }),
  checkMount("registry.mount.location", (_, view) => (view.status === 201 ? hasHeader(view, "location") : notApplicable(NOT_MOUNTED))),
  pullable("registry.mount.location-pullable", "mount"),
  checkMount("registry.mount.digest-header-matches", ({ content }, view) => {
    const value = view.header("docker-content-digest");
    if (!content || view.status !== 201) return notApplicable(NOT_MOUNTED);
    if (value === undefined || !/^sha(256|512):/.test(value))
      return notApplicable("the answer has no Docker-Content-Digest of a known algorithm");
    const { sha256, sha512 } = content;
    return expectThat(value === sha256 || value === sha512, `${sha256} or ${sha512}`, value);
  }),
  checkMount("registry.mount.unsupported-accepted", ({ source }, view) =>
    source === "present" && view.facts.choices.mount !== true && view.status !== 201
      ? instead(view)
      : notApplicable("the registry mounts blobs, or the source does not have this one"),
  ),
  checkMount("registry.mount.unable-accepted", ({ source }, view) => {
    // What none can be made of is judged as unsupported; a success of another status is none of this.
    const unable = source === "absent" || (source === "present" && view.facts.choices.mount === true && view.status >= 300);
    return unable && view.status !== 201 ? instead(view) : notApplicable("the blob can be mounted, or nobody can tell");
  }),
  checksAt("PUT")("registry.mount.fallback-session", ({ begun, offset }, view) => {
    if (begun !== "mount" || offset !== 0) return notApplicable("the session was not begun by a mount");
    const content = view.model.sent(view.exchange);
    return content && bytesSent(view) > 0 && view.query.get("digest") === content.sha256
      ? answers(view, 201)
      : notApplicable("the PUT does not carry the whole blob, by its digest");
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
      .tuple(blobs, oneOf(["{repo:a}", "{repo:nowhere}"], "from"))
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
