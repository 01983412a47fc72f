import type { Descriptor } from "../content/descriptor.js";
import { digestOf, toldDigest, verify } from "../content/digest.js";
import { KNOWN_TYPES, type Manifest, manifestOf } from "../content/manifest.js";
import { Failure, oneLine } from "../failure.js";
import { readAll } from "../http/body.js";
import type { Answer, Call } from "../http/message.js";
import { refusal } from "../http/refusal.js";
import { pulledManifestAt, type Repository } from "../repository.js";

/** A media type without its parameters, which mean nothing here (spec.md#pulling-manifests); types are the same in any case of letters. */
export const essenceOf = (type: string): string => (type.split(";", 1)[0] ?? "").trim().toLowerCase();

/** A request for a manifest, which says which types are known here; `more` is one that is expected beside those. */
export const manifestCall = (repository: Repository, reference: string, more?: string): Call => ({
  method: "GET",
  place: pulledManifestAt(repository, reference),
  headers: { accept: [...new Set([...KNOWN_TYPES, ...(more === undefined ? [] : [more])])].join(", ") },
});

/**
 * Pulls a manifest by a tag or a digest (spec.md#pulling-manifests), or one that another manifest describes, and believes nothing of it that
 * it has not compared.
 * @throws Failure
 */
export async function pullManifest(repository: Repository, reference: string, expected?: Descriptor): Promise<Manifest> {
  const call = manifestCall(repository, reference, expected?.mediaType);
  const answer = await repository.client.send(call);
  if (answer.status !== 200) throw await refusal("pulling a manifest", call, answer);
  return receivedManifest(repository, reference, answer, expected);
}

/** The manifest in a good answer. */
export async function receivedManifest(
  repository: Repository,
  reference: string,
  answer: Answer,
  expected?: Descriptor,
): Promise<Manifest> {
  const { limits, hooks } = repository.client;
  const what = `manifest ${reference}`;
  const bytes = await readAll(answer, Math.min(expected?.size ?? limits.manifestBytes, limits.manifestBytes));
  const asked = reference.includes(":") ? [reference] : [];
  const told = toldDigest(what, answer.headers["docker-content-digest"]);
  const believed = hooks.has("manifest-header-believed") ? told : [];
  if (!hooks.has("manifest-digest-not-verified")) verify(what, bytes, believed.length > 0 ? asked : [...asked, ...told]);
  if (expected && bytes.length !== expected.size) throw new Failure(`${what}: ${bytes.length} bytes came, not ${expected.size}`);
  const digest = asked[0] ?? believed[0] ?? digestOf(bytes);
  const first = manifestOf({ mediaType: "", digest, size: bytes.length }, bytes);
  const mediaType = typeOf(what, answer.headers["content-type"], first.document.mediaType, expected?.mediaType);
  return manifestOf({ mediaType, digest, size: bytes.length }, bytes);
}

/** The type of a manifest, of which Content-Type, its own mediaType and the descriptor that led here may not say different things. */
function typeOf(what: string, header: string | undefined, own: unknown, expected: string | undefined): string {
  const told = [header === undefined ? undefined : essenceOf(header), own, expected].filter((each) => typeof each === "string");
  const [type] = told;
  if (type === undefined) throw new Failure(`${what}: neither Content-Type nor mediaType says what it is`);
  const other = told.find((each) => essenceOf(each) !== essenceOf(type));
  if (other !== undefined) throw new Failure(`${what}: it is said to be ${oneLine(type)}, and ${oneLine(other)}`);
  const known = KNOWN_TYPES.includes(type);
  if (!known && expected === undefined) throw new Failure(`${what}: ${oneLine(type)} is no type of manifest that is known here`);
  return type;
}
