import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { Behaviour } from "../../reference-registry/behaviours/behaviour.js";
import { Stage } from "../../reference-registry/stage/stage.js";
import { selfSigned, withoutOpenssl } from "../self-signed.js";
import { run } from "./made.js";
import { holding, on } from "./scenes.js";

t.test("HTTPS", { skip: withoutOpenssl }, async (t) => {
  const dir = t.testdir();
  const { file: certFile, ...tls } = selfSigned(t, dir);
  const stage = await Stage.open([
    { host: "registry", address: "127.0.0.1", port: 0, tls },
    { host: "plain", address: "127.0.0.1", port: 0 },
  ]);
  t.teardown(() => stage.close());
  const config = join(dir, "config");
  mkdirSync(config);
  const host = stage.addresses.registry;
  writeFileSync(join(config, "config.json"), JSON.stringify({ auths: { [host]: { username: "ada", password: "x" } } }));
  const credentials = { registry: { user: "ada", password: "x" } };
  const auth: Behaviour = { on: { to: "any" }, does: { kind: "auth", challenges: ['Basic realm="x"'], accepts: "basic" } };
  const away = on("blob", ["GET"], { kind: "redirect", to: "plain", status: 307 });
  let count = 0;
  const pulled = async (behaviours: readonly Behaviour[], ...more: readonly string[]) => {
    await stage.begin({ holds: [holding()], choices: [], behaviours, credentials });
    const ran = await run(["pull", `${host}/c/a:t`, join(dir, `out-${count++}`), "--config", config, ...more]);
    const { exchanges } = await stage.end();
    const inPlain = exchanges.filter(({ host }) => host === "plain");
    return {
      ...ran,
      plain: inPlain.length,
      told: inPlain.filter(({ request }) => request.headers.some(([name]) => name === "authorization")).length,
    };
  };
  t.match(await pulled([auth], "--ca", certFile), { status: 0, plain: 0 });
  t.match(await pulled([auth]), { status: 1, err: /self.signed certificate/i }, "nobody else is trusted");
  t.match(await pulled([auth, away], "--ca", certFile), { status: 1, plain: 0, err: /which is not encrypted/ });
  const told = await pulled([auth, away], "--ca", certFile, "--fault", "credentials-in-plain");
  t.ok(told.told > 0, "the fault takes the password along");
});
