import { createServer, type RequestListener } from "node:http";
import t, { type Test } from "tap";
import { challengesOf } from "../../../runners/registry/challenge.js";
import { RegistryClient, retryAfter } from "../../../runners/registry/client.js";
import { HttpClient, splitUrl } from "../../../runners/registry/http-client.js";
import { nextLink } from "../../../runners/registry/run-case.js";
import type { Endpoint } from "../../../runners/registry/target.js";

/** A server of ours, and a client of it. */
async function served(t: Test, listener: RequestListener, more: Partial<Endpoint> = {}): Promise<{ client: RegistryClient; url: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  const client = new RegistryClient({ url, namespace: "x", timeoutMs: 2000, maxBody: 1000, ...more }, 4);
  t.teardown(async () => {
    await client.close();
    server.closeAllConnections();
    server.close();
  });
  return { client, url };
}

const get = (url: string, headers: Record<string, string> = {}) => ({ method: "GET", url, headers, body: null });

t.test("links", async (t) => {
  t.equal(nextLink('</v2/x/tags/list?n=1&last=a>; rel="next"'), "/v2/x/tags/list?n=1&last=a");
  t.equal(nextLink("</a>; rel=next"), "/a");
  t.equal(nextLink('</p>; rel="prev", </n>; title="a, b"; rel="next"'), "/n");
  t.equal(nextLink('</p>; rel="prev"'), undefined);
  t.equal(nextLink("</a>"), undefined);
  t.equal(nextLink(undefined), undefined);
});

t.test("challenges", async (t) => {
  t.same(challengesOf('Bearer realm="https://a/token",service="s",scope="repository:x:pull,push"'), [
    { scheme: "bearer", parameters: { realm: "https://a/token", service: "s", scope: "repository:x:pull,push" } },
  ]);
  t.same(challengesOf('Basic realm="a \\"b\\"", Bearer realm=c'), [
    { scheme: "basic", parameters: { realm: 'a "b"' } },
    { scheme: "bearer", parameters: { realm: "c" } },
  ]);
});

t.test("how long to wait", async (t) => {
  t.equal(retryAfter("3", 0), 3000);
  t.equal(retryAfter("Thu, 01 Jan 1970 00:00:05 GMT", 1000), 4000);
  t.equal(retryAfter("99999", 0), 60_000, "not for ever");
  t.equal(retryAfter(undefined, 0), 1000);
  t.equal(retryAfter("soon", 0), 1000);
});

t.test("URLs are taken as they are written", async (t) => {
  t.same(splitUrl("http://h:1/v2/../x?a=%2f#f"), { origin: "http://h:1", path: "/v2/../x?a=%2f" });
  t.throws(() => splitUrl("/v2/"), TypeError);
});

t.test("a path with dots goes out as it is", async (t) => {
  const { client, url } = await served(t, (request, response) => response.end(request.url));
  const answer = await client.send(get(`${url}/v2/../%2e%2e/x`));
  t.match(answer, { response: { status: 200, body: { text: "/v2/../%2e%2e/x" } } });
});

t.test("basic credentials are sent when they are asked for, and not before", async (t) => {
  const seen: (string | undefined)[] = [];
  const { client, url } = await served(
    t,
    (request, response) => {
      seen.push(request.headers.authorization);
      if (request.headers.authorization === undefined) response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
      else response.end("in");
    },
    { credentials: { user: "u", password: "p" } },
  );
  t.match(await client.send(get(`${url}/v2/`)), { response: { status: 200 } });
  t.match(await client.send(get(`${url}/v2/`)), { response: { status: 200 } });
  const sent = `Basic ${Buffer.from("u:p").toString("base64")}`;
  t.same(seen, [undefined, sent, sent], "the second request goes with them at once");
});

t.test("a token is fetched by the challenge's realm, service and scope", async (t) => {
  const asked: string[] = [];
  const { client, url } = await served(t, (request, response) => {
    if (request.url?.startsWith("/token")) {
      asked.push(request.url);
      response.end(JSON.stringify({ token: "T", expires_in: 300 }));
    } else if (request.headers.authorization === "Bearer T") response.end("in");
    else
      response
        .writeHead(401, { "www-authenticate": `Bearer realm="http://${request.headers.host}/token",service="s",scope="repository:x:pull"` })
        .end();
  });
  t.match(await client.send(get(`${url}/v2/x/blobs/y`)), { response: { status: 200 } });
  t.match(await client.send(get(`${url}/v2/x/blobs/z`)), { response: { status: 200 } });
  t.same(asked, ["/token?service=s&scope=repository%3Ax%3Apull"], "once");
});

t.test("what is read may lie elsewhere, where credentials do not go; nothing else is followed", async (t) => {
  let elsewhere: string | undefined = "none";
  const store = await served(t, (request, response) => {
    elsewhere = request.headers.authorization;
    response.end("bytes");
  });
  const { client, url } = await served(
    t,
    (request, response) => {
      if (request.headers.authorization === undefined) response.writeHead(401, { "www-authenticate": "Basic realm=x" }).end();
      else response.writeHead(307, { location: `${store.url}/there` }).end();
    },
    { credentials: { user: "u", password: "p" } },
  );
  for (const path of ["blobs/sha256:0", "manifests/v1", "manifests/sha512:0", "tags/list?n=1", "referrers/sha256:0"])
    t.match(await client.send(get(`${url}/v2/x/${path}`)), { response: { status: 200, body: { text: "bytes" } }, elsewhere: true }, path);
  t.equal(elsewhere, undefined);
  for (const path of [
    "x/../y/manifests/v1",
    "x/manifests/../v1",
    "x/manifests/.",
    "x//manifests/v1",
    "x/manifests/%2e%2e",
    "x/blobs/uploads/1",
  ])
    t.match(await client.send(get(`${url}/v2/${path}`)), { response: { status: 307 } }, path);
  t.match(await client.send({ ...get(`${url}/v2/x/manifests/v1`), method: "DELETE" }), { response: { status: 307 } });
});

t.test("a registry that asks to wait is waited for, and its answer kept", async (t) => {
  let count = 0;
  const { client, url } = await served(t, (_request, response) => {
    if (++count === 1) response.writeHead(429, { "retry-after": "0" }).end();
    else response.end("now");
  });
  t.match(await client.send(get(url)), { response: { status: 200 }, throttled: { status: 429 } });
});

t.test("limits on time and size, and answers that break off", async (t) => {
  const { url } = await served(t, (request, response) => {
    if (request.url === "/big") response.end(Buffer.alloc(2000));
    if (request.url === "/cut") {
      response.writeHead(200, { "content-length": 100 });
      response.write("x", () => response.destroy());
    }
  });
  const http = new HttpClient({ url, namespace: "", timeoutMs: 300, maxBody: 1000 }, 2);
  t.teardown(() => http.close());
  t.match(await http.send(get(`${url}/big`)), { failure: { kind: "too-large" } });
  t.match(await http.send(get(`${url}/never`)), { failure: { kind: "timeout" } });
  t.match(await http.send(get(`${url}/cut`)), { failure: { kind: "protocol", message: /status 200, breaks off/ } });
  t.match(await http.send(get("http://127.0.0.1:1/")), { failure: { kind: "refused", message: /ECONNREFUSED/ } });
});
