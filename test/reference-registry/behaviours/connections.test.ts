import t from "tap";
import type { Deed } from "../../../reference-registry/behaviours/behaviour.js";
import { headerOf } from "../../../runners/client/observation.js";
import { BLOB, inShort, LAYER, played, playOf, stageFor } from "../stage/playing.js";
import { Raw } from "../stage/raw.js";

const blob = (does: Deed) => [{ on: { to: "blob", nth: [1] }, does }] as const;
const GET = [`GET ${BLOB} HTTP/1.1`, "Host: a", ""];

/** What came after the head. */
const bodyIn = (got: string): string => got.slice(got.indexOf("\r\n\r\n") + 4);

t.test("connections that break off", async (t) => {
  const { stage, at } = await stageFor(t);
  for (const after of [0, 7, 199]) {
    const { exchanges } = await played(stage, playOf(blob({ kind: "break", after })), async () => {
      const raw = await Raw.to(stage.addresses.registry);
      const got = await raw.send(GET).closed();
      t.match(got, /^HTTP\/1\.1 200 OK\r\n[\s\S]*content-length: 200\r\n/i);
      t.equal(bodyIn(got), LAYER.slice(0, after));
      t.equal((await at().get(BLOB)).text, LAYER, "once");
    });
    t.same(exchanges.map(inShort), [`GET ${BLOB} → 200 [0]`, `GET ${BLOB} → 200`]);
    t.match(exchanges[0]?.response?.body, { size: after, text: LAYER.slice(0, after), broken: true });
    t.notOk(exchanges[1]?.response?.body.broken);
  }
});

t.test("where there is no such byte, nothing breaks", async (t) => {
  const { stage, at } = await stageFor(t);
  for (const kind of ["break", "stall"] as const) {
    const { exchanges } = await played(stage, playOf([{ on: { to: "blob" }, does: { kind, after: 5 } }]), async () => {
      t.equal((await at().head(BLOB)).status, 200);
      t.equal((await at().get("/v2/a/blobs/sha256:0")).status, 400);
      t.equal((await at().get(BLOB, { Range: "bytes=0-4" })).text, "01234");
    });
    t.same(
      exchanges.map(({ behaviours }) => behaviours.length),
      [0, 0, 0],
    );
  }
});

t.test("no answer at all, to what was done all the same", async (t) => {
  const { stage, at } = await stageFor(t);
  const behaviours = [{ on: { to: "uploads", nth: [1] }, does: { kind: "break", after: "request" } }] as const;
  const { exchanges, held } = await played(stage, playOf(behaviours), async () => {
    await t.rejects(at().blob("b", "text"), { code: "ECONNRESET" });
  });
  t.match(exchanges, [{ request: { method: "POST", body: { size: 4, text: "text" } }, response: null, behaviours: [0] }]);
  t.equal(held.registry?.b?.blobs.length, 1);
});

t.test("connections on which nothing more comes", async (t) => {
  const { stage } = await stageFor(t);
  for (const after of [0, 7, "request"] as const) {
    await stage.begin(playOf(blob({ kind: "stall", after })));
    const raw = (await Raw.to(stage.addresses.registry)).send(GET);
    if (after !== "request") await raw.until(`\r\n\r\n${LAYER.slice(0, after)}`);
    const { exchanges } = await stage.end();
    await raw.closed();
    t.equal(bodyIn(raw.got), after === "request" ? "" : LAYER.slice(0, after));
    if (after === "request") t.match(exchanges, [{ response: null, behaviours: [0] }]);
    else t.match(exchanges, [{ response: { status: 200, body: { size: after, broken: true } }, behaviours: [0] }]);
  }
});

t.test("connections that are closed after an answer", async (t) => {
  const { stage, at } = await stageFor(t);
  const { exchanges } = await played(stage, playOf(blob({ kind: "close" })), async () => {
    const raw = await Raw.to(stage.addresses.registry);
    const got = await raw.send(GET).closed();
    t.equal(bodyIn(got), LAYER);
    t.match(got, /^connection: keep-alive\r$/im);
    t.equal((await at().get(BLOB)).text, LAYER);
    t.equal((await at().get(BLOB)).text, LAYER);
  });
  t.same(
    exchanges.map(({ connection, behaviours }) => [connection, ...behaviours]),
    [[0, 0], [1], [1]],
  );
  t.equal(headerOf(exchanges[0]?.response ?? null, "connection"), "keep-alive");
  t.notOk(exchanges[0]?.response?.body.broken);
});

t.test("a body in pieces", async (t) => {
  const { stage, at } = await stageFor(t);
  const { exchanges } = await played(stage, playOf(blob({ kind: "slow", bytes: 50, ms: 1 })), async () => {
    t.equal((await at().get(BLOB)).text, LAYER);
  });
  t.match(exchanges, [{ response: { body: { size: 200, text: LAYER } }, behaviours: [0] }]);
  await stage.begin(playOf(blob({ kind: "slow", bytes: 50, ms: 1_000_000 })));
  const raw = await Raw.to(stage.addresses.registry);
  await raw.send(GET).until(/\r\n\r\n.{50}$/);
  t.match((await stage.end()).exchanges, [{ response: { body: { size: 50, broken: true } } }], "which does not hold up the end");
});
