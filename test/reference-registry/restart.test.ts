import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { answerTo, type Client, descriptor, digest, imageOf, MANIFEST, registry } from "./client.js";
import { spawnRegistry } from "./process.js";

t.test("SIGKILL, then all that was acknowledged is there", async (t) => {
  const dir = t.testdir();
  const before = await spawnRegistry(t, ["--dir", dir]);
  const { client } = before;
  const text = await client.image("a/b", "latest");
  const subject = { subject: descriptor(digest(text), text.length, MANIFEST), annotations: { a: "b" } };
  const referrer = await client.image("a/b", "referrer", subject);
  await client.image("a/b", "gone");
  await client.send("DELETE", "/v2/a/b/manifests/gone");
  const other = await client.image("a/b", "gone-too", { annotations: { other: "yes" } });
  await client.send("DELETE", `/v2/a/b/manifests/${digest(other)}`);
  const large = Buffer.alloc(700_000, "large");
  const is = await client.blob("c", large);
  const location = await client.start("a/b", "?digest-algorithm=sha512");
  await client.send("PATCH", location, { body: "half ", headers: { "Content-Range": "0-4" } });
  const unused = await client.start("a/b");
  // Killed while a request writes: what it sent may be there or not, but is never taken for something whole.
  const pending = client.open("PUT", `${await client.start("a/b")}?digest=${digest("pending")}`, { "Transfer-Encoding": "chunked" });
  const lost = t.rejects(answerTo(pending));
  pending.write("pend");
  t.equal(await before.end("SIGKILL"), null);
  await lost;

  const after = (await spawnRegistry(t, ["--dir", dir])).client;
  t.equal((await after.get("/v2/a/b/manifests/latest")).text, text);
  t.equal((await after.get(`/v2/a/b/manifests/${digest(referrer)}`)).text, referrer);
  t.equal((await after.get("/v2/a/b/manifests/latest")).headers["content-type"], MANIFEST);
  t.match((await after.get("/v2/a/b/tags/list")).text, '"tags":["latest","referrer"]');
  const { manifests } = JSON.parse((await after.get(`/v2/a/b/referrers/${digest(text)}`)).text) as { manifests: unknown[] };
  t.match(manifests, [{ digest: digest(referrer), annotations: { a: "b" }, artifactType: "application/vnd.oci.empty.v1+json" }]);
  t.equal((await after.get(`/v2/a/b/manifests/${digest(other)}`)).status, 404);
  t.ok((await after.get(`/v2/c/blobs/${is}`)).body.equals(large));
  t.equal((await after.get(`/v2/a/b/blobs/${digest("pending")}`)).status, 404);
  t.equal((await after.get(unused)).status, 404, "an upload without bytes is forgotten");
  const status = await after.get(location);
  t.same([status.status, status.headers.range], [204, "0-4"], "one with bytes goes on");
  const whole = digest("half done", "sha512");
  t.equal((await after.send("PUT", `${location}?digest=${whole}`, { body: "done" })).status, 201);
  t.equal((await after.get(`/v2/a/b/blobs/${whole}`)).text, "half done");
});

t.test("SIGKILL in the midst of many pushes", async (t) => {
  const dir = t.testdir();
  const before = await spawnRegistry(t, ["--dir", dir]);
  const config = await before.client.blob("a", "{}");
  const acknowledged = new Map<string, string>();
  const push = async (client: Client, writer: number): Promise<void> => {
    for (let n = 0; ; n++) {
      const text = JSON.stringify(imageOf(config, { annotations: { writer: `${writer}`, n: `${n}` } }));
      const tag = `w${writer}-${n}`;
      if ((await client.manifest("a", tag, text)).status !== 201) throw new Error("not pushed");
      acknowledged.set(tag, text);
      if (acknowledged.size === 40) before.child.kill("SIGKILL");
    }
  };
  await Promise.all([1, 2, 3, 4].map((writer) => t.rejects(push(before.client, writer), { code: /ECONN/ })));
  const { client } = await spawnRegistry(t, ["--dir", dir]);
  for (const [tag, text] of acknowledged) t.equal((await client.get(`/v2/a/manifests/${tag}`)).text, text, tag);
  const { tags } = JSON.parse((await client.get("/v2/a/tags/list")).text) as { tags: string[] };
  for (const tag of tags) t.equal((await client.get(`/v2/a/manifests/${tag}`)).status, 200, tag);
});

t.test("what killed writers leave behind is removed", async (t) => {
  const dir = t.testdir({
    tmp: { "7": "half a manifest" },
    uploads: { x: "", "0e984725-c51c-4bf4-9960-e1c80e27aba0": "no description", "1e984725-c51c-4bf4-9960-e1c80e27aba0.json": "{}" },
    blobs: { sha256: { [digest("orphan").slice(7)]: "orphan" } },
    repositories: { a: { _tags: { dangling: digest("none") }, _blobs: { sha256: { [digest("none").slice(7)]: "" } } } },
  });
  const client = await registry(t, { dir });
  t.match((await client.get("/v2/a/tags/list")).text, '"tags":[]');
  t.equal((await client.get(`/v2/a/blobs/${digest("none")}`)).status, 404);
  for (const path of ["tmp", "uploads", "blobs/sha256", "repositories/a/_tags"]) t.same(readdirSync(join(dir, path)), [], path);
});

t.test("where the directory cannot be used", async (t) => {
  const dir = t.testdir({ file: "" });
  await t.rejects(registry(t, { dir: join(dir, "file") }), { code: "EEXIST" });
  t.equal(readFileSync(join(dir, "file"), "utf8"), "");
  writeFileSync(join(dir, "file"), "still a file");
});
