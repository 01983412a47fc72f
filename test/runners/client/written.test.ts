import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { type Test } from "tap";
import { file } from "../../../generators/image/layer/entries.js";
import { encodeTar } from "../../../generators/image/layer/tar.js";
import { writtenAt } from "../../../runners/client/written.js";

const sha256 = (bytes: string | Buffer): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

function directoryOf(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), "oci-conform-test-"));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

t.test("regular files are told of, with the text of short JSON", async (t) => {
  const home = directoryOf(t);
  mkdirSync(join(home, "a/blobs"), { recursive: true });
  writeFileSync(join(home, "a/index.json"), '{"a":1}');
  writeFileSync(join(home, "a/blobs/x"), "{no JSON");
  writeFileSync(join(home, "a/large.json"), JSON.stringify({ a: "x".repeat(70_000) }));
  writeFileSync(join(home, "a/number"), "12");
  writeFileSync(join(home, "secret"), "of somebody");
  symlinkSync("../secret", join(home, "a/link"));
  symlinkSync("/", join(home, "a/root"));
  spawnSync("mkfifo", [join(home, "a/fifo")]);
  const written = writtenAt({ dir: join(home, "a"), store: join(home, "none") });
  t.same(Object.keys(written).sort(), ["dir/blobs/x", "dir/index.json", "dir/large.json", "dir/number"]);
  t.same(written["dir/index.json"], { size: 7, sha256: sha256('{"a":1}'), text: '{"a":1}' });
  t.same(written["dir/blobs/x"], { size: 8, sha256: sha256("{no JSON") });
  t.equal(written["dir/large.json"]?.text, undefined);
  t.equal(written["dir/number"]?.text, undefined);
});

t.test("archives count as if they were unpacked", async (t) => {
  const home = directoryOf(t);
  const archive = encodeTar({
    entries: [file("./index.json", "{}"), file("blobs/sha256/a", "x".repeat(1500)), file("empty", "")],
    endBlocks: 2,
  });
  mkdirSync(join(home, "a"));
  writeFileSync(join(home, "a/image.tar"), archive);
  writeFileSync(join(home, "a/broken.tar"), Buffer.concat([archive.subarray(0, 1024 + 600)]));
  writeFileSync(join(home, "b"), archive);
  const written = writtenAt({ dir: join(home, "a"), store: join(home, "b") });
  for (const at of ["dir/image.tar", "store"]) {
    t.equal(written[at]?.sha256, sha256(archive));
    t.same(written[`${at}/index.json`], { size: 2, sha256: sha256("{}"), text: "{}" });
    t.same(written[`${at}/blobs/sha256/a`], { size: 1500, sha256: sha256("x".repeat(1500)) });
    t.equal(written[`${at}/empty`]?.size, 0);
  }
  t.ok(written["dir/broken.tar/index.json"]);
  t.equal(written["dir/broken.tar/blobs/sha256/a"], undefined, "what is not all there is not told of");
});

t.test("what is too much is left out", async (t) => {
  const home = directoryOf(t);
  for (let at = 0; at < 30; at++) writeFileSync(join(home, `f${String(at).padStart(5, "0")}`), "");
  writeFileSync(join(home, "a-huge"), "");
  truncateSync(join(home, "a-huge"), 2 ** 40);
  const written = writtenAt({ dir: home }, 20);
  t.equal(Object.keys(written).length, 20);
  t.equal(written["dir/a-huge"], undefined);
});
