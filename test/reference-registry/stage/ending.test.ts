import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:tls";
import t from "tap";
import { Stage } from "../../../reference-registry/stage/stage.js";
import { digest } from "../client.js";
import { BLOB, holding, inShort, played, playOf, stageFor } from "./playing.js";
import { Raw } from "./raw.js";

t.test("what was sent before the end is still handled", async (t) => {
  const { stage } = await stageFor(t);
  await stage.begin(playOf());
  const raws = await Promise.all(Array.from({ length: 5 }, () => Raw.to(stage.addresses.registry)));
  for (const raw of raws) raw.send([`GET ${BLOB} HTTP/1.1`, "Host: a", ""]);
  await raws[0]?.until("200 OK");
  const { exchanges } = await stage.end();
  t.same(
    exchanges.map(inShort),
    Array.from({ length: 5 }, () => `GET ${BLOB} → 200`),
  );
  await Promise.all(raws.map((raw) => raw.closed()));
});

t.test("clients that hang do not hold it up", async (t) => {
  const { stage, at } = await stageFor(t);
  await stage.begin(playOf());
  const location = await at().start("a");
  const half = (await Raw.to(stage.addresses.registry)).send([`PATCH ${location} HTTP/1.1`, "Host: a", "Content-Length: 9", ""], "some");
  const head = (await Raw.to(stage.addresses.registry)).send(["GET /v2/ HTTP/1.1"]);
  const silent = await Raw.to(stage.addresses.other);
  const { exchanges, wordless } = await stage.end();
  await Promise.all([half, head, silent].map((raw) => raw.closed()));
  t.match(exchanges, [{}, { request: { body: { size: 4, broken: true } }, response: null }]);
  t.same(wordless, { registry: 1, other: 1 });
});

t.test("connections without a request", async (t) => {
  const { stage } = await stageFor(t);
  const { exchanges, wordless } = await played(stage, playOf(), async () => {
    const garbage = await Raw.to(stage.addresses.registry);
    t.match(await garbage.send(["SSH-2.0-x"]).closed(), /^HTTP\/1\.1 501 /);
    const [host = "", port = ""] = stage.addresses.registry.split(":");
    const tls = connect({ host, port: Number(port) });
    await new Promise((resolve) => tls.on("error", resolve));
    const raw = await Raw.to(stage.addresses.registry);
    await raw.send(["GET /v2/ HTTP/1.1", "Host: a", ""]).until("200 OK");
    await raw.send(["no request"]).closed();
  });
  t.same(exchanges.map(inShort), ["GET /v2/ → 200"]);
  t.same(wordless, { registry: 2 });
  t.equal(exchanges[0]?.connection, 0, "they have no number");
});

t.test("nobody is let in between two plays", async (t) => {
  const { stage } = await stageFor(t);
  await played(stage, playOf(), async () => undefined);
  await (await Raw.to(stage.addresses.registry)).send(["GET /v2/ HTTP/1.1", "Host: a", ""]).closed();
  const { exchanges, wordless } = await played(stage, playOf(), async () => undefined);
  t.same([exchanges, wordless], [[], {}]);
});

t.test("one play at a time, of things that there can be", async (t) => {
  const { stage, at } = await stageFor(t);
  await t.rejects(stage.end(), { message: /no play/ });
  await stage.begin(playOf());
  await t.rejects(stage.begin(playOf()), { message: /on already/ });
  await stage.end();
  await t.rejects(stage.begin(playOf([], { choices: ["none"] })), { name: "RangeError", message: /no choice none/ });
  await t.rejects(stage.begin(playOf([], { holds: [holding("registry", "A")] })), { name: "RangeError", message: /A/ });
  await t.rejects(stage.begin(playOf([], { holds: [holding("token")] })), { name: "RangeError", message: /token/ });
  const contents = [{ digest: "md5:0", bytes: Buffer.from("") }];
  await t.rejects(stage.begin(playOf([], { holds: [{ host: "other", name: "a", contents }] })), { name: "RangeError", message: /md5:0/ });
  const { exchanges } = await played(stage, playOf(), async () => t.equal((await at().get("/v2/")).status, 200));
  t.equal(exchanges.length, 1);
});

t.test("content by sha512, by a wrong digest, and manifests that nobody could push", async (t) => {
  const { stage, at } = await stageFor(t);
  const bytes = Buffer.from("[]");
  const contents = [
    { digest: digest("[]", "sha512"), bytes },
    { digest: digest("else"), bytes, mediaType: "text/plain", tags: ["x"] },
  ];
  const { held } = await played(stage, playOf([], { holds: [{ host: "other", name: "a/b", contents }] }), async () => {
    t.equal((await at("other").get(`/v2/a/b/blobs/${digest("[]", "sha512")}`)).text, "[]");
    const { text, headers } = await at("other").get("/v2/a/b/manifests/x");
    t.same([text, headers["content-type"], headers["docker-content-digest"]], ["[]", "text/plain", digest("else")]);
  });
  t.same(held, {
    registry: {},
    other: { "a/b": { tags: { x: digest("else") }, manifests: [digest("else")], blobs: [digest("[]", "sha512")] } },
  });
});

t.test("nothing is left in the directory for temporary files", async (t) => {
  const before = process.env.TMPDIR;
  const dir = mkdtempSync(join(t.testdir(), "tmp-"));
  process.env.TMPDIR = dir;
  t.teardown(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  });
  const stage = await Stage.open([{ host: "registry", address: "127.0.0.1", port: 0 }]);
  t.match(stage.addresses, { registry: /^127\.0\.0\.1:\d+$/, other: "" });
  await played(stage, playOf(), async () => undefined);
  await stage.begin(playOf());
  const [made = ""] = readdirSync(dir);
  t.same(readdirSync(join(dir, made)).length, 1, "that of the play which is on");
  await stage.close();
  t.notOk(existsSync(join(dir, made)));
  const taken = await Stage.open([{ host: "registry", address: "127.0.0.1", port: 0 }]);
  const port = Number(taken.addresses.registry.split(":")[1]);
  await t.rejects(
    Stage.open([
      { host: "other", address: "127.0.0.1", port: 0 },
      { host: "registry", address: "127.0.0.1", port },
    ]),
    { code: "EADDRINUSE" },
  );
  await taken.close();
  t.same(readdirSync(dir), []);
  const stageAt = new URL("../../../reference-registry/stage/stage.js", import.meta.url).href;
  const forgetful = `import { Stage } from ${JSON.stringify(stageAt)};
    await Stage.open([{ host: "registry", address: "127.0.0.1", port: 0 }]);
    process.exit(3);`;
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", forgetful], { encoding: "utf8" });
  t.same([status, stderr, readdirSync(dir)], [3, "", []], "not by a process that closes nothing, either");
});
