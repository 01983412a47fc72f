import t from "tap";
import { answerTo, type Client, codeOf, digest, imageOf, registry } from "./client.js";

for (const durable of [false, true]) {
  t.test(`two writers of a tag, ${durable ? "durable" : "not durable"}`, async (t) => {
    const client = await registry(t, { durable });
    const config = await client.blob("a", "{}");
    const texts = Array.from({ length: 20 }, (_, n) => JSON.stringify(imageOf(config, { annotations: { n: `${n}` } })));
    await client.manifest("a", "t", texts[0]);
    let writing = true;
    const seen = new Set<string>();
    const reader = async (): Promise<void> => {
      while (writing) {
        const { status, text, headers } = await client.get("/v2/a/manifests/t");
        if (status !== 200 || digest(text) !== headers["docker-content-digest"] || !texts.includes(text))
          throw new Error(`${status}: ${text}`);
        seen.add(text);
      }
    };
    const reading = Promise.all([reader(), reader()]);
    const pushed = await Promise.all(texts.map((text) => client.manifest("a", "t", text)));
    writing = false;
    await reading;
    t.ok(pushed.every(({ status }) => status === 201));
    for (const text of texts) t.equal((await client.get(`/v2/a/manifests/${digest(text)}`)).text, text);
    t.ok(seen.size > 0);
  });

  t.test(`the same blob from all sides, ${durable ? "durable" : "not durable"}`, async (t) => {
    const client = await registry(t, { durable });
    const content = Buffer.alloc(600_000, "blob");
    const push = async (n: number): Promise<void> => {
      const location = await client.start(`r${n % 3}`);
      if (n % 2) await client.send("PATCH", location, { body: content.subarray(0, 1000), headers: { "Content-Range": "0-999" } });
      const answer = await client.send("PUT", `${location}?digest=${digest(content)}`, { body: n % 2 ? content.subarray(1000) : content });
      t.equal(answer.status, 201);
    };
    await Promise.all(Array.from({ length: 12 }, (_, n) => push(n)));
    for (let n = 0; n < 3; n++) t.ok((await client.get(`/v2/r${n}/blobs/${digest(content)}`)).body.equals(content));
  });
}

t.test("pushing and deleting at the same time", async (t) => {
  const client = await registry(t);
  const is = await client.blob("keeper", "content");
  const loop = async (n: number): Promise<void> => {
    for (let round = 0; round < 30; round++) {
      await client.blob(`r${n}`, "content");
      const got = await client.get(`/v2/r${n}/blobs/${is}`);
      if (got.status !== 200 || got.text !== "content") throw new Error(`pushed, but ${got.status}`);
      const { status } = await client.send("DELETE", `/v2/r${n}/blobs/${is}`);
      if (status !== 202) throw new Error(`deleting: ${status}`);
    }
  };
  await Promise.all([loop(1), loop(2), loop(3), loop(4)]);
  t.equal((await client.get(`/v2/keeper/blobs/${is}`)).text, "content");
  await client.send("DELETE", `/v2/keeper/blobs/${is}`);
  await Promise.all([loop(1), loop(2), loop(3), loop(4)]);
});

/** Begins a request, and waits until the registry wants its body. */
async function begun(client: Client, method: string, path: string) {
  const sending = client.open(method, path, { "Transfer-Encoding": "chunked", Expect: "100-continue" });
  const answer = answerTo(sending);
  await new Promise<void>((resolve) => {
    sending.on("continue", resolve);
    sending.flushHeaders();
  });
  return { sending, answer };
}

t.test("two requests to one upload", async (t) => {
  const client = await registry(t);
  const location = await client.start("a");
  const { sending, answer } = await begun(client, "PATCH", location);
  for (const method of ["PATCH", "PUT"]) {
    const second = await client.send(method, `${location}?digest=${digest("other")}`, { body: "other" });
    t.same([second.status, codeOf(second)], [416, "BLOB_UPLOAD_INVALID"], method);
  }
  t.equal((await client.get(location)).status, 204);
  sending.end("first");
  t.equal((await answer).headers.range, "0-4");
  t.equal((await client.send("PUT", `${location}?digest=${digest("first")}`)).status, 201);
});

t.test("a client that goes away", async (t) => {
  const client = await registry(t);
  const location = await client.start("a");
  const { sending, answer } = await begun(client, "PATCH", location);
  sending.write("half");
  const reached = async (): Promise<boolean> => (await client.get(location)).headers.range === "0-3";
  while (!(await reached()));
  sending.destroy();
  await t.rejects(answer);
  const rest = { body: " done", headers: { "Content-Range": "4-8" } };
  let patched = await client.send("PATCH", location, rest);
  while (patched.status === 416) patched = await client.send("PATCH", location, rest);
  t.same([patched.status, patched.headers.range], [202, "0-8"], "what it sent is there, and it can go on");
  t.equal((await client.send("PUT", `${location}?digest=${digest("half done")}`)).status, 201);
});

t.test("a client that goes away from its last request", async (t) => {
  const client = await registry(t);
  const location = await client.start("a");
  const is = digest("whole");
  const { sending, answer } = await begun(client, "PUT", `${location}?digest=${is}`);
  sending.write("wh");
  const reached = async (): Promise<boolean> => (await client.get(location)).headers.range === "0-1";
  while (!(await reached()));
  sending.destroy();
  await t.rejects(answer);
  let ended = await client.send("PUT", `${location}?digest=${is}`, { body: "whole" });
  while (ended.status === 416) ended = await client.send("PUT", `${location}?digest=${is}`, { body: "whole" });
  t.equal(ended.status, 201, "the same request again");
  t.equal((await client.get(`/v2/a/blobs/${is}`)).text, "whole");
});
