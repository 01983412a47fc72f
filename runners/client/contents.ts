import type { PlayedContent } from "../../reference-registry/stage/play.js";
import { CaseError } from "../../spec/errors.js";
import type { ClientCase } from "./case.js";
import type { FilledCase } from "./fill.js";

const INDEX = "application/vnd.oci.image.index.v1+json";
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";

type Algorithm = "sha256" | "sha512";

/** A content by one of its digests. */
interface Found {
  readonly name: string;
  readonly bytes: Buffer;
}

/** The contents of a case by all their digests. */
function byDigest({ case: { contents: recipes }, contents }: FilledCase): ReadonlyMap<string, Found> {
  return new Map(
    Object.keys(recipes).flatMap((name): [string, Found][] => {
      const { bytes, sha256, sha512 } = contents.get(name);
      return [
        [sha256, { name, bytes }],
        [sha512, { name, bytes }],
      ];
    }),
  );
}

const parsed = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
};

const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;

/** A media type that a header can have: nothing else has a registry ever been told. */
const mediaType = (said: unknown): string | undefined =>
  typeof said === "string" && /^[\x21-\x7e][\x20-\x7e]*$/.test(said) ? said : undefined;

/** What a manifest says that it is, or what its properties make it. */
export function mediaTypeOf(bytes: Buffer): string {
  const document = parsed(bytes);
  return mediaType(field(document, "mediaType")) ?? (Array.isArray(field(document, "manifests")) ? INDEX : MANIFEST);
}

/** All texts in a JSON value. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** The descriptors of manifests that a manifest has: of an index, and of a subject. */
function manifestsIn(document: unknown): ReadonlyMap<string, string | undefined> {
  const listed = field(document, "manifests");
  const found = new Map<string, string | undefined>();
  for (const each of [...(Array.isArray(listed) ? (listed as readonly unknown[]) : []), field(document, "subject")]) {
    const digest = field(each, "digest");
    if (typeof digest === "string") found.set(digest, mediaType(field(each, "mediaType")));
  }
  return found;
}

/**
 * A manifest with all contents of the case that its JSON names by a digest, and so on for the manifests among them: the ones that are named
 * come before those that name them. @throws CaseError where there is no such content
 */
export function closureOf(filled: FilledCase, manifest: string, algorithm: Algorithm = "sha256"): readonly PlayedContent[] {
  const known = byDigest(filled);
  const found = new Map<string, PlayedContent>();
  const visit = (digest: string, isManifest: boolean, type?: string): void => {
    const content = known.get(digest);
    if (!content || found.has(digest)) return;
    if (!isManifest) {
      found.set(digest, { digest, bytes: content.bytes });
      return;
    }
    const document = parsed(content.bytes);
    const manifests = manifestsIn(document);
    for (const each of textsIn(document)) if (known.has(each)) visit(each, manifests.has(each), manifests.get(each));
    found.set(digest, { digest, bytes: content.bytes, mediaType: type ?? mediaTypeOf(content.bytes) });
  };
  if (!Object.hasOwn(filled.case.contents, manifest)) throw new CaseError(`there is no content ${manifest}`);
  visit(filled.contents.get(manifest)[algorithm], true);
  return [...found.values()];
}

/** The algorithms by which a manifest has to be there: sha256, and sha512 where one of the places names it so. */
export function algorithmsOf({ case: { target, from }, contents }: FilledCase, manifest: string): readonly Algorithm[] {
  const named = [target.reference, from?.reference].includes(contents.get(manifest).sha512);
  return named ? ["sha256", "sha512"] : ["sha256"];
}

/** Whether the manifest that is pushed goes by its sha512 digest: the target names it so. */
export const localAlgorithm = ({ case: { target }, contents }: FilledCase, local: NonNullable<ClientCase["local"]>): Algorithm =>
  target.reference === contents.get(local).sha512 ? "sha512" : "sha256";
