import t from "tap";
import type { Challenge } from "../../../reference-registry/behaviours/behaviour.js";
import type { Play } from "../../../reference-registry/stage/play.js";
import { type Answer, type Client, codeOf, digest } from "../client.js";
import { BLOB, holding, inShort, LAYER, played, playOf, stageFor } from "../stage/playing.js";

const credentials = { registry: { user: "ada", password: "a:b" }, other: { user: "eve", password: "c" } } as const;
const basic = ({ user, password }: { readonly user: string; readonly password: string }) => ({
  Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
});
const BEARER: Challenge = {
  kind: "auth",
  challenges: ['Strange a="b"', 'Bearer realm="{realm}",service="s",scope="{scope}"'],
  accepts: "bearer",
};
const asking = (does: Partial<Challenge> = {}, more: Partial<Play> = {}): Play =>
  playOf([{ on: { to: "any" }, does: { ...BEARER, ...does } }], { credentials, ...more });

/** What a challenge says. */
const scopeIn = ({ headers }: Answer): string | undefined => /scope="([^"]*)"/.exec(String(headers["www-authenticate"]))?.[1];

async function token(of: Client, scope: string, as: Readonly<Record<string, string>>): Promise<{ Authorization: string }> {
  const { text } = await of.get(`/token?service=s&scope=${encodeURIComponent(scope)}`, as);
  const answer = JSON.parse(text) as { token?: string; access_token?: string };
  return { Authorization: `Bearer ${answer.token ?? answer.access_token}` };
}

t.test("by a password, another one for each host", async (t) => {
  const { stage, at } = await stageFor(t);
  const does: Challenge = { kind: "auth", challenges: ['Basic realm="r"'], accepts: "basic" };
  const behaviours = (["registry", "other", "plain"] as const).map((host) => ({ on: { host, to: "any" }, does }) as const);
  const { exchanges } = await played(stage, playOf(behaviours, { credentials, holds: [holding(), holding("other")] }), async () => {
    const refused = await at().get(BLOB);
    t.same([refused.status, codeOf(refused), refused.headers["www-authenticate"]], [401, "UNAUTHORIZED", 'Basic realm="r"']);
    t.equal((await at().get(BLOB, basic(credentials.registry))).text, LAYER);
    t.equal((await at().get(BLOB, basic(credentials.other))).status, 401);
    t.equal((await at("other").get(BLOB, basic(credentials.registry))).status, 401);
    t.equal((await at("other").get(BLOB, basic(credentials.other))).status, 200);
    t.equal((await at("plain").get(BLOB, basic(credentials.registry))).status, 401, "who has none lets nobody in");
  });
  t.same(
    exchanges.map(({ behaviours: by }) => by),
    [[0], [], [0], [1], [], [2]],
  );
});

t.test("by tokens for single repositories", async (t) => {
  const { stage, at } = await stageFor(t);
  const { exchanges } = await played(stage, asking(), async () => {
    const refused = await at().get(BLOB);
    t.equal(
      refused.headers["www-authenticate"],
      `Strange a="b", Bearer realm="http://${stage.addresses.token}/token",service="s",scope="repository:a:pull"`,
    );
    t.equal((await at("token").get("/token")).status, 401);
    t.equal((await at("token").send("POST", "/token", { headers: basic(credentials.registry) })).status, 405);
    const pull = await token(at("token"), "repository:a:pull", basic(credentials.registry));
    t.equal((await at().get(BLOB, pull)).text, LAYER);
    t.equal((await at().get("/v2/", pull)).status, 200);
    t.equal(scopeIn(await at().get("/v2/b/tags/list", pull)), "repository:b:pull");
    t.equal(scopeIn(await at().send("POST", "/v2/a/blobs/uploads/", { headers: pull })), "repository:a:pull,push");
    t.equal(scopeIn(await at().send("DELETE", "/v2/a/manifests/t", { headers: pull })), "repository:a:delete");
    t.equal((await at().get("/v2/")).headers["www-authenticate"]?.includes("scope"), false, "which nothing is needed for");
    const foreign = await token(at("token"), "repository:a:pull", basic(credentials.other));
    t.equal((await at().get(BLOB, foreign)).status, 401);
  });
  t.same(exchanges.slice(0, 5).map(inShort), [
    `GET ${BLOB} → 401 [0]`,
    "token: GET /token → 401 [0]",
    "token: POST /token → 405",
    "token: GET /token?service=s&scope=repository%3Aa%3Apull → 200 [0]",
    `GET ${BLOB} → 200`,
  ]);
});

t.test("mounts", async (t) => {
  const { stage, at } = await stageFor(t);
  const mount = `/v2/b/blobs/uploads/?mount=${digest(LAYER)}&from=a`;
  await played(stage, asking(), async () => {
    t.equal(scopeIn(await at().send("POST", mount)), "repository:b:pull,push repository:a:pull");
    const some = await token(at("token"), "repository:b:pull,push", basic(credentials.registry));
    t.equal((await at().send("POST", mount, { headers: some })).status, 202);
    const all = await token(at("token"), "repository:b:pull,push repository:a:pull", basic(credentials.registry));
    t.equal((await at().send("POST", mount, { headers: all })).status, 201);
  });
});

t.test("tokens that are good for some requests", async (t) => {
  const { stage, at } = await stageFor(t);
  await played(stage, asking({ tokenRequests: 2, accessToken: true }), async () => {
    const { text } = await at("token").get("/token?scope=repository:a:pull", basic(credentials.registry));
    t.same(Object.keys(JSON.parse(text)), ["access_token", "expires_in", "issued_at"]);
    const one = await token(at("token"), "repository:a:pull", basic(credentials.registry));
    for (const status of [200, 200, 401, 401]) t.equal((await at().get(BLOB, one)).status, status);
    const two = await token(at("token"), "repository:a:pull", basic(credentials.registry));
    t.equal((await at().get(BLOB, two)).status, 200);
  });
});

t.test("tokens for anybody", async (t) => {
  const { stage, at } = await stageFor(t);
  await played(stage, asking({ anonymous: true }, { credentials: {} }), async () => {
    t.equal((await at().get(BLOB)).status, 401);
    t.equal((await at().get(BLOB, await token(at("token"), "repository:a:pull", {}))).text, LAYER);
    t.equal((await at("token").get("/token", basic(credentials.registry))).status, 401, "wrong ones are still wrong");
  });
  await played(stage, asking({}, { credentials: {} }), async () => {
    t.equal((await at("token").get("/token")).status, 401);
  });
});

t.test("it stands before all else", async (t) => {
  const { stage, at } = await stageFor(t);
  const behaviours = [
    { on: { to: "blob" }, does: { kind: "auth", challenges: ['Basic realm="r"'], accepts: "basic" } },
    { on: { to: "blob", nth: [1] }, does: { kind: "redirect", to: "other", status: 307 } },
    { on: { host: "other", to: "blob" }, does: { kind: "auth", challenges: ['Basic realm="r"'], accepts: "basic" } },
  ] as const;
  const { exchanges } = await played(stage, playOf(behaviours, { credentials }), async () => {
    t.equal((await at().get(BLOB)).status, 401);
    const { headers } = await at().get(BLOB, basic(credentials.registry));
    const there = new URL(headers.location ?? "").pathname;
    t.equal((await at("other").get(there)).status, 401);
    t.equal((await at("other").get(there, basic(credentials.other))).text, LAYER);
    t.equal((await at().get(BLOB, basic(credentials.registry))).text, LAYER);
  });
  t.same(
    exchanges.map(({ behaviours: by }) => by),
    [[0], [1], [2], [], []],
  );
});
