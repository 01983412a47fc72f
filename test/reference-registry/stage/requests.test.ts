import { request } from "node:http";
import t from "tap";
import { headerOf } from "../../../runners/client/observation.js";
import { answerTo, digest } from "../client.js";
import { BLOB, inShort, LAYER, played, playOf, stageFor } from "./playing.js";
import { Raw } from "./raw.js";

t.test("names in lower case, in their order, as often as they came", async (t) => {
  const { stage } = await stageFor(t);
  const { exchanges } = await played(stage, playOf(), async () => {
    const raw = await Raw.to(stage.addresses.registry);
    const lines = ["GET /v2/?a=%41&b HTTP/1.1", "Host: a", "ACCEPT: one", "x-Y:  z ", "Accept: two", "Connection: close", ""];
    t.match(await raw.send(lines).closed(), /^connection: close\r$/im);
  });
  t.same(exchanges[0]?.request, {
    method: "GET",
    target: "/v2/?a=%41&b",
    headers: [
      ["host", "a"],
      ["accept", "one"],
      ["x-y", "z"],
      ["accept", "two"],
      ["connection", "close"],
    ],
    body: null,
  });
  t.equal(headerOf(exchanges[0]?.request ?? null, "accept"), "one, two");
});

t.test("the head of an answer is recorded as it went", async (t) => {
  const { stage } = await stageFor(t);
  let got = "";
  const { exchanges } = await played(stage, playOf(), async () => {
    const raw = await Raw.to(stage.addresses.registry);
    got = await raw.send([`GET ${BLOB} HTTP/1.1`, "Host: a", ""]).until(LAYER);
    got = await raw.send([`HEAD ${BLOB} HTTP/1.1`, "Host: a", "Connection: close", ""]).closed();
  });
  const heads = exchanges.map(({ response }) =>
    ["HTTP/1.1 200 OK", ...(response?.headers.map(([name, value]) => `${name}: ${value}`) ?? []), "", ""].join("\r\n"),
  );
  const lower = (text: string): string => text.replace(/^[\w-]+(?=: )/gm, (name) => name.toLowerCase());
  t.equal(lower(got), `${heads[0]}${LAYER}${heads[1]}`);
});

t.test("bodies in chunks, and bodies that nobody reads", async (t) => {
  const { stage, at } = await stageFor(t);
  const large = "x".repeat(300_000);
  const behaviours = [{ on: { to: "upload", nth: [2] }, does: { kind: "answer", status: 503 } }] as const;
  const { exchanges } = await played(stage, playOf(behaviours), async () => {
    const location = await at().start("a");
    const raw = await Raw.to(stage.addresses.registry);
    raw.send([`PATCH ${location} HTTP/1.1`, "Host: a", "Transfer-Encoding: chunked", "", "3", "one", "2", " t", "0", ""]);
    await raw.until("HTTP/1.1 202");
    t.equal((await at().send("PATCH", location, { body: large })).status, 503);
    t.equal((await at().get("/v2/")).status, 200, "on the same connection");
    t.equal((await at().send("DELETE", "/v2/a/manifests/none", { headers: { "Content-Length": "0" } })).status, 404);
  });
  t.same(
    exchanges.map(({ connection, request: { body } }) => [connection, body?.size ?? null, body?.broken ?? false]),
    [
      [0, 0, false],
      [1, 5, false],
      [0, 300_000, false],
      [0, null, false],
      [0, 0, false],
    ],
  );
  t.match(exchanges[1]?.request.body, { text: "one t", sha256: digest("one t") });
  t.match(exchanges[2]?.request.body, { sha256: digest(large), sha512: digest(large, "sha512") });
  t.notOk("text" in (exchanges[2]?.request.body ?? {}), "which is too long for its text to be kept");
});

t.test("a body that breaks off", async (t) => {
  const { stage, at } = await stageFor(t);
  const { exchanges } = await played(stage, playOf(), async () => {
    const location = await at().start("a");
    const raw = await Raw.to(stage.addresses.registry);
    raw.send([`PATCH ${location} HTTP/1.1`, "Host: a", "Content-Length: 10", ""], "four");
    raw.socket.end();
    await raw.closed();
  });
  t.match(exchanges[1], { request: { body: { size: 4, text: "four", broken: true } }, response: null });
});

t.test("who waits to be asked for a body", async (t) => {
  const { stage, at } = await stageFor(t);
  const behaviours = [{ on: { to: "manifest" }, does: { kind: "answer", status: 403 } }] as const;
  const { exchanges } = await played(stage, playOf(behaviours), async () => {
    const path = await at().start("a");
    const raw = await Raw.to(stage.addresses.registry);
    await raw
      .send([`PATCH ${path} HTTP/1.1`, "Host: a", "Content-Length: 4", "Expect: 100-continue", ""])
      .until("HTTP/1.1 100 Continue\r\n\r\n");
    await raw.send([], "four").until("HTTP/1.1 202");
    const put = ["PUT /v2/a/manifests/x HTTP/1.1", "Host: a", "Content-Length: 4", "Expect: 100-continue", ""];
    const got = (await raw.send(put).closed()).split("HTTP/1.1 202")[1];
    t.match(got, /HTTP\/1\.1 403 /, "it is not asked where there is no use for it");
    t.notMatch(got, /100 Continue/);
    t.match(got, /^connection: close\r$/im);
    const other = await Raw.to(stage.addresses.registry);
    await other.send(["GET /v2/ HTTP/1.1", "Host: a", "Expect: something", ""]).until("HTTP/1.1 200");
  });
  t.same(exchanges.map(inShort).slice(2), ["PUT /v2/a/manifests/x → 403 [0]", "GET /v2/ → 200"]);
  t.match(exchanges[1]?.request.body, { size: 4, text: "four" });
  t.match(exchanges[2]?.request.body, { size: 0, broken: true });
});

t.test("requests one right after the other", async (t) => {
  const { stage } = await stageFor(t);
  const { exchanges } = await played(stage, playOf(), async () => {
    const raw = await Raw.to(stage.addresses.registry);
    raw.send(["GET /v2/ HTTP/1.1", "Host: a", "", `GET ${BLOB} HTTP/1.1`, "Host: a", "Connection: close", ""]);
    t.match(await raw.closed(), LAYER);
  });
  t.same(exchanges.map(inShort), ["GET /v2/ → 200", `GET ${BLOB} → 200`]);
  t.same(new Set(exchanges.map(({ connection }) => connection)), new Set([0]));
});

t.test("a malformed path, and a whole URL", async (t) => {
  const { stage, at } = await stageFor(t);
  const { exchanges } = await played(stage, playOf(), async () => {
    t.equal((await at().get("/v2/%/tags/list")).status, 400);
    const [hostname = "", port = ""] = stage.addresses.registry.split(":");
    const sending = request({ hostname, port, path: `http://elsewhere.invalid${BLOB}`, agent: false });
    sending.end();
    t.equal((await answerTo(sending)).text, LAYER);
  });
  t.equal(exchanges[1]?.request.target, `http://elsewhere.invalid${BLOB}`, "as it was sent");
});
