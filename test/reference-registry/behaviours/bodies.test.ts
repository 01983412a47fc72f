import { get } from "node:http";
import t from "tap";
import { ENDLESS } from "../../../reference-registry/stage/wire.js";
import { digest } from "../client.js";
import { BLOB, IMAGE, inShort, LAYER, played, playOf, stageFor } from "../stage/playing.js";

t.test("a body that is nearly right", async (t) => {
  const { stage, at } = await stageFor(t);
  const changed = {
    flip: `${LAYER.slice(0, 100)}1${LAYER.slice(101)}`,
    cut: LAYER.slice(0, -1),
    extend: `${LAYER}\n`,
    empty: "",
  } as const;
  for (const [how, expected] of Object.entries(changed)) {
    const behaviours = [{ on: { to: "blob" }, does: { kind: "alter", how: how as keyof typeof changed } }] as const;
    const { exchanges } = await played(stage, playOf(behaviours), async () => {
      t.equal((await at().get(BLOB)).text, expected, how);
      const { headers } = await at().head(BLOB);
      t.equal(headers["content-length"], String(expected.length));
      t.equal(headers["docker-content-digest"], digest(LAYER));
      t.equal((await at().get("/v2/a/blobs/sha256:0")).status, 400, "what is no success stays as it is");
      t.equal((await at().get("/v2/a/manifests/t")).text, IMAGE);
    });
    t.same(
      exchanges.map(({ behaviours }) => behaviours.length),
      [1, how === "flip" ? 0 : 1, 0, 0],
    );
    t.equal(exchanges[0]?.response?.body.sha256, digest(expected));
  }
});

t.test("another body", async (t) => {
  const { stage, at } = await stageFor(t);
  const { exchanges } = await played(
    stage,
    playOf([
      { on: { to: "manifest", nth: [1] }, does: { kind: "content", text: "{}" } },
      { on: { to: "manifest", nth: [2] }, does: { kind: "content", base64: "//4=" } },
    ]),
    async () => {
      t.equal((await at().get("/v2/a/manifests/t")).text, "{}");
      t.same((await at().get("/v2/a/manifests/t")).body, Buffer.from([255, 254]));
      t.equal((await at().get("/v2/a/manifests/t")).text, IMAGE);
    },
  );
  t.same(exchanges.map(inShort), ["GET /v2/a/manifests/t → 200 [0]", "GET /v2/a/manifests/t → 200 [1]", "GET /v2/a/manifests/t → 200"]);
  t.notOk("text" in (exchanges[1]?.response?.body ?? {}), "which is no text");
});

t.test("a body without end", async (t) => {
  const { stage, at } = await stageFor(t);
  const behaviours = [{ on: { to: "blob", nth: [1] }, does: { kind: "alter", how: "endless" } }] as const;
  const { exchanges } = await played(stage, playOf(behaviours), async () => {
    let size = 0;
    const broken = new Promise((resolve) => {
      get(`http://${stage.addresses.registry}${BLOB}`, { agent: false }, (response) => {
        response.on("data", (chunk: Buffer) => {
          size += chunk.length;
        });
        response.on("error", resolve);
      });
    });
    t.match(await broken, { code: "ECONNRESET" });
    t.equal(size, ENDLESS);
    t.equal((await at().get(BLOB)).text, LAYER);
  });
  t.match(exchanges[0], { response: { status: 200, body: { size: ENDLESS, broken: true } }, behaviours: [0] });
});

t.test("a client that has enough of a body without end", async (t) => {
  const { stage } = await stageFor(t);
  const behaviours = [{ on: { to: "blob" }, does: { kind: "alter", how: "endless" } }] as const;
  const { exchanges } = await played(stage, playOf(behaviours), async () => {
    await new Promise<void>((resolve) => {
      get(`http://${stage.addresses.registry}${BLOB}`, { agent: false }, (response) => {
        response.once("data", () => {
          response.destroy();
          resolve();
        });
      });
    });
  });
  const body = exchanges[0]?.response?.body;
  t.ok(body?.broken);
  t.ok(body && body.size < ENDLESS && body.size > 0);
});
