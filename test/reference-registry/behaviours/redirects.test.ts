import t from "tap";
import { digest, INDEX } from "../client.js";
import { BLOB, holding, IMAGE, inShort, LAYER, played, playOf, stageFor } from "../stage/playing.js";

t.test("to each host, where the same is to be had", async (t) => {
  const { stage, at } = await stageFor(t);
  for (const to of ["registry", "other", "plain", "token"] as const) {
    const behaviours = [{ on: { to: "blob" }, does: { kind: "redirect", to, status: 307, query: "signed=a%2Fb" } }] as const;
    const { exchanges } = await played(stage, playOf(behaviours), async () => {
      for (const method of ["GET", "HEAD"]) {
        const { status, headers, text } = await at().send(method, BLOB);
        t.same([status, text], [307, ""]);
        t.equal(headers.location, `http://${stage.addresses[to]}/via/0/registry${BLOB}?signed=a%2Fb`);
        const there = await at(to).send(method, new URL(headers.location ?? "").pathname);
        t.same([there.status, there.text], [200, method === "GET" ? LAYER : ""]);
      }
      if (to !== "registry")
        t.equal((await at(to).get(BLOB)).status === 200, to === "plain", "not straight, unless it is the same registry");
    });
    t.equal(exchanges[0] && inShort(exchanges[0]), `GET ${BLOB} → 307 [0]`);
    t.match(exchanges[1], { host: to, request: { target: `/via/0/registry${BLOB}` }, behaviours: [] });
  }
});

t.test("the other host's own behaviours meet what was redirected there", async (t) => {
  const { stage, at } = await stageFor(t);
  const behaviours = [
    { on: { to: "manifest" }, does: { kind: "redirect", to: "other", status: 302 } },
    { on: { host: "other", to: "manifest", by: "tag", reference: "t" }, does: { kind: "redirect", to: "plain", status: 302 } },
    { on: { host: "plain", to: "manifest" }, does: { kind: "header", name: "X-Here", value: "1" } },
  ] as const;
  const { exchanges } = await played(stage, playOf(behaviours), async () => {
    let { headers } = await at().get("/v2/a/manifests/t");
    headers = (await at("other").get(new URL(headers.location ?? "").pathname)).headers;
    const { text, headers: last } = await at("plain").get(new URL(headers.location ?? "").pathname);
    t.same([text, last["x-here"]], [IMAGE, "1"]);
  });
  t.same(exchanges.map(inShort), [
    "GET /v2/a/manifests/t → 302 [0]",
    "other: GET /via/0/registry/v2/a/manifests/t → 302 [1]",
    "plain: GET /via/0.1/registry/v2/a/manifests/t → 200 [2]",
  ]);
});

t.test("for ever", async (t) => {
  const { stage, at } = await stageFor(t);
  const behaviours = [{ on: { to: "manifest" }, does: { kind: "redirect", to: "other", status: 307, loop: true } }] as const;
  const { exchanges } = await played(stage, playOf(behaviours), async () => {
    let [host, path]: ["registry" | "other", string] = ["registry", "/v2/a/manifests/t"];
    for (let hop = 0; hop < 25; hop++) {
      const { status, headers } = await at(host).get(path);
      const to = new URL(headers.location ?? "");
      host = host === "registry" ? "other" : "registry";
      t.same([status, to.host], [307, stage.addresses[host]]);
      path = to.pathname;
    }
  });
  t.same(new Set(exchanges.map(({ behaviours }) => behaviours.join())), new Set(["0"]));
});

t.test("lists go on where they began, and uploads where they were redirected to", async (t) => {
  const { stage, at } = await stageFor(t);
  const index = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [] });
  const holds = [
    { ...holding(), contents: [{ digest: digest(index), bytes: Buffer.from(index), mediaType: INDEX, tags: ["a", "b", "c"] }] },
  ];
  const behaviours = [
    { on: { to: "tags" }, does: { kind: "redirect", to: "other", status: 307 } },
    { on: { to: "upload", methods: ["PATCH"] }, does: { kind: "redirect", to: "other", status: 307 } },
  ] as const;
  const { exchanges, held } = await played(stage, playOf(behaviours, { holds, choices: ["pages-of-2"] }), async () => {
    const first = await at().get("/v2/a/tags/list");
    const page = await at("other").get(new URL(first.headers.location ?? "").pathname);
    t.same(JSON.parse(page.text).tags, ["a", "b"]);
    const next = /^<([^>]*)>/.exec(String(page.headers.link))?.[1] ?? "";
    t.match(next, /^\/via\/0\/registry\/v2\/a\/tags\/list\?/);
    t.same(JSON.parse((await at("other").get(next)).text).tags, ["c"]);
    const patch = await at().send("PATCH", await at().start("b"), { body: "text" });
    t.equal(patch.status, 307);
    const taken = await at("other").send("PATCH", new URL(patch.headers.location ?? "").pathname, { body: "text" });
    t.equal(taken.status, 202);
    const closed = await at("other").send("PUT", `${taken.headers.location}?digest=${digest("text")}`);
    t.equal(closed.status, 201);
    t.equal((await at("other").get(String(closed.headers.location))).text, "text");
  });
  t.same(held.registry?.b?.blobs, [digest("text")]);
  t.equal(exchanges.length, 8);
});
