import type { Content } from "../content/content.js";
import type { Descriptor } from "../content/descriptor.js";
import { toldDigest, verifyContent } from "../content/digest.js";
import { discard } from "../http/body.js";
import type { Answer, Call } from "../http/message.js";
import type { Place } from "../http/place.js";
import { refusal } from "../http/refusal.js";
import type { Repository } from "../repository.js";

/**
 * The PUT that makes a blob of an upload.
 * @param place with the digest in its query.
 * @param content the whole blob.
 * @param rest what has not been sent yet, which may be all of it.
 * @throws Failure
 */
export async function close(repository: Repository, place: Place, blob: Descriptor, content: Content, rest?: Content): Promise<void> {
  const type: Readonly<Record<string, string>> = rest ? { "content-type": "application/octet-stream" } : { "content-length": "0" };
  const call: Call = { method: "PUT", place, headers: type, once: true, ...(rest ? { body: rest } : {}) };
  const answer = await repository.client.send(call);
  if (answer.status !== 201) throw await refusal("closing an upload", call, answer);
  await created(blob, content, answer);
}

/** The digest that the registry says it took, if it says one, is compared with what was sent. */
export async function created({ digest }: Descriptor, content: Content, answer: Answer): Promise<void> {
  await discard(answer);
  const what = `blob ${digest}`;
  for (const told of toldDigest(what, answer.headers["docker-content-digest"]))
    if (told !== digest) await verifyContent(what, content, told);
}
