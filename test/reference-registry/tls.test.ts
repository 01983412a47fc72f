import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import t from "tap";
import { serve } from "../../reference-registry/serve.js";
import { answerTo } from "./client.js";

const without = spawnSync("openssl", ["version"]).status === 0 ? false : "needs openssl";

t.test("HTTPS", { skip: without }, async (t) => {
  const dir = t.testdir();
  const [key, cert] = ["key.pem", "cert.pem"].map((name) => join(dir, name)) as [string, string];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "1"];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const made = spawnSync("openssl", ["req", "-x509", ...curve, "-keyout", key, "-out", cert, ...subject], { encoding: "utf8" });
  t.equal(made.status, 0, made.stderr);
  const tls = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
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
