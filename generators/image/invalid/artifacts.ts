import { digestOf } from "../../../runners/image/content.js";
import { addBlob, jsonBytes, MEDIA } from "../layout/neighbours.js";
import { addToIndex } from "./edits.js";
import type { Document, Fault } from "./input.js";

const TYPE = "application/vnd.example.artifact";
const EMPTY = Buffer.from("{}");

/** The descriptor of the empty object. */
const empty = (): Document => ({ mediaType: MEDIA.empty, digest: digestOf(EMPTY), size: EMPTY.length });

/** An artifact beside the image whose manifest has these properties. */
const artifact = (name: string, requirement: string, how: string, changes: Document, content: readonly Buffer[] = []): Fault =>
  addToIndex(name, requirement, `an artifact's manifest ${how}`, (files) => {
    for (const bytes of [EMPTY, ...content]) addBlob(files, "", bytes);
    const manifest: Document = { schemaVersion: 2, mediaType: MEDIA.manifest, artifactType: TYPE, config: empty(), layers: [empty()] };
    const changed = Object.entries({ ...manifest, ...changes }).filter(([, value]) => value !== null);
    return { ...addBlob(files, MEDIA.manifest, jsonBytes(Object.fromEntries(changed))), platform: { architecture: "amd64", os: "linux" } };
  });

/** Content of a media type that only its author knows. */
const described = (bytes: Buffer, mediaType: string): Document => ({ mediaType, digest: digestOf(bytes), size: bytes.length });
/** An image config of no layers. */
const CONFIG = jsonBytes({ architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [] } });
const NOTHING = Buffer.alloc(0);
const TEXT = Buffer.from("x");

/** Faults of artifacts: images cannot have them. */
export const ARTIFACT_FAULTS: readonly Fault[] = [
  artifact("artifact-without-type", "image.manifest.artifact-type-with-empty-config", "has an empty config and no artifactType", {
    artifactType: null,
  }),
  artifact("artifact-without-layers", "image.manifest.layers-not-empty", "has no layers", { layers: [] }),
  artifact(
    "artifact-empty-descriptor-wrong",
    "image.manifest.empty-descriptor",
    "has a layer of the empty type that is not the empty object",
    { layers: [described(TEXT, MEDIA.empty)] },
    [TEXT],
  ),
  artifact(
    "artifact-with-image-config",
    "image.manifest.artifact-config-type",
    "has a config of the type that images have",
    { config: described(CONFIG, MEDIA.config), layers: [described(TEXT, "text/plain")] },
    [CONFIG, TEXT],
  ),
  artifact(
    "artifact-layer-of-nothing",
    "image.manifest.artifact-one-layer-with-size",
    "has a single layer of no bytes",
    { layers: [described(NOTHING, "text/plain")] },
    [NOTHING],
  ),
];
