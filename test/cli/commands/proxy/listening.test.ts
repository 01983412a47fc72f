import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, request, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import t, { type Test } from "tap";
import { type Listening, listen } from "../../../../cli/commands/proxy/listening.js";
import type { Keeps } from "../../../../reference-registry/stage/recorder.js";

interface Between {
  readonly proxy: Listening;
  readonly upstream: string;
  readonly told: readonly string[];
}

/** A proxy before a server of ours. */
async function before(t: Test, handler: RequestListener, more: { keeps?: Keeps; continues?: RequestListener } = {}): Promise<Between> {
  const server = createServer(handler);
  if (more.continues) server.on("checkContinue", more.continues);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const upstream = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const told: string[] = [];
  const proxy = await listen(new URL(upstream), { port: 0, ...(more.keeps ? { keeps: more.keeps } : {}) }, (message) => told.push(message));
  t.teardown(async () => {
    await proxy.end();
    server.closeAllConnections();
    server.close();
  });
  return { proxy, upstream, told };
}

const drained = async (message: IncomingMessage): Promise<Buffer> => {
  const pieces: Buffer[] = [];
  for await (const piece of message) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
};

const sha256 = (bytes: Buffer): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

t.test("passes bodies on in both directions, with their framing", async (t) => {
  const framings: (string | undefined)[] = [];
  const { proxy } = await before(t, async (request, response) => {
    framings.push(request.headers["content-length"] ?? request.headers["transfer-encoding"]);
    const body = await drained(request);
    response.setHeader("X-Host", request.headers.host ?? "");
    response.end(body);
  });
  const large = Buffer.alloc(20 * 1024 * 1024, "oci");
  for (const body of [large, Buffer.alloc(0)]) {
    const answer = await fetch(`${proxy.url}/v2/a/blobs/uploads/`, { method: "POST", body });
    t.ok(Buffer.from(await answer.arrayBuffer()).equals(body));
  }
  const streamed = request(`${proxy.url}/v2/a/blobs/uploads/x`, { method: "PATCH" });
  streamed.write("one");
  streamed.end("two");
  const [answer] = (await once(streamed, "response")) as [IncomingMessage];
  t.equal(String(await drained(answer)), "onetwo");
  t.strictSame(framings, [String(large.length), "0", "chunked"]);
  const { exchanges } = await proxy.end();
  t.equal(exchanges[0]?.request.body?.sha256, sha256(large));
  t.equal(exchanges[0]?.response?.body.sha256, sha256(large));
  t.equal(exchanges[0]?.request.body?.text, undefined, "of a large body only digests are kept");
  t.equal(exchanges[2]?.request.body?.text, "onetwo");
});

t.test("names itself where the registry names the registry, and nowhere else", async (t) => {
  const own: { upstream?: string } = {};
  const { proxy, upstream } = await before(t, (_, response) => {
    response.writeHead(401, {
      Location: `${own.upstream}/v2/a/blobs/uploads/1?_state=x`,
      Link: `<${own.upstream}/v2/a/tags/list?last=x>; rel="next"`,
      "WWW-Authenticate": `Bearer realm="${own.upstream}/token",service="s"`,
      "X-Other": own.upstream,
    });
    response.end();
  });
  own.upstream = upstream;
  const { headers } = await fetch(`${proxy.url}/v2/`);
  t.equal(headers.get("location"), `${proxy.url}/v2/a/blobs/uploads/1?_state=x`);
  t.equal(headers.get("link"), `<${proxy.url}/v2/a/tags/list?last=x>; rel="next"`);
  t.equal(headers.get("www-authenticate"), `Bearer realm="${proxy.url}/token",service="s"`);
  t.equal(headers.get("x-other"), upstream);
  own.upstream = `${upstream}0`;
  t.equal((await fetch(`${proxy.url}/v2/`)).headers.get("location"), `${upstream}0/v2/a/blobs/uploads/1?_state=x`, "another port stays");
});

t.test("answers HEAD without a body, and with the length", async (t) => {
  const { proxy } = await before(t, (_, response) => response.writeHead(200, { "Content-Length": 1234 }).end());
  const answer = await fetch(`${proxy.url}/v2/a/blobs/sha256:x`, { method: "HEAD" });
  t.equal(answer.headers.get("content-length"), "1234");
  const { exchanges } = await proxy.end();
  t.match(exchanges, [{ request: { body: null }, response: { status: 200, body: { size: 0, broken: undefined } } }]);
});

t.test("asks for a body that is held back when the registry does, and only then", async (t) => {
  const { proxy } = await before(t, (_, response) => response.end(), {
    continues: async (request: IncomingMessage, response: ServerResponse) => {
      if (request.url === "/v2/refused") {
        response.writeHead(413).end();
        return;
      }
      response.writeContinue();
      response.end(await drained(request));
    },
  });
  const ask = async (path: string): Promise<{ status: number | undefined; asked: boolean; text: string }> => {
    const sent = request(`${proxy.url}${path}`, { method: "PUT", headers: { Expect: "100-continue", "Content-Length": 4 } });
    let asked = false;
    sent.on("continue", () => {
      asked = true;
      sent.end("body");
    });
    sent.flushHeaders();
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    const text = String(await drained(answer));
    sent.destroy();
    return { status: answer.statusCode, asked, text };
  };
  t.strictSame(await ask("/v2/taken"), { status: 200, asked: true, text: "body" });
  t.strictSame(await ask("/v2/refused"), { status: 413, asked: false, text: "" });
});

t.test("breaks off where the registry does, and tells so", async (t) => {
  const { proxy, told } = await before(t, (request, response) => {
    if (request.url === "/v2/none") request.socket.destroy();
    else {
      response.writeHead(200, { "Content-Length": 100 });
      response.write("half", () => request.socket.destroy());
    }
  });
  const none = await fetch(`${proxy.url}/v2/none`);
  t.equal(none.status, 502);
  await t.rejects(fetch(`${proxy.url}/v2/half`).then((answer) => answer.text()));
  const { exchanges } = await proxy.end();
  t.equal(exchanges[0]?.response, null, "what we answer is no answer of the registry");
  t.equal(exchanges[1]?.response?.body.broken, true);
  t.ok(told.length >= 2);
});

t.test("breaks off where the client does", async (t) => {
  let broken: (value: boolean) => void = () => undefined;
  const seen = new Promise<boolean>((resolve) => {
    broken = resolve;
  });
  const { proxy } = await before(t, (request) => {
    request.on("close", () => broken(!request.complete));
    request.resume();
  });
  const socket = connect(Number(new URL(proxy.url).port), "127.0.0.1");
  socket.write("PUT /v2/a/blobs/uploads/x HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf", () => socket.destroy());
  t.equal(await seen, true);
  const { exchanges } = await proxy.end();
  t.match(exchanges, [{ request: { body: { size: 4, broken: true } }, response: null }]);
});

t.test("an answer that comes before the body is passed on, and the end is an end", async (t) => {
  const { proxy } = await before(t, (_, response) => response.writeHead(416, { "Content-Length": 0 }).end());
  const sent = request(`${proxy.url}/v2/a/blobs/uploads/x`, { method: "PATCH", headers: { "Content-Length": 100 } });
  sent.on("error", () => undefined);
  sent.write("half");
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  t.equal(answer.statusCode, 416);
  t.match((await proxy.end()).exchanges, [{ request: { body: { broken: true } }, response: { status: 416 } }]);
});

t.test("keeps so much and no more", async (t) => {
  const { proxy } = await before(t, (_, response) => response.end("x"), { keeps: { exchanges: 2, characters: 1e9 } });
  for (let at = 0; at < 5; at++) t.equal((await fetch(`${proxy.url}/v2/${at}`)).status, 200);
  const { exchanges, left } = await proxy.end();
  t.strictSame([exchanges.length, left], [2, 3]);
  const short = await before(t, (_, response) => response.end("x".repeat(1000)), { keeps: { exchanges: 100, characters: 1500 } });
  for (let at = 0; at < 5; at++) await (await fetch(`${short.proxy.url}/v2/${at}`)).text();
  const kept = await short.proxy.end();
  t.ok(kept.exchanges.length < 5 && kept.left > 0);
  t.equal(kept.exchanges.length + kept.left, 5);
});
