import t from "tap";
import { BLOB, IMAGE, inShort, played, playOf, stageFor } from "../stage/playing.js";

t.test("headers, statuses and answers", async (t) => {
  const { stage, at } = await stageFor(t);
  const tag = { to: "manifest", by: "tag", methods: ["GET"] } as const;
  const { exchanges } = await played(
    stage,
    playOf([
      { on: tag, does: { kind: "header", name: "docker-content-digest", value: "sha256:00" } },
      { on: tag, does: { kind: "header", name: "Warning", value: ['299 - "a"', '299 - "b"'] } },
      { on: { to: "blob" }, does: { kind: "header", name: "ETag", value: null } },
      { on: { to: "blob" }, does: { kind: "header", name: "Date", value: null } },
      { on: { to: "tags", nth: [2] }, does: { kind: "status", status: 503 } },
      { on: { to: "referrers" }, does: { kind: "answer", status: 429, headers: { "Retry-After": "0" }, body: "no" } },
    ]),
    async () => {
      const { headers, text } = await at().get("/v2/a/manifests/t");
      t.match(headers, { "docker-content-digest": "sha256:00", warning: '299 - "a", 299 - "b"' });
      t.equal(text, IMAGE);
      t.notMatch((await at().head("/v2/a/manifests/t")).headers, { warning: /./ }, "by another method");
      t.notMatch(Object.keys((await at().get(BLOB)).headers), ["etag"]);
      for (const status of [200, 503, 200]) t.equal((await at().get("/v2/a/tags/list")).status, status);
      const { status, text: said, headers: more } = await at().get("/v2/a/referrers/sha256:0");
      t.same([status, said, more["retry-after"]], [429, "no", "0"]);
    },
  );
  t.same(exchanges.map(inShort), [
    "GET /v2/a/manifests/t → 200 [0,1]",
    "HEAD /v2/a/manifests/t → 200",
    `GET ${BLOB} → 200 [2,3]`,
    "GET /v2/a/tags/list → 200",
    "GET /v2/a/tags/list → 503 [4]",
    "GET /v2/a/tags/list → 200",
    "GET /v2/a/referrers/sha256:0 → 429 [5]",
  ]);
  const [{ response } = { response: null }, , blob] = exchanges;
  t.same(
    response?.headers.filter(([name]) => name === "warning" || name === "docker-content-digest"),
    [
      ["docker-content-digest", "sha256:00"],
      ["warning", '299 - "a"'],
      ["warning", '299 - "b"'],
    ],
    "as it went",
  );
  t.same(
    blob?.response?.headers.map(([name]) => name),
    ["content-type", "docker-content-digest", "accept-ranges", "content-length", "connection", "keep-alive"],
  );
});
