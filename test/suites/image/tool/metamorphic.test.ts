import { gunzipSync, gzipSync } from "node:zlib";
import t from "tap";
import { Root } from "../../../../ci/right-unpack.js";
import { validImage } from "../../../../generators/image/case.js";
import { fitting } from "../../../../generators/image/layer/entries.js";
import { encodeTar } from "../../../../generators/image/layer/tar.js";
import { buildLayout, type Layout } from "../../../../generators/image/layout/layout.js";
import { sniff } from "../../../../image-reader/unpack.js";
import { draw } from "../../../../runners/draw.js";
import type { ImageCase } from "../../../../runners/image/case.js";
import { digestOf } from "../../../../runners/image/content.js";
import type { ImageObservation } from "../../../../runners/image/observation.js";
import type { SeenNode, SeenTree } from "../../../../runners/image/seen.js";
import { loadCatalogue } from "../../../../spec/catalogue.js";
import { inForce } from "../../../../spec/image/releases.js";
import { departures } from "../../../../suites/image/tool/departures.js";
import { judgeTool } from "../../../../suites/image/tool/judge.js";
import { failing, judged } from "../content/builder.js";

type Document = Record<string, unknown>;

const catalogue = await loadCatalogue("image");
const isObject = (value: unknown): value is Document => typeof value === "object" && value !== null && !Array.isArray(value);

/** Changes the values of a JSON document from the innermost on. */
function mapped(value: unknown, change: (object: Document) => Document): unknown {
  if (Array.isArray(value)) return value.map((each) => mapped(each, change));
  if (!isObject(value)) return value;
  return change(Object.fromEntries(Object.entries(value).map(([name, each]) => [name, mapped(each, change)])));
}

/** How a layout is written anew: its documents, and the blobs of its layers. */
interface Change {
  readonly object?: (object: Document) => Document;
  readonly text?: (value: unknown) => string;
  readonly layer?: (blob: Buffer, mediaType: string) => Buffer;
  readonly files?: (files: Map<string, Buffer>) => void;
}

/** Writes a layout anew from its layers to its index: what is named by a digest gets a new one. */
function rewritten({ files }: Layout, { object = (same) => same, text = JSON.stringify, layer = (same) => same, files: more }: Change) {
  const made = new Map<string, Buffer>();
  const isDescriptor = (value: Document): boolean => typeof value.digest === "string" && typeof value.mediaType === "string";
  const document = (bytes: Buffer): Buffer => Buffer.from(text(mapped(mapped(JSON.parse(bytes.toString()), descriptor), object)));
  const descriptor = (value: Document): Document => {
    if (!isDescriptor(value)) return value;
    const { digest, mediaType, data, ...rest } = value;
    const [algorithm = "", encoded = ""] = String(digest).split(":");
    const before = files.get(`blobs/${algorithm}/${encoded}`);
    if (!before || (algorithm !== "sha256" && algorithm !== "sha512")) return value;
    const isDocument = /^application\/vnd\.oci\.image\.(?:index|manifest|config)\.v1\+json$/.test(String(mediaType));
    const after = isDocument ? document(before) : layer(before, String(mediaType));
    const renamed = digestOf(after, algorithm);
    made.set(`blobs/${renamed.replace(":", "/")}`, after);
    const embedded = data === undefined ? {} : { data: after.toString("base64") };
    return { ...rest, mediaType, digest: renamed, size: after.length, ...embedded };
  };
  for (const name of ["index.json", "oci-layout"]) made.set(name, document(files.get(name) ?? Buffer.from("{}")));
  more?.(made);
  return made;
}

const reversed = (object: Document): Document => Object.fromEntries(Object.entries(object).reverse());

/** Every letter in a way that JSON allows, and names of members left alone but for their order. */
const escaped = (value: unknown): string =>
  JSON.stringify(value).replace(/"(?:[^"\\]|\\.)*"/g, (quoted) =>
    quoted.replace(/(?<!\\)[a-c]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`),
  );

const isDescribed = (object: Document): boolean => typeof object.digest === "string";

const CHANGES: Readonly<Record<string, Change>> = {
  "nothing but what is written anew": {},
  spacing: { text: (value) => ` ${JSON.stringify(value, null, "\t")}\r\n` },
  "the order of members": { object: reversed },
  escapes: { text: escaped },
  "unknown members": {
    object: (object) => ("mediaType" in object || "rootfs" in object ? { ...object, "com.example.x": [{ mediaType: 1 }] } : object),
  },
  annotations: {
    object: (object) =>
      isDescribed(object)
        ? { ...object, annotations: { ...(isObject(object.annotations) ? object.annotations : {}), "com.example.y": "" } }
        : object,
  },
  urls: { object: (object) => (isDescribed(object) ? { ...object, urls: ["https://example.com/a?b#c"] } : object) },
  "another level of compression": {
    layer: (blob) => (sniff(blob) === "gzip" ? gzipSync(gunzipSync(blob), { level: 1 }) : blob),
  },
  "several members of gzip": {
    layer: (blob) => {
      if (sniff(blob) !== "gzip") return blob;
      const archive = gunzipSync(blob);
      return Buffer.concat([archive.subarray(0, 700), Buffer.alloc(0), archive.subarray(700)].map((part) => gzipSync(part)));
    },
  },
  "more blobs and files": {
    files: (files) => {
      const blob = Buffer.from("nobody names this");
      files.set(`blobs/${digestOf(blob).replace(":", "/")}`, blob);
      for (const name of ["README", "ingest/x", "blobs/.gitkeep", "blobs/sha256/.gitkeep"]) files.set(name, Buffer.from("x"));
    },
  },
  "more entries of the index": {
    files: (files) => {
      const index = JSON.parse(files.get("index.json")?.toString() ?? "");
      const other = Buffer.from("content");
      files.set(`blobs/${digestOf(other).replace(":", "/")}`, other);
      const described = { mediaType: "application/vnd.example+json", digest: digestOf(other), size: other.length };
      files.set("index.json", Buffer.from(JSON.stringify({ ...index, manifests: [described, ...index.manifests, described] })));
    },
  },
};

/** Other spellings of the same entries. */
const SPELLINGS: Readonly<Record<string, (subject: ImageCase) => ImageCase>> = {
  "PAX headers": spelt(({ header, ...entry }) => ({
    ...entry,
    header: { ...header, dialect: "pax", records: { ...header.records, comment: "x" } },
  })),
  "GNU headers": spelt((entry) => (entry.header.records || entry.header.sparse ? entry : fitting(entry, "gnu"))),
  "paths that begin with a dot": spelt((entry) =>
    entry.path === "" || entry.path.startsWith(".") ? entry : fitting({ ...entry, path: `./${entry.path}` }, entry.header.dialect),
  ),
  "numbers that end otherwise": spelt((entry) => ({ ...entry, header: { ...entry.header, ends: "space" } })),
  "a whole record of zeros": (subject) => ({ ...subject, layers: subject.layers.map((layer) => ({ ...layer, endBlocks: 20 })) }),
};

function spelt(change: (entry: ImageCase["layers"][number]["entries"][number]) => ImageCase["layers"][number]["entries"][number]) {
  return (subject: ImageCase): ImageCase => ({
    ...subject,
    layers: subject.layers.map((layer) => ({ ...layer, entries: layer.entries.map(change) })),
  });
}

const failed = async (
  files: ReadonlyMap<string, Buffer>,
): Promise<{ readonly ids: readonly string[]; readonly unread: readonly unknown[] }> => {
  const { counts, unread } = await judged(files);
  return { ids: failing(counts).filter((id) => inForce(catalogue.get(id) ?? {}, "head")), unread };
};

const subjects = (count: number, seed: number): ImageCase[] => {
  const source = draw(validImage(), seed);
  return Array.from({ length: count }, () => source.next().value.case);
};

t.test("good layouts that are written in another allowed way are as good", async (t) => {
  for (const [name, change] of Object.entries(CHANGES)) {
    const wrong: unknown[] = [];
    for (const subject of subjects(25, 41)) {
      const { ids, unread } = await failed(rewritten(buildLayout(subject), change));
      const wanted = departures(subject).sort();
      if (ids.join() !== wanted.join() || unread.length > 0) wrong.push({ title: subject.title, ids, wanted, unread });
    }
    t.strictSame(wrong, [], name);
  }
});

t.test("the same entries in other headers are as good, and unpack to the same", async (t) => {
  const choices = { strict: false, follows: false, touches: false, linkHeader: false, copiesAcross: false, dropsTrusted: false };
  const unpacked = ({ layers }: ImageCase): SeenTree => {
    const root = new Root(choices);
    for (const layer of layers) root.apply(encodeTar(layer));
    return root.tree;
  };
  for (const [name, spelling] of Object.entries(SPELLINGS)) {
    for (const subject of subjects(25, 43)) {
      const other = spelling(subject);
      const { ids } = await failed(buildLayout(other).files);
      if (ids.join() !== departures(subject).sort().join()) t.strictSame(ids, departures(subject).sort(), `${name}: ${subject.title}`);
      t.strictSame(unpacked(other), unpacked(subject), name);
    }
  }
});

/** What a tree that was made may look like besides what is said of it. */
const LOOKS: Readonly<Record<string, (tree: SeenTree, subject: ImageCase) => SeenTree>> = {
  "other inodes": each((node) => ({ ...node, inode: `7:${node.inode}9` })),
  "what file systems and security modules add": each((node) => ({
    ...node,
    xattrs: { ...node.xattrs, "security.selinux": "label", "trusted.overlay.origin": "x", "security.ima": "y" },
  })),
  "other times, owners and modes of directories that no entry describes": (tree, { layers }) => {
    const described = new Set(layers.flatMap(({ entries }) => entries.map(({ path }) => path.replace(/^(?:\.\/)+|\/+$|^\.$/g, ""))));
    return each((node, path) =>
      node.kind === "dir" && !described.has(path) ? { ...node, mtime: "5.000000001", mode: 0o700, uid: 7 } : node,
    )(tree);
  },
  "another order": (tree) => Object.fromEntries(Object.entries(tree).reverse()),
};

function each(change: (node: SeenNode, path: string) => SeenNode) {
  return (tree: SeenTree): SeenTree => Object.fromEntries(Object.entries(tree).map(([path, node]) => [path, change(node, path)]));
}

t.test("a tree may differ in what nobody says of it", async (t) => {
  for (const [name, look] of Object.entries(LOOKS)) {
    const wrong: unknown[] = [];
    for (const subject of subjects(60, 47)) {
      const root = new Root({ strict: false, follows: true, touches: true, linkHeader: true, copiesAcross: true, dropsTrusted: true });
      for (const layer of subject.layers) root.apply(encodeTar(layer));
      const observation: ImageObservation = {
        format: "oci-conform/image-observation@1",
        steps: [{ name: "unpack", status: 0, stdout: "", stderr: "" }],
        tree: look(root.tree, subject),
        copies: {},
        sources: {},
        escapes: [],
        xattrs: ["user.", "trusted.", "security."],
        controls: {},
      };
      for (const [id, outcome] of judgeTool(subject, observation, { refusedBy: [], converts: false }))
        if (outcome.verdict === "fail" || outcome.verdict === "error") wrong.push({ title: subject.title, id, outcome });
    }
    t.strictSame(wrong, [], name);
  }
});

t.test("what is not allowed is noticed, and each change is one", async (t) => {
  const [subject] = subjects(1, 41);
  if (!subject) throw new Error("there is no image");
  const layout = buildLayout(subject);
  const wrong: Readonly<Record<string, Change>> = {
    "image.manifest.schema-version-required": { object: ({ schemaVersion: _, ...rest }) => rest },
    "image.config.diff-ids-of-layers": {
      layer: (blob) => (sniff(blob) === "gzip" ? gzipSync(Buffer.concat([gunzipSync(blob), Buffer.alloc(512)])) : Buffer.alloc(1024)),
    },
    "image.considerations.json": { text: (value) => `${JSON.stringify(value)},` },
  };
  for (const [id, change] of Object.entries(wrong)) t.ok((await failed(rewritten(layout, change))).ids.includes(id), id);
  const all = subjects(25, 41).map(buildLayout);
  for (const [name, change] of Object.entries(CHANGES).slice(1))
    t.ok(
      all.some((each) => JSON.stringify([...rewritten(each, change)]) !== JSON.stringify([...rewritten(each, {})])),
      name,
    );
  const bytes = (each: ImageCase): string => each.layers.map((layer) => digestOf(encodeTar(layer))).join();
  for (const [name, spelling] of Object.entries(SPELLINGS))
    t.ok(
      subjects(25, 43).some((each) => bytes(spelling(each)) !== bytes(each)),
      name,
    );
});
