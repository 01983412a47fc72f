import { isSparse, type PaxRecords, parsePax, paxNumber } from "./pax.js";
import { BadHeader, BLOCK, type Header, isZero, type Numbers, parseHeader } from "./tar-header.js";

/** What an entry is, by the letter of its header. */
export type EntryKind = "file" | "hardlink" | "symlink" | "character" | "block" | "directory" | "fifo" | "sparse" | "other";

/** An entry of an archive, extended headers taken into account. Names are bytes, kept as Latin-1 text. */
export interface Entry extends Numbers {
  readonly kind: EntryKind;
  readonly type: string;
  readonly path: string;
  readonly link: string;
  readonly size: number;
  /** Where its first header begins, in the archive without compression. */
  readonly offset: number;
  /** Where its content begins. */
  readonly contentAt: number;
  readonly pax: PaxRecords;
}

/** Why an archive could not be read to its end, or not as it was meant. */
export interface TarProblem {
  readonly offset: number;
  readonly message: string;
}

/** How an archive ended. */
export interface TarEnd {
  readonly entries: number;
  readonly bytes: number;
  /** Blocks of zeros at the end: two are needed. */
  readonly zeroBlocks: number;
  /** Where something follows the end. */
  readonly trailing?: number;
  /** What was wrong; the first that ended the reading is the last. */
  readonly problem?: TarProblem;
  /** The limit of ours that ended the reading: nothing is known of what comes after. */
  readonly beyond?: string;
}

const KINDS: Readonly<Record<string, EntryKind>> = {
  "\0": "file",
  "0": "file",
  "1": "hardlink",
  "2": "symlink",
  "3": "character",
  "4": "block",
  "5": "directory",
  "6": "fifo",
  "7": "file",
  S: "sparse",
};

/** Headers that say more of the next entry are held in memory, up to so many bytes. */
const MAX_EXTRA = 1 << 22;

/** Global PAX records that an archive may have. */
const MAX_GLOBAL = 1000;

type Extra = "x" | "g" | "L" | "K";
const isExtra = (type: string): type is Extra => type === "x" || type === "g" || type === "L" || type === "K";

/**
 * The file in which eStargz keeps its table of contents. Who adds it to a finished archive, as BuildKit does, puts it after the
 * blocks of zeros: who reads tar never sees it, and who knows it finds it by the footer.
 */
const STARGZ_TOC = "stargz.index.json";

/** Zero-terminated text. */
const untilZero = (content: Buffer): string => {
  const end = content.indexOf(0);
  return content.toString("latin1", 0, end < 0 ? content.length : end);
};

/**
 * Reads a tar archive as it streams by: ustar, PAX and GNU headers. Memory does not grow with the archive. What it cannot
 * read it reports in `end`, and never throws for.
 */
export class TarReader {
  readonly #onEntry: (entry: Entry) => void;
  #offset = 0;
  #partial: Buffer = Buffer.alloc(0);
  /** Bytes of content, and of the filling after it, that are still to come. */
  #skip = 0;
  #collecting: { readonly type: Extra; readonly parts: Buffer[]; left: number } | undefined;
  #pending: { path?: string; link?: string; pax?: PaxRecords; offset?: number } = {};
  #global: PaxRecords = new Map();
  #sparseMap = false;
  #entries = 0;
  #zeroBlocks = 0;
  #trailing: number | undefined;
  #problem: TarProblem | undefined;
  #beyond: string | undefined;
  #toc = false;
  readonly #most: number;

  /** @param most entries, after which the reading ends */
  constructor(onEntry: (entry: Entry) => void, most = Number.POSITIVE_INFINITY) {
    this.#onEntry = onEntry;
    this.#most = most;
  }

  /** Whether reading on could say anything more. */
  get done(): boolean {
    return this.#problem !== undefined || this.#trailing !== undefined || this.#beyond !== undefined;
  }

  /** Bytes of content that come next and say nothing: who can seek may call `skip` instead of `write` for them. */
  get toSkip(): number {
    return this.done || this.#collecting || this.#partial.length > 0 ? 0 : this.#skip;
  }

  skip(bytes: number): void {
    this.#skip -= bytes;
    this.#offset += bytes;
  }

  write(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.done) {
        this.#offset += chunk.length - at;
        return;
      }
      const left = chunk.length - at;
      if (this.#skip > 0 && this.#partial.length === 0) {
        const taken = Math.min(left, this.#skip);
        this.#collect(chunk, at, taken);
        at += taken;
        continue;
      }
      const needed = BLOCK - this.#partial.length;
      if (this.#partial.length > 0 || left < BLOCK) {
        const taken = Math.min(needed, left);
        this.#partial = Buffer.concat([this.#partial, chunk.subarray(at, at + taken)]);
        at += taken;
        if (this.#partial.length < BLOCK) return;
        const block = this.#partial;
        this.#partial = Buffer.alloc(0);
        this.#block(block);
      } else {
        this.#block(chunk.subarray(at, at + BLOCK));
        at += BLOCK;
      }
    }
  }

  end(): TarEnd {
    if (!this.done) this.#ends();
    return {
      entries: this.#entries,
      bytes: this.#offset + this.#partial.length,
      zeroBlocks: this.#zeroBlocks,
      ...(this.#trailing === undefined ? {} : { trailing: this.#trailing }),
      ...(this.#problem === undefined ? {} : { problem: this.#problem }),
      ...(this.#beyond === undefined ? {} : { beyond: this.#beyond }),
    };
  }

  #ends(): void {
    if (this.#skip > 0) this.#fail(this.#offset, `the archive ends inside an entry: ${this.#skip} bytes are missing`);
    else if (this.#partial.length > 0) {
      if (this.#zeroBlocks >= 2 && !isZero(this.#partial)) this.#trailing ??= this.#offset;
      else if (this.#zeroBlocks < 2) this.#fail(this.#offset, `the archive ends inside a block, after ${this.#partial.length} bytes of it`);
    }
    if (!this.#problem && this.#pending.offset !== undefined)
      this.#fail(this.#pending.offset, "the archive ends after a header that belongs to a next entry");
  }

  /** Ends the reading at a limit of ours. */
  #stop(message: string): void {
    this.#beyond ??= message;
  }

  #fail(offset: number, message: string): void {
    this.#problem ??= { offset, message };
  }

  /** Takes bytes of content: keeps them if they say something of the next entry. */
  #collect(chunk: Buffer, at: number, taken: number): void {
    const extra = this.#collecting;
    if (extra && extra.left > 0) {
      const kept = Math.min(extra.left, taken);
      extra.parts.push(Buffer.from(chunk.subarray(at, at + kept)));
      extra.left -= kept;
    }
    this.#skip -= taken;
    this.#offset += taken;
    if (extra && this.#skip === 0) {
      this.#collecting = undefined;
      this.#apply(extra.type, Buffer.concat(extra.parts));
    }
  }

  #apply(type: Extra, content: Buffer): void {
    if (type === "L") this.#pending.path = untilZero(content);
    else if (type === "K") this.#pending.link = untilZero(content);
    else {
      const { records, problem } = parsePax(content);
      if (problem !== undefined) this.#fail(this.#pending.offset ?? this.#offset, problem);
      if (type === "x") this.#pending.pax = records;
      else {
        this.#global = new Map([...this.#global, ...records]);
        // They are looked at with every entry.
        if (this.#global.size > MAX_GLOBAL) this.#stop(`an archive of more than ${MAX_GLOBAL} global PAX records`);
      }
    }
  }

  #block(block: Buffer): void {
    const offset = this.#offset;
    this.#offset += BLOCK;
    if (this.#sparseMap) {
      this.#sparseMap = block[504] === 1;
      return;
    }
    if (this.#zeroBlocks >= 2) {
      if (!isZero(block) && !this.#isToc(block)) this.#trailing ??= offset;
      return;
    }
    if (isZero(block)) {
      this.#zeroBlocks++;
      return;
    }
    if (this.#zeroBlocks === 1) {
      // One block of zeros is where some readers stop and others go on.
      this.#trailing = offset;
      return;
    }
    try {
      this.#header(parseHeader(block), offset);
    } catch (thrown) {
      if (!(thrown instanceof BadHeader)) throw thrown;
      this.#fail(offset, `no header of an entry: ${thrown.message}`);
    }
  }

  /** Takes the header of a table of contents after the end, once: its content is skipped. */
  #isToc(block: Buffer): boolean {
    if (this.#toc) return false;
    try {
      const { name, type, size } = parseHeader(block);
      this.#toc = name === STARGZ_TOC && KINDS[type] === "file";
      if (this.#toc) this.#content(size);
    } catch (thrown) {
      if (!(thrown instanceof BadHeader)) throw thrown;
    }
    return this.#toc;
  }

  #header(header: Header, offset: number): void {
    if (isExtra(header.type)) {
      if (header.size > MAX_EXTRA) {
        this.#stop(`a header of ${header.size} bytes for the next entry; at most ${MAX_EXTRA} are read`);
        return;
      }
      if (header.type !== "g") this.#pending.offset ??= offset;
      this.#collecting = { type: header.type, parts: [], left: header.size };
      this.#content(header.size);
      if (header.size === 0) {
        this.#collecting = undefined;
        this.#apply(header.type, Buffer.alloc(0));
      }
      return;
    }
    const { path, link, pax: own, offset: first = offset } = this.#pending;
    this.#pending = {};
    const pax = this.#global.size === 0 ? (own ?? NO_RECORDS) : new Map([...this.#global, ...(own ?? [])]);
    const entry = this.#entryOf(header, { pax, path, link, offset: first });
    if (!entry) return;
    if (this.#entries >= this.#most) {
      this.#stop(`more than ${this.#most} entries (--max-entries)`);
      return;
    }
    this.#entries++;
    this.#sparseMap = header.extended;
    this.#onEntry(entry);
    this.#content(hasContent(entry) ? entry.size : 0);
  }

  #content(size: number): void {
    this.#skip = Math.ceil(size / BLOCK) * BLOCK;
  }

  /** The entry of a header with what the headers before it say; undefined where that makes no sense. */
  #entryOf(
    header: Header,
    {
      pax,
      path,
      link,
      offset,
    }: { readonly pax: PaxRecords; readonly path: string | undefined; readonly link: string | undefined; readonly offset: number },
  ): Entry | undefined {
    const named: Record<string, number | undefined> = {};
    for (const keyword of ["size", "uid", "gid", "mtime"]) {
      const value = pax.size === 0 ? undefined : paxNumber(pax, keyword);
      if (value !== undefined && (Number.isNaN(value) || (keyword === "size" && (value < 0 || !Number.isInteger(value))))) {
        this.#fail(offset, `the PAX record ${keyword} is no number that makes sense: ${JSON.stringify(pax.get(keyword))}`);
        return undefined;
      }
      named[keyword] = value;
    }
    const given = pax.get("GNU.sparse.name") ?? pax.get("path") ?? path ?? header.name;
    const kind = isSparse(pax) ? "sparse" : (KINDS[header.type] ?? "other");
    return {
      // In the oldest headers a directory is a file whose name ends in a slash.
      kind: kind === "file" && header.type === "\0" && given.endsWith("/") ? "directory" : kind,
      type: header.type,
      path: given,
      link: pax.get("linkpath") ?? link ?? header.linkName,
      size: named.size ?? header.size,
      offset,
      contentAt: this.#offset,
      mode: header.mode,
      uid: named.uid ?? header.uid,
      gid: named.gid ?? header.gid,
      mtime: named.mtime ?? header.mtime,
      devMajor: header.devMajor,
      devMinor: header.devMinor,
      pax,
    };
  }
}

const NO_RECORDS: PaxRecords = new Map();

/**
 * Whether bytes of content follow an entry. Links and the like declare sizes that POSIX lets them declare without
 * content; a hard link may have content in PAX archives, which nobody can tell, so that it is taken to have none.
 */
const hasContent = ({ kind }: Entry): boolean => kind === "file" || kind === "sparse" || kind === "other";
