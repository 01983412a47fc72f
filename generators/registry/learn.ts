import type { RegistryCase } from "../../runners/registry/case.js";
import {
  begin,
  blobPath,
  caseOf,
  descriptor,
  finish,
  get,
  image,
  imageManifest,
  jsonOf,
  MEDIA,
  manifestPath,
  pushBlob,
  pushImage,
  pushManifest,
  random,
  remove,
  request,
  textOf,
} from "./steps.js";

/** What every registry that takes pushes must do: an image goes in, and comes out; what never went in does not. */
export const minimalCase = (): RegistryCase =>
  caseOf("an image is pushed and pulled", { ...image("m", 1), absent: random(10, 77) }, [
    get("/v2/"),
    ...pushImage("a", "m", "v1"),
    get(manifestPath("a", "v1"), { accept: MEDIA.manifest }),
    get(blobPath("a", "m-layer")),
    get(blobPath("a", "absent")),
  ]);

/** So many components more than the repositories of a case have are tried. */
const DEEPER = [1, 2, 3] as const;

/** Requests whose answers tell what a registry chose; `learn` in the suite reads them by their labels. */
export const learningCase = (large: boolean): RegistryCase =>
  caseOf(
    "what the registry chose",
    {
      x: random(50, 11),
      y: random(50, 12),
      z: random(50, 13),
      c: textOf("{}"),
      ...image("m", 14),
      ...image("n", 15),
      ...image("o", 16),
      ...image("p", 17),
      r: jsonOf({
        schemaVersion: 2,
        mediaType: MEDIA.manifest,
        artifactType: "application/vnd.example.one",
        config: descriptor("c", MEDIA.empty),
        layers: [descriptor("c", MEDIA.empty)],
        subject: descriptor("m", MEDIA.manifest),
      }),
      q: jsonOf({
        schemaVersion: 2,
        mediaType: MEDIA.manifest,
        artifactType: "application/vnd.example.two",
        config: descriptor("c", MEDIA.empty),
        layers: [descriptor("c", MEDIA.empty)],
        subject: descriptor("m", MEDIA.manifest),
      }),
      broken: imageManifest("c", ["z"]),
      ...(large ? { big: imageManifest("c", [], { annotations: { filler: "x".repeat(9_000_000) } }) } : {}),
    },
    [
      ...pushImage("a", "m", "v1"),
      ...pushBlob("a", "n-config"),
      ...pushBlob("a", "n-layer"),
      { ...pushManifest("a", "n", "v2"), label: "tagged" },
      ...pushImage("a", "o", "v3"),
      ...pushBlob("a", "c"),
      begin("a", "y"),
      finish("y", "y", { name: "pushed" }),
      { ...get("/v2/{repo:a}/tags/list"), label: "tags-list" },
      { ...get("/v2/{repo:a}/referrers/{sha256:m}"), label: "referrers-none" },
      ...pushBlob("a", "p-config"),
      ...pushBlob("a", "p-layer"),
      { ...pushManifest("a", "p", "moving"), label: "tagged-first" },
      get("/v2/{repo:a}/tags/list"),
      { ...pushManifest("a", "n", "moving"), label: "tag-moved" },
      { ...get(manifestPath("a", "{sha256:p}"), { accept: MEDIA.manifest }), label: "untagged" },
      ...DEEPER.map((more) => ({ ...begin("a", `deep-${more}`), target: `/v2/{repo:a}${"/a".repeat(more)}/blobs/uploads/` })),
      { ...begin("a", "start") },
      request("DELETE", "{location:start}", { label: "cancel", headers: { "content-length": "0" } }),
      request("POST", "/v2/{repo:a}/blobs/uploads/", {
        label: "single",
        query: [["digest", "{sha256:x}"]],
        headers: { "content-type": MEDIA.octets },
        body: { content: "x" },
      }),
      begin("b", "mount", [
        ["mount", "{sha256:y}"],
        ["from", "{repo:a}"],
      ]),
      begin("c", "anonymous", [["mount", "{sha256:y}"]]),
      begin("a", "algorithm", [["digest-algorithm", "sha512"]]),
      finish("algorithm", "x", { algorithm: "sha512", name: "sha512" }),
      { ...pushManifest("a", "m", "{sha512:m}"), label: "sha512-manifest" },
      { ...pushManifest("a", "m", "{sha256:m}", MEDIA.manifest, [["tag", "t1"]]), label: "tags" },
      { ...get(blobPath("a", "y"), { range: "bytes=0-9" }), label: "range" },
      { ...pushManifest("a", "broken", "{sha256:broken}"), label: "missing" },
      { ...get(manifestPath("a", "t1"), { accept: MEDIA.manifest }), label: "tag-made" },
      pushManifest("a", "r", "{sha256:r}"),
      pushManifest("a", "q", "{sha256:q}"),
      { ...get("/v2/{repo:a}/referrers/{sha256:m}"), label: "referrers" },
      { ...get("/v2/{repo:a}/referrers/{sha256:m}?artifactType=application/vnd.example.one"), label: "filter" },
      ...(large ? [{ ...pushManifest("a", "big", "big"), label: "big" }] : []),
      { ...remove(manifestPath("a", "v2")), label: "delete-tag" },
      // One that nothing refers to.
      { ...remove(manifestPath("a", "{sha256:o}")), label: "delete-manifest" },
      { ...remove(blobPath("a", "y")), label: "delete-blob" },
    ],
  );
