import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import t from "tap";
import { type Entry, type TarEnd, TarReader } from "../../image-reader/tar.js";
import { ENDING, entryBlocks, type Made, paxRecord, sealed, tarOf } from "./tar-builder.js";

/** Reads an archive in pieces of one size. */
function read(archive: Buffer, piece = 1 << 16): { readonly entries: Entry[]; readonly end: TarEnd } {
  const entries: Entry[] = [];
  const reader = new TarReader((entry) => entries.push(entry));
  for (let at = 0; at < archive.length; at += piece) reader.write(archive.subarray(at, at + piece));
  return { entries, end: reader.end() };
}

const one = (made: Made): Entry | undefined => read(tarOf([made])).entries[0];

t.test("headers of every dialect are understood", async (t) => {
  t.match(one({ path: "a", content: "xyz" }), { kind: "file", path: "a", size: 3, uid: 0, mode: 0o644, offset: 0, contentAt: 512 });
  t.match(one({ path: "name", prefix: "pre/fix" }), { path: "pre/fix/name" }, "a prefix");
  t.match(one({ path: "name", prefix: "gnu", magic: "ustar  \0" }), { path: "name" }, "no prefix in GNU's");
  t.match(one({ path: "dir/", type: "\0", magic: "\0\0\0\0\0\0\0\0" }), { kind: "directory" }, "v7");
  t.match(one({ path: "dev", type: "3" }), { kind: "character", devMajor: 1, devMinor: 2 });
  const pax = one({ path: "x", pax: { path: "\u00e9".repeat(100), size: "0", uid: "4000000000", mtime: "-1.5", linkpath: "l" } });
  t.match(pax, { uid: 4_000_000_000, mtime: -1.5, link: "l", offset: 0, contentAt: 512 * 3 });
  t.equal(Buffer.from(pax?.path ?? "", "latin1").toString("utf8"), "\u00e9".repeat(100));
  t.match(one({ path: "x", uid: "\x80\0\0\0\xff\xff\xff\xff" }), { uid: 0xffffffff }, "base 256");
  t.match(one({ path: "x", mtime: `${"\xff".repeat(11)}\xfe` }), { mtime: -2 }, "a negative one");
  t.match(one({ path: "x", uid: "       \0" }), { uid: undefined }, "an empty field");
  const long = Buffer.concat([
    entryBlocks({ path: "././@LongLink", type: "L", content: `${"p".repeat(300)}\0` }),
    entryBlocks({ path: "././@LongLink", type: "K", content: `${"l".repeat(200)}\0` }),
    entryBlocks({ path: "p", type: "2", magic: "ustar  \0" }),
    ENDING,
  ]);
  t.match(read(long).entries, [{ path: "p".repeat(300), link: "l".repeat(200), kind: "symlink", offset: 0 }]);
  const global = Buffer.concat([
    entryBlocks({ path: "g", type: "g", content: paxRecord("uid", "7") }),
    tarOf([{ path: "a" }, { path: "b", pax: { uid: "8" } }]),
  ]);
  t.match(read(global).entries, [{ uid: 7 }, { uid: 8 }]);
});

t.test("an archive is read alike in pieces of any size", async (t) => {
  const archive = tarOf([{ path: "a", content: "x".repeat(1000) }, { path: "b", pax: { path: "c".repeat(200) } }, { path: "d/" }]);
  const whole = read(archive);
  for (const piece of [1, 7, 511, 512, 513, 4096]) t.strictSame(read(archive, piece), whole, `${piece}`);
});

t.test("what is broken is told with its place", async (t) => {
  const archive = tarOf([{ path: "a", content: "x" }, { path: "b" }]);
  const cases: readonly (readonly [string, Buffer, RegExp, number])[] = [
    ["cut off in content", archive.subarray(0, 700), /inside an entry: 324 bytes are missing/, 700],
    ["cut off in a header", archive.subarray(0, 1100), /inside a block, after 76 bytes/, 1024],
    ["a bit", Buffer.from(archive).fill(1, 1024, 1025), /checksum/, 1024],
    [
      "a header of nothing",
      Buffer.concat([entryBlocks({ path: "x", type: "x", content: paxRecord("a", "b") }), ENDING]),
      /belongs to a next entry/,
      0,
    ],
    ["a bad record", tarOf([{ path: "x", type: "x", content: "9 a" }, { path: "a" }]), /wrong length/, 0],
    ["a record without length", tarOf([{ path: "x", type: "x", content: "x" }, { path: "a" }]), /no length/, 0],
    ["a negative size", tarOf([{ path: "a", pax: { size: "-1" } }]), /no number that makes sense/, 0],
  ];
  for (const [name, bytes, message, offset] of cases) t.match(read(bytes).end.problem, { message, offset }, name);
  const block = entryBlocks({ path: "a" });
  block.write("1234567x", 124, "latin1");
  t.match(read(Buffer.concat([sealed(block), ENDING])).end.problem, { message: /size is no octal number/ });
});

t.test("ends are counted, and what follows them is noticed", async (t) => {
  const file = entryBlocks({ path: "a" });
  t.match(read(Buffer.concat([file, ENDING, ENDING])).end, { zeroBlocks: 2, trailing: undefined, problem: undefined });
  t.match(read(file).end, { zeroBlocks: 0, problem: undefined });
  t.match(read(Buffer.concat([file, ENDING.subarray(512), file])).end, { zeroBlocks: 1, trailing: 1024 });
  t.match(read(Buffer.concat([file, ENDING, Buffer.from("x")])).end, { zeroBlocks: 2, trailing: 1536 });
});

t.test("contents can be skipped by seeking", async (t) => {
  const archive = tarOf([{ path: "a", content: "x".repeat(5000) }, { path: "b" }]);
  const entries: Entry[] = [];
  const reader = new TarReader((entry) => entries.push(entry));
  for (let at = 0; at < archive.length; ) {
    const skipped = reader.toSkip;
    if (skipped > 0) reader.skip(skipped);
    else reader.write(archive.subarray(at, at + 512));
    at += skipped || 512;
  }
  t.strictSame(reader.end(), read(archive).end);
  t.strictSame(entries, read(archive).entries);
});

t.test("no bytes make it throw, or remember much", async (t) => {
  const archive = tarOf([
    { path: "a", content: "x" },
    { path: "b", pax: { mtime: "1" } },
    { path: "l", type: "L", content: "name\0" },
    { path: "c" },
  ]);
  const edit = fc.tuple(fc.nat(archive.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 6 }), fc.boolean(), fc.nat(archive.length), (edits, seal, length) => {
      const bytes = Buffer.from(archive);
      for (const [at, value] of edits) {
        bytes[at] = value;
        // Sealed again, so that what lies behind the checksum is reached.
        if (seal) sealed(bytes.subarray(at - (at % 512), at - (at % 512) + 512));
      }
      const { entries, end } = read(bytes.subarray(0, length));
      return entries.length <= 8 && end.bytes <= archive.length;
    }),
    { seed: 20, numRuns: 3_000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), fc.integer({ min: 1, max: 600 }), (bytes, piece) => {
      read(Buffer.from(bytes), piece);
      return true;
    }),
    { seed: 20, numRuns: 1_000 },
  );
  t.pass();
});

t.test("what GNU tar writes is read", async (t) => {
  const directory = t.testdir();
  mkdirSync(join(directory, "d", "e".repeat(90)), { recursive: true });
  writeFileSync(join(directory, "d", "e".repeat(90), "f".repeat(120)), "content");
  for (const format of ["ustar", "gnu", "posix", "v7"]) {
    const file = format === "ustar" || format === "v7" ? "d/" : "d";
    const excluded = format === "ustar" || format === "v7" ? ["--exclude=*fff*"] : [];
    const archive = execFileSync("tar", ["-C", directory, `--format=${format}`, ...excluded, "-cf", "-", file], { timeout: 600_000 });
    const { entries, end } = read(archive);
    t.equal(end.problem, undefined, format);
    t.ok(end.zeroBlocks >= 2, format);
    if (excluded.length === 0) t.match(entries[2], { path: `d/${"e".repeat(90)}/${"f".repeat(120)}`, size: 7, kind: "file" }, format);
  }
});

t.test("what is beyond a limit of ours is no problem of the archive's", async (t) => {
  const records = (count: number): string => Array.from({ length: count }, (_, at) => paxRecord(`org.example.${at}`, "x")).join("");
  const cases: readonly (readonly [string, Buffer, RegExp])[] = [
    ["a huge PAX header", tarOf([{ path: "x", type: "x", size: 2 ** 30 }]), /a header of 1073741824 bytes for the next entry; at most/],
    ["many global records", tarOf([{ path: "g", type: "g", content: records(1001) }, { path: "a" }]), /1000 global PAX records/],
  ];
  for (const [name, archive, beyond] of cases) t.match(read(archive).end, { beyond, problem: undefined, trailing: undefined }, name);
  const large = tarOf([{ path: "x", pax: { "SCHILY.xattr.user.a": "x".repeat(3 << 20) } }]);
  t.match(read(large), { entries: [{ path: "x" }], end: { beyond: undefined, problem: undefined } }, "three mebibytes are read");
  const few = new TarReader(() => undefined, 1);
  few.write(tarOf([{ path: "a" }, { path: "b" }]));
  t.match(few.end(), { entries: 1, beyond: /more than 1 entries \(--max-entries\)/ });
  const far = one({ path: "x", uid: "\x80\x7f\xff\xff\xff\xff\xff\xff", mtime: `\x80${"\x7f".repeat(11)}` });
  t.ok((far?.uid ?? 0) > 2 ** 53 && (far?.mtime ?? 0) > 2 ** 53, "numbers that no double holds are numbers");
});

t.test("the table of contents of eStargz may follow the end, and nothing else", async (t) => {
  const file = entryBlocks({ path: "a" });
  const toc = entryBlocks({ path: "stargz.index.json", content: '{"version":1}' });
  const ended = (...after: Buffer[]): TarEnd => read(Buffer.concat([file, ENDING, ...after])).end;
  t.match(ended(toc, ENDING), { entries: 1, zeroBlocks: 2, trailing: undefined, problem: undefined });
  t.match(ended(ENDING, toc, ENDING), { trailing: undefined }, "after a whole record");
  t.match(ended(toc, toc), { trailing: 1536 + 1024 }, "but once");
  t.match(ended(toc, file), { trailing: 1536 + 1024 });
  t.match(ended(entryBlocks({ path: "other.json" })), { trailing: 1536 });
  t.match(ended(toc.subarray(0, 600)), { problem: { message: /inside an entry/ } });
});
