import type { JsonNode } from "../../../image-reader/json-node.js";
import type { Document, Layout, Reference } from "../../../image-reader/layout.js";
import type { ArchiveScan, BlobScan } from "../../../image-reader/scan.js";
import type { Entry } from "../../../image-reader/tar.js";
import type { Judgement } from "../../../runners/outcome.js";
import type { Release } from "../../../spec/image/releases.js";
import type { SeenPaths } from "./seen-paths.js";

/** Where in a layout something is: a file of it, and a place in that file. */
export interface Location {
  readonly file: string;
  /** A value of a JSON document. */
  readonly node?: JsonNode;
  /** An entry of a layer, by its path. */
  readonly entry?: string;
  /** In a JSON document, a blob, or a layer's archive without compression. */
  readonly offset?: number;
}

/** A judgement that may say where it was made, if not at the place of the whole view. */
export type Located = Judgement & { readonly at?: Location };

/** What a check says: of several places at once, or nothing where it does not apply. */
export type Verdicts = Located | readonly Located[] | undefined;

/** What every view has. */
interface Common {
  readonly release: Release;
  readonly location: Location;
}

/** The whole layout. */
export interface LayoutView extends Common {
  readonly layout: Layout;
}

/** A JSON document. */
export interface DocumentView extends Common {
  readonly document: Document;
}

/** A document that could be read, and should be a JSON object. */
export interface ObjectView extends DocumentView {
  readonly root: JsonNode;
  /** Whether only descriptors of Docker's media types lead to it. */
  readonly docker: boolean;
  /** Whether it is the config of something that is no image and has no platform, such as what BuildKit says about one. */
  readonly placeless?: true;
}

/** A manifest with what it is made of, as far as that is there. */
export interface ManifestView extends ObjectView {
  readonly layers: readonly Reference[];
  readonly config?: Reference;
}

/** The config of an image, with the layers that its manifests name. */
export interface ImageView extends Common {
  readonly config: Document;
  /** What the layers' archives are, in order; undefined for one that is missing or could not be read. */
  readonly layers: readonly (ArchiveScan | undefined)[];
}

/** A descriptor. */
export interface DescriptorView extends Common {
  readonly reference: Reference;
  readonly node: JsonNode;
  /** The size of the file that it names, if that is there. */
  readonly size?: number;
  /** Whether that is behind a symbolic link that was not followed: nothing is known of it. */
  readonly hidden?: true;
  readonly scan?: BlobScan;
  /** The manifest that it names, if that could be read. */
  readonly target?: Document;
  /** What a layer's archive is. */
  readonly archive?: ArchiveScan;
}

/** A platform of a descriptor. */
export interface PlatformView extends Common {
  readonly node: JsonNode;
  /** Whether it stands for none, beside what BuildKit says about an image. */
  readonly placeless?: true;
}

/** A map of annotations, or of labels. */
export interface AnnotationsView extends Common {
  readonly node: JsonNode;
  readonly of: "descriptor" | "manifest" | "index" | "labels";
  /** Whether it is on a descriptor of index.json; a subject has the annotations that it has where it stands. */
  readonly named?: boolean;
  /** Names that occur twice. */
  readonly duplicates: readonly { readonly node: JsonNode; readonly offset: number }[];
}

/** A blob. */
export interface BlobView extends Common {
  readonly path: string;
  readonly algorithm: string;
  readonly encoded: string;
  readonly scan: BlobScan;
}

/** An entry of a layer, with what came before it. */
export interface EntryView extends Common {
  readonly entry: Entry;
  /** Its path without what means nothing; empty for the root. */
  readonly path: string;
  readonly name: string;
  readonly directory: string;
  readonly seen: SeenPaths;
}

/** A layer's archive as a whole. */
export interface ArchiveView extends Common {
  readonly path: string;
  readonly archive: ArchiveScan;
  readonly seen: SeenPaths;
}

/** Everything that is judged, by kind. */
export interface Views {
  readonly layout: LayoutView;
  readonly document: DocumentView;
  readonly index: ObjectView;
  readonly manifest: ManifestView;
  readonly config: ObjectView;
  readonly image: ImageView;
  readonly descriptor: DescriptorView;
  readonly platform: PlatformView;
  readonly annotations: AnnotationsView;
  readonly blob: BlobView;
  readonly entry: EntryView;
  readonly archive: ArchiveView;
}

export type ViewKind = keyof Views;

/** Judges one requirement of the catalogue. A pure function of its view. */
export interface Check<View> {
  readonly id: string;
  readonly judge: (view: View) => Verdicts;
}

export const check = <View>(id: string, judge: (view: View) => Verdicts): Check<View> => ({ id, judge });

/** Checks by what they look at. */
export type Checks = { readonly [Kind in ViewKind]?: readonly Check<Views[Kind]>[] };

/** The checks of one document of the specification. */
export type Section = Checks & { readonly title: string };

const PASS: Located = { verdict: "pass" };

/** Passes when `condition` is true; otherwise fails with what was expected and what was seen, and where if not at the view's place. */
export const expectThat = (condition: boolean, expected: unknown, actual: unknown, at?: Location, note?: string): Located =>
  condition ? PASS : { verdict: "fail", expected, actual, ...(at === undefined ? {} : { at }), ...(note === undefined ? {} : { note }) };

/** The place of a value in the same document. */
export const at = (view: Common, node: JsonNode): Location => ({ file: view.location.file, node });
