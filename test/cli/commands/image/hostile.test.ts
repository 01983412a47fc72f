import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { codeOf } from "../../../../image-reader/errno.js";
import type { Results } from "../../../../reports/results/results.js";
import { Builder, hex, plainLayer } from "../../../suites/image/content/builder.js";
import { conform, withoutRoot } from "../../process.js";

const MAIN = fileURLToPath(new URL("../../../../cli/main.js", import.meta.url));
const INDEX = "application/vnd.oci.image.index.v1+json";

function written(directory: string, files: ReadonlyMap<string, Buffer>): string {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  return directory;
}

const builder = new Builder();
const sound = builder.layout([builder.image([plainLayer({ path: "a", content: "x" })])]);
/** The path of the only layer. */
const layer = `blobs/sha256/${hex(plainLayer({ path: "a", content: "x" }).archive)}`;

/** Validates a path, and gives the exit code, what was found, and the only line on standard error. */
async function judged(path: string, ...args: readonly string[]): Promise<readonly [code: number | null, found: string[], message: string]> {
  const { code, stdout, stderr } = await conform("image", path, "--report", "json", ...args);
  const results: Results | undefined = stdout === "" ? undefined : JSON.parse(stdout);
  const found = (results?.requirements ?? []).filter(({ verdict }) => verdict === "fail").map(({ id }) => id);
  return [code, found, stderr.replace(/\n$/, "")];
}

const inconclusive = (words: string): RegExp => new RegExp(`^oci-conform: inconclusive: [^\n]*${words}[^\n]*$`);

t.test("paths that are no layout give one line and exit code 2", async (t) => {
  const directory = t.testdir({
    "a.xz": Buffer.from("fd377a585a000004", "hex"),
    "a.bz2": "BZh91AY&SY",
    "a.zip": "PK\x03\x04",
  });
  execFileSync("mkfifo", [join(directory, "fifo")], { timeout: 600_000 });
  symlinkSync("b", join(directory, "a"));
  symlinkSync("a", join(directory, "b"));
  const cases: readonly (readonly [string, string])[] = [
    ["a.xz", "is packed by xz: unpack it first"],
    ["a.bz2", "is packed by bzip2"],
    ["a.zip", "is packed by zip"],
    ["fifo", "neither a directory nor a file"],
    ["a", "cannot be read \\(ELOOP\\)"],
  ];
  for (const [name, words] of cases) t.match(await judged(join(directory, name)), [2, [], inconclusive(words)], name);
});

t.test("files of other kinds in a layout are findings, and are never read", async (t) => {
  const directory = t.testdir();
  let number = 0;
  const changed = (change: (path: string) => void): string => {
    const path = written(join(directory, `${++number}`), sound);
    change(path);
    return path;
  };
  const instead = (name: string, make: (path: string) => void) => (path: string) => {
    rmSync(join(path, name), { recursive: true });
    make(join(path, name));
  };
  const cases: readonly (readonly [string, (path: string) => void, readonly string[]])[] = [
    ["blobs is a file", instead("blobs", (path) => writeFileSync(path, "x")), ["image.layout.blobs-directory-exists"]],
    ["an algorithm is a file", instead("blobs/sha256", (path) => writeFileSync(path, "x")), ["image.layout.blobs-by-algorithm"]],
    ["a blob is a directory", instead(layer, mkdirSync), ["image.layout.blobs-by-algorithm"]],
    ["a blob is a link to itself", instead(layer, (path) => symlinkSync(path, path)), ["robustness.image.links-inside"]],
    ["index.json is a directory", instead("index.json", mkdirSync), ["image.layout.index-exists"]],
    ["index.json is a pipe", instead("index.json", (path) => execFileSync("mkfifo", [path])), ["image.layout.index-exists"]],
    ["a directory leads back", (path) => symlinkSync(".", join(path, "blobs", "self")), ["image.layout.blobs-by-algorithm"]],
  ];
  for (const [name, change, expected] of cases) {
    const [code, found, message] = await judged(changed(change));
    t.strictSame([code, found.filter((id) => id !== "image.layout.missing-blobs-elsewhere"), message], [1, expected, ""], name);
  }
  const inside = changed((path) => {
    renameSync(join(path, layer), join(path, "elsewhere"));
    symlinkSync("../../elsewhere", join(path, layer));
  });
  t.strictSame(await judged(inside), [0, [], ""], "a link inside is followed");
});

t.test("indexes that name one another end", async (t) => {
  const directory = t.testdir();
  const names = ["1", "2", "3"].map((digit) => digit.repeat(64));
  const described = (name: string) => ({ mediaType: INDEX, digest: `sha256:${name}`, size: 1 });
  const files = new Builder().layout([described(names[0] ?? "")]);
  for (const [at, name] of names.entries())
    files.set(`blobs/sha256/${name}`, Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [described(names[(at + 1) % 3] ?? "")] })));
  const [code, found] = await judged(written(join(directory, "chain"), files));
  t.equal(code, 1);
  t.ok(found.includes("robustness.image.cycle"));

  // Each index names the next one twice: 2^60 ways lead to the last.
  const wide = new Builder();
  let manifests: unknown[] = [];
  for (let level = 0; level < 60; level++) {
    const one = wide.blob(INDEX, { schemaVersion: 2, mediaType: INDEX, manifests });
    manifests = [one, one];
  }
  t.match(await judged(written(join(directory, "wide"), wide.layout(manifests))), [0, [], ""]);
});

t.test("documents beyond the limits are not read", async (t) => {
  const directory = t.testdir();
  const of = (name: string, text: string): string =>
    written(join(directory, name), new Map([...sound, ["index.json", Buffer.from(text)] as const]));
  const cases: readonly (readonly [string, string, string])[] = [
    ["deep", `{"a":${"[".repeat(500_000)}${"]".repeat(500_000)}}`, "index.json: JSON nested deeper than 100 levels \\(--max-depth\\)"],
    ["long", `{"a":"${"x".repeat(5_000_000)}"}`, "index.json: it has 5000008 bytes; JSON of more than 4194304"],
  ];
  for (const [name, text, words] of cases) t.match(await judged(of(name, text)), [2, [], inconclusive(words)], name);
  const many = of("many", `{"a":[${"1,".repeat(3_000_000)}1]}`);
  t.match(await judged(many, "--max-json-size", "1G"), [2, [], inconclusive("JSON of more than 2097152 values")]);
});

t.test("names that are no UTF-8, or that a terminal would obey", async (t) => {
  const path = written(join(t.testdir(), "new\nline and space"), sound);
  try {
    writeFileSync(Buffer.concat([Buffer.from(join(path, "blobs/sha256/")), Buffer.of(0xff)]), "x");
  } catch (thrown) {
    // Some file systems have no such names.
    if (codeOf(thrown) !== "EILSEQ") throw thrown;
  }
  writeFileSync(join(path, "blobs/sha256/\u001b[31m\nred"), "x");
  for (const format of ["terminal", "tap", "junit"]) {
    const { code, stdout } = await conform("image", path, "--report", format);
    t.equal(code, 1, format);
    t.match(stdout, "blob-name-grammar");
    t.notOk(stdout.includes("\u001b[31m") || stdout.includes("\nred"), `${format} shows them escaped`);
  }
});

/** Runs the command line as a user without rights; without the environment of the tests. */
const asNobody = (...args: readonly string[]) =>
  spawnSync("setpriv", ["--reuid", "65534", "--regid", "65534", "--clear-groups", "env", "-i", process.execPath, MAIN, ...args], {
    timeout: 600_000,
    encoding: "utf8",
  });
const noNobody = withoutRoot || (asNobody("--help").status === 0 ? false : "needs setpriv, and a place that anybody can read");

t.test("what a user may not read is named", { skip: noNobody }, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "oci-conform-test-"));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  chmodSync(directory, 0o755);
  for (const [number, name] of ["index.json", "blobs", "blobs/sha256", layer, ""].entries()) {
    const path = written(join(directory, `${number}`), sound);
    chmodSync(join(path, name), 0);
    const { status, stderr } = asNobody("image", path);
    t.equal(status, 2, name);
    const what = ["index.json", layer].includes(name) ? `${path}: ${name}:` : join(path, name);
    t.equal(stderr, `oci-conform: inconclusive: ${what} cannot be read (EACCES)\n`);
  }
});

t.test("an archive that cannot be unpacked anywhere is no error of ours", async (t) => {
  const path = join(t.testdir(), "x.tar.gz");
  writeFileSync(path, execFileSync("gzip", ["-c"], { input: Buffer.alloc(10_000), timeout: 600_000 }));
  const before = process.env.TMPDIR;
  process.env.TMPDIR = "/nonexistent";
  t.teardown(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  });
  t.match(await judged(path), [2, [], inconclusive("there is no place to unpack it: ENOENT in /nonexistent \\(TMPDIR\\)")]);
});
