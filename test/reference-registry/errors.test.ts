import { readdirSync } from "node:fs";
import { connect } from "node:net";
import t from "tap";
import { codeOf, digest, registry } from "./client.js";

t.test("names", async (t) => {
  const dir = t.testdir();
  const client = await registry(t, { dir });
  for (const name of ["a", "a/b/c", "a.b", "a_b", "a__b", "a---b", "0", "blobs", "manifests/tags/list", "x".repeat(255)]) {
    t.equal((await client.send("POST", `/v2/${name}/blobs/uploads/`)).status, 202, name);
    t.equal(codeOf(await client.get(`/v2/${name}/manifests/x`)), "NAME_UNKNOWN", name);
  }
  const bad = [
    "A",
    "a_",
    "-a",
    "a..b",
    "a___b",
    "a//b",
    "/a",
    "a/",
    "..",
    "../x",
    "%2e%2e/x",
    "a%2Fb",
    "a%00",
    "_blobs",
    "a b",
    "ä",
    "x".repeat(256),
  ];
  for (const name of bad) {
    for (const [method, path] of [
      ["GET", `/v2/${encodeURI(decodeURI(name)).replace("a/b", "a%2Fb")}/manifests/x`],
      ["POST", `/v2/${encodeURI(name).replaceAll("%25", "%")}/blobs/uploads/`],
    ] as const) {
      const answer = await client.send(method, path);
      t.same([answer.status, codeOf(answer)], [400, "NAME_INVALID"], `${method} ${path}`);
    }
  }
  t.same(readdirSync(dir).sort(), ["tmp", "uploads"], "nothing was made");
});

t.test("digests", async (t) => {
  const client = await registry(t);
  await client.blob("a", "{}");
  const upper = digest("x").toUpperCase().replace("SHA", "sha");
  for (const bad of [
    "sha256",
    "sha256:",
    "sha256:abc",
    upper,
    `${digest("x")}0`,
    "sha256:../../etc/passwd",
    "%2e%2e",
    "SHA256:abc",
    "a:b:c",
  ]) {
    for (const method of ["GET", "HEAD", "DELETE"]) {
      const answer = await client.send(method, `/v2/a/blobs/${bad.replaceAll("/", "%2F")}`);
      t.equal(answer.status, 400, `${method} ${bad}`);
      if (method !== "HEAD") t.equal(codeOf(answer), "DIGEST_INVALID", bad);
    }
  }
  const manifest = await client.get("/v2/a/manifests/sha256:abc");
  t.same([manifest.status, codeOf(manifest)], [400, "DIGEST_INVALID"]);
});

t.test("methods", async (t) => {
  const client = await registry(t);
  for (const [path, allow] of [
    ["/v2/", "GET, HEAD"],
    ["/v2/a/tags/list", "GET, HEAD"],
    [`/v2/a/referrers/${digest("x")}`, "GET, HEAD"],
    ["/v2/a/blobs/uploads/", "POST"],
    [`/v2/a/blobs/${digest("x")}`, "GET, HEAD, DELETE"],
    ["/v2/a/manifests/x", "GET, HEAD, PUT, DELETE"],
    ["/v2/a/blobs/uploads/x", "GET, HEAD, PATCH, PUT, DELETE"],
  ] as const) {
    const answer = await client.send("OPTIONS", path);
    t.same([answer.status, codeOf(answer), answer.headers.allow], [405, "UNSUPPORTED", allow], path);
  }
});

t.test("requests that Node answers by itself otherwise", async (t) => {
  const client = await registry(t);
  const { hostname, port } = new URL(client.url);
  const sent = async (text: string): Promise<string> => {
    const socket = connect(Number(port), hostname).setEncoding("utf8");
    socket.end(text);
    let all = "";
    for await (const chunk of socket) all += chunk;
    return all;
  };
  t.match(await sent("FROB /v2/ HTTP/1.1\r\nHost: x\r\n\r\n"), /^HTTP\/1\.1 501 Not Implemented\r\nDate: /);
  t.match(await sent("CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n"), /^HTTP\/1\.1 501 /);
  t.match(await sent("nonsense\r\n\r\n"), /^HTTP\/1\.1 [45]\d\d /);
  t.match(await sent(`GET /v2/ HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(20_000)}\r\n\r\n`), /^HTTP\/1\.1 431 /);
  t.match(await sent(`GET ${client.url}/v2/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`), /^HTTP\/1\.1 200 /);
  const short = `POST /v2/a/blobs/uploads/?digest=${digest("cut")} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\ncut`;
  t.notMatch(await sent(short), /^HTTP\/1\.1 2/, "a body that breaks off");
  t.equal((await client.get(`/v2/a/blobs/${digest("cut")}`)).status, 404);
});

t.test("paths that are none", async (t) => {
  const client = await registry(t);
  for (const path of [
    "/",
    "/v1/",
    "/v2/a",
    "/v2/a/b/c",
    "/v2/tags/list",
    "/v2/manifests/x",
    "/v2/_catalog",
    "/token",
    "//v2/",
    "/v2//",
    "/v2/a/tags/other",
  ])
    t.equal((await client.get(path)).status, 404, path);
  for (const path of ["/v2/%/manifests/x", "/v2/a/manifests/%zz", "/v2/a/manifests/x?n=%", "/v2/%ff/tags/list"])
    t.equal((await client.get(path)).status, 400, path);
});

t.test("error bodies", async (t) => {
  const client = await registry(t);
  const { headers, text } = await client.get("/v2/a/manifests/x");
  t.equal(headers["content-type"], "application/json");
  t.same(JSON.parse(text), { errors: [{ code: "NAME_UNKNOWN", message: "there is no such repository", detail: { name: "a" } }] });
});
