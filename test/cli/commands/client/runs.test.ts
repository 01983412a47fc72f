import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { Parser } from "tap-parser";
import { validateResults } from "../../../../spec/validate.js";
import { conform, withoutRoot } from "../../process.js";

const ID = "registry.client.blob-digest-verified";

t.test("the bundled client conforms in what is asked for", async (t) => {
  const directory = t.testdir();
  const out = join(directory, "out");
  const report = join(directory, "results.json");
  const { code, stdout, stderr } = await conform(
    ...["client", "--only", ID, "--only", "robustness.client.hang", "--cases", "2", "--out", out],
    ...["--report", "tap", "--report", `json=${report}`],
  );
  t.equal(code, 0, stdout + stderr);
  t.ok(Parser.parse(stdout).some(([kind]) => kind === "assert"));
  t.match(stdout, new RegExp(`^ok \\d+ - ${ID.replaceAll(".", "\\.")}$`, "m"));
  const results = JSON.parse(readFileSync(report, "utf8"));
  t.same(validateResults(results), []);
  t.match(results, { suite: "distribution", target: { name: "the bundled client", spec: "head" } });
  t.ok(results.requests > results.cases);
  t.notOk(existsSync(join(out, "failures")));
});

/** A client that verifies nothing. */
const CARELESS = `
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { get as ask } from "node:http";
const [reference, directory] = process.argv.slice(2);
const [, host, name, tag] = /^([^/]+)[/](.+?)[:@]((?:sha256:)?[^:]+)$/.exec(reference);
mkdirSync(directory, { recursive: true });
const get = async (path) => {
  const headers = { accept: "application/vnd.oci.image.manifest.v1+json" };
  const [answer] = await once(ask("http://" + host + "/v2/" + name + path, { headers }), "response");
  if (answer.statusCode !== 200) throw new Error(path + " is answered with " + answer.statusCode);
  const bytes = Buffer.concat(await answer.toArray());
  writeFileSync(directory + path.replace(/.*[/]/, "/"), bytes);
  return bytes;
};
const { config, layers } = JSON.parse(await get("/manifests/" + tag));
for (const { digest } of [config, ...layers]) await get("/blobs/" + digest);
`;

t.test("a finding of any client is stored, replayed, judged again, and reproduced", { skip: withoutRoot }, async (t) => {
  const dir = t.testdir();
  const out = join(dir, "out");
  const report = join(dir, "results.json");
  writeFileSync(join(dir, "careless.mjs"), CARELESS);
  const reached = ["--pull", `${process.execPath} ${join(dir, "careless.mjs")} {ref} {dir}`];
  const { code, stdout, stderr } = await conform(
    ...["client", ...reached, "--only", ID, "--cases", "0", "--level", "should", "--out", out],
    ...["--report", "tap", "--report", `json=${report}`],
  );
  t.equal(code, 1, stdout + stderr);
  t.match(stdout, new RegExp(`^not ok 1 - ${ID}`, "m"));
  const directory = join(out, "failures", `node-${ID}`);
  for (const file of ["README.md", "answers.json", "case.json", "observation.json", "facts.json", "reproduce.sh"])
    t.ok(existsSync(join(directory, file)), file);
  t.match(readFileSync(join(directory, "README.md"), "utf8"), new RegExp(`^# SHOULD ${ID}\n[\\s\\S]*## What the registry does\n\n {4}\\{`));
  const [{ finding }] = JSON.parse(readFileSync(report, "utf8")).requirements;
  t.match(finding.replay, /^oci-conform replay \S+ --pull '.*careless\.mjs \{ref\} \{dir\}'$/);
  t.match(finding.output, /^pull: exit status 0\nregistry: GET \/v2\/oci-conform\/a\/manifests\//);
  t.notOk("contents" in finding.config);

  const again = await conform("replay", directory, ...reached, "--level", "should");
  t.match(again, { code: 1, stdout: new RegExp(`FAIL SHOULD ${ID}`), stderr: "oci-conform: as stored: --spec 1.1.1\n" });
  const bundled = await conform("replay", directory, "--level", "should");
  t.match(bundled, { code: 0, stdout: / 0 fail/ }, "the bundled client, where none is named");
  const judged = await conform("judge", join(directory, "observation.json"), "--level", "should");
  t.match(judged, { code: 1, stdout: new RegExp(`FAIL SHOULD ${ID}`), stderr: "" });
  const unable = await conform("replay", directory, "--tags", `${process.execPath} -v {repo}`);
  t.equal(unable.code, 2, "it has no pull, and lists nothing");

  const reproduced = spawnSync("sh", [join(directory, "reproduce.sh")], { encoding: "utf8", timeout: 60_000 });
  t.equal(reproduced.status, 0, reproduced.stderr);
  t.match(reproduced.stdout, /^registry: GET \/v2\/oci-conform\/a\/manifests\/\S+ → 200$/m);
  t.match(reproduced.stdout, /^exit status 0$/m);
  t.match(reproduced.stdout, /^expected: .*\nactual: {3}.*$/m);
});

t.test("a command that does nothing is inconclusive, and passes nothing", { skip: withoutRoot }, async (t) => {
  for (const command of ["true {ref} {dir}", "false {ref} {dir}"]) {
    const { code, stdout, stderr } = await conform("client", "--pull", command, "--out", join(t.testdir(), "out"), "--report", "tap");
    t.equal(code, 2, command);
    t.match(stderr, /^oci-conform: inconclusive: \w+ cannot pull an image of one layer with one file: /);
    t.notMatch(stdout, /^ok /m);
  }
});

t.test("a case that a hand spoilt is refused in a line", async (t) => {
  const spoilt = {
    format: "oci-conform/client-case@1",
    title: "spoilt",
    aims: [],
    verb: "pull",
    contents: {},
    holds: [{ repository: "a", manifest: "m" }],
    target: { repository: "a", reference: "t" },
  };
  const file = join(t.testdir({ "case.json": JSON.stringify(spoilt) }), "case.json");
  t.match(await conform("replay", file), { code: 64, stderr: /case\.json: \/holds\/0\/manifest: there is no content "m"\n$/ });
  writeFileSync(file, JSON.stringify({ ...spoilt, holds: [], verb: "any" }));
  t.match(await conform("replay", file), { code: 64, stderr: /case\.json: it cannot be carried out: .* cannot do this: any\n$/ });
});
