/** spec.md, "POST then PUT": the digest that closes an upload. */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { begin, blobPath, caseOf, get, MEDIA, pushBlob, random, request } from "../../../generators/registry/steps.js";
import { ALGORITHMS, isAlgorithm, isDigest } from "../../../spec/distribution/grammar.js";
import { type ExplainedResult, notApplicable } from "../../check.js";
import { answers } from "../response.js";
import type { Session } from "../sessions.js";
import { type Check, example, section, unavailable, type View } from "../suite.js";
import { aBlob, checksAt } from "./upload-session.js";

const checkPut = checksAt("PUT");

/** A check of closing PUTs by a digest. */
const checkDigest = (id: string, judge: (digest: string, view: View, session: Session) => ExplainedResult): Check =>
  checkPut(id, (session, view) => {
    const digest = view.query.get("digest");
    return digest === null ? notApplicable("the PUT has no digest") : judge(digest, view, session);
  });

const algorithmOf = (digest: string): string => digest.split(":")[0] ?? "";

export default section("Digests of uploads", [
  checkDigest("registry.push.digest-malformed", (digest, view) =>
    isDigest(digest) ? notApplicable("the digest is well formed") : answers(view, 400),
  ),
  checkDigest("registry.push.digest-mismatch", (digest, view, { offset }) => {
    const sent = view.model.sent(view.exchange);
    if (sent === undefined || offset !== 0) return notApplicable("the PUT does not carry all of the blob");
    return isDigest(digest) && digest.startsWith("sha256:") && digest !== sent.sha256
      ? answers(view, 400)
      : notApplicable("the digest is the body's, or none of sha256");
  }),
  checkDigest("registry.push.digest-algorithm-unsupported", (digest, view) =>
    isDigest(digest) && !isAlgorithm(algorithmOf(digest)) ? answers(view, 400) : notApplicable("the digest's algorithm is a known one"),
  ),
  checkPut("registry.upload.digest-algorithm-used", ({ algorithm, offset }, view) => {
    if (view.facts.choices.digestAlgorithm !== true) return notApplicable("the registry does not take digest-algorithm");
    if (algorithm === undefined || !isAlgorithm(algorithm)) return notApplicable("the upload was not begun with a known digest-algorithm");
    const content = view.model.sent(view.exchange);
    return content && offset === 0 && view.query.get("digest") === content[algorithm]
      ? answers(view, 201)
      : notApplicable("the PUT does not carry all of the blob, by its digest of that algorithm");
  }),

  example("registry.push.digest-malformed", () =>
    fc
      .record({
        seed: fc.nat(999),
        digest: oneOf(
          ["sha256", "sha256:", "nonsense", "sha256:xyz", "SHA256:00", `sha256:${"0".repeat(63)}`, `sha256:${"0".repeat(65)}`, ":", ""],
          "digest",
        ),
      })
      .map(({ seed, digest }) =>
        caseOf(`an upload is closed by the digest ${digest}`, { x: random(20, seed) }, [
          begin("a", "u"),
          request("PUT", "{location:u}", {
            query: [["digest", digest]],
            headers: { "content-type": MEDIA.octets },
            body: { content: "x" },
          }),
        ]),
      ),
  ),
  example("registry.push.digest-algorithm-unsupported", () =>
    fc.nat(999).map((seed) =>
      caseOf("an upload is closed by a digest of an algorithm that nobody knows", { x: random(20, seed) }, [
        begin("a", "u"),
        request("PUT", "{location:u}", {
          query: [["digest", `quux:${"a".repeat(ALGORITHMS.sha256)}`]],
          headers: { "content-type": MEDIA.octets },
          body: { content: "x" },
        }),
      ]),
    ),
  ),
  example(["registry.push.digest-mismatch", "robustness.registry.content-mismatched", "robustness.registry.error-code"], () =>
    aBlob.map(({ size, seed }) =>
      caseOf("a blob is pushed by another one's digest", { x: random(size, seed), y: random(size, seed + 1) }, [
        ...pushBlob("a", "y"),
        begin("b", "u"),
        request("PUT", "{location:u}", {
          query: [["digest", "{sha256:y}"]],
          headers: { "content-type": MEDIA.octets },
          body: { content: "x" },
        }),
        get(blobPath("b", "y")),
      ]),
    ),
  ),
  example("registry.upload.digest-algorithm-used", ({ choices }) =>
    choices.digestAlgorithm !== true
      ? unavailable("the registry does not take digest-algorithm")
      : aBlob.map(({ size, seed }) =>
          caseOf("a blob is pushed by its sha512 digest", { x: random(size, seed) }, [
            ...pushBlob("a", "x", "sha512"),
            get(blobPath("a", "x", "sha512")),
          ]),
        ),
  ),
  example(["registry.push.digest-mismatch", "robustness.registry.content-mismatched"], () =>
    aBlob.map(({ size, seed }) =>
      caseOf("a blob is pushed by the digest of one that nobody has", { x: random(size, seed), y: random(size, seed + 1) }, [
        begin("a", "u"),
        request("PUT", "{location:u}", {
          query: [["digest", "{sha256:y}"]],
          headers: { "content-type": MEDIA.octets },
          body: { content: "x" },
        }),
        get(blobPath("a", "y")),
      ]),
    ),
  ),
]);
