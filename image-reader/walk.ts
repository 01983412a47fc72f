import { parseDigest } from "../spec/image/grammar.js";
import { documentKind } from "../spec/image/media-types.js";
import { Unreadable } from "./errno.js";
import { type Json, parseJson } from "./json.js";
import { itemsOf, type JsonNode, member, textOf } from "./json-node.js";
import { blobPath, type Document, type Reference, type Role, type Unread, type Use } from "./layout.js";
import { Beyond, type Limits } from "./limits.js";
import { readSmall, type Source } from "./source.js";

/** The documents of a layout, and what they refer to. */
export interface Walked {
  readonly documents: readonly Document[];
  readonly references: readonly Reference[];
  readonly cycles: readonly Reference[];
  readonly unread: readonly Unread[];
  /** Layers of a `docker save` archive, which has no descriptors for them. */
  readonly dockerLayers: readonly string[];
}

const NONE: Json = { problems: [] };

/** A descriptor, with where its content would be. */
function referenceOf(document: Document, node: JsonNode, use: Use): Reference {
  const mediaType = textOf(node, "mediaType");
  const digest = textOf(node, "digest");
  const parsed = digest === undefined ? undefined : parseDigest(digest);
  return {
    document,
    node,
    use,
    ...(mediaType === undefined ? {} : { mediaType }),
    ...(digest === undefined ? {} : { digest }),
    ...(parsed ? { path: blobPath(parsed.algorithm, parsed.encoded) } : {}),
  };
}

/** The descriptors of a document (image-index.md, manifest.md), in its order. */
function referencesOf(document: Document): Reference[] {
  const { root } = document.json;
  const one = (name: string, use: Use): Reference[] => {
    const node = member(root, name);
    return node?.kind === "object" ? [referenceOf(document, node, use)] : [];
  };
  const many = (name: string, use: Use): Reference[] =>
    itemsOf(root, name)
      .filter(({ kind }) => kind === "object")
      .map((node) => referenceOf(document, node, use));
  if (document.role === "index") return [...many("manifests", "manifest"), ...one("subject", "subject")];
  return document.role === "manifest" ? [...one("config", "config"), ...many("layers", "layer"), ...one("subject", "subject")] : [];
}

/** Which document a reference leads to; undefined where it is of a type that is not read. */
function roleOf({ use, mediaType }: Reference): Role | undefined {
  const kind = mediaType === undefined ? undefined : documentKind(mediaType);
  if (use === "config") return kind === "config" ? kind : undefined;
  return use !== "layer" && (kind === "index" || kind === "manifest") ? kind : undefined;
}

/** Whether a document is what `docker save` writes: a list of images, each with its config and layers. */
const isDockerList = (root: JsonNode | undefined): boolean =>
  root?.kind === "array" && root.items.length > 0 && root.items.every((item) => textOf(item, "Config") !== undefined);

/** Goes through the documents of a layout from its entry point; each is read once, however often it is referred to. */
class Walk implements Walked {
  readonly documents: Document[] = [];
  readonly references: Reference[] = [];
  readonly cycles: Reference[] = [];
  readonly unread: Unread[] = [];
  readonly dockerLayers: string[] = [];
  readonly #source: Source;
  readonly #limits: Limits;
  readonly #known = new Map<string, Document>();

  constructor(source: Source, limits: Limits) {
    this.#source = source;
    this.#limits = limits;
  }

  /** Reads a document that is there; gives it the second time, too. */
  async read(path: string, role: Role): Promise<{ readonly document: Document; readonly first: boolean } | undefined> {
    const key = `${role} ${path}`;
    const known = this.#known.get(key);
    if (known) return { document: known, first: false };
    const file = this.#source.files.get(path);
    if (file?.type !== "file") return undefined;
    const base = { path, role, size: file.size, entryPoint: path === "index.json" };
    const document = { ...base, json: await this.#parse(path) };
    for (const { kind, message } of document.json.problems) if (kind === "limit") this.#leave(path, message);
    this.#known.set(key, document);
    this.documents.push(document);
    return { document, first: true };
  }

  async #parse(path: string): Promise<Json> {
    try {
      return parseJson(await readSmall(this.#source, path, this.#limits.jsonSize), this.#limits.depth);
    } catch (thrown) {
      if (!(thrown instanceof Beyond || thrown instanceof Unreadable)) throw thrown;
      this.#leave(path, thrown instanceof Unreadable ? thrown.why : thrown.message);
      return NONE;
    }
  }

  #leave(what: string, reason: string): void {
    this.unread.push({ what, reason, part: "document" });
  }

  /** @param above the documents that led here */
  async follow(path: string, role: Role, above: readonly string[]): Promise<void> {
    const read = await this.read(path, role);
    if (!read?.first) return;
    const references = referencesOf(read.document);
    // One by one: there may be more than a call takes arguments.
    for (const reference of references) this.references.push(reference);
    const chain = [...above, path];
    for (const reference of references) {
      const next = roleOf(reference);
      if (next === undefined || reference.path === undefined) continue;
      if (chain.includes(reference.path)) this.cycles.push(reference);
      else if (chain.length > this.#limits.depth)
        this.#leave(reference.path, `indexes nested deeper than ${this.#limits.depth} levels are not followed (--max-depth)`);
      else await this.follow(reference.path, next, chain);
    }
  }

  /** What `docker save` writes: a list of images with the paths of their configs and layers. */
  async docker(alone: boolean): Promise<void> {
    const list = await this.read("manifest.json", "docker-list");
    const { root } = list?.document.json ?? NONE;
    // Beside an index.json it may be anything: others may keep there what they like.
    if (!alone && list && !isDockerList(root)) {
      this.documents.splice(this.documents.indexOf(list.document), 1);
      return;
    }
    for (const image of root?.kind === "array" ? root.items : []) {
      const config = textOf(image, "Config");
      if (config !== undefined) await this.read(config, "config");
      for (const layer of itemsOf(image, "Layers")) if (layer.kind === "string") this.dockerLayers.push(layer.value);
    }
  }
}

/**
 * Reads all documents that can be reached: from index.json, and from the list that `docker save` writes, alone or beside it.
 * @param docker whether there is such a list alone
 */
export async function walk(source: Source, docker: boolean, limits: Limits): Promise<Walked> {
  const found = new Walk(source, limits);
  if (!docker) {
    await found.read("oci-layout", "layout");
    await found.follow("index.json", "index", []);
  }
  await found.docker(docker);
  return found;
}
