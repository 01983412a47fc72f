import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t, { type Test } from "tap";
import { serve } from "../../../../reference-registry/serve.js";
import { conform } from "../../process.js";

const MAIN = fileURLToPath(new URL("../../../../cli/main.js", import.meta.url));
const node = `${process.execPath} ${MAIN}`;

/** Bad use is one clear line, and exit code 64. */
async function refuses(t: Test, args: readonly string[], said: RegExp): Promise<void> {
  const { code, stderr } = await conform("registry", ...args);
  t.equal(code, 64, args.join(" "));
  t.match(stderr, /^oci-conform: [^\n]+\n$/);
  t.match(stderr, said);
}

t.setTimeout(0);

t.test("garbage is collected while the bundled registry does not run, and nothing is lost", async (t) => {
  const { code, stdout } = await conform(
    ...["registry", "--only", "robustness.registry.collected", "--only", "robustness.registry.collected-referrer"],
    ...["--quick", "--report", "tap", "--out", t.testdir()],
  );
  t.equal(code, 0, stdout);
  t.match(stdout, /^ok 1 - robustness\.registry\.collected$/m);
  t.match(stdout, /^ok 2 - robustness\.registry\.collected-referrer$/m);
});

t.test("what a collection takes wrongly is a finding", async (t) => {
  const fault = "--bundled-arg=--fault=collected-manifests-of-indexes";
  const only = ["--only", "robustness.registry.collected"];
  const { code, stdout } = await conform("registry", fault, ...only, "--quick", "--report", "tap", "--out", t.testdir());
  t.equal(code, 1, stdout);
  t.match(stdout, /^not ok 1 - robustness\.registry\.collected$/m);
});

t.test("a command that collects no garbage ends the run", async (t) => {
  const dir = t.testdir();
  const registry = await serve({ dir: join(dir, "registry"), durable: false });
  t.teardown(() => registry.close());
  const at = ["--url", registry.url, "--out", join(dir, "out"), "--only", "registry.mount", "--quick"];
  await refuses(t, [...at, "--gc", join(dir, "nothing")], /--gc .*nothing: cannot be run/);
  const { code, stderr } = await conform("registry", ...at, "--gc", `${node} serve-registry --dir ${join(dir, "none")} --collect`);
  t.equal(code, 2);
  t.match(stderr, /the command of --gc exits with 64: oci-conform: --dir .*none: there is no such directory/);
});

t.test("several addresses of one registry", async (t) => {
  const only = ["--only", "robustness.registry.other-address", "--only", "robustness.registry.other-address-session", "--quick"];
  for (const fault of [undefined, "other-address-keeps-answers", "other-address-knows-no-upload"]) {
    const dir = t.testdir();
    const registry = await serve({ dir: join(dir, "registry"), durable: false, morePorts: [0], ...(fault === undefined ? {} : { fault }) });
    const urls = [registry.url, ...registry.others].flatMap((url) => ["--url", url]);
    const { code, stdout } = await conform("registry", ...urls, ...only, "--report", "tap", "--out", join(dir, "out"));
    t.equal(code, fault === undefined ? 0 : 1, stdout);
    if (fault !== undefined) t.match(stdout, /^not ok \d - robustness\.registry\.other-address/m, fault);
    await registry.close();
  }
});

t.test("bad use", async (t) => {
  const at = ["--url", "http://127.0.0.1:1"];
  await refuses(t, [...at, ...at], /--url http:\/\/127\.0\.0\.1:1: given twice/);
  await refuses(t, [...at, "--gc", " "], /--gc: no command/);
  await refuses(t, [...at, "--gc", "true", "--repository", "a"], /--gc and --repository exclude one another/);
  await refuses(t, [...at, "--gc", "true", "--pull-only", "a:b"], /--pull-only and --gc exclude one another/);
});
