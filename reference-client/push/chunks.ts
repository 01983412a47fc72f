import type { Content } from "../content/content.js";
import type { Descriptor } from "../content/descriptor.js";
import { Failure, messageOf } from "../failure.js";
import { discard } from "../http/body.js";
import type { Answer, Call } from "../http/message.js";
import { withParameter } from "../http/place.js";
import { refusal } from "../http/refusal.js";
import { Unanswered } from "../http/wire.js";
import type { Repository } from "../repository.js";
import { close } from "./close.js";
import type { Session } from "./session.js";

/**
 * Uploads a blob in chunks (spec.md#pushing-a-blob-in-chunks): in order, each to the Location of the answer before, none but the last one shorter
 * than the registry wants. After 416, or a broken connection, the registry is asked how far it came.
 */
export async function pushChunks(
  repository: Repository,
  session: Session,
  blob: Descriptor,
  content: Content,
  size: number,
): Promise<void> {
  const { tries } = repository.client.limits;
  const step = Math.max(1, size, session.minimum);
  let [offset, failures] = [0, 0];
  while (offset < content.size) {
    const chunk = content.part(offset, Math.min(step, content.size - offset));
    const before: number = offset;
    offset = await sendChunk(repository, session, chunk, offset);
    if (offset > content.size) throw new Failure(`blob ${blob.digest}: the registry has ${offset} of its ${content.size} bytes`);
    failures = offset > before ? 0 : failures + 1;
    if (failures >= tries) throw new Failure(`blob ${blob.digest}: the registry takes no byte after the first ${offset}`);
  }
  await close(repository, withParameter(session.place, `digest=${blob.digest}`), blob, content);
}

/** Sends one chunk, and says where the next one begins. */
async function sendChunk(repository: Repository, session: Session, chunk: Content, offset: number): Promise<number> {
  const end = offset + chunk.size - 1;
  const call: Call = {
    method: "PATCH",
    place: session.place,
    headers: { "content-type": "application/octet-stream", "content-range": `${offset}-${end}` },
    body: chunk,
    once: true,
  };
  let answer: Answer;
  try {
    answer = await repository.client.send(call);
  } catch (thrown) {
    if (!(thrown instanceof Unanswered)) throw thrown;
    return status(repository, session, offset, messageOf(thrown));
  }
  if (answer.status === 416) {
    await discard(answer);
    return status(repository, session, offset, "416");
  }
  if (answer.status !== 202) throw await refusal("uploading a chunk", call, answer);
  await discard(answer);
  session.moved(answer);
  return nextIn(answer, end + 1);
}

/** Asks how far the registry came, and where to go on. */
async function status(repository: Repository, session: Session, offset: number, why: string): Promise<number> {
  const call: Call = { method: "GET", place: session.place };
  const answer = await repository.client.send(call);
  if (answer.status !== 204) throw await refusal(`going on with an upload after ${why}`, call, answer);
  await discard(answer);
  session.moved(answer);
  return nextIn(answer, offset);
}

/**
 * The first byte that the registry has not, by the Range of its answer. `0-0` is one byte, or none: there is no other way to write that. It is none
 * unless it was just one that was sent.
 */
function nextIn({ headers: { range } }: Answer, otherwise: number): number {
  const [, end] = /^(?:bytes=)?0-(\d{1,15})$/.exec(range ?? "") ?? [];
  if (end === undefined) return otherwise;
  return end === "0" && otherwise !== 1 ? 0 : Number(end) + 1;
}
