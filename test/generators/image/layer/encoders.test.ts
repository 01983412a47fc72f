import { spawnSync } from "node:child_process";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import t from "tap";
import { validImage } from "../../../../generators/image/case.js";
import { compress, compression } from "../../../../generators/image/layer/compression.js";
import { entryOf, file } from "../../../../generators/image/layer/entries.js";
import { decimalTime, record } from "../../../../generators/image/layer/pax.js";
import { encodeEntry, encodeTar } from "../../../../generators/image/layer/tar.js";
import { fromBytes, toBytes } from "../../../../image-reader/bytes.js";
import type { Compression } from "../../../../runners/image/case.js";

const has = (program: string): boolean => spawnSync(program, ["--version"], { timeout: 600_000 }).status === 0;

/** What a program says of some bytes on its standard input. */
const through = (
  program: string,
  args: readonly string[],
  input: Buffer,
): { readonly status: number | null; readonly out: Buffer; readonly err: string } => {
  const { status, stdout, stderr } = spawnSync(program, args, {
    input,
    timeout: 600_000,
    maxBuffer: 64 << 20,
    env: { PATH: process.env.PATH ?? "", LC_ALL: "C.UTF-8" },
  });
  return { status, out: stdout, err: stderr.toString() };
};

const PACKINGS: readonly Compression[] = [
  ...fc.sample(compression(), { numRuns: 80, seed: 3 }),
  { kind: "gzip", level: 6, headerCrc: true },
  { kind: "gzip", level: 6, headerCrc: true, extra: "x", name: "n", comment: "c" },
  { kind: "zstd", skipBefore: "", skipAfter: "x", splits: [1, 2], sized: false },
];
const ARCHIVE = encodeTar({ entries: [file("a", "x".repeat(5000))], endBlocks: 2 });

t.test("gzip reads what we pack, and so does Node", { skip: has("gzip") ? false : "no gzip here" }, async (t) => {
  for (const how of PACKINGS.filter(({ kind }) => kind === "gzip")) {
    const packed = compress(ARCHIVE, how);
    const { status, out, err } = through("gzip", ["-dc"], packed);
    t.strictSame([status, err, out.equals(ARCHIVE)], [0, "", true], JSON.stringify(how));
    t.ok(gunzipSync(packed).equals(ARCHIVE));
  }
});

t.test("zstd reads what we pack", { skip: has("zstd") ? false : "no zstd here" }, async (t) => {
  for (const how of PACKINGS.filter(({ kind }) => kind === "zstd")) {
    const { status, out, err } = through("zstd", ["-dcq"], compress(ARCHIVE, how));
    t.strictSame([status, err, out.equals(ARCHIVE)], [0, "", true], JSON.stringify(how));
  }
});

t.test("GNU tar lists what we encode without a complaint", { skip: has("tar") ? false : "no tar here" }, async (t) => {
  for (const subject of fc.sample(validImage(), { numRuns: 60, seed: 5 })) {
    for (const layer of subject.layers.filter(({ entries }) => entries.every(({ path, link = "" }) => (path + link).isWellFormed()))) {
      const { status, out, err } = through("tar", ["-t", "--quoting-style=literal", "--null"], encodeTar(layer));
      t.strictSame([status, err], [0, ""]);
      const names = layer.entries.map(({ path }) => path);
      t.equal(out.toString().trimEnd().split("\n").length, names.join("\n").split("\n").length);
    }
  }
});

t.test("sparse files are read as they are meant", { skip: has("tar") ? false : "no tar here" }, async (t) => {
  const content = { size: 200_000, data: Array.from({ length: 30 }, (_, at) => [at * 5000, `piece ${at}`] as const) };
  for (const [dialect, sparse] of [
    ["gnu", "gnu"],
    ["pax", "pax-0.1"],
    ["pax", "pax-1.0"],
  ] as const) {
    const archive = encodeTar({ entries: [entryOf("a", "file", { content, header: { dialect, sparse } })], endBlocks: 2 });
    const { status, out, err } = through("tar", ["-xO"], archive);
    t.strictSame([status, err, out.length], [0, "", content.size], sparse);
    t.equal(out.subarray(145_000, 145_008).toString(), "piece 29");
  }
});

t.test("a dialect that cannot say it is an error, never another archive", async (t) => {
  t.throws(() => encodeEntry({ ...file("a"), uid: 2 ** 21, header: { dialect: "ustar" } }), /not in the ustar dialect: a number/);
  t.throws(() => encodeEntry({ ...file("n".repeat(101)), header: { dialect: "ustar" } }), /the name is too long/);
  t.throws(() => encodeEntry({ ...file("a"), nsec: 1, header: { dialect: "gnu" } }), /needs PAX records/);
});

t.test("PAX records count their own length; times before the epoch are decimal", async (t) => {
  t.equal(record("k", "v").toString(), "6 k=v\n");
  t.equal(record("key", "v".repeat(91)).toString().slice(0, 8), "99 key=v");
  t.equal(record("key", "v".repeat(92)).toString().slice(0, 8), "101 key=");
  t.equal(decimalTime(-2, 500_000_000), "-1.5");
  t.equal(decimalTime(-1, 1), "-0.999999999");
  t.equal(decimalTime(1, 1), "1.000000001");
});

t.test("any bytes are one byte string", async (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => Buffer.from(bytes).equals(toBytes(fromBytes(bytes)))),
    { numRuns: 2000, seed: 1 },
  );
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => fromBytes(toBytes(text)) === text),
    { numRuns: 500, seed: 1 },
  );
  t.equal(fromBytes(Buffer.of(0x61, 0xff)), "a\udcff");
});
