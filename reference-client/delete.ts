import { discard } from "./http/body.js";
import type { Call } from "./http/message.js";
import { refusal } from "./http/refusal.js";
import { pullManifest } from "./pull/manifest.js";
import { changeReferrers, withoutReferrer } from "./push/referrers-list.js";
import { manifestAt, type Repository, referrersAt } from "./repository.js";

/**
 * Deletes a tag, or the manifest of a digest with all its tags (spec.md#content-management). A manifest that has a subject is taken off the list
 * of that one's referrers, where the registry has no API for them.
 * @throws Failure
 */
export async function remove(repository: Repository, reference: string): Promise<void> {
  if (!reference.includes(":")) return send(repository, reference);
  const { subject, descriptor } = await pullManifest(repository, reference);
  await send(repository, reference);
  if (!subject) return;
  const answer = await repository.client.send({ method: "GET", place: referrersAt(repository, subject.digest) });
  await discard(answer);
  if (answer.status !== 404) return;
  await changeReferrers(repository, subject.digest, (list) => withoutReferrer(list, descriptor.digest, repository.client.hooks));
}

async function send(repository: Repository, reference: string): Promise<void> {
  const call: Call = { method: "DELETE", place: manifestAt(repository, reference) };
  const answer = await repository.client.send(call);
  if (answer.status !== 202) throw await refusal("deleting", call, answer);
  await discard(answer);
}
