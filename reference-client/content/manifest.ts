import { DOCKER_INDEX, DOCKER_MANIFEST, INDEX, MANIFEST } from "../../spec/image/media-types.js";
import { Failure } from "../failure.js";
import { type Descriptor, isDescriptor, objectIn } from "./descriptor.js";

/** The types of manifest that this client knows, in the order in which it asks for them. */
export const KNOWN_TYPES: readonly string[] = [MANIFEST, INDEX, DOCKER_MANIFEST, DOCKER_INDEX];

const INDEXES: readonly string[] = [INDEX, DOCKER_INDEX];

/** Layers that are to be had elsewhere, and neither pulled nor pushed with their image. */
const isElsewhere = ({ mediaType }: Descriptor): boolean => /nondistributable|\.foreign\./.test(mediaType);

/** A manifest or an index, with its exact bytes: they are what its digest is of. */
export interface Manifest {
  readonly descriptor: Descriptor;
  readonly bytes: Buffer;
  readonly document: Readonly<Record<string, unknown>>;
  /** The manifests that it lists. */
  readonly manifests: readonly Descriptor[];
  /** Its config and layers, each once. */
  readonly blobs: readonly Descriptor[];
  readonly subject: Descriptor | undefined;
}

/**
 * Reads what a manifest leads to. Of types that are not known here nothing is followed.
 * @throws Failure for what is no good manifest of its type.
 */
export function manifestOf(descriptor: Descriptor, bytes: Buffer): Manifest {
  const bad = (what: string) => new Failure(`manifest ${descriptor.digest}: ${what}`);
  const list = (name: string, value: unknown): readonly Descriptor[] => {
    if (!Array.isArray(value) || !value.every(isDescriptor)) throw bad(`${name} is no list of descriptors`);
    return value;
  };
  const one = (name: string, value: unknown): Descriptor => {
    if (!isDescriptor(value)) throw bad(`${name} is no descriptor`);
    return value;
  };
  const document = parsed(bytes, bad);
  const { subject, config, layers = [], manifests = [] } = document;
  const known = KNOWN_TYPES.includes(descriptor.mediaType);
  const isIndex = INDEXES.includes(descriptor.mediaType);
  const blobs = known && !isIndex ? [one("config", config), ...list("layers", layers)] : [];
  return {
    descriptor,
    bytes,
    document,
    manifests: isIndex ? eachOnce(list("manifests", manifests)) : [],
    blobs: eachOnce(blobs).filter((blob) => !isElsewhere(blob)),
    subject: known && subject !== undefined && subject !== null ? one("subject", subject) : undefined,
  };
}

function parsed(bytes: Buffer, bad: (what: string) => Failure): Manifest["document"] {
  try {
    return objectIn(bytes);
  } catch {
    throw bad("it is no JSON object");
  }
}

const eachOnce = (descriptors: readonly Descriptor[]): readonly Descriptor[] => [
  ...new Map(descriptors.map((each) => [each.digest, each])).values(),
];
