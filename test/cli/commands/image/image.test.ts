import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import t from "tap";
import type { Results } from "../../../../reports/results/results.js";
import { validateResults } from "../../../../spec/validate.js";
import { tarOf, zstdOf } from "../../../image-reader/tar-builder.js";
import { Builder, hex, LAYER, type MadeLayer, plainLayer } from "../../../suites/image/content/builder.js";
import { richLayout } from "../../../suites/image/content/good.js";
import { conform, withoutRoot } from "../../process.js";

/** Writes the files of a layout, and returns its directory. */
function written(directory: string, files: ReadonlyMap<string, Buffer>): string {
  mkdirSync(directory, { recursive: true });
  for (const [path, content] of files) {
    mkdirSync(path.endsWith("/") ? join(directory, path) : dirname(join(directory, path)), { recursive: true });
    if (!path.endsWith("/")) writeFileSync(join(directory, path), content);
  }
  return directory;
}

const sound = (): Map<string, Buffer> => {
  const builder = new Builder();
  return builder.layout([builder.image([plainLayer({ path: "a", content: "x" })])]);
};
const asTar = (files: ReadonlyMap<string, Buffer>): Buffer => tarOf([...files].map(([path, content]) => ({ path: `./${path}`, content })));
const verdictsOf = (json: string): Map<string, string> => {
  const results: Results = JSON.parse(json);
  return new Map(results.requirements.map(({ id, verdict }) => [id, verdict]));
};
const lines = (text: string): number => text.trim().split("\n").length;

t.test("directories and archives are judged alike", async (t) => {
  const directory = t.testdir();
  const files = sound();
  const archive = asTar(files);
  const forms: readonly (readonly [string, () => string])[] = [
    ["directory", () => written(join(directory, "layout"), files)],
    ["tar", () => join(directory, "layout.tar")],
    ["tar+gzip", () => join(directory, "layout.tar.gz")],
    ["tar+zstd", () => join(directory, "layout.tar.zst")],
  ];
  writeFileSync(join(directory, "layout.tar"), archive);
  writeFileSync(join(directory, "layout.tar.gz"), gzipSync(archive));
  writeFileSync(join(directory, "layout.tar.zst"), zstdOf(archive));
  const seen: Map<string, string>[] = [];
  for (const [form, path] of forms) {
    const { code, stdout, stderr } = await conform("image", path(), "--report", "json");
    t.strictSame([code, stderr], [0, ""], form);
    t.strictSame(validateResults(JSON.parse(stdout)), [], form);
    t.match(JSON.parse(stdout), { target: { version: `image layout, ${form}`, spec: "head" } });
    seen.push(verdictsOf(stdout));
  }
  for (const verdicts of seen) t.strictSame(verdicts, seen[0]);
  t.equal(seen[0]?.get("image.config.diff-ids-of-layers"), "pass");
});

t.test("every report tells a finding with its places", async (t) => {
  const directory = t.testdir();
  const builder = new Builder();
  const layer = plainLayer(...Array.from({ length: 8 }, (_, at) => ({ path: `.wh.f${at}`, content: "x" })));
  const path = written(join(directory, "lay'out"), builder.layout([builder.image([layer])]));
  const to = (format: string): string => join(directory, format);
  const reports = ["json", "tap", "junit", "terminal"].flatMap((format) => ["--report", `${format}=${to(format)}`]);
  const { code } = await conform("image", path, ...reports);
  t.equal(code, 1);
  const results = JSON.parse(readFileSync(to("json"), "utf8"));
  t.strictSame(validateResults(results), []);
  const found = results.requirements.filter(({ verdict }: { verdict: string }) => verdict === "fail");
  t.match(found, [{ id: "image.layer.whiteout-empty", exercised: 8, failures: 8, finding: { places: { length: 5 } } }]);
  t.match(found[0].finding.places[1], /^blobs\/sha256\/[0-9a-f]{64} entry "\.wh\.f1" \(byte 1024 of the archive\)$/);
  t.match(found[0].finding.locations[1], { file: /^blobs\/sha256\/[0-9a-f]{64}$/, entry: ".wh.f1", byte: 1024 });
  t.match(found[0].finding.replay, /^oci-conform image '.*lay'\\''out' --spec head --only image\.layer\.whiteout-empty$/);
  t.match(readFileSync(to("tap"), "utf8"), /not ok \d+ - image\.layer\.whiteout-empty\n(?: .*\n)* {2}places: \["blobs/);
  t.match(readFileSync(to("junit"), "utf8"), /<failure [^>]*type="MUST">[^<]*where: blobs\/sha256/);
  t.match(
    readFileSync(to("terminal"), "utf8"),
    /✗ MUST image\.layer\.whiteout-empty[\s\S]*failed {6}in 8 of 8\n {2}input .*\n {2}where {7}blobs.*\n(?:.*\n){4} {14}and 3 more\n/,
  );
  const again = await conform("image", path, "--only", "image.layer.whiteout-empty");
  t.equal(again.code, 1, "its replay shows it again");
});

t.test("SHOULD warns unless told otherwise, and releases are told apart", async (t) => {
  const builder = new Builder();
  const path = written(t.testdir(), builder.layout([builder.image([plainLayer({ path: "a/x" }, { path: "a/.wh.y" })])]));
  t.equal((await conform("image", path)).code, 0);
  t.equal((await conform("image", path, "--level", "should")).code, 1);
  const old = await conform("image", path, "--spec", "1.0.2", "--report", "json");
  const verdicts = verdictsOf(old.stdout);
  t.equal(verdicts.get("image.considerations.json-names-unique"), "skip");
  t.equal(verdicts.get("image.considerations.json-canonical"), "fail");
  t.match(old.stdout, /came with the head; the image is judged by 1\.0\.2/);
  t.match((await conform("image", path, "--report", "json")).stdout, /went after release 1\.1\.1; the image is judged by head/);
});

t.test("selections", async (t) => {
  const path = written(t.testdir(), richLayout());
  const listed = await conform("image", "--list", "--only", "image.config", "--grep", "rootfs");
  t.match(listed.stdout, /image\.config\.rootfs-required/);
  t.notMatch(listed.stdout, /image\.layer/);
  const one = await conform("image", path, "--only", "image.config.env-form");
  t.match(one.stdout, /^ok 1 - image\.config\.env-form$/m);
  t.match(one.stdout, /^1\.\.1$/m);
  const unshown = await conform("image", written(join(path, "sub"), sound()), "--only", "image.config.env-form");
  t.equal(unshown.code, 2, "nothing was shown");
  t.match(unshown.stderr, /^oci-conform: inconclusive: .*: nothing was shown: none of what is selected could be exercised\n$/);
});

t.test("bad use", async (t) => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [["image"], /which layout\?/],
    [["image", "/nonexistent/x"], /\/nonexistent\/x: there is no such file or directory/],
    [["image", ".", "--only", "image.layer.whiteout-emty"], /did you mean image\.layer\.whiteout-empty\?/],
    [["image", ".", "--max-layer-size", "much"], /It must be a number of bytes/],
    [["image", ".", "--spec", "2.0.0"], /Allowed choices are 1\.0\.2, 1\.1\.1, head/],
    [["image", ".", "--report", "yaml"], /unknown format 'yaml'/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr } = await conform(...args);
    t.equal(code, 64, args.join(" "));
    t.match(stderr, message);
    t.equal(lines(stderr), 1);
  }
});

t.test("input that cannot be judged gives one clear message and exit code 2", async (t) => {
  const directory = t.testdir({
    empty: "",
    text: "not an archive".repeat(100),
    none: { file: "x" },
    "broken.tar.gz": gzipSync(asTar(sound())).subarray(0, 200),
    "broken.tar.zst": zstdOf(asTar(sound())).subarray(0, 900),
    "cut.tar": asTar(sound()).subarray(0, 2000),
    "other.tar": tarOf([{ path: "x" }]),
    dir: { "manifest.json": '{"schemaVersion":2,"config":{},"layers":[]}' },
  });
  const cases: readonly (readonly [string, RegExp])[] = [
    ["empty", /empty is empty/],
    ["text", /text is neither a directory nor a tar archive: no header of an entry/],
    ["none", /none is no image layout: it has none of oci-layout, index\.json and blobs/],
    ["broken.tar.gz", /a broken gzip stream/],
    ["broken.tar.zst", /a broken zstd stream/],
    ["cut.tar", /a broken tar archive: the archive ends inside an entry/],
    ["other.tar", /is no image layout/],
    ["dir", /dir is no image layout, and its manifest\.json is not the list/],
  ];
  for (const [name, message] of cases) {
    const { code, stderr, stdout } = await conform("image", join(directory, name));
    t.equal(code, 2, name);
    t.match(stderr, message);
    t.match(stderr, /^oci-conform: inconclusive: /);
    t.equal(lines(stderr), 1, name);
    t.match(stdout, /^Bail out! inconclusive/m);
  }
  t.match(await conform("image", "/dev/null"), { code: 2, stderr: /neither a directory nor a file/ });
});

t.test("what cannot be read is named", { skip: withoutRoot ? false : "root reads everything" }, async (t) => {
  const path = written(t.testdir(), sound());
  chmodSync(join(path, "index.json"), 0);
  t.match(await conform("image", path), { code: 2, stderr: /index\.json cannot be read \(EACCES\)/ });
});

t.test("limits stop the reading, with a message that says which", async (t) => {
  const directory = t.testdir();
  const bomb = gzipSync(tarOf([{ path: "big", content: Buffer.alloc(20_000_000) }]));
  const builder = new Builder();
  const layer = { archive: Buffer.alloc(0), packed: bomb, mediaType: `${LAYER}+gzip` };
  const path = written(join(directory, "bomb"), builder.layout([builder.image([layer])]));
  const rich = written(join(directory, "rich"), richLayout());
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [["image", path, "--max-layer-size", "1M"], /a layer of more than 1048576 bytes \(--max-layer-size\)/],
    [["image", rich, "--max-json-size", "100"], /JSON of more than 100 bytes is not read \(--max-json-size\)/],
    [["image", rich, "--max-entries", "3"], /more than 3 (?:entries|files) \(--max-entries\)/],
    [["image", rich, "--max-depth", "1"], /nested deeper than 1 levels \(--max-depth\)/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr } = await conform(...args);
    t.equal(code, 2, args.slice(2).join(" "));
    t.match(stderr, message);
    t.equal(lines(stderr), 1);
  }
});

t.test("links are not followed out of the layout unless that is asked for", async (t) => {
  const directory = t.testdir({ outside: {} });
  const path = written(join(directory, "layout"), sound());
  // As Bazel makes them: all that a layout has is elsewhere.
  for (const name of readdirSync(join(path, "blobs", "sha256"))) {
    renameSync(join(path, "blobs", "sha256", name), join(directory, "outside", name));
    symlinkSync(`../../../outside/${name}`, join(path, "blobs", "sha256", name));
  }
  symlinkSync("oci-layout", join(path, "inside"));
  const apart = await conform("image", path, "--report", "json");
  t.equal(apart.code, 2);
  t.match(
    apart.stderr,
    /layout: 3 files are symbolic links, such as blobs\/sha256\/\w+ to \.\.\/.*: leads out of the layout; --follow-links/,
  );
  t.equal(lines(apart.stderr), 1);
  const judgedOf = (json: string): string[] =>
    [...verdictsOf(json)].flatMap(([id, verdict]) => (/^(?:pass|fail)$/.test(verdict) ? [id] : []));
  t.strictSame(judgedOf(apart.stdout), [], "neither missing nor right");
  const followed = await conform("image", path, "--follow-links", "--report", "json");
  t.strictSame([followed.code, followed.stderr], [0, ""]);
  t.equal(verdictsOf(followed.stdout).get("image.config.diff-ids-of-layers"), "pass");

  const whole = written(join(directory, "whole"), sound());
  renameSync(join(whole, "blobs"), join(directory, "blobs"));
  symlinkSync("../blobs", join(whole, "blobs"));
  t.match(await conform("image", whole), { code: 2, stderr: /blobs to \.\.\/blobs is a symbolic link: leads out of the layout/ });
  t.match(await conform("image", whole, "--follow-links"), { code: 0, stderr: "" });

  symlinkSync("../nowhere", join(path, "blobs", "sha256", "f".repeat(64)));
  const dangling = await conform("image", path, "--follow-links", "--report", "json");
  t.equal(dangling.code, 1);
  t.match(
    JSON.parse(dangling.stdout).requirements.filter(({ verdict }: { verdict: string }) => verdict === "fail"),
    [{ id: "robustness.image.links-inside", failures: 1 }],
  );
});

t.test("what others leave among the blobs is nobody's fault", async (t) => {
  const path = written(t.testdir(), sound());
  for (const name of ["blobs/.gitkeep", "blobs/sha256/.gitkeep", "blobs/.DS_Store", "README.md"]) writeFileSync(join(path, name), "");
  t.match(await conform("image", path, "--level", "should"), { code: 0, stderr: "" });
});

t.test("a list of docker save beside index.json is judged, too", async (t) => {
  const directory = t.testdir();
  const other = [{ architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [`sha256:${"0".repeat(64)}`] } }];
  const archive = tarOf([{ path: "a", content: "x" }]);
  const beside = (name: string, list: unknown, more: readonly (readonly [string, Buffer])[] = []): string =>
    written(join(directory, name), new Map([...sound(), ["manifest.json", Buffer.from(JSON.stringify(list))], ...more]));
  const blobs = [...sound().keys()].filter((each) => each.startsWith("blobs/"));
  const [layer, config] = blobs;
  t.match(await conform("image", beside("good", [{ Config: config, RepoTags: ["a:b"], Layers: [layer] }])), { code: 0, stderr: "" });
  t.match(await conform("image", beside("foreign", { schemaVersion: 2, config: {}, layers: [] })), { code: 0, stderr: "" }, "or none");
  const wrong = beside(
    "wrong",
    [{ Config: "c.json", Layers: ["l.tar"] }],
    [
      ["c.json", Buffer.from(JSON.stringify(other[0]))],
      ["l.tar", archive],
    ],
  );
  t.match(await conform("image", wrong), { code: 1, stdout: /^not ok \d+ - image\.config\.diff-ids-of-layers/m });
  const missing = beside("missing", [{ Config: config, Layers: ["nowhere.tar"] }]);
  t.match(await conform("image", missing), { code: 1, stdout: /^not ok \d+ - robustness\.image\.docker-list/m });
});

t.test("a part that was not read makes the image neither wrong nor right", async (t) => {
  const directory = t.testdir();
  const whole = tarOf([{ path: "a", content: "x" }]);
  const of = (name: string, layer: MadeLayer): string => {
    const builder = new Builder();
    return written(join(directory, name), builder.layout([builder.image([layer])]));
  };
  const huge = tarOf([{ path: "x", pax: { "SCHILY.xattr.user.a": "x".repeat(5 << 20) } }]);
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ["a PAX header of five mebibytes", of("huge", { archive: huge }), /a header of \d+ bytes for the next entry; at most \d+ are read/],
    [
      "another compression",
      of("bz2", { archive: whole, mediaType: `${LAYER}+bzip2` }),
      /layers of the media type .*\+bzip2: it is not known/,
    ],
    ["encryption", of("enc", { archive: whole, mediaType: `${LAYER}+gzip+encrypted` }), /gzip\+encrypted: it is not known/],
  ];
  for (const [name, path, message] of cases) {
    const { code, stderr, stdout } = await conform("image", path, "--report", "json");
    t.equal(code, 2, name);
    t.match(stderr, message, name);
    const verdicts = verdictsOf(stdout);
    t.notOk([...verdicts.values()].includes("fail"), name);
    for (const id of ["image.layer.tar-archive", "image.layer.no-duplicate-entries"]) t.not(verdicts.get(id), "pass", `${name}: ${id}`);
    t.equal(verdicts.get("image.layout.file-version"), "pass", `${name}: what has nothing to do with it is judged`);
  }
  const foreign = of("xz", { archive: whole, packed: Buffer.from("\xfd7zXZ\0rest", "latin1"), mediaType: `${LAYER}+gzip` });
  t.match(await conform("image", foreign), { code: 1, stdout: /actual: "compression: xz"/ });
});

t.test("an index that names itself, and a pipe among the blobs, end well", async (t) => {
  const directory = t.testdir();
  const name = "1".repeat(64);
  const self = { mediaType: "application/vnd.oci.image.index.v1+json", digest: `sha256:${name}`, size: 1 };
  const builder = new Builder();
  builder.files.set(`blobs/sha256/${name}`, Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [self] })));
  const path = written(join(directory, "loop"), builder.layout([self]));
  execFileSync("mkfifo", [join(path, "blobs", "sha256", "0".repeat(64))], { timeout: 600_000 });
  const { code, stdout } = await conform("image", path, "--report", "json");
  t.equal(code, 1);
  const verdicts = verdictsOf(stdout);
  t.equal(verdicts.get("robustness.image.cycle"), "fail");
  t.equal(verdicts.get("image.layout.blobs-by-algorithm"), "fail");
});

t.test("several layouts: reports of their own, and the gravest exit code", async (t) => {
  const directory = t.testdir();
  const good = written(join(directory, "good"), sound());
  const bad = written(join(directory, "bad"), new Map([...sound()].filter(([path]) => path !== "oci-layout")));
  const { code } = await conform("image", good, bad, "--report", `json=${join(directory, "out.json")}`);
  t.equal(code, 1);
  t.match(JSON.parse(readFileSync(join(directory, "out.good.json"), "utf8")), { target: { name: good } });
  t.match(JSON.parse(readFileSync(join(directory, "out.bad.json"), "utf8")), { target: { name: bad }, summary: { fail: 1 } });
});

t.test("an archive of docker save is judged where the formats agree", async (t) => {
  const archive = tarOf([{ path: "a", content: "x" }]);
  const made = (diffId: string): Buffer =>
    tarOf([
      { path: "c.json", content: JSON.stringify({ architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [diffId] } }) },
      { path: "x.tar", content: archive },
      { path: "x/layer.tar", type: "2", link: "../x.tar" },
      { path: "manifest.json", content: JSON.stringify([{ Config: "c.json", RepoTags: ["a:b"], Layers: ["x/layer.tar"] }]) },
    ]);
  const directory = t.testdir();
  const path = join(directory, "saved.tar");
  writeFileSync(path, made(`sha256:${hex(archive)}`));
  const { code, stdout } = await conform("image", path, "--report", "json");
  t.equal(code, 0);
  const verdicts = verdictsOf(stdout);
  for (const id of ["image.config.diff-ids-of-layers", "image.layer.tar-archive", "image.layer.attribute-mode"])
    t.equal(verdicts.get(id), "pass", id);
  t.equal(verdicts.get("image.layout.index-exists"), "unexercised");
  t.match(JSON.parse(stdout), { target: { version: "docker save, tar" } });
  writeFileSync(path, made(`sha256:${"0".repeat(64)}`));
  t.equal((await conform("image", path)).code, 1);
});

t.test("a huge layer takes no memory to speak of", async (t) => {
  const directory = t.testdir();
  // Half a gigabyte of zeros, sparse on disk: one entry, and its header.
  const size = 2 ** 29;
  const head = tarOf([{ path: "big", size }], Buffer.alloc(0));
  const builder = new Builder();
  const path = written(directory, builder.layout([builder.image([{ archive: head }])]));
  const blob = [...builder.files].find(([, content]) => content === head)?.[0] ?? "";
  truncateSync(join(path, blob), head.length + size + 1024);
  const limited = process.env.NODE_OPTIONS;
  process.env.NODE_OPTIONS = "--max-old-space-size=64";
  t.teardown(() => {
    if (limited === undefined) delete process.env.NODE_OPTIONS;
    else process.env.NODE_OPTIONS = limited;
  });
  const { code, stdout } = await conform("image", path, "--report", "json");
  t.equal(code, 1, "its digest is another one");
  t.equal(verdictsOf(stdout).get("image.layer.tar-archive"), "pass");
});
