import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import t from "tap";
import { openArchive } from "../../image-reader/archive.js";
import { openDirectory } from "../../image-reader/directory.js";
import { DEFAULT_LIMITS } from "../../image-reader/limits.js";
import { CHUNK, readSmall } from "../../image-reader/source.js";
import { unpackWhole } from "../../image-reader/unpack-whole.js";
import { ENDING, entryBlocks, tarOf } from "./tar-builder.js";

const CHANGED = { name: "Inconclusive", message: /was changed while it was read$/ };

/** Reads to the end. */
async function drain(content: AsyncIterable<Buffer>, each: (part: Buffer) => void = () => undefined): Promise<number> {
  let length = 0;
  for await (const part of content) {
    length += part.length;
    each(part);
  }
  return length;
}

t.test("a file that is another by the time that it is read is no finding", async (t) => {
  const directory = t.testdir({ grown: "x", shrunk: "xx", gone: "x", pipe: "x", empty: "" });
  const source = await openDirectory(directory, DEFAULT_LIMITS);
  const at = (name: string): string => join(directory, name);
  appendFileSync(at("grown"), "x");
  truncateSync(at("shrunk"), 1);
  rmSync(at("gone"));
  rmSync(at("pipe"));
  execFileSync("mkfifo", [at("pipe")], { timeout: 600_000 });
  for (const name of ["grown", "shrunk", "pipe"]) await t.rejects(drain(source.read(name)), CHANGED, name);
  await t.rejects(drain(source.read("gone")), { name: "Inconclusive", message: /gone cannot be read \(ENOENT\)$/ });
  t.equal(await drain(source.read("empty")), 0);
});

t.test("a file that grows as fast as it is read comes to an end", async (t) => {
  const directory = t.testdir();
  const path = join(directory, "log");
  writeFileSync(path, Buffer.alloc(3 * CHUNK));
  const source = await openDirectory(directory, DEFAULT_LIMITS);
  await t.rejects(
    drain(source.read("log"), (part) => appendFileSync(path, part)),
    CHANGED,
  );
});

t.test("an archive that becomes shorter while it is read is no finding", async (t) => {
  const path = join(t.testdir(), "x.tar");
  writeFileSync(path, Buffer.concat([entryBlocks({ path: "file", content: Buffer.alloc(4 * CHUNK) }), ENDING]));
  const source = await openArchive(path, DEFAULT_LIMITS);
  t.teardown(() => source.close());
  truncateSync(path, CHUNK);
  await t.rejects(drain(source.read("file")), CHANGED);
});

t.test("names are bytes", async (t) => {
  const directory = t.testdir();
  const odd = Buffer.concat([Buffer.from(`${directory}/`), Buffer.from([0x61, 0xff])]);
  try {
    mkdirSync(odd);
    rmSync(odd, { recursive: true });
    writeFileSync(odd, "content");
  } catch {
    return t.comment("this file system has no such names");
  }
  writeFileSync(join(directory, "ä"), "");
  const source = await openDirectory(directory, DEFAULT_LIMITS);
  t.strictSame([...source.files.keys()].sort(), ["a\udcff", "ä"]);
  return t.equal((await readSmall(source, "a\udcff", 100)).toString(), "content");
});

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

t.test("unpacking takes neither memory for what a stream swells to, nor disk for zeros", async (t) => {
  const size = 2 ** 29;
  // Members one after another are one stream.
  const member = gzipSync(Buffer.alloc(2 ** 24), { level: 9 });
  const packed = Buffer.concat(Array.from({ length: size / 2 ** 24 }, () => member));
  const before = process.resourceUsage().maxRSS;
  const file = await unpackWhole("x", once(packed), "gzip", DEFAULT_LIMITS);
  t.teardown(() => file.close());
  const stats = await file.stat();
  t.equal(stats.size, size);
  t.ok(stats.blocks * 512 < 2 ** 24, `${stats.blocks} blocks`);
  const grown = process.resourceUsage().maxRSS - before;
  t.ok(grown < 2 ** 17, `${grown} KiB more than before`);
});

t.test("unpacking ends at the limit", async (t) => {
  const packed = gzipSync(tarOf([{ path: "x" }]));
  const unpacked = unpackWhole("x", once(packed), "gzip", { ...DEFAULT_LIMITS, layerSize: 1000 });
  await t.rejects(unpacked, { name: "Beyond", message: /--max-layer-size/ });
});
