import { request } from "node:https";
import { join } from "node:path";
import t from "tap";
import { serve } from "../../reference-registry/serve.js";
import { selfSigned, withoutOpenssl } from "../self-signed.js";
import { answerTo } from "./client.js";

t.test("HTTPS", { skip: withoutOpenssl }, async (t) => {
  const dir = t.testdir();
  const { file: _, ...tls } = selfSigned(t, dir);
  const served = await serve({ dir: join(dir, "registry"), tls, auth: { kind: "bearer", user: "ada", password: "x" } });
  t.teardown(() => served.close());
  t.match(served.url, /^https:\/\/127\.0\.0\.1:\d+$/);
  const sending = request(`${served.url}/v2/`, { ca: tls.cert, agent: false });
  const answer = answerTo(sending);
  sending.end();
  const { status, headers } = await answer;
  t.equal(status, 401);
  t.match(headers["www-authenticate"], `realm="${served.url}/token"`);
  const untrusting = request(`${served.url}/v2/`, { agent: false });
  const refused = t.rejects(answerTo(untrusting), { code: /SELF_SIGNED/ });
  untrusting.end();
  await refused;
});
