import t from "tap";
import { codeOf, digest, MANIFEST, registry } from "./client.js";

t.test("the version endpoint", async (t) => {
  const client = await registry(t);
  t.equal((await client.get("/v2/")).status, 200);
  t.equal((await client.head("/v2/")).status, 200);
  t.equal((await client.get("/v2")).status, 200);
  t.equal((await client.get("/")).status, 404);
  t.equal((await client.get("/v2/x")).status, 404);
});

t.test("manifests by tag and digest", async (t) => {
  const client = await registry(t);
  const text = await client.image("a/b", "latest");
  for (const reference of ["latest", digest(text), digest(text).replace(":", "%3A")]) {
    const got = await client.get(`/v2/a/b/manifests/${reference}`, { Accept: "application/x-none" });
    t.equal(got.status, 200);
    t.equal(got.text, text);
    t.equal(got.headers["content-type"], MANIFEST, "whatever the client accepts");
    t.equal(got.headers["docker-content-digest"], digest(text));
    const head = await client.head(`/v2/a/b/manifests/${reference}`);
    t.equal(head.status, 200);
    t.equal(head.text, "");
    for (const name of ["content-type", "content-length", "docker-content-digest", "etag"])
      t.equal(head.headers[name], got.headers[name], name);
    t.equal(got.headers["content-length"], String(text.length));
  }
  const etag = `"${digest(text)}"`;
  const unchanged = await client.get("/v2/a/b/manifests/latest", { "If-None-Match": `"other", W/${etag}` });
  t.same([unchanged.status, unchanged.text], [304, ""]);
  t.equal((await client.get("/v2/a/b/manifests/latest", { "If-None-Match": '"other"' })).status, 200);
});

t.test("what is not there", async (t) => {
  const client = await registry(t);
  await client.image("a", "latest");
  const none = digest("none");
  for (const [path, code] of [
    ["/v2/b/manifests/latest", "NAME_UNKNOWN"],
    [`/v2/b/manifests/${none}`, "NAME_UNKNOWN"],
    [`/v2/b/blobs/${none}`, "NAME_UNKNOWN"],
    ["/v2/a/manifests/none", "MANIFEST_UNKNOWN"],
    [`/v2/a/manifests/${none}`, "MANIFEST_UNKNOWN"],
    ["/v2/a/manifests/md5:0123", "MANIFEST_UNKNOWN"],
    [`/v2/a/blobs/${none}`, "BLOB_UNKNOWN"],
    ["/v2/a/blobs/md5:0123", "BLOB_UNKNOWN"],
  ] as const) {
    const got = await client.get(path);
    t.equal(got.status, 404, path);
    t.equal(codeOf(got), code, path);
    const head = await client.head(path);
    t.same([head.status, head.text], [404, ""], path);
  }
});

t.test("blobs belong to repositories", async (t) => {
  const client = await registry(t);
  const is = await client.blob("a", "content");
  await client.blob("b", "other");
  const got = await client.get(`/v2/a/blobs/${is}`);
  t.same([got.status, got.text], [200, "content"]);
  t.match(got.headers, { "content-length": "7", "docker-content-digest": is, etag: `"${is}"`, "accept-ranges": "bytes" });
  const head = await client.head(`/v2/a/blobs/${is}`);
  t.same([head.status, head.headers["content-length"], head.headers["docker-content-digest"]], [200, "7", is]);
  t.equal((await client.get(`/v2/b/blobs/${is}`)).status, 404);
  t.equal((await client.get(`/v2/a/blobs/${is}`, { "If-None-Match": `"${is}"` })).status, 304);
});

for (const size of [10, 300_000]) {
  t.test(`parts of a blob of ${size} bytes`, async (t) => {
    const client = await registry(t);
    const content = Buffer.from(Array.from({ length: size }, (_, place) => place % 251));
    const path = `/v2/a/blobs/${await client.blob("a", content)}`;
    const part = async (range: string, start: number, end: number): Promise<void> => {
      const got = await client.get(path, { Range: range });
      t.equal(got.status, 206, range);
      t.equal(got.headers["content-range"], `bytes ${start}-${end}/${size}`, range);
      t.equal(got.headers["content-length"], String(end - start + 1), range);
      t.ok(got.body.equals(content.subarray(start, end + 1)), range);
    };
    await part("bytes=0-0", 0, 0);
    await part("bytes=3-6", 3, 6);
    await part("bytes=7-", 7, size - 1);
    await part("bytes=-4", size - 4, size - 1);
    await part(`bytes=-${size * 2}`, 0, size - 1);
    await part(`bytes=1-${size * 2}`, 1, size - 1);
    for (const range of [`bytes=${size}-`, "bytes=-0", "bytes=99999999999999999999-"]) {
      const got = await client.get(path, { Range: range });
      t.same([got.status, got.headers["content-range"]], [416, `bytes */${size}`], range);
    }
    for (const range of ["bytes=6-3", "bytes=0-1,3-4", "items=0-1", "bytes=-", "bytes=x-y"]) {
      const got = await client.get(path, { Range: range });
      t.equal(got.status, 200, range);
      t.ok(got.body.equals(content), range);
    }
    const etag = `"${digest(content)}"`;
    t.equal((await client.get(path, { Range: "bytes=0-1", "If-Range": etag })).status, 206);
    t.equal((await client.get(path, { Range: "bytes=0-1", "If-Range": '"other"' })).status, 200);
    t.equal((await client.head(path, { Range: "bytes=0-1" })).headers["content-length"], String(size));
  });
}

t.test("an empty blob", async (t) => {
  const client = await registry(t);
  const path = `/v2/a/blobs/${await client.blob("a", "")}`;
  const got = await client.get(path);
  t.same([got.status, got.text, got.headers["content-length"]], [200, "", "0"]);
  t.equal((await client.get(path, { Range: "bytes=0-" })).status, 416);
});
