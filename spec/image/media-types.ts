/** The media types that the image specification defines (media-types.md#oci-image-media-types). */
export const DESCRIPTOR = "application/vnd.oci.descriptor.v1+json";
export const LAYOUT_HEADER = "application/vnd.oci.layout.header.v1+json";
export const INDEX = "application/vnd.oci.image.index.v1+json";
export const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const CONFIG = "application/vnd.oci.image.config.v1+json";
export const EMPTY = "application/vnd.oci.empty.v1+json";

/** Their likes in Docker's formats (media-types.md#compatibility-matrix). */
export const DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json";
export const DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
export const DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";

/** The two bytes that the empty media type stands for (manifest.md#guidance-for-an-empty-descriptor). */
export const EMPTY_CONTENT = {
  digest: "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
  size: 2,
  data: "e30=",
} as const;

/** How a layer's archive is packed. */
export type Compression = "none" | "gzip" | "zstd";

/** What the media type of a layer says of it. */
export interface LayerType {
  readonly compression: Compression;
  readonly distributable: boolean;
  /** Docker's, not OCI's own. */
  readonly docker: boolean;
}

const oci = (compression: Compression, distributable = true): LayerType => ({ compression, distributable, docker: false });
const docker = (compression: Compression, distributable = true): LayerType => ({ compression, distributable, docker: true });

/** Every media type of layers (layer.md), Docker's included. */
export const LAYERS: Readonly<Record<string, LayerType>> = {
  "application/vnd.oci.image.layer.v1.tar": oci("none"),
  "application/vnd.oci.image.layer.v1.tar+gzip": oci("gzip"),
  "application/vnd.oci.image.layer.v1.tar+zstd": oci("zstd"),
  "application/vnd.oci.image.layer.nondistributable.v1.tar": oci("none", false),
  "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip": oci("gzip", false),
  "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd": oci("zstd", false),
  "application/vnd.docker.image.rootfs.diff.tar": docker("none"),
  "application/vnd.docker.image.rootfs.diff.tar.gzip": docker("gzip"),
  "application/vnd.docker.image.rootfs.diff.tar.zstd": docker("zstd"),
  "application/vnd.docker.image.rootfs.foreign.diff.tar": docker("none", false),
  "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip": docker("gzip", false),
};

/** What a layer's media type says; undefined for one that is no layer's. */
export const layerType = (mediaType: string): LayerType | undefined => (Object.hasOwn(LAYERS, mediaType) ? LAYERS[mediaType] : undefined);

/** Whether a media type is one of layers with something after it, such as an unknown compression or an encryption. */
export const isPackedLayer = (mediaType: string): boolean =>
  Object.keys(LAYERS).some((known) => known.endsWith(".tar") && (mediaType.startsWith(`${known}+`) || mediaType.startsWith(`${known}.`)));

/** The documents that are read, whoever defined their media types. */
export type DocumentKind = "index" | "manifest" | "config" | "empty";

const DOCUMENTS: Readonly<Record<string, DocumentKind>> = {
  [INDEX]: "index",
  [DOCKER_INDEX]: "index",
  [MANIFEST]: "manifest",
  [DOCKER_MANIFEST]: "manifest",
  [CONFIG]: "config",
  [DOCKER_CONFIG]: "config",
  [EMPTY]: "empty",
};

/** Which document a media type stands for; undefined for any other. */
export const documentKind = (mediaType: string): DocumentKind | undefined =>
  Object.hasOwn(DOCUMENTS, mediaType) ? DOCUMENTS[mediaType] : undefined;

/** Whether a media type is one of Docker's formats. */
export const isDocker = (mediaType: string): boolean => mediaType.startsWith("application/vnd.docker.");
