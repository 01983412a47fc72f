import t from "tap";
import { digest, INDEX } from "../client.js";
import { IMAGE, inShort, played, playOf, stageFor } from "../stage/playing.js";

const OTHERS = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [] });

t.test("somebody else pushes by the same tag", async (t) => {
  const { stage, at } = await stageFor(t);
  const behaviours = [
    {
      on: { to: "manifest", methods: ["PUT"], nth: [1] },
      does: { kind: "meanwhile", repository: "a", tag: "t", mediaType: INDEX, text: OTHERS },
    },
  ] as const;
  const { exchanges, held } = await played(stage, playOf(behaviours), async () => {
    const { headers } = await at().get("/v2/a/manifests/t");
    const put = { body: IMAGE, headers: { "If-Match": String(headers.etag) } };
    t.equal((await at().send("PUT", "/v2/a/manifests/t", put)).status, 412, "before the request is handled");
    const { headers: now, text } = await at().get("/v2/a/manifests/t");
    t.equal(text, OTHERS);
    t.equal(now["content-type"], INDEX);
    t.equal((await at().send("PUT", "/v2/a/manifests/t", { body: IMAGE, headers: { "If-Match": String(now.etag) } })).status, 201);
  });
  t.same(exchanges.map(inShort), [
    "GET /v2/a/manifests/t → 200",
    "PUT /v2/a/manifests/t → 412 [0]",
    "GET /v2/a/manifests/t → 200",
    "PUT /v2/a/manifests/t → 201",
  ]);
  t.same(held.registry?.a?.tags, { t: digest(IMAGE) });
});

t.test("also what the registry would not take", async (t) => {
  const { stage, at } = await stageFor(t);
  const behaviours = [
    { on: { to: "manifest" }, does: { kind: "meanwhile", repository: "b", tag: "x", mediaType: "text/plain", text: "no JSON" } },
  ] as const;
  await played(stage, playOf(behaviours), async () => {
    const { text, headers } = await at().get("/v2/b/manifests/x");
    t.same([text, headers["content-type"]], ["no JSON", "text/plain"]);
  });
});

t.test("what nobody can push is our own mistake", async (t) => {
  const { stage, at } = await stageFor(t);
  const behaviours = [
    { on: { to: "manifest" }, does: { kind: "meanwhile", repository: "B", tag: "x", mediaType: INDEX, text: OTHERS } },
  ] as const;
  await stage.begin(playOf(behaviours));
  await t.rejects(at().get("/v2/b/manifests/x"));
  await t.rejects(stage.end(), { name: "RangeError", message: /B:x/ });
  await played(stage, playOf(), async () => t.equal((await at().get("/v2/a/manifests/t")).status, 200, "the next play is none the worse"));
});
