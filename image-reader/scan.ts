import { createHash, type Hash } from "node:crypto";
import type { Compression } from "../spec/image/media-types.js";
import { Beyond, type Limits } from "./limits.js";
import { type Entry, type TarEnd, TarReader } from "./tar.js";
import { isHeader } from "./tar-header.js";
import { BadCompression, foreignPacker, sniff, type Unpacker, unpacker } from "./unpack.js";

/** The algorithms whose digests can be computed here. */
export const COMPUTABLE: readonly string[] = ["sha256", "sha512"];

/** What is known of a layer's archive after it went by. */
export interface ArchiveScan {
  readonly compression: Compression;
  /** What was wrong with the compression, and at which byte of the blob it was noticed. */
  readonly broken?: { readonly offset: number; readonly message: string };
  /** Where something follows the compressed stream, in the blob. */
  readonly trailing?: number;
  /** Digests of the archive without compression; none when it could not be unpacked to its end. */
  readonly digests: ReadonlyMap<string, string>;
  readonly tar: TarEnd;
  /** The packer of the content, where it is one that is not understood here; then `broken` says so, too. */
  readonly foreign?: string;
  /** The limit that stopped the unpacking. */
  readonly beyond?: string;
}

/** Why a layer's archive was not read to its end, though nothing is known to be wrong with it; undefined when it was. */
export const unreadOf = ({ beyond, tar }: ArchiveScan): string | undefined => beyond ?? tar.beyond;

/** Whether a layer's archive was unpacked, and its entries read, to the end. */
export const wasRead = (archive: ArchiveScan): boolean => archive.broken === undefined && unreadOf(archive) === undefined;

/** What is known of a blob after it went by. */
export interface BlobScan {
  readonly size: number;
  readonly digests: ReadonlyMap<string, string>;
  readonly archive?: ArchiveScan;
}

/** What to look at in a blob. */
export interface Wanted {
  readonly algorithms: readonly string[];
  readonly archive?: { readonly algorithms: readonly string[]; readonly onEntry: (entry: Entry) => void };
  readonly limits: Limits;
  readonly onBytes: (bytes: number) => void;
}

const hashes = (algorithms: readonly string[]): ReadonlyMap<string, Hash> =>
  new Map(algorithms.filter((name) => COMPUTABLE.includes(name)).map((name) => [name, createHash(name)]));

const digestsOf = (all: ReadonlyMap<string, Hash>): Map<string, string> =>
  new Map([...all].map(([name, hash]) => [name, `${name}:${hash.digest("hex")}`]));

/** Reads a layer's archive as its blob streams by. */
class Archive {
  readonly #limits: Limits;
  readonly #hashes: ReadonlyMap<string, Hash>;
  readonly #tar: TarReader;
  #unpacker: Unpacker | undefined;
  #compression: Compression = "none";
  #unpacked = 0;
  #taken = 0;
  #foreign: string | undefined;
  #broken: { offset: number; message: string } | undefined;
  #beyond: string | undefined;
  /** Algorithms that the blob itself is hashed by: without compression its digests are the archive's. */
  readonly #shared: ReadonlyMap<string, Hash>;

  constructor({ algorithms, onEntry }: NonNullable<Wanted["archive"]>, shared: ReadonlyMap<string, Hash>, limits: Limits) {
    this.#limits = limits;
    this.#shared = shared;
    this.#hashes = hashes(algorithms);
    this.#tar = new TarReader(onEntry, limits.entries);
  }

  async write(chunk: Buffer): Promise<void> {
    if (this.#broken || this.#beyond !== undefined) return;
    await this.#guarded(async () => {
      if (!this.#unpacker) {
        // A name may begin with anything.
        this.#foreign = isHeader(chunk) ? undefined : foreignPacker(chunk);
        if (this.#foreign !== undefined) throw new BadCompression(`it is packed by ${this.#foreign}`);
        this.#compression = sniff(chunk);
        this.#unpacker = await unpacker(this.#compression, (data) => this.#data(data));
      }
      await this.#unpacker.write(chunk);
      this.#taken += chunk.length;
    });
  }

  #data(data: Buffer): void {
    this.#unpacked += data.length;
    if (this.#unpacked > this.#limits.layerSize)
      throw new Beyond(`a layer of more than ${this.#limits.layerSize} bytes (--max-layer-size)`);
    for (const [name, hash] of this.#hashes) if (!(this.#compression === "none" && this.#shared.has(name))) hash.update(data);
    this.#tar.write(data);
  }

  async #guarded(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (thrown) {
      if (thrown instanceof Beyond) this.#beyond = thrown.message;
      else if (thrown instanceof BadCompression) this.#broken = { offset: this.#taken, message: thrown.message };
      else throw thrown;
    }
  }

  /** @param digests those of the blob */
  async end(digests: ReadonlyMap<string, string>): Promise<ArchiveScan> {
    if (!this.#broken && this.#beyond === undefined) await this.#guarded(async () => this.#unpacker?.end());
    const whole = !this.#broken && this.#beyond === undefined;
    const trailing = whole ? (this.#unpacker?.trailing ?? 0) : 0;
    return {
      compression: this.#compression,
      digests: whole ? new Map([...digestsOf(this.#hashes), ...(this.#compression === "none" ? digests : [])]) : new Map(),
      tar: this.#tar.end(),
      ...(this.#broken ? { broken: this.#broken } : {}),
      ...(this.#foreign === undefined ? {} : { foreign: this.#foreign }),
      ...(trailing > 0 ? { trailing: this.#taken - trailing } : {}),
      ...(this.#beyond === undefined ? {} : { beyond: this.#beyond }),
    };
  }
}

/** Reads a blob once, from its beginning to its end: its size, its digests, and what it holds as a layer. */
export async function scanBlob(content: AsyncIterable<Buffer>, wanted: Wanted): Promise<BlobScan> {
  const own = hashes(wanted.algorithms);
  const archive = wanted.archive && new Archive(wanted.archive, own, wanted.limits);
  let size = 0;
  for await (const chunk of content) {
    size += chunk.length;
    for (const hash of own.values()) hash.update(chunk);
    await archive?.write(chunk);
    wanted.onBytes(chunk.length);
  }
  const digests = digestsOf(own);
  const scan = await archive?.end(digests);
  return { size, digests, ...(scan ? { archive: scan } : {}) };
}
