import { bytesContent } from "../content/content.js";
import { toldDigest, verify } from "../content/digest.js";
import type { Manifest } from "../content/manifest.js";
import { discard } from "../http/body.js";
import type { Answer, Call, Headers } from "../http/message.js";
import { refusal } from "../http/refusal.js";
import { manifestAt, type Repository } from "../repository.js";

/** The type of a manifest is that which it says itself, and that of its descriptor where it says none. */
const typeOf = ({ document: { mediaType }, descriptor }: Manifest): string =>
  typeof mediaType === "string" ? mediaType : descriptor.mediaType;

/**
 * Pushes a manifest as it is, to the byte (spec.md#pushing-manifests). The digest that the registry says it has, if it says one, is compared
 * with what was sent.
 * @param reference its digest, or a tag.
 * @returns the answer, and the digest that the manifest has; undefined where the condition in `headers` does not hold any longer (412).
 * @throws Failure
 */
export async function putManifest(
  repository: Repository,
  reference: string,
  manifest: Manifest,
  headers: Headers = {},
): Promise<{ readonly answer: Answer; readonly digest: string } | undefined> {
  const call: Call = {
    method: "PUT",
    place: manifestAt(repository, reference),
    headers: { "content-type": typeOf(manifest), ...headers },
    body: bytesContent(manifest.bytes),
  };
  const answer = await repository.client.send(call);
  if (answer.status === 412 && headers["if-match"] !== undefined) {
    await discard(answer);
    return undefined;
  }
  if (answer.status !== 201) throw await refusal("pushing a manifest", call, answer);
  await discard(answer);
  const what = `manifest ${manifest.descriptor.digest}, which was pushed`;
  const told = toldDigest(what, answer.headers["docker-content-digest"]);
  if (repository.client.hooks.has("push-header-believed")) return { answer, digest: told[0] ?? manifest.descriptor.digest };
  verify(what, manifest.bytes, told);
  return { answer, digest: manifest.descriptor.digest };
}
