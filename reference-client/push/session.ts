import { Failure } from "../failure.js";
import { discard } from "../http/body.js";
import type { Answer, Call } from "../http/message.js";
import { type Place, resolve } from "../http/place.js";
import { refusal } from "../http/refusal.js";
import type { Repository } from "../repository.js";

/** An upload that has begun. Where it goes on is what the last answer said, to the letter (spec.md#post-then-put). */
export class Session {
  readonly #repository: Repository;
  place: Place;
  /** The least size of chunks (OCI-Chunk-Min-Length), 0 where there is none. */
  readonly minimum: number;

  constructor(repository: Repository, begun: Answer) {
    this.#repository = repository;
    this.place = locationIn(begun);
    const told = begun.headers["oci-chunk-min-length"] ?? "";
    this.minimum = /^\d{1,15}$/.test(told) ? Number(told) : 0;
  }

  /** Goes on at the place that an answer names; where it names none, at the one before. */
  moved(answer: Answer): void {
    if (answer.headers.location !== undefined) this.place = locationIn(answer);
  }

  /** Gives the upload up (spec.md#cancel-a-blob-upload). Whether that works is nobody's concern any more. */
  async cancel(): Promise<void> {
    try {
      const call: Call = { method: "DELETE", place: this.place, headers: { "content-length": "0" }, tidying: true };
      await discard(await this.#repository.client.send(call));
    } catch (thrown) {
      // The registry will forget it some day.
      if (this.#repository.client.hooks.has("cancel-failure-told")) throw thrown;
    }
  }
}

/** @throws Failure where the answer does not say where to go on. */
export function locationIn({ headers: { location }, place }: Answer): Place {
  if (location === undefined) throw new Failure(`${place.origin}${place.target}: the answer has no Location`);
  return resolve(location, place);
}

/**
 * Begins an upload.
 * @throws Failure
 */
export async function begin(repository: Repository, place: Place): Promise<Session> {
  const call: Call = { method: "POST", place, headers: { "content-length": "0" }, once: true };
  const answer = await repository.client.send(call);
  if (answer.status !== 202) throw await refusal("beginning an upload", call, answer);
  await discard(answer);
  return new Session(repository, answer);
}
