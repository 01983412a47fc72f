import t from "tap";
import { headerOf } from "../../../runners/client/observation.js";
import { digest } from "../client.js";
import { BLOB, CONFIG, IMAGE, inShort, LAYER, played, playOf, stageFor } from "./playing.js";

t.test("what is asked and answered, in order", async (t) => {
  const { stage, at } = await stageFor(t);
  const { exchanges, held, wordless } = await played(stage, playOf(), async () => {
    const manifest = await at().get("/v2/a/manifests/t");
    t.equal(manifest.text, IMAGE);
    t.equal((await at().head(BLOB)).headers["content-length"], "200");
    t.equal((await at().get(BLOB, { Range: "bytes=10-19" })).text, "0123456789");
    t.equal(await at().blob("b", "pushed"), digest("pushed"));
    t.equal((await at("other").get("/v2/a/manifests/t")).status, 404);
    t.equal((await at("plain").get("/v2/a/manifests/t")).status, 200);
    t.equal((await at("token").get("/v2/")).status, 404);
  });
  t.same(exchanges.map(inShort), [
    "GET /v2/a/manifests/t → 200",
    `HEAD ${BLOB} → 200`,
    `GET ${BLOB} → 206`,
    `POST /v2/b/blobs/uploads/?digest=${digest("pushed")} → 201`,
    "other: GET /v2/a/manifests/t → 404",
    "plain: GET /v2/a/manifests/t → 200",
    "token: GET /v2/ → 404",
  ]);
  t.same(
    exchanges.map(({ connection }) => connection),
    [0, 0, 0, 0, 1, 2, 3],
  );
  const [manifest, head, part, post] = exchanges;
  t.equal(manifest?.response?.body.text, IMAGE);
  t.equal(manifest?.response?.body.sha256, digest(IMAGE));
  t.equal(manifest?.request.body, null);
  t.same([head?.response?.body.size, head?.response?.body.text], [0, ""]);
  t.equal(headerOf(head?.response ?? null, "content-length"), "200");
  t.equal(part?.response?.body.size, 10);
  t.same(post?.request.body, { size: 6, sha256: digest("pushed"), sha512: digest("pushed", "sha512"), text: "pushed" });
  t.same(held, {
    registry: {
      a: { tags: { t: digest(IMAGE) }, manifests: [digest(IMAGE)], blobs: [digest(CONFIG), digest(LAYER)] },
      b: { tags: {}, manifests: [], blobs: [digest("pushed")] },
    },
    other: {},
  });
  t.same(wordless, {});
  const again = await played(stage, playOf([], { holds: [] }), async () => {
    t.equal((await at().get("/v2/a/manifests/t")).status, 404, "nothing of one play reaches the next one");
  });
  t.same(again.exchanges.map(inShort), ["GET /v2/a/manifests/t → 404"]);
  t.same(again.held, { registry: {}, other: {} });
});
