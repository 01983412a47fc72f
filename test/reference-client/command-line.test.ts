import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { client, Layout, registry, run, sha } from "./made.js";

t.test("bad use", async (t) => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /no command is given/],
    [["fly"], /there is no command fly/],
    [["pull", "a/b:c"], /pull takes 2 arguments, not 1/],
    [["pull", "b:c", "x"], /no host stands before the first slash/],
    [["pull", "a/B:c", "x"], /B is no repository name/],
    [["pull", "a/b", "x"], /neither a tag nor a digest/],
    [["pull", "a:5/b", "x"], /neither a tag nor a digest/],
    [["pull", "a/b:-", "x"], /- is no tag/],
    [["pull", "a/b@sha256:1", "x"], /sha256:1 is no digest/],
    [["pull", "a/b:c", "x", "--single"], /pull has no option --single/],
    [["push", "x", "a/b:c", "--single", "--chunk", "1"], /exclude each other/],
    [["push", "x", "a/b:c", "--chunk", "0"], /no whole number above 0/],
    [["attach", "a/b:c", "x"], /attach needs --type/],
    [["attach", "a/b:c", "x", "--type", "t/t", "--annotation", "x"], /no KEY=VALUE/],
    [["tags", "a/b", "--nothing"], /nothing/],
    [["tags", "a/b", "--ca", "/nowhere"], /--ca: .*no such file/],
  ];
  for (const [args, err] of cases) t.match(await run(args), { status: 64, out: "", err }, args.join(" "));
  t.match(await run(["--help"]), { status: 0, out: /^oci-client pull/, err: "" });
  t.match(await run(["--list-faults"]), { status: 0, out: /^accept-left-out {2}registry\.client\.accept-header$/m, err: "" });
});

t.test("as a program", async (t) => {
  const main = fileURLToPath(new URL("../../reference-client/main.js", import.meta.url));
  t.match(spawnSync(process.execPath, [main, "--help"], { encoding: "utf8" }), { status: 0, stdout: /^oci-client pull/, stderr: "" });
  t.match(spawnSync(process.execPath, [main], { encoding: "utf8" }), { status: 64, stderr: "oci-client: no command is given\n" });
});

t.test("failures of what is not a registry", async (t) => {
  const dir = t.testdir();
  t.match(await client("tags", "127.0.0.1:1/a"), {
    status: 1,
    err: /^oci-client: GET http:\/\/127.0.0.1:1\/v2\/a\/tags\/list: connect ECONNREFUSED/,
  });
  t.match(await client("push", join(dir, "none"), "127.0.0.1:1/a:b"), { status: 1, err: /index.json cannot be read/ });
  t.match(await client("tags", "127.0.0.1:1/a", "--config", join(dir, "none")), { status: 1, err: /config.json: ENOENT/ });
  const layout = new Layout(join(dir, "layout"));
  layout.name(layout.image(["x"]), "a");
  layout.name(layout.image(["y"]), "b");
  t.match(await client("push", layout.dir, "127.0.0.1:1/a:b"), { status: 1, err: /no manifest is named tested/ });
  const [, encoded = ""] = sha("x").split(":");
  writeFileSync(join(layout.dir, "blobs", "sha256", encoded), "z");
  const host = await registry(t, join(dir, "registry"));
  t.match(await client("push", layout.dir, `${host}/a:b`, "--tag", "a"), { status: 1, err: /the digest of what came is sha256:/ });
});

t.test("a layout that is there keeps what it has", async (t) => {
  const dir = t.testdir();
  const host = await registry(t, join(dir, "registry"));
  const layout = new Layout(join(dir, "layout"));
  const digests = ["a", "b"].map((name) => layout.name(layout.image([name]), name).digest);
  for (const name of ["a", "b"]) t.equal((await client("push", layout.dir, `${host}/x:${name}`, "--tag", name)).status, 0);
  const to = join(dir, "pulled");
  mkdirSync(to);
  for (const name of ["a", "b", "a"]) t.equal((await client("pull", `${host}/x:${name}`, to)).status, 0);
  t.equal((await client("pull", `${host}/x@${digests[0]}`, to)).status, 0);
  const listed = JSON.parse(readFileSync(join(to, "index.json"), "utf8")) as { manifests: { digest: string; annotations?: object }[] };
  t.same(
    listed.manifests.map((each) => [each.digest, each.annotations]),
    [
      [digests[1], { "org.opencontainers.image.ref.name": "b" }],
      [digests[0], { "org.opencontainers.image.ref.name": "a" }],
      [digests[0], undefined],
    ],
  );
  const before = readdirSync(to, { recursive: true }).sort();
  t.equal((await client("pull", `${host}/x:none`, to)).status, 1);
  t.same(readdirSync(to, { recursive: true }).sort(), before, "a failure takes away nothing else");
});
