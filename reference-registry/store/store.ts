import { join } from "node:path";
import { algorithmOf, type Digest, encodedOf, type Name, type Tag } from "../grammar.js";
import type { ManifestRecord } from "../manifest/parse.js";
import { Contents, type Source } from "./contents.js";
import type { Files } from "./files.js";
import { Locks } from "./locks.js";
import { Repository } from "./repository.js";

/** Directories of a repository; no component of a name begins with an underscore. */
export const BLOBS = "_blobs";
export const MANIFESTS = "_manifests";
export const TAGS = "_tags";

/** A manifest to be stored. */
export interface ManifestPush {
  readonly digest: Digest;
  readonly bytes: Buffer;
  readonly record: ManifestRecord;
  readonly tags: readonly Tag[];
  /** Looks at what is stored, with nothing else writing to the repository; false stores nothing. */
  readonly unless?: (repository: Repository | undefined) => boolean;
}

/**
 * Repositories with links to content. What is on disk is changed first, then the index in memory, from which all reading is
 * done: a reader sees either the state before a change or the state after it. A lock of a digest is taken before one of a
 * repository, never after.
 *
 *     blobs/ALGORITHM/ENCODED                          content
 *     repositories/NAME/_blobs/ALGORITHM/ENCODED       a link, empty
 *     repositories/NAME/_manifests/ALGORITHM/ENCODED   a link: the media type, and what a referrers list needs
 *     repositories/NAME/_tags/TAG                      a digest
 */
export class Store {
  readonly contents: Contents;
  readonly files: Files;
  readonly locks = new Locks();
  readonly #repositories = new Map<string, Repository>();

  constructor(files: Files) {
    this.files = files;
    this.contents = new Contents(files);
  }

  repository(name: string): Repository | undefined {
    return this.#repositories.get(name);
  }

  repositories(): Iterable<Repository> {
    return this.#repositories.values();
  }

  /** The repository of that name, from now on there. */
  create(name: Name): Repository {
    const known = this.#repositories.get(name);
    if (known) return known;
    const repository = new Repository(name);
    this.#repositories.set(name, repository);
    return repository;
  }

  /** Stores a blob of verified content, and links the repository to it. */
  async putBlob(name: Name, digest: Digest, source: Source): Promise<void> {
    await this.locks.hold(digest, async () => {
      await this.contents.add(digest, source);
      await this.#linkBlob(name, digest, Buffer.isBuffer(source) ? source.length : source.size);
    });
  }

  /** Links a repository to a blob of another. @returns false when that has none (any more). */
  async mountBlob(name: Name, digest: Digest, from: Repository): Promise<boolean> {
    return this.locks.hold(digest, async () => {
      const size = from.blobs.get(digest);
      if (size === undefined) return false;
      await this.#linkBlob(name, digest, size);
      return true;
    });
  }

  async #linkBlob(name: Name, digest: Digest, size: number): Promise<void> {
    if (this.repository(name)?.blobs.has(digest)) return;
    await this.files.mark(this.#path(name, BLOBS, digest));
    this.create(name).blobs.set(digest, size);
    this.contents.link(digest);
  }

  /** @returns false when there is no such blob. */
  async deleteBlob(repository: Repository, digest: Digest): Promise<boolean> {
    return this.locks.hold(digest, async () => {
      if (!repository.blobs.has(digest)) return false;
      await this.files.remove(this.#path(repository.name, BLOBS, digest));
      repository.blobs.delete(digest);
      await this.contents.unlink(digest);
      return true;
    });
  }

  /** Stores a manifest and tags it. @returns false when `unless` was against it. */
  async putManifest(name: Name, push: ManifestPush): Promise<boolean> {
    const { digest, bytes, record, tags, unless } = push;
    return this.locks.hold(digest, async () => {
      await this.contents.add(digest, bytes);
      return this.locks.hold(name, async () => {
        if (unless && !unless(this.repository(name))) return false;
        const before = this.repository(name)?.manifests.get(digest);
        if (before?.mediaType !== record.mediaType) {
          await this.files.place(this.#path(name, MANIFESTS, digest), JSON.stringify(record));
          this.create(name).setManifest(digest, record);
          if (!before) this.contents.link(digest);
        }
        for (const tag of tags) {
          if (this.repository(name)?.tag(tag) === digest) continue;
          await this.files.place(this.#tagPath(name, tag), digest);
          this.create(name).setTag(tag, digest);
        }
        return true;
      });
    });
  }

  /** Deletes a manifest with all tags that point to it. @returns false when there is no such manifest. */
  async deleteManifest(repository: Repository, digest: Digest): Promise<boolean> {
    return this.locks.hold(digest, () =>
      this.locks.hold(repository.name, async () => {
        if (!repository.manifests.has(digest)) return false;
        // Without this link a tag counts as deleted, should the process end before its file is.
        await this.files.remove(this.#path(repository.name, MANIFESTS, digest));
        const tags = repository.tagsOf(digest);
        for (const tag of tags) repository.dropTag(tag);
        repository.dropManifest(digest);
        for (const tag of tags) await this.files.remove(this.#tagPath(repository.name, tag));
        await this.contents.unlink(digest);
        return true;
      }),
    );
  }

  /** @returns false when there is no such tag. */
  async deleteTag(repository: Repository, tag: Tag): Promise<boolean> {
    return this.locks.hold(repository.name, async () => {
      if (repository.tag(tag) === undefined) return false;
      await this.files.remove(this.#tagPath(repository.name, tag));
      repository.dropTag(tag);
      return true;
    });
  }

  #path(name: Name, kind: string, digest: Digest): string {
    return join(this.files.root, "repositories", name, kind, algorithmOf(digest), encodedOf(digest));
  }

  #tagPath(name: Name, tag: Tag): string {
    return join(this.files.root, "repositories", name, TAGS, tag);
  }
}
