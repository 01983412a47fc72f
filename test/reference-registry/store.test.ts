import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { Name } from "../../reference-registry/grammar.js";
import { rangeOf } from "../../reference-registry/http/range.js";
import { routeOf } from "../../reference-registry/http/route.js";
import { Cache } from "../../reference-registry/store/cache.js";
import { Files } from "../../reference-registry/store/files.js";
import { Locks } from "../../reference-registry/store/locks.js";
import { Uploads } from "../../reference-registry/store/uploads.js";
import { digest } from "./client.js";

for (const durable of [false, true]) {
  t.test(`files, ${durable ? "durable" : "not durable"}`, async (t) => {
    const root = t.testdir();
    const files = await Files.open(root, durable);
    const path = join(root, "a/b/c");
    await files.place(path, "old");
    await files.place(path, "new");
    await files.mark(join(root, "a/mark"));
    await files.adopt(path, join(root, "d/e"));
    t.same([readdirSync(join(root, "a")).sort(), readdirSync(join(root, "a/b"))], [["b", "mark"], []]);
    t.equal(readFileSync(join(root, "d/e"), "utf8"), "new");
    await files.remove(join(root, "d/e"));
    await files.remove(join(root, "d/e"));
    t.same([readdirSync(join(root, "d")), readdirSync(join(root, "tmp"))], [[], []]);
  });
}

t.test("locks go on in order, after a failure too", async (t) => {
  const locks = new Locks();
  const done: string[] = [];
  const first = t.rejects(
    locks.hold("a", async () => {
      await Promise.resolve();
      done.push("first");
      throw new Error("first");
    }),
  );
  const others = ["second", "third"].map((each) => locks.hold("a", async () => done.push(each)));
  await locks.hold("b", async () => done.push("elsewhere"));
  await Promise.all([first, ...others]);
  t.same(done, ["elsewhere", "first", "second", "third"]);
});

t.test("uploads that nobody goes on with", async (t) => {
  const root = t.testdir();
  const uploads = new Uploads(await Files.open(root, false));
  await uploads.load();
  const session = uploads.start("a" as Name, "sha256");
  await uploads.claim(session, () => uploads.append(session, bytes("half")));
  t.equal(readdirSync(join(root, "uploads")).length, 2);
  await uploads.expire();
  t.equal(uploads.find(session.id, "a"), session, "not yet");
  await uploads.expire(Date.now() + 24 * 60 * 60 * 1000);
  t.equal(uploads.find(session.id, "a"), undefined);
  t.same(readdirSync(join(root, "uploads")), []);
});

async function* bytes(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

t.test("the cache keeps to its budget", async (t) => {
  const cache = new Cache(10);
  const keys = ["a", "b", "c"].map((each) => digest(each) as Parameters<Cache["get"]>[0]);
  for (const key of keys) cache.add(key, Buffer.from("12345"));
  t.same(
    keys.map((key) => cache.get(key)?.toString()),
    [undefined, "12345", "12345"],
  );
});

t.test("ranges", async (t) => {
  t.same(rangeOf("bytes=0-4", 3), { start: 0, end: 2 });
  t.same(rangeOf("BYTES= 1- ", 3), { start: 1, end: 2 });
  t.equal(rangeOf("bytes=-1", 0), "unsatisfiable");
  t.equal(rangeOf(undefined, 3), "all");
});

t.test("routes are read from their ends", async (t) => {
  t.same(routeOf("/v2/blobs/uploads/manifests/x"), { kind: "manifest", name: "blobs/uploads", reference: "x" });
  t.same(routeOf("/v2/a/manifests/tags/list"), { kind: "tags", name: "a/manifests" });
  t.same(routeOf("/v2/a/blobs/uploads"), { kind: "uploads", name: "a" });
  t.same(routeOf("/v2/a/blobs/uploads/"), { kind: "uploads", name: "a" });
  t.same(routeOf("/v2/a/blobs/uploads/x"), { kind: "upload", name: "a", id: "x" });
  t.same(routeOf("/v2/a%2Fb/tags/list"), { kind: "tags", name: "a%2Fb" });
});
