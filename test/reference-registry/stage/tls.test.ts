import { Agent, request } from "node:https";
import t from "tap";
import type { Host } from "../../../reference-registry/behaviours/behaviour.js";
import { Stage } from "../../../reference-registry/stage/stage.js";
import { selfSigned, withoutOpenssl } from "../../self-signed.js";
import { type Answer, answerTo, Client } from "../client.js";
import { BLOB, IMAGE, LAYER, played, playOf } from "./playing.js";
import { Raw } from "./raw.js";

t.test("hosts with TLS beside one without", { skip: withoutOpenssl }, async (t) => {
  const dir = t.testdir();
  const { file: _, ...tls } = selfSigned(t, dir);
  const host = (each: Host) => ({ host: each, address: "127.0.0.1", port: 0 });
  const stage = await Stage.open([{ ...host("registry"), tls }, host("plain"), { ...host("token"), tls }]);
  const agent = new Agent({ keepAlive: true, ca: tls.cert });
  t.teardown(async () => {
    agent.destroy();
    await stage.close();
  });
  const get = (url: string): Promise<Answer> => {
    const sending = request(url, { agent });
    const answer = answerTo(sending);
    sending.end();
    return answer;
  };
  const url = `https://${stage.addresses.registry}`;
  const behaviours = [
    { on: { to: "blob", nth: [1] }, does: { kind: "redirect", to: "plain", status: 307 } },
    { on: { to: "tags" }, does: { kind: "auth", accepts: "bearer", challenges: ['Bearer realm="{realm}"'] } },
    { on: { to: "blob", nth: [2] }, does: { kind: "break", after: 3 } },
    { on: { to: "manifest", nth: [2] }, does: { kind: "stall", after: 3 } },
  ] as const;
  const { exchanges, wordless } = await played(stage, playOf(behaviours, { choices: ["absolute-locations"] }), async () => {
    t.equal((await get(`${url}/v2/a/manifests/t`)).text, IMAGE);
    const { headers } = await get(`${url}${BLOB}`);
    t.equal(headers.location, `http://${stage.addresses.plain}/via/0/registry${BLOB}`);
    const plain = new Client(`http://${stage.addresses.plain}`, { agent: false });
    t.equal((await plain.get(`/via/0/registry${BLOB}`)).text, LAYER);
    const challenge = (await get(`${url}/v2/a/tags/list`)).headers["www-authenticate"];
    t.equal(challenge, `Bearer realm="https://${stage.addresses.token}/token"`);
    await t.rejects(get(`${url}${BLOB}`), { code: "ECONNRESET" });
    await (await Raw.to(stage.addresses.registry)).send(["GET /v2/ HTTP/1.1", "Host: a", ""]).closed();
    const stalled = request(`${url}/v2/a/manifests/t`, { agent }).end();
    stalled.on("error", () => undefined);
    await new Promise((resolve) => stalled.on("response", (response) => response.on("error", () => undefined).once("data", resolve)));
  });
  t.same(
    exchanges.map(({ host: at, tls: secure, connection, response }) => [at, secure, connection, response?.body.size]),
    [
      ["registry", true, 0, IMAGE.length],
      ["registry", true, 0, 0],
      ["plain", false, 1, LAYER.length],
      ["registry", true, 0, exchanges[3]?.response?.body.size],
      ["registry", true, 0, 3],
      ["registry", true, 2, 3],
    ],
  );
  t.same(wordless, { registry: 1 });
});
