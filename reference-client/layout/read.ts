import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Content, fileContent } from "../content/content.js";
import { type Descriptor, isDescriptor, objectIn } from "../content/descriptor.js";
import { algorithmOf, verify, verifyContent } from "../content/digest.js";
import { type Manifest, manifestOf } from "../content/manifest.js";
import { Failure } from "../failure.js";
import { REF_NAME } from "./write.js";

/** An image layout that is there (image-spec image-layout.md). What is read of it is compared with its descriptor before anybody gets it. */
export class LayoutReader {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /**
   * The manifest of that name; the only one there is, where no name is given.
   * @throws Failure
   */
  async named(name: string | undefined): Promise<Manifest> {
    const path = join(this.#dir, "index.json");
    const { manifests } = objectIn(await readFile(path).catch(() => unreadable(path)));
    const all = Array.isArray(manifests) ? manifests.filter(isDescriptor) : [];
    const named = all.filter(({ annotations }) => annotations?.[REF_NAME] === (name ?? "tested"));
    const [found] = named.length === 0 && name === undefined && all.length === 1 ? all : named;
    if (!found) throw new Failure(`${path}: no manifest is named ${name ?? "tested"}`);
    return this.manifest(found);
  }

  async manifest(descriptor: Descriptor): Promise<Manifest> {
    const path = this.#pathOf(descriptor);
    const bytes = await readFile(path).catch(() => unreadable(path));
    this.#sized(descriptor, bytes.length);
    verify(path, bytes, [descriptor.digest]);
    return manifestOf(descriptor, bytes);
  }

  async blob(descriptor: Descriptor): Promise<Content> {
    const path = this.#pathOf(descriptor);
    const content = await fileContent(path).catch(() => unreadable(path));
    this.#sized(descriptor, content.size);
    await verifyContent(path, content, descriptor.digest);
    return content;
  }

  #sized(descriptor: Descriptor, size: number): void {
    if (size !== descriptor.size) throw new Failure(`${this.#pathOf(descriptor)}: ${size} bytes, not ${descriptor.size}`);
  }

  #pathOf({ digest }: Descriptor): string {
    return join(this.#dir, "blobs", algorithmOf(digest), digest.slice(digest.indexOf(":") + 1));
  }
}

const unreadable = (path: string): never => {
  throw new Failure(`${path} cannot be read`);
};
