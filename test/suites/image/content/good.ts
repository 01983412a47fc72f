import { createHash } from "node:crypto";
import { CONFIG, EMPTY, INDEX, MANIFEST } from "../../../../spec/image/media-types.js";
import { tarOf, zstdOf } from "../../../image-reader/tar-builder.js";
import { Builder, gzipLayer, hex, type Json, LAYER, plainLayer } from "./builder.js";

const IMAGE = "org.opencontainers.image.";

/** Annotations with every key that is defined. */
export const ANNOTATIONS: Json = {
  [`${IMAGE}created`]: "2024-02-29T23:59:60.5+01:00",
  [`${IMAGE}url`]: "https://example.com/",
  [`${IMAGE}licenses`]: "(MIT OR Apache-2.0+) AND GPL-2.0-only WITH Classpath-exception-2.0",
  [`${IMAGE}base.digest`]: `sha256:${"0".repeat(64)}`,
  [`${IMAGE}base.name`]: "registry.example.com:5000/a/b_c:tag",
  "com.example.key": "",
};

/** A config with every property that there is. */
export const CONFIG_PROPERTIES: Json = {
  created: "2015-10-31T22:22:56.015925234Z",
  author: "A",
  variant: "v2",
  "os.version": "1",
  "os.features": ["x"],
  config: {
    User: "a:b",
    ExposedPorts: { "80/tcp": {}, "53": {} },
    Env: ["A=b", "C="],
    Entrypoint: ["/a"],
    Cmd: null,
    Volumes: { "/v": {} },
    WorkingDir: "/",
    Labels: { "com.example.label": "x" },
    StopSignal: "SIGRTMIN+3",
    ArgsEscaped: true,
    Memory: 1,
    MemorySwap: 1,
    CpuShares: 1,
    Healthcheck: {},
    Unknown: 1,
  },
};

/** Layers with every kind of entry. */
export const lower = gzipLayer(
  { path: "./" },
  { path: "dir/" },
  { path: "dir/file", content: "content" },
  { path: "dir/hard", type: "1", link: "dir/file" },
  { path: "dir/soft", type: "2", link: "file" },
  { path: "char", type: "3" },
  { path: "fifo", type: "6" },
  { path: "long", content: "x".repeat(2000), pax: { "SCHILY.xattr.user.a": "b", mtime: "1.5" } },
);
export const upper = plainLayer({ path: ".wh.char" }, { path: "dir/" }, { path: "dir/.wh.file" }, { path: "dir/new" });
const third = tarOf([{ path: "zstd", content: "z" }]);

/** An image with all that an image can have. */
export function richImage(builder: Builder): Json {
  const history = [{ created: "2015-10-31T22:22:56Z", created_by: "x" }, { empty_layer: true }, { comment: "" }, { author: "" }];
  return builder.image([lower, upper, { archive: third, packed: zstdOf(third), mediaType: `${LAYER}+zstd` }], {
    config: { ...CONFIG_PROPERTIES, history },
    manifest: { annotations: ANNOTATIONS },
    descriptor: {
      platform: { architecture: "arm64", os: "linux", variant: "v8.1", "os.version": "1", "os.features": ["x"] },
      annotations: { [`${IMAGE}ref.name`]: "a--b/c:1.0", ...ANNOTATIONS },
      urls: ["https://example.com/manifest"],
    },
  });
}

/** A layout that nothing is wrong with, and that exercises as much as one can. */
export function richLayout(): Map<string, Buffer> {
  const builder = new Builder();
  const rich = richImage(builder);
  // Names of references stand in index.json alone.
  const subject = { mediaType: rich.mediaType, digest: rich.digest, size: rich.size };
  const windows = builder.image([lower], {
    config: { os: "windows", "os.features": ["win32k"] },
    descriptor: { platform: { architecture: "amd64", os: "windows", "os.features": ["win32k"] } },
  });
  const nested = builder.blob(INDEX, {
    schemaVersion: 2,
    mediaType: INDEX,
    manifests: [windows],
    artifactType: "a/b",
    subject,
    annotations: {},
  });
  const artifact = builder.artifact({ subject, annotations: { "com.example.a": "b" } });
  const other = builder.blob("application/vnd.example+json", "not json");
  const elsewhere = { mediaType: "text/plain", digest: `blake3:${"a".repeat(64)}`, size: 3, urls: ["http://example.com/x"] };
  const content = Buffer.from("by sha512");
  const long = { mediaType: "text/plain", digest: `sha512:${hex(content, "sha512")}`, size: content.length };
  builder.files.set(`blobs/sha512/${hex(content, "sha512")}`, content);
  builder.files.set("blobs/sha256/", Buffer.alloc(0));
  const config = [...builder.files].find(([, content]) => content.includes('"os":"windows"') && content.includes('"rootfs"'))?.[0];
  const saved = {
    Config: config,
    RepoTags: null,
    Layers: [...builder.files.keys()].filter((path) => path.endsWith(hex(lower.packed ?? lower.archive))),
  };
  builder.files.set("manifest.json", Buffer.from(JSON.stringify([saved])));
  return builder.layout([rich, nested, artifact, other, elsewhere, long], { annotations: { "com.example.index": "x" } });
}

/** A descriptor of content that is nowhere but in it. */
export function embedded(content: string, more: Json = {}): Json {
  const bytes = Buffer.from(content);
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  return { mediaType: "text/plain", digest, size: bytes.length, data: bytes.toString("base64"), ...more };
}

export { CONFIG, EMPTY, INDEX, MANIFEST };
