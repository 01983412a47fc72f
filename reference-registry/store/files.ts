import { closeSync, mkdirSync, openSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { mkdir, open, rename, rm, unlink } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";

/**
 * Files that are there whole or not at all, whenever the process is killed. With `durable`, what a method has done also
 * outlives a loss of power once its promise is fulfilled; without, calls are synchronous, which for small files in the page
 * cache is faster than asking a thread.
 */
export class Files {
  readonly root: string;
  readonly durable: boolean;
  /** For seeded faults only: changes to these files stay in memory. */
  readonly forgets: (change: "write" | "remove", path: string) => boolean;
  readonly #directories = new Set<string>();
  #next = 0;

  private constructor(root: string, durable: boolean, forgets: Files["forgets"]) {
    this.root = root;
    this.durable = durable;
    this.forgets = forgets;
  }

  /** Makes the directory, and removes what writers that were killed have left in it. */
  static async open(root: string, durable: boolean, forgets: Files["forgets"] = () => false): Promise<Files> {
    const files = new Files(root, durable, forgets);
    await mkdir(root, { recursive: true });
    await rm(join(root, "tmp"), { recursive: true, force: true });
    await files.directory(join(root, "tmp"));
    return files;
  }

  /** Writes a small file in place of what was there; a reader sees all of the old or all of the new. */
  async place(path: string, content: string | Uint8Array): Promise<void> {
    if (this.forgets("write", path)) return;
    const temporary = join(this.root, "tmp", String(this.#next++));
    if (!this.durable) {
      writeFileSync(temporary, content);
      if (!this.#directories.has(dirname(path))) await this.directory(dirname(path));
      renameSync(temporary, path);
      return;
    }
    const file = await open(temporary, "w");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await this.#move(temporary, path);
  }

  /** Makes an empty file, whose being there is all that it says. */
  async mark(path: string): Promise<void> {
    if (this.forgets("write", path)) return;
    await this.directory(dirname(path));
    if (!this.durable) {
      closeSync(openSync(path, "w"));
      return;
    }
    await (await open(path, "w")).close();
    await this.#sync(dirname(path));
  }

  /** Moves a file that somebody else wrote to its place. */
  async adopt(from: string, path: string): Promise<void> {
    if (this.durable) {
      await this.#sync(from);
      await this.#move(from, path);
    } else {
      await this.directory(dirname(path));
      renameSync(from, path);
    }
  }

  async #move(from: string, path: string): Promise<void> {
    await this.directory(dirname(path));
    await rename(from, path);
    await this.#sync(dirname(path));
  }

  /** Removes a file; it is no error when there is none. */
  async remove(path: string): Promise<void> {
    if (this.forgets("remove", path)) return;
    try {
      if (this.durable) await unlink(path);
      else unlinkSync(path);
    } catch (thrown) {
      if (!isAbsent(thrown)) throw thrown;
    }
    if (this.durable) await this.#sync(dirname(path));
  }

  /** Makes a directory below the root, with those above it. */
  async directory(path: string): Promise<void> {
    if (this.#directories.has(path)) return;
    if (this.durable) {
      await mkdir(path, { recursive: true });
      // Each directory above may be new as well, and its entry is synced in the one above that.
      let above = this.root;
      for (const part of relative(this.root, path).split(sep)) {
        await this.#sync(above);
        above = join(above, part);
      }
    } else {
      mkdirSync(path, { recursive: true });
    }
    this.#directories.add(path);
  }

  /** Syncs a file, or the entries of a directory. */
  async #sync(path: string): Promise<void> {
    const handle = await open(path, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

/** Whether a call failed because there is no such file. */
export const isAbsent = (thrown: unknown): boolean => thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";
