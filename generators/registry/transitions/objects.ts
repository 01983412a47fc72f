/** The kinds of manifests that operations are carried out on. Each is the content `o`; what its tag moves on to is `n`. */
import type { Content, Json, RequestStep } from "../../../runners/registry/case.js";
import { descriptor, image, imageManifest, jsonOf, MEDIA, pushBlob, pushManifest } from "../steps.js";

export interface ManifestObject {
  /** As the beginning of a sentence: "an index". */
  readonly name: string;
  readonly mediaType: string;
  readonly contents: Readonly<Record<string, Content>>;
  /** What must be in a repository before the manifest. */
  readonly needs: (repo: string) => readonly RequestStep[];
}

/** What refers to the object. */
export const REFERRER_TYPE = "application/vnd.example.signature";

/** Number of the object among the annotations, so that manifests of the same blobs differ. */
const told = (which: string): Readonly<Record<string, Json>> => ({ annotations: { "org.example.which": which } });
const blobs = (repo: string): readonly RequestStep[] => [...pushBlob(repo, "m-config"), ...pushBlob(repo, "m-layer")];
const manifest = (which: string, more: Readonly<Record<string, Json>> = {}): Content =>
  imageManifest("m-config", ["m-layer"], { ...told(which), ...more });
const indexOf = (which: string, children: readonly string[], more: Readonly<Record<string, Json>> = {}): Content =>
  jsonOf({
    schemaVersion: 2,
    mediaType: MEDIA.index,
    manifests: children.map((child) => descriptor(child, MEDIA.manifest, { platform: { architecture: "amd64", os: "linux" } })),
    ...told(which),
    ...more,
  });

/** Contents that all kinds have: blobs, another manifest, one that refers to the object, an index of it, and what is no manifest. */
const common = (mediaType: string): Readonly<Record<string, Content>> => ({
  ...image("m", 1),
  n: manifest("another"),
  r: manifest("referrer", { artifactType: REFERRER_TYPE, subject: descriptor("o", mediaType) }),
  i: jsonOf({ schemaVersion: 2, mediaType: MEDIA.index, manifests: [descriptor("o", mediaType)], ...told("index") }),
  bad: { kind: "text", text: "{salt} is no manifest" },
});

/** All kinds; the simplest first. */
export const OBJECTS: readonly ManifestObject[] = [
  {
    name: "an image",
    mediaType: MEDIA.manifest,
    contents: { ...common(MEDIA.manifest), o: manifest("object") },
    needs: blobs,
  },
  {
    name: "an index",
    mediaType: MEDIA.index,
    contents: { ...common(MEDIA.index), o: indexOf("object", ["m"]) },
    needs: (repo) => [...blobs(repo), pushManifest(repo, "m", "{sha256:m}")],
  },
  {
    name: "a sparse index",
    mediaType: MEDIA.index,
    contents: { ...common(MEDIA.index), absent: manifest("absent"), o: indexOf("object", ["m", "absent"]) },
    needs: (repo) => [...blobs(repo), pushManifest(repo, "m", "{sha256:m}")],
  },
  {
    name: "an artifact with a subject",
    mediaType: MEDIA.manifest,
    contents: {
      ...common(MEDIA.manifest),
      o: manifest("object", { artifactType: "application/vnd.example.sbom", subject: descriptor("m", MEDIA.manifest) }),
    },
    needs: (repo) => [...blobs(repo), pushManifest(repo, "m", "{sha256:m}")],
  },
];
