import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { Parser } from "tap-parser";
import { serve } from "../../../../reference-registry/serve.js";
import { validateResults } from "../../../../spec/validate.js";
import { conform, script } from "../../process.js";

t.test("the bundled registry conforms in what is asked for, killed in between", async (t) => {
  const directory = t.testdir();
  const out = join(directory, "out");
  const report = join(directory, "results.json");
  const asked = ["registry.blob", "registry.tags.lexical-order", "robustness.registry.acknowledged-lost"];
  const only = asked.flatMap((id) => ["--only", id]);
  const { code, stdout, stderr } = await conform(
    "registry",
    ...only,
    "--cases",
    "5",
    "--out",
    out,
    "--report",
    "tap",
    "--report",
    `json=${report}`,
  );
  t.equal(code, 0, stderr);
  const points = Parser.parse(stdout).filter(([kind]) => kind === "assert").length;
  t.ok(points > 10);
  t.match(stdout, /^# it chose: single post, mount, /m);
  t.match(stdout, /^ok \d+ - robustness\.registry\.acknowledged-lost$/m);
  const results = JSON.parse(readFileSync(report, "utf8"));
  t.same(validateResults(results), []);
  t.ok(results.requests > results.cases);
  t.ok(stdout.includes(`${results.cases} cases (${results.requests} requests)`));
  t.notOk(existsSync(join(out, "failures")));
});

t.test("a finding is stored, replayed, judged again, and reproduced without the harness", async (t) => {
  const out = join(t.testdir(), "out");
  const fault = "--bundled-arg=--fault=chunk-out-of-order-400";
  const id = "registry.upload.chunk-out-of-order";
  const report = join(t.testdirName, "results.json");
  const reached = [fault, "--namespace", "team/testers", "--spec", "1.1.1"];
  const { code, stdout } = await conform(
    ...["registry", ...reached, "--only", id, "--cases", "0", "--keep", "--out", out, "--report", "tap", "--report", `json=${report}`],
  );
  t.equal(code, 1);
  t.match(stdout, new RegExp(`^not ok 1 - ${id}$`, "m"));
  t.match(stdout, /a first chunk begins at 1"/, "the smallest case");
  const directory = join(out, "failures", `bundled-${id}`);
  for (const file of ["case.json", "observation.json", "facts.json", "reproduce.sh"]) t.ok(existsSync(join(directory, file)), file);
  t.ok(existsSync(join(out, "kept")));

  const again = await conform("replay", directory, fault, "--json");
  t.equal(again.code, 1, again.stderr);
  t.match(again.stdout, new RegExp(`FAIL MUST ${id}`));
  t.match(again.stdout, /"url": "[^"]*\/v2\/team\/testers\//, "the namespace is as it was");
  t.match(again.stderr, /^oci-conform: as stored: --spec 1\.1\.1 --namespace team\/testers\n$/);
  const [{ finding }] = JSON.parse(readFileSync(report, "utf8")).requirements;
  t.equal(finding.replay, `oci-conform replay ${directory} --spec 1.1.1 --namespace team/testers ${fault}`);
  const main = fileURLToPath(new URL("../../../../cli/main.js", import.meta.url));
  script(t.testdirName, "oci-conform", `exec '${process.execPath}' '${main}' "$@"`);
  const env = { ...process.env, PATH: `${t.testdirName}:${process.env.PATH}`, NODE_EXTRA_CA_CERTS: undefined };
  const pasted = spawnSync("sh", ["-c", finding.replay], { encoding: "utf8", env });
  t.match(pasted, { status: 1, stderr: "", stdout: new RegExp(`FAIL MUST ${id}`) });
  const sound = await conform("replay", directory, "--times", "2");
  t.equal(sound.code, 0, sound.stdout + sound.stderr);
  const judged = await conform("judge", join(directory, "observation.json"));
  t.equal(judged.code, 1);
  t.match(judged.stdout, new RegExp(`FAIL MUST ${id}`));

  if (spawnSync("curl", ["--version"]).status !== 0) {
    t.comment("curl is not installed: reproduce.sh was not run");
    return;
  }
  const registry = await serve({ dir: join(t.testdirName, "data"), durable: false, fault: "chunk-out-of-order-400" });
  t.teardown(() => registry.close());
  // Not at once: the server lives in this process.
  const reproduced = spawn("bash", [join(directory, "reproduce.sh"), registry.url], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  reproduced.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const [status] = await once(reproduced, "close");
  t.equal(status, 0);
  t.match(said, /> PATCH http[^\n]*\nHTTP\/1\.1 400 /);
});

t.test("what is asked for is selected and listed", async (t) => {
  const { code, stdout } = await conform("registry", "--list", "--only", "registry.referrers");
  t.equal(code, 0);
  t.match(stdout, /^MUST {7}registry\.referrers\.list-ok\n {11}/m);
  t.notMatch(stdout, /registry\.blob|registry\.client/);
});

t.test("an API that is not tested is skipped, and a run that shows nothing is inconclusive", async (t) => {
  const out = join(t.testdir(), "out");
  const { code, stdout, stderr } = await conform(
    "registry",
    "--apis",
    "pull,push",
    "--only",
    "registry.tags.n-at-most",
    "--cases",
    "0",
    "--out",
    out,
    "--report",
    "tap",
  );
  t.equal(code, 2);
  t.match(stderr, /^oci-conform: inconclusive: the bundled reference registry: nothing was shown: none /);
  t.match(stdout, /# SKIP the discovery API is not tested \(--apis\)/);
});

t.test("an image that is there is read, and nothing is written", async (t) => {
  const dir = t.testdir();
  const seen: string[] = [];
  const registry = await serve({ dir: join(dir, "data"), durable: false });
  t.teardown(() => registry.close());
  const put = async (method: string, path: string, body: string, type: string): Promise<Response> => {
    const response = await fetch(`${registry.url}${path}`, { method, body, headers: { "content-type": type } });
    seen.push(`${method} ${response.status}`);
    return response;
  };
  const config = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
  await put("POST", `/v2/team/image/blobs/uploads/?digest=${config}`, "{}", "application/octet-stream");
  const type = "application/vnd.oci.image.manifest.v1+json";
  const manifest = {
    schemaVersion: 2,
    mediaType: type,
    config: { mediaType: "application/vnd.oci.empty.v1+json", digest: config, size: 2 },
    layers: [],
  };
  await put("PUT", "/v2/team/image/manifests/v1", JSON.stringify(manifest), type);
  t.same(seen, ["POST 201", "PUT 201"]);
  const { code, stdout, stderr } = await conform(
    "registry",
    "--url",
    registry.url,
    "--pull-only",
    "team/image:v1",
    "--spec",
    "head",
    "--cases",
    "30",
    "--out",
    join(dir, "out"),
    "--report",
    "tap",
  );
  t.equal(code, 0, stdout + stderr);
  t.match(stdout, /^ok \d+ - registry\.manifest\.get-content$/m);
  t.match(stdout, /^ok \d+ - registry\.blob\.get-content$/m);
  t.match(stdout, /registry\.push\.manifest-created # SKIP the push API is not tested/);
  const tags: unknown = await (await fetch(`${registry.url}/v2/team/image/tags/list`)).json();
  t.same(tags, { name: "team/image", tags: ["v1"] });
  const missing = await conform("registry", "--url", registry.url, "--pull-only", "team/image:v2", "--out", join(dir, "out"));
  t.equal(missing.code, 2);
  t.match(missing.stderr, /team\/image:v2 cannot be read: GET manifests\/v2 → 404/);
});

t.test("lists that lag behind are asked for again, which is told as a warning", async (t) => {
  const out = join(t.testdir(), "out");
  const args = ["--only", "robustness.registry.list-behind", "--only", "registry.tags.complete", "--cases", "0", "--out", out];
  const lagging = ["--bundled-arg=--choose=lists-lag", ...args, "--report", "tap"];
  const { code, stdout, stderr } = await conform("registry", ...lagging, "--settle", "20s");
  t.equal(code, 0, stderr);
  t.match(stdout, /^ok \d+ - registry\.tags\.complete$/m);
  t.match(stdout, /^not ok \d+ - robustness\.registry\.list-behind # TODO SHOULD/m);
  t.match(stdout, /lists lag/, "it is a choice of the registry");
});
