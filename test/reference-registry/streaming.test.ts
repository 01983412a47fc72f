import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import t from "tap";
import type { Client } from "./client.js";
import { spawnRegistry } from "./process.js";

const MIB = 1024 * 1024;
const SIZE = 200;
const piece = Buffer.alloc(MIB, "piece");

function* pieces(): Generator<Buffer> {
  for (let n = 0; n < SIZE; n++) yield piece;
}

/** The most memory that a process ever had, in MiB. */
const peak = (pid: number): number => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

/** Pulls in constant memory. */
function pull(client: Client, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sending = client.open("GET", path).on("error", reject);
    sending.on("response", (response: IncomingMessage) => {
      const hash = createHash("sha256");
      response.on("data", (chunk: Buffer) => hash.update(chunk));
      response.on("end", () => resolve(`sha256:${hash.digest("hex")}`));
      response.on("error", reject);
    });
    sending.end();
  });
}

t.test("large blobs in constant memory", { skip: process.platform === "linux" ? false : "reads /proc" }, async (t) => {
  const { client, child } = await spawnRegistry(t, ["--dir", t.testdir()]);
  await client.get("/v2/");
  const before = peak(child.pid ?? 0);
  const hash = createHash("sha256");
  for (const each of pieces()) hash.update(each);
  const is = `sha256:${hash.digest("hex")}`;
  const location = await client.start("a");
  t.equal((await client.send("PATCH", location, { body: Readable.from(pieces()) })).status, 202);
  t.equal((await client.send("PUT", `${location}?digest=${is}`)).status, 201);
  t.equal(await pull(client, `/v2/a/blobs/${is}`), is);
  const part = await client.get(`/v2/a/blobs/${is}`, { Range: `bytes=${199 * MIB}-` });
  t.equal(part.body.length, MIB);
  const used = peak(child.pid ?? 0) - before;
  t.ok(used < SIZE, `${Math.round(used)} MiB more than before for ${SIZE} MiB up and down`);
});

t.test("a reader that does not read holds nothing up", async (t) => {
  const { client } = await spawnRegistry(t, ["--dir", t.testdir()]);
  const content = Buffer.alloc(20 * MIB, "x");
  const path = `/v2/a/blobs/${await client.blob("a", content)}`;
  const slow = client.open("GET", path);
  const stopped = new Promise<IncomingMessage>((resolve) => slow.on("response", resolve));
  slow.end();
  const response = await stopped;
  response.pause();
  t.equal((await client.get(path)).body.length, content.length);
  t.equal((await client.send("DELETE", path)).status, 202, "a reader does not keep a blob from being deleted");
  let length = 0;
  for await (const chunk of response) length += (chunk as Buffer).length;
  t.equal(length, content.length, "and gets it to its end");
});
