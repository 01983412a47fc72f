import { itemsOf, type JsonNode, member, textOf } from "../../../image-reader/json-node.js";
import type { Document, Layout, Reference } from "../../../image-reader/layout.js";
import { documentKind, isDocker, layerType } from "../../../spec/image/media-types.js";
import type { Release } from "../../../spec/image/releases.js";
import { hasImageLayers } from "./layers-of.js";
import type {
  AnnotationsView,
  BlobView,
  DescriptorView,
  DocumentView,
  ImageView,
  ManifestView,
  ObjectView,
  PlatformView,
} from "./suite.js";

function grouped<Key, Value>(groups: Map<Key, Value[]>, key: Key, value: Value): void {
  const group = groups.get(key);
  if (group) group.push(value);
  else groups.set(key, [value]);
}

/** Whether a descriptor says, in BuildKit's way, that it is of something said about another image: its platform is unknown on purpose. */
const isAttestation = ({ node }: Reference): boolean => textOf(member(node, "annotations"), "vnd.docker.reference.type") !== undefined;

/** Makes the views of a layout that was read: what each check looks at. */
export class LayoutViews {
  readonly #layout: Layout;
  readonly #byPath = new Map<string, Reference[]>();
  readonly #byDocument = new Map<Document, Reference[]>();
  readonly #documents = new Map<string, Document>();
  /** Names that occur twice, by the object that has them. */
  readonly #duplicates = new Map<JsonNode, AnnotationsView["duplicates"][number][]>();

  readonly #release: Release;

  constructor(layout: Layout, release: Release) {
    this.#layout = layout;
    this.#release = release;
    for (const reference of layout.references) {
      if (reference.path !== undefined) grouped(this.#byPath, reference.path, reference);
      grouped(this.#byDocument, reference.document, reference);
    }
    for (const document of layout.documents) {
      this.#documents.set(`${document.role} ${document.path}`, document);
      for (const { kind, node, offset } of document.json.problems)
        if (kind === "duplicate" && node?.parent) grouped(this.#duplicates, node.parent, { node, offset });
    }
  }

  *documents(): Generator<DocumentView> {
    // A list that `docker save` writes beside an index is no document of the spec.
    const { docker, documents } = this.#layout;
    for (const document of documents)
      if (docker || document.role !== "docker-list") yield { document, release: this.#release, location: { file: document.path } };
  }

  /** Documents of a role; of index.json a check of its own says whether it is an object. */
  *objects(role: Document["role"]): Generator<ObjectView> {
    for (const document of this.#layout.documents) {
      const { root } = document.json;
      if (document.role !== role || !root || (document.entryPoint && root.kind !== "object")) continue;
      const types = (this.#byPath.get(document.path) ?? []).flatMap(({ mediaType }) => mediaType ?? []);
      yield {
        document,
        root,
        docker: types.length > 0 && types.every(isDocker),
        ...(role === "config" && this.#isPlaceless(document.path) ? { placeless: true as const } : {}),
        release: this.#release,
        location: { file: document.path, node: root },
      };
    }
  }

  /** Whether a config belongs to attestations alone, or to other things without a layer of an image, such as cosign's signatures. */
  #isPlaceless(path: string): boolean {
    const manifests = (this.#byPath.get(path) ?? []).map(({ document }) => document);
    const attests = ({ path: own }: Document): boolean => {
      const of = this.#byPath.get(own) ?? [];
      return of.length > 0 && of.every(isAttestation);
    };
    return manifests.length > 0 && manifests.every((manifest) => attests(manifest) || !hasImageLayers(manifest));
  }

  *manifests(): Generator<ManifestView> {
    for (const view of this.objects("manifest")) {
      const own = this.#byDocument.get(view.document) ?? [];
      const config = own.find(({ use }) => use === "config");
      yield { ...view, layers: own.filter(({ use }) => use === "layer"), ...(config ? { config } : {}) };
    }
  }

  /** Every manifest with an image config that could be read; those of `docker save` by its list. */
  *images(): Generator<ImageView> {
    for (const { config, layers } of this.manifests()) {
      const document = this.#document(config?.path, "config");
      // Layers of types that are not known are not archives to compare with.
      if (document && layers.every(({ mediaType }) => mediaType !== undefined && layerType(mediaType)))
        yield {
          config: document,
          layers: layers.map(({ path }) => this.#archive(path)),
          release: this.#release,
          location: { file: document.path },
        };
    }
    const list = this.#document("manifest.json", "docker-list")?.json.root;
    for (const image of list?.kind === "array" ? list.items : []) {
      const config = member(image, "Config");
      const document = this.#document(config?.kind === "string" ? config.value : undefined, "config");
      const layers = itemsOf(image, "Layers").map((layer) => this.#archive(layer.kind === "string" ? layer.value : undefined));
      if (document) yield { config: document, layers, release: this.#release, location: { file: document.path } };
    }
  }

  #document(path: string | undefined, role: Document["role"]): Document | undefined {
    return this.#documents.get(`${role} ${path}`);
  }

  #archive(path: string | undefined) {
    return path === undefined ? undefined : this.#layout.blobs.get(path)?.archive;
  }

  *descriptors(): Generator<DescriptorView> {
    for (const reference of this.#layout.references) {
      const { node, path, document, mediaType } = reference;
      const file = path === undefined ? undefined : this.#layout.files.get(path);
      const kind = mediaType === undefined ? undefined : documentKind(mediaType);
      const target = kind === "manifest" || kind === "index" ? this.#document(path, kind) : undefined;
      const scan = path === undefined ? undefined : this.#layout.blobs.get(path);
      yield {
        reference,
        node,
        release: this.#release,
        location: { file: document.path, node },
        ...(file?.type === "file" ? { size: file.size } : {}),
        ...(path !== undefined && this.#isHidden(path) ? { hidden: true as const } : {}),
        ...(scan ? { scan } : {}),
        ...(scan?.archive ? { archive: scan.archive } : {}),
        ...(target?.json.root ? { target } : {}),
      };
    }
  }

  /** Whether a symbolic link that was not followed is at a path, or on the way to it. */
  #isHidden(path: string): boolean {
    const { files } = this.#layout;
    return path.split("/").some((_, at, parts) => files.get(parts.slice(0, at + 1).join("/"))?.outside);
  }

  *platforms(): Generator<PlatformView> {
    for (const reference of this.#layout.references) {
      const { node, document } = reference;
      const platform = document.role === "index" ? member(node, "platform") : undefined;
      if (platform)
        yield {
          node: platform,
          ...(isAttestation(reference) ? { placeless: true as const } : {}),
          release: this.#release,
          location: { file: document.path, node: platform },
        };
    }
  }

  *annotations(): Generator<AnnotationsView> {
    const of = (
      document: Document,
      node: JsonNode | undefined,
      kind: AnnotationsView["of"],
      place: "named" | "subject" | "elsewhere" = "elsewhere",
    ): AnnotationsView[] => {
      if (!node) return [];
      const duplicates = this.#duplicates.get(node) ?? [];
      return [
        {
          node,
          of: kind,
          ...(place === "subject" ? {} : { named: place === "named" }),
          duplicates,
          release: this.#release,
          location: { file: document.path, node },
        },
      ];
    };
    for (const kind of ["index", "manifest"] as const)
      for (const { document, root } of this.objects(kind)) yield* of(document, member(root, "annotations"), kind);
    for (const { document, node, use } of this.#layout.references)
      yield* of(
        document,
        member(node, "annotations"),
        "descriptor",
        use === "subject" ? use : document.entryPoint && use === "manifest" ? "named" : "elsewhere",
      );
    for (const { document, root } of this.objects("config")) yield* of(document, member(member(root, "config"), "Labels"), "labels");
  }

  *blobs(): Generator<BlobView> {
    for (const [path, scan] of [...this.#layout.blobs].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const [, algorithm, encoded] = /^blobs\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
      if (algorithm !== undefined && encoded !== undefined)
        yield { path, algorithm, encoded, scan, release: this.#release, location: { file: path } };
    }
  }
}
