import t from "tap";
import { type Client, codeOf, descriptor, digest, INDEX, imageOf, MANIFEST, registry } from "./client.js";

interface Tags {
  readonly name: string;
  readonly tags: readonly string[];
}
const parsed = (text: string): Tags => JSON.parse(text) as Tags;

/** All pages of a list, by following its links; fails where one leads nowhere. */
async function pages(client: Client, path: string): Promise<string[]> {
  const texts: string[] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const { status, text, headers } = await client.get(next);
    if (status !== 200) throw new Error(`${next}: ${status}`);
    texts.push(text);
    const link = headers.link;
    next = link === undefined ? undefined : /^<(.*)>; rel="next"$/.exec(String(link))?.[1];
    if (link !== undefined && next === undefined) throw new Error(`a link that is none: ${link}`);
    if (texts.length > 100) throw new Error("the links go round in circles");
  }
  return texts;
}

t.test("tags in the order of their bytes", async (t) => {
  const client = await registry(t);
  for (const tag of ["b", "a", "B", "_x", "1.0", "1.0-rc", "10", "2"]) await client.image("a/b", tag);
  const sorted = ["1.0", "1.0-rc", "10", "2", "B", "_x", "a", "b"];
  const list = async (query: string): Promise<readonly string[]> => parsed((await client.get(`/v2/a/b/tags/list${query}`)).text).tags;
  t.same(parsed((await client.get("/v2/a/b/tags/list")).text), { name: "a/b", tags: sorted });
  t.equal((await client.get("/v2/a/b/tags/list")).headers.link, undefined);
  t.same(await list("?n=3"), sorted.slice(0, 3));
  t.same(await list("?last=2"), sorted.slice(4));
  t.same(await list("?n=2&last=1.0"), ["1.0-rc", "10"]);
  t.same(await list("?n=2&last=A"), ["B", "_x"], "after one that is not there");
  t.same(await list("?last=zzz"), []);
  t.same(await list("?n=100000000000000000000"), sorted);
  const none = await client.get("/v2/a/b/tags/list?n=0");
  t.same([none.status, parsed(none.text).tags, none.headers.link], [200, [], undefined]);
  t.same(
    (await pages(client, "/v2/a/b/tags/list?n=3")).map((text) => parsed(text).tags.length),
    [3, 3, 2],
  );
  t.same(
    (await pages(client, "/v2/a/b/tags/list?n=3")).flatMap((text) => parsed(text).tags),
    sorted,
  );
  t.same((await pages(client, "/v2/a/b/tags/list?n=4")).length, 2, "no link to a page without tags");
  for (const n of ["-1", "x", "1.5", ""]) t.equal((await client.get(`/v2/a/b/tags/list?n=${n}`)).status, 400, n);
  t.equal((await client.head("/v2/a/b/tags/list")).status, 200);
});

t.test("tags without regard to case", async (t) => {
  const client = await registry(t, { tagOrder: "caseless" });
  for (const tag of ["b", "A", "B", "a", "C"]) await client.image("a", tag);
  t.same(parsed((await client.get("/v2/a/tags/list")).text).tags, ["A", "a", "B", "b", "C"]);
  t.same(parsed((await client.get("/v2/a/tags/list?n=2&last=a")).text).tags, ["B", "b"]);
  t.same(
    (await pages(client, "/v2/a/tags/list?n=2")).flatMap((text) => parsed(text).tags),
    ["A", "a", "B", "b", "C"],
  );
});

t.test("tags of nothing", async (t) => {
  const client = await registry(t, { pageLimit: 2 });
  const unknown = await client.get("/v2/nowhere/tags/list");
  t.same([unknown.status, codeOf(unknown)], [404, "NAME_UNKNOWN"]);
  await client.blob("a", "{}");
  t.same(parsed((await client.get("/v2/a/tags/list")).text), { name: "a", tags: [] });
  for (const tag of ["1", "2", "3"]) await client.image("a", tag);
  t.same(
    (await pages(client, "/v2/a/tags/list")).flatMap((text) => parsed(text).tags),
    ["1", "2", "3"],
    "pages where none were asked for",
  );
});

interface List {
  readonly schemaVersion: number;
  readonly mediaType: string;
  readonly manifests: readonly Readonly<Record<string, unknown>>[];
}
const listed = (text: string): List => JSON.parse(text) as List;

t.test("referrers", async (t) => {
  const client = await registry(t);
  const config = await client.blob("a", "{}");
  const subject = descriptor(digest("subject"), 7, MANIFEST);
  const annotations = { one: "1", two: "2" };
  const push = async (manifest: Record<string, unknown>, type = MANIFEST): Promise<{ digest: string; size: number }> => {
    const text = JSON.stringify({ ...manifest, subject });
    t.equal((await client.manifest("a", digest(text), text, type)).headers["oci-subject"], subject.digest);
    return { digest: digest(text), size: text.length };
  };
  const path = `/v2/a/referrers/${subject.digest}`;
  const before = await client.get(path);
  t.same([before.status, listed(before.text)], [200, { schemaVersion: 2, mediaType: INDEX, manifests: [] }]);
  const typed = await push(imageOf(config, { artifactType: "application/vnd.x+json", annotations }));
  const untyped = await push(imageOf(config));
  const index = { schemaVersion: 2, mediaType: INDEX, manifests: [] };
  const typedIndex = await push({ ...index, artifactType: "application/vnd.y" }, INDEX);
  const untypedIndex = await push(index, INDEX);
  const wanted = [
    { mediaType: MANIFEST, ...typed, artifactType: "application/vnd.x+json", annotations },
    { mediaType: MANIFEST, ...untyped, artifactType: "application/vnd.oci.empty.v1+json" },
    { mediaType: INDEX, ...typedIndex, artifactType: "application/vnd.y" },
    { mediaType: INDEX, ...untypedIndex },
  ].sort((a, b) => (a.digest < b.digest ? -1 : 1));
  const all = await client.get(path);
  t.equal(all.headers["content-type"], INDEX);
  t.equal(all.headers["oci-filters-applied"], undefined);
  t.same(listed(all.text).manifests, wanted);
  for (const type of ["application/vnd.x+json", "application/vnd.x%2Bjson", "application%2Fvnd.x%2Bjson"]) {
    const filtered = await client.get(`${path}?artifactType=${type}`);
    t.equal(filtered.headers["oci-filters-applied"], "artifactType");
    t.same(
      listed(filtered.text).manifests.map((each) => each.digest),
      [typed.digest],
      type,
    );
  }
  t.same(listed((await client.get(`${path}?artifactType=none/none`)).text).manifests, []);
  t.same(
    (await pages(client, `${path}?n=1`)).flatMap((text) => listed(text).manifests),
    wanted,
  );
  t.equal((await client.send("DELETE", `/v2/a/manifests/${typed.digest}`)).status, 202);
  t.same(
    listed((await client.get(path)).text).manifests,
    wanted.filter((each) => each.digest !== typed.digest),
    "no longer there",
  );
});

t.test("referrers of nothing, and of nonsense", async (t) => {
  const client = await registry(t);
  for (const path of [`/v2/nowhere/referrers/${digest("x")}`, "/v2/nowhere/referrers/blake3:0123456789abcdef"]) {
    const got = await client.get(path);
    t.same([got.status, listed(got.text).manifests], [200, []], path);
  }
  for (const bad of ["latest", "sha256:xyz", "sha256:", `${digest("x")}0`, "..", "sha256%3A%2e%2e"]) {
    const got = await client.get(`/v2/nowhere/referrers/${bad}`);
    t.same([got.status, codeOf(got)], [400, "DIGEST_INVALID"], bad);
  }
});

t.test("referrers that do not fit into one manifest", async (t) => {
  const client = await registry(t, { manifestLimit: 4000 });
  const config = await client.blob("a", "{}");
  const subject = descriptor(digest("subject"), 7, MANIFEST);
  for (let n = 0; n < 12; n++) {
    const image = imageOf(config, { subject, artifactType: "a/b", annotations: { n: `${n}`, long: "x".repeat(1000) } });
    t.equal((await client.manifest("a", `t${n}`, image)).status, 201);
  }
  const texts = await pages(client, `/v2/a/referrers/${subject.digest}?artifactType=a/b`);
  t.ok(texts.length > 2, `${texts.length} pages`);
  t.ok(texts.every(({ length }) => length <= 4000));
  t.equal(new Set(texts.flatMap((text) => listed(text).manifests.map((each) => each.digest))).size, 12);
});
