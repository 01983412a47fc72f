/** An entry for tests: what is not said has a sensible value. */
export interface Made {
  readonly path: string;
  readonly type?: string;
  readonly link?: string;
  readonly content?: string | Buffer;
  readonly size?: number;
  readonly mode?: string;
  readonly uid?: string;
  readonly gid?: string;
  readonly mtime?: string;
  readonly magic?: string;
  readonly prefix?: string;
  /** PAX records that go before it. */
  readonly pax?: Readonly<Record<string, string>>;
}

const BLOCK = 512;

const padded = (content: Buffer): Buffer => Buffer.concat([content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]);

/** One record of a PAX header: its own length comes first. */
export function paxRecord(keyword: string, value: string): string {
  const rest = ` ${keyword}=${value}\n`;
  let length = Buffer.byteLength(rest) + 1;
  while (String(length).length + Buffer.byteLength(rest) !== length) length = String(length).length + Buffer.byteLength(rest);
  return `${length}${rest}`;
}

/** Sets the checksum of a header block. */
export function sealed(block: Buffer): Buffer {
  block.write("        ", 148, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

/** The blocks of an entry: its header and its content. */
export function entryBlocks(made: Made): Buffer {
  const { path, type = path.endsWith("/") ? "5" : "0", link = "", mode = "0000644\0", uid = "0000000\0", gid = "0000000\0" } = made;
  const content = Buffer.from(made.content ?? "");
  const header = Buffer.alloc(BLOCK);
  header.write(path, 0, 100, "latin1");
  header.write(mode, 100, 8, "latin1");
  header.write(uid, 108, 8, "latin1");
  header.write(gid, 116, 8, "latin1");
  header.write(`${(made.size ?? content.length).toString(8).padStart(11, "0")}\0`, 124, 12, "latin1");
  header.write(made.mtime ?? "14000000000\0", 136, 12, "latin1");
  header.write(type, 156, 1, "latin1");
  header.write(link, 157, 100, "latin1");
  header.write(made.magic ?? "ustar\x0000", 257, 8, "latin1");
  if (type === "3" || type === "4") header.write("0000001\x000000002\0", 329, 16, "latin1");
  header.write(made.prefix ?? "", 345, 155, "latin1");
  const records = Object.entries(made.pax ?? {}).map(([keyword, value]) => paxRecord(keyword, value));
  const before = records.length === 0 ? [] : [entryBlocks({ path: "PaxHeader", type: "x", content: records.join("") })];
  return Buffer.concat([...before, sealed(header), padded(content)]);
}

/** The two blocks of zeros that end an archive. */
export const ENDING = Buffer.alloc(2 * BLOCK);

/** A whole archive. */
export const tarOf = (entries: readonly Made[], ending: Buffer = ENDING): Buffer => Buffer.concat([...entries.map(entryBlocks), ending]);

/** A zstd frame that holds its content as it is, in raw blocks. */
export function zstdOf(content: Buffer): Buffer {
  const header = Buffer.alloc(9);
  header.writeUInt32LE(0xfd2fb528, 0);
  // One segment, the size in four bytes, no checksum.
  header.writeUInt8(0xa0, 4);
  header.writeUInt32LE(content.length, 5);
  const most = 1 << 16;
  const blocks: Buffer[] = [];
  for (let at = 0; at === 0 || at < content.length; at += most) {
    const part = content.subarray(at, at + most);
    const word = Buffer.alloc(3);
    word.writeUIntLE((part.length << 3) | (at + most >= content.length ? 1 : 0), 0, 3);
    blocks.push(word, part);
  }
  return Buffer.concat([header, ...blocks]);
}
