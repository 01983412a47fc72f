import t from "tap";
import { aimsAt } from "../../../reference-registry/behaviours/aim.js";
import type { Aim, Host } from "../../../reference-registry/behaviours/behaviour.js";
import type { Call } from "../../../reference-registry/http/call.js";
import { targeted } from "../../../reference-registry/http/target.js";
import { digest } from "../client.js";
import { BLOB, inShort, LAYER, played, playOf, stageFor } from "../stage/playing.js";

const A = digest("a");

const hits = (on: Aim, method: string, target: string, host: Host = "registry"): boolean =>
  aimsAt(on, host, {
    method,
    ...targeted(target),
    headers: {},
    body: [],
    address: 0,
    secure: false,
    allows: () => true,
  } as unknown as Call);

t.test("what a behaviour is about, and what it is not", (t) => {
  const rows: readonly (readonly [Aim, string, string, string])[] = [
    [{ to: "version" }, "GET", "/v2/", "/v2/a/tags/list"],
    [{ to: "any" }, "GET", "/else", ""],
    [{ to: "token", host: "token" }, "GET", "", "/token"],
    [{ to: "blob" }, "GET", `/v2/a/blobs/${A}`, "/v2/a/blobs/uploads/"],
    [{ to: "uploads" }, "POST", "/v2/a/blobs/uploads/", "/v2/a/blobs/uploads/1"],
    [{ to: "upload" }, "PUT", "/v2/a/blobs/uploads/1", "/v2/a/blobs/uploads/"],
    [{ to: "manifest", by: "tag" }, "GET", "/v2/a/manifests/t", `/v2/a/manifests/${A}`],
    [{ to: "manifest", by: "digest" }, "GET", `/v2/a/manifests/${A}`, "/v2/a/manifests/t"],
    [{ to: "manifest", reference: "t" }, "GET", "/v2/a/manifests/t", "/v2/a/manifests/u"],
    [{ to: "blob", reference: A }, "GET", `/v2/a/blobs/${A}`, `/v2/a/blobs/${digest("b")}`],
    [{ to: "any", reference: A }, "GET", `/v2/a/referrers/${A}`, "/v2/"],
    [{ to: "upload", reference: A }, "PUT", `/v2/a/blobs/uploads/1?digest=${A}`, "/v2/a/blobs/uploads/1"],
    [{ to: "uploads", reference: A }, "POST", `/v2/a/blobs/uploads/?mount=${A}&from=b`, "/v2/a/blobs/uploads/"],
    [{ to: "tags", query: "last" }, "GET", "/v2/a/tags/list?n=1&last=b", "/v2/a/tags/list?n=1"],
  ];
  for (const [on, method, yes, no] of rows) {
    if (yes !== "") t.ok(hits(on, method, yes), `${JSON.stringify(on)} ${yes}`);
    if (no !== "") t.notOk(hits(on, method, no), `${JSON.stringify(on)} ${no}`);
  }
  t.ok(hits({ to: "token", host: "token" }, "GET", "/token", "token"));
  t.notOk(hits({ to: "blob", methods: ["GET"] }, "HEAD", `/v2/a/blobs/${A}`));
  t.notOk(hits({ to: "any" }, "GET", "/v2/", "other"));
  t.end();
});

t.test("numbers count what comes to a behaviour", async (t) => {
  const { stage, at } = await stageFor(t);
  const get = { to: "blob", methods: ["GET"] } as const;
  const behaviours = [
    { on: { ...get, nth: [2, 3] }, does: { kind: "alter", how: "cut" } },
    { on: { to: "blob", nth: [2] }, does: { kind: "answer", status: 503 } },
    { on: { ...get, nth: [4] }, does: { kind: "alter", how: "cut" } },
  ] as const;
  for (const round of [1, 2]) {
    const { exchanges } = await played(stage, playOf(behaviours), async () => {
      await at().head(BLOB);
      for (let count = 0; count < 5; count++) await at().get(BLOB);
      await at("other").get(BLOB);
    });
    t.same(
      exchanges.map(inShort),
      [
        `HEAD ${BLOB} → 200`,
        `GET ${BLOB} → 503 [1]`,
        `GET ${BLOB} → 200`,
        `GET ${BLOB} → 200 [0]`,
        `GET ${BLOB} → 200 [0,2]`,
        `GET ${BLOB} → 200`,
        `other: GET ${BLOB} → 404`,
      ],
      `play ${round}`,
    );
    t.equal(exchanges[4]?.response?.body.size, LAYER.length - 2, "one after the other");
  }
});
