import { Readable } from "node:stream";
import t from "tap";
import { type Answer, answerTo, type Client, codeOf, digest, registry } from "./client.js";

const pulled = async (client: Client, name: string, is: string): Promise<string> => (await client.get(`/v2/${name}/blobs/${is}`)).text;
const chunk = (client: Client, location: string, range: string | undefined, body: string): Promise<Answer> =>
  client.send("PATCH", location, { body, headers: range === undefined ? {} : { "Content-Range": range } });

t.test("in one request after the first", async (t) => {
  const client = await registry(t);
  const started = await client.send("POST", "/v2/a/b/blobs/uploads/");
  t.equal(started.status, 202);
  t.match(started.headers.location, /\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "a UUID");
  t.equal(started.headers["oci-chunk-min-length"], undefined);
  t.not(await client.start("a/b"), started.headers.location);
  const location = started.headers.location ?? "";
  const is = digest("content");
  const ended = await client.send("PUT", `${location}?digest=${is}`, { body: "content" });
  t.equal(ended.status, 201);
  t.equal(ended.headers["docker-content-digest"], is);
  t.equal((await client.get(ended.headers.location ?? "")).text, "content");
  t.equal(codeOf(await client.send("PUT", `${location}?digest=${is}`, { body: "content" })), "BLOB_UPLOAD_UNKNOWN", "it has ended");
});

t.test("in a single request", async (t) => {
  const client = await registry(t);
  for (const algorithm of ["sha256", "sha512"]) {
    const is = digest("single", algorithm);
    const { status, headers } = await client.send("POST", `/v2/a/blobs/uploads/?digest=${is}`, { body: "single" });
    t.same([status, headers["docker-content-digest"]], [201, is]);
    t.equal((await client.get(headers.location ?? "")).text, "single");
  }
  const wrong = await client.send("POST", `/v2/a/blobs/uploads/?digest=${digest("x")}`, { body: "y" });
  t.same([wrong.status, codeOf(wrong)], [400, "DIGEST_INVALID"]);
  t.equal((await client.get(`/v2/a/blobs/${digest("x")}`)).status, 404);
  t.equal((await client.get(`/v2/a/blobs/${digest("y")}`)).status, 404);
});

t.test("as a stream", async (t) => {
  const client = await registry(t);
  const location = await client.start("a");
  const patched = await client.send("PATCH", location, { body: Readable.from(["one ", "two "]) });
  t.same([patched.status, patched.headers.range], [202, "0-7"]);
  const is = digest("one two three");
  const ended = await client.send("PUT", `${patched.headers.location}?digest=${is}`, { body: Readable.from(["three"]) });
  t.equal(ended.status, 201);
  t.equal(await pulled(client, "a", is), "one two three");
});

t.test("in chunks", async (t) => {
  const client = await registry(t, { chunkMinLength: 3 });
  const started = await client.send("POST", "/v2/a/blobs/uploads/", { headers: { "Content-Length": "0" } });
  t.equal(started.headers["oci-chunk-min-length"], "3");
  const location = started.headers.location ?? "";
  const before = await client.get(location);
  t.same([before.status, before.headers.range, before.headers.location], [204, "0-0", location], "nothing yet");
  const first = await chunk(client, location, "0-2", "abc");
  t.same([first.status, first.headers.range, first.headers.location], [202, "0-2", location]);
  for (const range of ["0-2", "2-4", "4-6", "100-102"]) {
    const refused = await chunk(client, location, range, "xyz");
    t.same([refused.status, codeOf(refused), refused.headers.range], [416, "BLOB_UPLOAD_INVALID", "0-2"], range);
  }
  t.equal((await client.get(location)).headers.range, "0-2");
  t.equal((await client.get(location)).status, 204);
  t.equal((await chunk(client, location, "3-5", "def")).headers.range, "0-5");
  const is = digest("abcdefg");
  const early = await client.send("PUT", `${location}?digest=${is}`, { body: "g", headers: { "Content-Range": "5-5" } });
  t.equal(early.status, 416, "the last one too");
  const ended = await client.send("PUT", `${location}?digest=${is}`, { body: "g", headers: { "Content-Range": "6-6" } });
  t.equal(ended.status, 201);
  t.equal(await pulled(client, "a", is), "abcdefg");
});

t.test("chunks that are wrong", async (t) => {
  const client = await registry(t);
  const location = await client.start("a");
  await chunk(client, location, "0-2", "abc");
  for (const range of ["bytes 3-5/6", "3-", "-5", "5-3", "x-y"]) {
    const refused = await chunk(client, location, range, "def");
    t.same([refused.status, codeOf(refused)], [400, "BLOB_UPLOAD_INVALID"], range);
  }
  const short = await chunk(client, location, "3-5", "de");
  t.same([short.status, codeOf(short)], [400, "SIZE_INVALID"]);
  const streamed = await client.send("PATCH", location, { body: Readable.from(["defg"]), headers: { "Content-Range": "3-5" } });
  t.same([streamed.status, codeOf(streamed)], [400, "SIZE_INVALID"]);
  t.equal((await client.get(location)).headers.range, "0-2", "nothing of them stays");
  const is = digest("abcdef");
  t.equal((await client.send("PUT", `${location}?digest=${is}`, { body: "def" })).status, 201);
  t.equal(await pulled(client, "a", is), "abcdef");
});

t.test("a wrong digest leaves the upload as it was", async (t) => {
  const client = await registry(t);
  const location = await client.start("a");
  await chunk(client, location, "0-2", "abc");
  const wrong = await client.send("PUT", `${location}?digest=${digest("other")}`, { body: "def" });
  t.same([wrong.status, codeOf(wrong)], [400, "DIGEST_INVALID"]);
  for (const bad of ["", "?digest=", "?digest=sha256:xyz", "?digest=md5:d41d8cd98f00b204e9800998ecf8427e"]) {
    const refused = await client.send("PUT", `${location}${bad}`, { body: "def" });
    t.same([refused.status, codeOf(refused)], [400, "DIGEST_INVALID"], bad);
  }
  t.equal((await client.get(location)).headers.range, "0-2");
  t.equal((await client.send("PUT", `${location}?digest=${digest("abcdef")}`, { body: "def" })).status, 201);
});

t.test("by another algorithm than the one that was announced", async (t) => {
  const client = await registry(t);
  for (const announced of ["sha256", "sha512"]) {
    for (const used of ["sha256", "sha512"]) {
      const location = await client.start("a", `?digest-algorithm=${announced}`);
      await chunk(client, location, undefined, `${announced} `);
      const is = digest(`${announced} ${used}`, used);
      t.equal((await client.send("PUT", `${location}?digest=${is}`, { body: used })).status, 201, `${announced}, ${used}`);
      t.equal(await pulled(client, "a", is), `${announced} ${used}`);
    }
  }
  const unknown = await client.send("POST", "/v2/a/blobs/uploads/?digest-algorithm=md5");
  t.same([unknown.status, codeOf(unknown)], [400, "DIGEST_INVALID"]);
});

t.test("cancelled", async (t) => {
  const client = await registry(t);
  const location = await client.start("a");
  await chunk(client, location, "0-2", "abc");
  t.equal((await client.send("DELETE", location)).status, 204);
  for (const method of ["GET", "PATCH", "PUT", "DELETE"]) t.equal((await client.send(method, location, { body: "" })).status, 404, method);
  t.equal((await client.get(location.replace("/a/", "/b/"))).status, 404);
});

t.test("cancelled while a request writes to it", async (t) => {
  const client = await registry(t);
  const location = await client.start("a");
  const sending = client.open("PATCH", location, { "Transfer-Encoding": "chunked", Expect: "100-continue" });
  const answer = answerTo(sending);
  await new Promise<void>((resolve) => {
    sending.on("continue", resolve);
    sending.flushHeaders();
  });
  t.equal((await client.send("DELETE", location)).status, 204);
  sending.end("late");
  t.equal(codeOf(await answer), "BLOB_UPLOAD_UNKNOWN");
});

t.test("mounted from another repository", async (t) => {
  const client = await registry(t);
  const is = await client.blob("from", "content");
  for (const [name, query] of [
    ["to/one", `?mount=${is}&from=from`],
    ["to/two", `?mount=${is}`],
  ] as const) {
    const mounted = await client.send("POST", `/v2/${name}/blobs/uploads/${query}`);
    t.same([mounted.status, mounted.headers["docker-content-digest"]], [201, is], query);
    t.equal(mounted.headers.location, `/v2/${name}/blobs/${is}`);
    t.equal((await client.get(mounted.headers.location ?? "")).text, "content");
  }
  for (const query of [
    `?mount=${digest("none")}&from=from`,
    `?mount=${is}&from=nowhere`,
    `?mount=${is}&from=../from`,
    `?mount=${digest("none")}`,
  ]) {
    const instead = await client.send("POST", `/v2/to/blobs/uploads/${query}`);
    t.equal(instead.status, 202, query);
    t.equal((await client.send("PUT", `${instead.headers.location}?digest=${digest("x")}`, { body: "x" })).status, 201, query);
  }
  t.equal(codeOf(await client.send("POST", "/v2/to/blobs/uploads/?mount=nonsense&from=from")), "DIGEST_INVALID");
});
