import { Readable } from "node:stream";
import t from "tap";
import { codeOf, descriptor, digest, INDEX, imageOf, MANIFEST, registry } from "./client.js";

t.test("by tag and by digest", async (t) => {
  const client = await registry(t);
  const config = await client.blob("a", "{}");
  // Spaces, order and the last line break are all kept.
  const text = ` ${JSON.stringify(imageOf(config), null, 3)}\n`;
  for (const [reference, is] of [
    ["v1", digest(text)],
    [digest(text), digest(text)],
    [digest(text, "sha512"), digest(text, "sha512")],
  ] as const) {
    const pushed = await client.manifest("a", reference, text);
    t.same([pushed.status, pushed.headers["docker-content-digest"]], [201, is]);
    const got = await client.get(pushed.headers.location ?? "");
    t.same([got.status, got.text, got.headers["docker-content-digest"]], [200, text, is]);
  }
  const wrong = await client.manifest("a", digest("other"), text);
  t.same([wrong.status, codeOf(wrong)], [400, "DIGEST_INVALID"]);
  const unsupported = await client.manifest("a", "md5:d41d8cd98f00b204e9800998ecf8427e", text);
  t.same([unsupported.status, codeOf(unsupported)], [400, "DIGEST_INVALID"]);
});

t.test("with more tags", async (t) => {
  const client = await registry(t);
  const text = JSON.stringify(imageOf(await client.blob("a", "{}")));
  const tags = Array.from({ length: 40 }, (_, place) => `t${String(place).padStart(2, "0")}`);
  const pushed = await client.manifest("a", `${digest(text)}?${tags.map((tag) => `tag=${tag}`).join("&")}`, text);
  t.equal(pushed.status, 201);
  t.same(String(pushed.headers["oci-tag"]).split(", "), tags);
  t.same((JSON.parse((await client.get("/v2/a/tags/list")).text) as { tags: string[] }).tags, tags);
  const bad = await client.manifest("a", `${digest(text)}?tag=good&tag=-bad`, text);
  t.same([bad.status, codeOf(bad)], [400, "MANIFEST_INVALID"]);
  t.equal((await client.get("/v2/a/manifests/good")).status, 404);
});

t.test("what is no manifest", async (t) => {
  const client = await registry(t);
  const config = await client.blob("a", "{}");
  const image = imageOf(config);
  const index = { schemaVersion: 2, mediaType: INDEX, manifests: [] };
  const refused = async (what: string, manifest: unknown, type = MANIFEST): Promise<void> => {
    const answer = await client.manifest("a", "bad", manifest, type);
    t.same([answer.status, codeOf(answer)], [400, "MANIFEST_INVALID"], what);
  };
  await refused("no JSON", "{");
  await refused("nothing", "");
  const latin = await client.send("PUT", "/v2/a/manifests/bad", { body: Buffer.from('{"a":"\xff"}', "latin1") });
  t.same([latin.status, codeOf(latin)], [400, "MANIFEST_INVALID"], "not UTF-8");
  await refused("an array", []);
  await refused("deep", "[".repeat(1_000_000));
  await refused("another type", image, INDEX);
  await refused("no type", image, "nonsense");
  await refused("version 1", { ...image, schemaVersion: 1 });
  await refused("no config", { ...image, config: undefined });
  await refused("no layers", { ...image, layers: undefined });
  await refused("an image with manifests", { ...image, manifests: [] });
  await refused("an index with layers", { ...index, layers: [] }, INDEX);
  await refused("an index without manifests", { ...index, manifests: undefined }, INDEX);
  await refused("a descriptor without type", { ...image, layers: [{ digest: config, size: 2 }] });
  await refused("a descriptor without digest", { ...image, layers: [{ mediaType: "a/b", size: 2 }] });
  await refused("a descriptor with a wrong digest", { ...image, layers: [{ mediaType: "a/b", size: 2, digest: "sha256:../../x" }] });
  await refused("a size below zero", { ...image, layers: [{ mediaType: "a/b", size: -1, digest: config }] });
  await refused("a subject that is none", { ...image, subject: "x" });
  await refused("annotations with numbers", { ...image, annotations: { a: 1 } });
  await refused("a type that is none", { ...image, mediaType: 1 });
  t.equal((await client.get("/v2/a/manifests/bad")).status, 404);
  for (const tag of ["-x", ".x", "x".repeat(129), "a+b", "a%20b"]) t.equal((await client.manifest("a", tag, image)).status, 400, tag);
  t.equal((await client.manifest("a", "x".repeat(128), image)).status, 201);
});

t.test("media types", async (t) => {
  const client = await registry(t);
  const { mediaType: _, ...image } = imageOf(await client.blob("a", "{}"));
  const typeOf = async (tag: string): Promise<string | undefined> => (await client.get(`/v2/a/manifests/${tag}`)).headers["content-type"];
  t.equal((await client.manifest("a", "one", image, `${MANIFEST}; charset=utf-8`)).status, 201);
  t.equal(await typeOf("one"), MANIFEST, "parameters are ignored");
  t.equal((await client.manifest("a", "two", { anything: true }, "application/vnd.example+json")).status, 201);
  t.equal(await typeOf("two"), "application/vnd.example+json");
  t.equal((await client.send("PUT", "/v2/a/manifests/three", { body: JSON.stringify({ schemaVersion: 2, manifests: [] }) })).status, 201);
  t.equal(await typeOf("three"), INDEX, "by what it has");
});

t.test("what a manifest refers to", async (t) => {
  const client = await registry(t);
  const config = await client.blob("a", "{}");
  const none = digest("none");
  const missing = await client.manifest("a", "x", imageOf(config, { layers: [descriptor(none), descriptor(digest("none either"))] }));
  t.equal(missing.status, 404);
  t.same(
    (JSON.parse(missing.text) as { errors: unknown[] }).errors.map((each) => (each as { code: string }).code),
    ["MANIFEST_BLOB_UNKNOWN", "MANIFEST_BLOB_UNKNOWN"],
  );
  const foreign = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
  const elsewhere = [descriptor(none, 1, "application/vnd.oci.image.layer.nondistributable.v1.tar"), descriptor(none, 1, foreign)];
  t.equal((await client.manifest("a", "foreign", imageOf(config, { layers: elsewhere }))).status, 201);
  t.equal((await client.manifest("a", "url", imageOf(config, { layers: [{ ...descriptor(none), urls: ["https://x"] }] }))).status, 201);
  const sparse = { schemaVersion: 2, mediaType: INDEX, manifests: [descriptor(none, 3, MANIFEST)] };
  t.equal((await client.manifest("a", "sparse", sparse, INDEX)).status, 201);
  const subject = await client.manifest("a", "subject", imageOf(config, { subject: descriptor(none, 3, MANIFEST) }));
  t.same([subject.status, subject.headers["oci-subject"]], [201, none]);
  const index = await client.manifest("a", "index", { ...sparse, subject: descriptor(none, 3, MANIFEST) }, INDEX);
  t.equal(index.headers["oci-subject"], none);
});

t.test("what would be too large in an answer", async (t) => {
  const client = await registry(t);
  const config = await client.blob("a", "{}");
  const many = Array.from({ length: 5000 }, (_, n) => descriptor(digest(`${n}`)));
  const missing = await client.manifest("a", "x", imageOf(config, { layers: many }));
  t.equal(missing.status, 404);
  t.ok(missing.body.length < 65_536, `${missing.body.length} bytes`);
  for (const bad of [
    { subject: descriptor(`other:${"x".repeat(100_000)}`) },
    { mediaType: `application/${"x".repeat(100_000)}` },
    { artifactType: 1, annotations: { x: "x".repeat(100_000) } },
  ]) {
    const refused = await client.manifest("a", "x", imageOf(config, bad));
    t.equal(refused.status, 400);
    t.ok(refused.body.length < 1000);
  }
});

t.test("the limit of a manifest", async (t) => {
  const client = await registry(t);
  const config = await client.blob("a", "{}");
  const sized = (size: number): string => {
    const text = JSON.stringify(imageOf(config));
    return text + " ".repeat(size - text.length);
  };
  const limit = 4 * 1024 * 1024;
  t.equal((await client.manifest("a", "largest", sized(limit))).status, 201);
  t.equal((await client.get("/v2/a/manifests/largest")).text.length, limit);
  t.equal((await client.manifest("a", "larger", sized(limit + 1))).status, 413);
  const streamed = await client.send("PUT", "/v2/a/manifests/larger", { body: Readable.from([sized(limit * 2)]) });
  t.equal(streamed.status, 413);
});

t.test("conditional pushes", async (t) => {
  const client = await registry(t);
  const config = await client.blob("a", "{}");
  const push = async (n: number, headers: Record<string, string>): Promise<number> =>
    (await client.send("PUT", "/v2/a/manifests/t", { body: JSON.stringify(imageOf(config, { annotations: { n: `${n}` } })), headers }))
      .status;
  const first = digest(JSON.stringify(imageOf(config, { annotations: { n: "1" } })));
  t.equal(await push(1, { "If-Match": `"${first}"` }), 412, "there is none yet");
  t.equal(await push(1, { "If-None-Match": "*" }), 201);
  t.equal(await push(2, { "If-None-Match": "*" }), 412);
  t.equal(await push(2, { "If-Match": `"${digest("other")}"` }), 412);
  t.equal((await client.get("/v2/a/manifests/t")).headers["docker-content-digest"], first);
  t.equal(await push(2, { "If-Match": `"${first}"` }), 201);
  t.equal(await push(3, { "If-Match": `"${first}"` }), 412);
});
