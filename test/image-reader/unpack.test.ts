import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import t from "tap";
import { Beyond } from "../../image-reader/limits.js";
import { sniff, unpacker } from "../../image-reader/unpack.js";
import { zstdOf } from "./tar-builder.js";

type Kind = "gzip" | "zstd" | "none";

/** Unpacks in pieces of one size. */
async function unpack(kind: Kind, packed: Buffer, piece = 1 << 16): Promise<{ readonly content: Buffer; readonly trailing: number }> {
  const parts: Buffer[] = [];
  const into = await unpacker(kind, (data) => parts.push(Buffer.from(data)));
  for (let at = 0; at < packed.length; at += piece) await into.write(packed.subarray(at, at + piece));
  await into.end();
  return { content: Buffer.concat(parts), trailing: into.trailing };
}

const pack: Readonly<Record<Kind, (content: Buffer) => Buffer>> = {
  gzip: (content) => gzipSync(content),
  zstd: zstdOf,
  none: (content) => content,
};
const skippable = (length: number): Buffer => {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(0x184d2a53, 0);
  header.writeUInt32LE(length, 4);
  return Buffer.concat([header, Buffer.alloc(length, 7)]);
};

t.test("what was packed comes out, in pieces of any size", async (t) => {
  for (const kind of ["gzip", "zstd", "none"] as const) {
    for (const length of [0, 1, 1000, 200_000]) {
      const content = randomBytes(length);
      const packed = pack[kind](content);
      if (length > 0) t.equal(sniff(packed) === kind || kind === "none", true);
      for (const piece of [1, 13, 1 << 16].filter((piece) => piece > 1 || length < 2000)) {
        t.ok((await unpack(kind, packed, piece)).content.equals(content), `${kind} ${length} ${piece}`);
      }
    }
  }
});

t.test("a stream that breaks while nobody waits for it says so at the next write", async (t) => {
  const into = await unpacker("gzip", () => undefined);
  const feed = async (): Promise<void> => {
    for (;;) {
      await into.write(Buffer.of(0x1f, 0x8b, 0xff));
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await t.rejects(feed(), { name: "BadCompression" });
});

t.test("several members and frames follow one another", async (t) => {
  const [a, b] = [Buffer.from("first"), randomBytes(70_000)];
  for (const kind of ["gzip", "zstd"] as const)
    for (const piece of [3, 1 << 16]) {
      const { content, trailing } = await unpack(kind, Buffer.concat([pack[kind](a), pack[kind](b)]), piece);
      t.ok(content.equals(Buffer.concat([a, b])), `${kind} ${piece}`);
      t.equal(trailing, 0);
    }
  const skipping = Buffer.concat([skippable(100), zstdOf(a), skippable(0), zstdOf(b), skippable(3)]);
  t.equal(sniff(skipping), "zstd");
  for (const piece of [1, 1 << 16])
    t.ok((await unpack("zstd", skipping, piece)).content.equals(Buffer.concat([a, b])), `skippable ${piece}`);
});

t.test("what is broken is refused", async (t) => {
  const content = randomBytes(1000);
  for (const kind of ["gzip", "zstd"] as const) {
    const packed = pack[kind](content);
    for (const length of [5, packed.length - 1])
      await t.rejects(unpack(kind, packed.subarray(0, length)), { name: "BadCompression" }, `${kind} ${length}`);
    await t.rejects(unpack(kind, Buffer.concat([packed, Buffer.from("rubbish")])), { name: "BadCompression" }, `${kind} and rubbish`);
  }
  t.equal((await unpack("gzip", Buffer.concat([gzipSync(content), Buffer.alloc(5)]))).trailing, 5, "zeros after gzip are counted");
});

t.test("a zstd window that would eat the memory is refused before it is made", async (t) => {
  const frame = Buffer.alloc(20);
  frame.writeUInt32LE(0xfd2fb528, 0);
  frame.writeUInt8(0, 4);
  frame.writeUInt8(20 << 3, 5);
  await t.rejects(unpack("zstd", frame), Beyond);
  await t.rejects(unpack("zstd", Buffer.concat([zstdOf(Buffer.from("a")), frame])), Beyond, "in a later frame, too");
});

t.test("no bytes make it fail otherwise", async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("gzip", "zstd"),
      fc.array(fc.tuple(fc.nat(300), fc.nat(255)), { maxLength: 4 }),
      async (kind, edits) => {
        const packed = pack[kind](Buffer.from("x".repeat(200)));
        for (const [at, value] of edits) packed[at % packed.length] = value;
        try {
          await unpack(kind, packed);
        } catch (thrown) {
          return thrown instanceof Error && (thrown.name === "BadCompression" || thrown.name === "Beyond");
        }
        return true;
      },
    ),
    { seed: 20, numRuns: 1_000 },
  );
  t.pass();
});

t.test("what takes the data may stop it", async (t) => {
  for (const kind of ["gzip", "zstd", "none"] as const) {
    const into = await unpacker(kind, () => {
      throw new Beyond("enough");
    });
    const feed = async (): Promise<void> => {
      await into.write(pack[kind](Buffer.alloc(100_000)));
      await into.end();
    };
    await t.rejects(feed(), { message: "enough" }, kind);
  }
});
