import t from "tap";
import { type Answer, type Client, codeOf, digest, registry } from "./client.js";

const auth = { user: "ada", password: "pass:word" };
const basic = (text = `${auth.user}:${auth.password}`) => ({ Authorization: `Basic ${Buffer.from(text).toString("base64")}` });

t.test("basic", async (t) => {
  const client = await registry(t, { auth: { kind: "basic", ...auth } });
  const refused = await client.get("/v2/");
  t.same([refused.status, codeOf(refused)], [401, "UNAUTHORIZED"]);
  t.match(refused.headers["www-authenticate"], /^Basic realm="[^"]+"/);
  t.equal((await client.get("/v2/", basic())).status, 200);
  for (const wrong of ["ada:wrong", "eve:pass:word", "ada", ""]) t.equal((await client.get("/v2/", basic(wrong))).status, 401, wrong);
  for (const header of ["Basic", "Basic !", "Bearer x", "nonsense"])
    t.equal((await client.get("/v2/", { Authorization: header })).status, 401, header);
  t.equal((await client.send("POST", "/v2/a/blobs/uploads/", { headers: basic() })).status, 202);
  t.equal((await client.send("POST", "/v2/a/blobs/uploads/")).status, 401);
  t.equal((await client.get("/token", basic())).status, 404, "which is for bearer only");
});

const challengeOf = ({ headers }: Answer): Record<string, string> =>
  Object.fromEntries([...String(headers["www-authenticate"]).matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]));

async function token(client: Client, ...scopes: string[]): Promise<{ Authorization: string }> {
  const query = scopes.map((scope) => `&scope=${scope}`).join("");
  const { text } = await client.get(`/token?service=oci-conform${query}`, basic());
  return { Authorization: `Bearer ${(JSON.parse(text) as { token: string }).token}` };
}

t.test("bearer", async (t) => {
  const client = await registry(t, { auth: { kind: "bearer", ...auth } });
  const refused = await client.get("/v2/a/b/manifests/latest");
  t.same([refused.status, codeOf(refused)], [401, "UNAUTHORIZED"]);
  t.match(refused.headers["www-authenticate"], /^Bearer /);
  t.same(challengeOf(refused), { realm: `${client.url}/token`, service: "oci-conform", scope: "repository:a/b:pull" });
  t.same(challengeOf(await client.get("/v2/")), { realm: `${client.url}/token`, service: "oci-conform" });
  t.match(challengeOf(await client.send("PUT", "/v2/a/manifests/x")), { scope: "repository:a:pull,push" });
  t.match(challengeOf(await client.send("DELETE", "/v2/a/manifests/x")), { scope: "repository:a:delete" });
  t.equal((await client.get("/token")).status, 401);
  t.equal((await client.get("/token", basic("ada:wrong"))).status, 401);
  t.equal((await client.send("POST", "/token", { headers: basic() })).status, 405);

  const pull = await token(client, "repository:a/b:pull");
  t.equal((await client.get("/v2/", pull)).status, 200);
  t.equal(codeOf(await client.get("/v2/a/b/manifests/latest", pull)), "NAME_UNKNOWN");
  const short = await client.send("POST", "/v2/a/b/blobs/uploads/", { headers: pull });
  t.equal(short.status, 401);
  t.match(challengeOf(short), { error: "insufficient_scope", scope: "repository:a/b:pull,push" });
  t.equal((await client.get("/v2/a/c/manifests/latest", pull)).status, 401, "another repository");
  const all = await token(client, "repository:a/b:pull,push,delete", "repository:c:*");
  t.equal((await client.send("POST", "/v2/a/b/blobs/uploads/", { headers: all })).status, 202);
  t.equal((await client.send("POST", "/v2/c/blobs/uploads/", { headers: all })).status, 202);
  t.equal((await client.send("DELETE", "/v2/a/b/manifests/x", { headers: all })).status, 404);
  for (const forged of [`${all.Authorization}x`, "Bearer a.b", "Bearer a", "Bearer .", all.Authorization.replace(/\.[^.]*$/, ".")]) {
    const answer = await client.get("/v2/", { Authorization: forged });
    t.equal(answer.status, 401, forged);
    t.equal(challengeOf(answer).error, "invalid_token");
  }
});

t.test("scopes of a mount", async (t) => {
  const client = await registry(t, { auth: { kind: "bearer", ...auth } });
  const from = await token(client, "repository:from:pull,push");
  const is = digest("content");
  const pushed = await client.send("POST", `/v2/from/blobs/uploads/?digest=${is}`, { body: "content", headers: from });
  t.equal(pushed.status, 201);
  const to = await token(client, "repository:to:pull,push");
  for (const query of [`?mount=${is}&from=from`, `?mount=${is}`])
    t.equal((await client.send("POST", `/v2/to/blobs/uploads/${query}`, { headers: to })).status, 202, query);
  const both = await token(client, "repository:to:pull,push+repository:from:pull");
  t.equal((await client.send("POST", `/v2/to/blobs/uploads/?mount=${is}&from=from`, { headers: both })).status, 201);
});

t.test("tokens that have expired", async (t) => {
  const client = await registry(t, { auth: { kind: "bearer", ...auth, tokenSeconds: 0 } });
  const answer = await client.get("/v2/", await token(client));
  t.same([answer.status, challengeOf(answer).error], [401, "invalid_token"]);
});
