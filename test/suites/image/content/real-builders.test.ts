import { gzipSync } from "node:zlib";
import t from "tap";
import { CONFIG, EMPTY, INDEX, MANIFEST } from "../../../../spec/image/media-types.js";
import { ENDING, entryBlocks, tarOf, zstdOf } from "../../../image-reader/tar-builder.js";
import { Builder, failing, gzipLayer, type Json, judged, LAYER, type MadeLayer } from "./builder.js";

/** What is found by each release that is in force for all of these, and what was not read. */
const found = async (builder: Builder, manifests: readonly Json[]) => {
  const { counts, unread } = await judged(builder.layout(manifests));
  // What went with 1.1.1 is still counted here, whatever the release: builders write no canonical JSON.
  const gone = ["image.considerations.json-canonical", "image.descriptor.data-reserved"];
  return { failed: failing(counts).filter((id) => !gone.includes(id)), unread, counts };
};

const layer = gzipLayer({ path: "a", content: "x" });

/** A statement about an image, as BuildKit puts it beside the image: a manifest for no platform. */
function attestation(builder: Builder, image: Json, annotations: Json): Json {
  const statement = builder.blob("application/vnd.in-toto+json", '{"_type":"https://in-toto.io/Statement/v0.1"}');
  const config = builder.blob(CONFIG, {
    architecture: "unknown",
    os: "unknown",
    config: {},
    rootfs: { type: "layers", diff_ids: [statement.digest] },
  });
  const manifest = { schemaVersion: 2, mediaType: MANIFEST, config, layers: [statement] };
  return builder.blob(MANIFEST, manifest, {
    annotations: { "vnd.docker.reference.digest": image.digest, ...annotations },
    platform: { architecture: "unknown", os: "unknown" },
  });
}

t.test("what BuildKit says about an image is for no platform", async (t) => {
  const of = async (annotations: Json) => {
    const builder = new Builder();
    const image = builder.image([layer]);
    const index = { schemaVersion: 2, mediaType: INDEX, manifests: [image, attestation(builder, image, annotations)] };
    return (await found(builder, [builder.blob(INDEX, index)])).failed;
  };
  t.strictSame(await of({ "vnd.docker.reference.type": "attestation-manifest" }), []);
  t.strictSame(
    await of({}),
    ["image.index.platform-architecture-goarch", "image.index.platform-os-goos"],
    "without its annotation it is an image for an unknown platform",
  );
});

t.test("an artifact is for no platform, and an image is", async (t) => {
  const builder = new Builder();
  const { platform: _, ...artifact } = builder.artifact();
  // As helm, wasm and cosign do, without an artifactType.
  const chart = builder.blob(MANIFEST, {
    schemaVersion: 2,
    config: builder.blob("application/vnd.cncf.helm.config.v1+json", { name: "chart" }),
    layers: [builder.blob("application/vnd.cncf.helm.chart.content.v1.tar+gzip", gzipSync("chart"))],
  });
  const absent = { mediaType: MANIFEST, digest: `sha256:${"0".repeat(64)}`, size: 10, urls: ["https://example.com/"] };
  t.strictSame((await found(builder, [artifact, chart, absent])).failed, ["image.manifest.media-type-used"]);
  const { platform: __, ...image } = builder.image([layer]);
  t.ok((await found(builder, [image])).failed.includes("image.descriptor.manifest-platform"));
  t.notOk(artifact.platform ?? image.platform);
  t.equal(EMPTY, "application/vnd.oci.empty.v1+json");
});

t.test("a signature in the form of an image is none, and a subject is described as it is where it stands", async (t) => {
  const name = { "org.opencontainers.image.ref.name": "a" };
  const builder = new Builder();
  const image = builder.image([layer], { descriptor: { annotations: name } });
  const signature = builder.blob("application/vnd.dev.cosign.simplesigning.v1+json", '{"critical":{}}');
  // As cosign writes it: the config is an image's, with nothing in it.
  const config = builder.blob(CONFIG, { architecture: "", os: "", config: {}, rootfs: { type: "layers", diff_ids: [signature.digest] } });
  const signed = builder.blob(MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, config, layers: [signature] });
  const { platform: _, ...referrer } = builder.artifact({ subject: { ...image, platform: undefined } });
  t.strictSame((await found(builder, [image, signed, referrer])).failed, []);
  const empty = new Builder();
  const nowhere = empty.image([layer], { config: { architecture: "", os: "" } });
  t.strictSame(
    (await found(empty, [nowhere])).failed,
    ["image.config.architecture-goarch", "image.config.os-goos"],
    "an image has a platform",
  );
  const inner = new Builder();
  const nested = inner.blob(INDEX, {
    schemaVersion: 2,
    mediaType: INDEX,
    manifests: [inner.image([layer], { descriptor: { annotations: name } })],
  });
  t.strictSame((await found(inner, [nested])).failed, ["image.annotations.ref-name-place"]);
});

/** A frame that readers of zstd skip. */
function skipped(text: string): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(0x184d2a50, 0);
  head.writeUInt32LE(text.length, 4);
  return Buffer.concat([head, Buffer.from(text)]);
}

t.test("layers that can be read in parts are layers", async (t) => {
  const files = [{ path: ".no.prefetch.landmark", content: "\u000f" }, { path: "dir/" }, { path: "dir/a", content: "content" }];
  const toc = entryBlocks({ path: "stargz.index.json", content: '{"version":1,"entries":[]}' });
  const gzipped = (...parts: Buffer[]): MadeLayer => ({
    archive: Buffer.concat(parts),
    // A member for each part, and an empty one with the offset of the last in its extra field.
    packed: Buffer.concat([...parts, Buffer.alloc(0)].map((part) => gzipSync(part))),
    mediaType: `${LAYER}+gzip`,
  });
  const archive = tarOf(files);
  const layers: readonly (readonly [string, MadeLayer])[] = [
    ["eStargz", gzipped(...files.map(entryBlocks), Buffer.concat([toc, ENDING]))],
    ["eStargz added to a whole archive", gzipped(archive, Buffer.concat([toc, ENDING]))],
    [
      "zstd:chunked",
      {
        archive,
        packed: Buffer.concat([
          zstdOf(archive.subarray(0, 512)),
          zstdOf(archive.subarray(512)),
          skipped("the table"),
          skipped("the footer"),
        ]),
        mediaType: `${LAYER}+zstd`,
      },
    ],
  ];
  for (const [name, made] of layers) {
    const builder = new Builder();
    const { failed, unread, counts } = await found(builder, [builder.image([made])]);
    t.strictSame([failed, unread], [[], []], name);
    for (const id of ["robustness.image.tar-ending", "image.config.diff-ids-of-layers"])
      t.ok((counts.get(id)?.passes ?? 0) > 0, `${name}: ${id}`);
  }
  const dictionary = Buffer.from(zstdOf(archive));
  const builder = new Builder();
  // The header's flags with a dictionary's number of one byte in place of none.
  const packed = Buffer.concat([dictionary.subarray(0, 4), Buffer.of(0xa1, 7), dictionary.subarray(5)]);
  const { failed, unread } = await found(builder, [builder.image([{ archive, packed, mediaType: `${LAYER}+zstd` }])]);
  t.strictSame(failed, []);
  t.match(unread, [{ part: "layer", reason: /unpacked with a dictionary, number 7/ }]);
});
