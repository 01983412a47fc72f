import { isDigest } from "../../spec/distribution/grammar.js";

/** What says which content is meant (image-spec descriptor.md); all its other properties are kept as they are. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function isDescriptor(value: unknown): value is Descriptor {
  return (
    isObject(value) &&
    typeof value.mediaType === "string" &&
    typeof value.digest === "string" &&
    isDigest(value.digest) &&
    typeof value.size === "number" &&
    Number.isSafeInteger(value.size) &&
    value.size >= 0
  );
}

/** @throws Error for what is no JSON object. */
export function objectIn(bytes: Buffer): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  if (!isObject(value)) throw new Error("not an object");
  return value;
}

/** The annotations of a document; those whose values are no text do not count. */
export function annotationsIn(document: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> | undefined {
  if (!isObject(document.annotations)) return undefined;
  const texts = Object.entries(document.annotations).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return texts.length === 0 ? undefined : Object.fromEntries(texts);
}
