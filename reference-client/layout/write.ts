import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, open, readFile, rename, rm, rmdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { INDEX } from "../../spec/image/media-types.js";
import { fileContent } from "../content/content.js";
import { type Descriptor, objectIn } from "../content/descriptor.js";
import { algorithmOf, verifyContent } from "../content/digest.js";
import { Failure } from "../failure.js";
import type { Sink } from "../pull/blob.js";

/** The annotation by which an index.json names a manifest (image-spec annotations.md). */
export const REF_NAME = "org.opencontainers.image.ref.name";

/**
 * An image layout that is being written (image-spec image-layout.md). Every file is written under another name first, and `index.json` last:
 * until then nothing of it is an image. What was written goes again when it comes to nothing.
 */
export class LayoutWriter {
  readonly #dir: string;
  /** Files and directories that were not there before, in the order in which they were made. */
  readonly #made: { path: string; directory: boolean }[] = [];

  constructor(dir: string) {
    this.#dir = resolve(dir);
  }

  /** Whether a blob is there already, and is that blob. */
  async has({ digest, size }: Descriptor): Promise<boolean> {
    try {
      const content = await fileContent(this.#pathOf(digest));
      if (content.size !== size) return false;
      await verifyContent(`blob ${digest}`, content, digest);
      return true;
    } catch {
      return false;
    }
  }

  /** Writes a blob by way of `fill`, which says what its digest is, and throws for what is not the blob: nothing is left of it then. */
  async blob(fill: (sink: Sink) => Promise<string>): Promise<void> {
    await this.#directory("blobs");
    await this.#whole(join("blobs", "blob"), async (sink) => {
      const digest = await fill(sink);
      await this.#directory(join("blobs", algorithmOf(digest)));
      return this.#pathOf(digest);
    });
  }

  async bytes({ digest }: Descriptor, bytes: Buffer): Promise<void> {
    await this.blob(async (sink) => {
      await sink.write(bytes);
      return digest;
    });
  }

  /** Names the manifest: the layout is an image from now on. Others that are named in it stay, but for one of the same name. */
  async name(manifest: Descriptor, name: string | undefined): Promise<void> {
    const path = join(this.#dir, "index.json");
    const old = await this.#listed(path);
    const entry = { ...manifest, ...(name === undefined ? {} : { annotations: { [REF_NAME]: name } }) };
    const isReplaced = (each: Partial<Descriptor>): boolean =>
      name === undefined
        ? each.digest === manifest.digest && each.annotations?.[REF_NAME] === undefined
        : each.annotations?.[REF_NAME] === name;
    const manifests = [...old.filter((each) => !isReplaced(each)), entry];
    if (!existsSync(join(this.#dir, "oci-layout"))) await this.#text("oci-layout", JSON.stringify({ imageLayoutVersion: "1.0.0" }));
    await this.#text("index.json", JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
  }

  /** Takes away what was written. */
  async undo(): Promise<void> {
    for (const { path, directory } of this.#made.reverse())
      await (directory ? rmdir(path) : rm(path, { force: true })).catch(() => undefined);
  }

  async #listed(path: string): Promise<readonly Partial<Descriptor>[]> {
    const text = await readFile(path).catch(() => undefined);
    if (text === undefined) return [];
    const { manifests } = objectIn(text);
    if (!Array.isArray(manifests)) throw new Failure(`${path}: its manifests are no list`);
    return manifests as readonly Partial<Descriptor>[];
  }

  #pathOf(digest: string): string {
    return join(this.#dir, "blobs", algorithmOf(digest), digest.slice(digest.indexOf(":") + 1));
  }

  async #text(name: string, text: string): Promise<void> {
    await this.#directory(".");
    await this.#whole(name, async (sink) => {
      await sink.write(Buffer.from(text));
      return join(this.#dir, name);
    });
  }

  async #directory(below: string): Promise<void> {
    const first = await mkdir(join(this.#dir, below), { recursive: true });
    if (first === undefined) return;
    // mkdir names the first one that it made; those below it are new, too.
    let path = join(this.#dir, below);
    const made = [path];
    while (path.length > first.length) {
      path = join(path, "..");
      made.push(path);
    }
    this.#made.push(...made.reverse().map((each) => ({ path: each, directory: true })));
  }

  /** Writes a file under another name, and gives it the one that `fill` gives. */
  async #whole(name: string, fill: (sink: Sink) => Promise<string>): Promise<void> {
    const temporary = join(this.#dir, `${name}.${randomBytes(6).toString("hex")}.part`);
    const file = await open(temporary, "wx");
    let size = 0;
    const sink: Sink = {
      write: async (bytes) => {
        for (let at = 0; at < bytes.length; ) {
          const { bytesWritten } = await file.write(bytes, at, bytes.length - at, size);
          at += bytesWritten;
          size += bytesWritten;
        }
      },
      restart: async () => {
        await file.truncate(0);
        size = 0;
      },
    };
    try {
      const path = await fill(sink);
      await file.close();
      const isNew = !existsSync(path);
      await rename(temporary, path);
      if (isNew) this.#made.push({ path, directory: false });
    } catch (thrown) {
      await file.close().catch(() => undefined);
      await rm(temporary, { force: true });
      throw thrown;
    }
  }
}
