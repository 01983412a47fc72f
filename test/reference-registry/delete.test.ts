import { existsSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { codeOf, digest, registry } from "./client.js";

t.test("a tag", async (t) => {
  const client = await registry(t);
  const text = await client.image("a", "one");
  await client.image("a", "two");
  t.equal((await client.send("DELETE", "/v2/a/manifests/one")).status, 202);
  t.equal((await client.get("/v2/a/manifests/one")).status, 404);
  t.equal((await client.get("/v2/a/manifests/two")).status, 200);
  t.equal((await client.get(`/v2/a/manifests/${digest(text)}`)).status, 200, "the manifest stays");
  const again = await client.send("DELETE", "/v2/a/manifests/one");
  t.same([again.status, codeOf(again)], [404, "MANIFEST_UNKNOWN"]);
  t.equal(codeOf(await client.send("DELETE", "/v2/nowhere/manifests/one")), "NAME_UNKNOWN");
});

t.test("a manifest with all its tags", async (t) => {
  const client = await registry(t);
  const text = await client.image("a", "one");
  await client.image("a", "two");
  await client.image("a", "other", { annotations: { other: "yes" } });
  await client.image("b", "one");
  t.equal((await client.send("DELETE", `/v2/a/manifests/${digest(text)}`)).status, 202);
  for (const reference of ["one", "two", digest(text)]) t.equal((await client.get(`/v2/a/manifests/${reference}`)).status, 404, reference);
  t.match((await client.get("/v2/a/tags/list")).text, '"tags":["other"]');
  t.equal((await client.get("/v2/b/manifests/one")).text, text, "the other repository keeps it");
  const again = await client.send("DELETE", `/v2/a/manifests/${digest(text)}`);
  t.same([again.status, codeOf(again)], [404, "MANIFEST_UNKNOWN"]);
  t.equal(codeOf(await client.send("DELETE", `/v2/nowhere/manifests/${digest(text)}`)), "NAME_UNKNOWN");
  await client.image("a", "one");
  t.equal((await client.get("/v2/a/manifests/one")).text, text, "it can be pushed again");
});

t.test("a blob", async (t) => {
  const dir = t.testdir();
  const client = await registry(t, { dir });
  const is = await client.blob("a", "content");
  await client.blob("b", "content");
  const file = join(dir, "blobs", is.replace(":", "/"));
  t.equal((await client.send("DELETE", `/v2/a/blobs/${is}`)).status, 202);
  t.equal((await client.get(`/v2/a/blobs/${is}`)).status, 404);
  t.equal((await client.get(`/v2/b/blobs/${is}`)).text, "content", "the other repository keeps it");
  t.ok(existsSync(file));
  const again = await client.send("DELETE", `/v2/a/blobs/${is}`);
  t.same([again.status, codeOf(again)], [404, "BLOB_UNKNOWN"]);
  t.equal(codeOf(await client.send("DELETE", `/v2/nowhere/blobs/${is}`)), "NAME_UNKNOWN");
  t.equal((await client.send("DELETE", `/v2/b/blobs/${is}`)).status, 202);
  t.notOk(existsSync(file), "nobody links to it any more");
  await client.blob("a", "content");
  t.equal((await client.get(`/v2/a/blobs/${is}`)).text, "content", "it can be pushed again");
});
