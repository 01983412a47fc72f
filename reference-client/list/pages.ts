import { objectIn } from "../content/descriptor.js";
import { Failure } from "../failure.js";
import { readAll } from "../http/body.js";
import { nextOf } from "../http/links.js";
import type { Answer, Call } from "../http/message.js";
import { resolve, textOf } from "../http/place.js";
import { refusal } from "../http/refusal.js";
import type { Repository } from "../repository.js";

/** One page of a list. */
export interface Page {
  readonly answer: Answer;
  readonly document: Readonly<Record<string, unknown>>;
}

/**
 * The pages of a list, of which each says by Link where the next one is: that is not looked into.
 * @param first the answer to `call`.
 * @throws Failure for what is no list, and for one without an end.
 */
export async function* pages(repository: Repository, what: string, call: Call, first: Answer): AsyncGenerator<Page> {
  const { send, limits, hooks } = repository.client;
  const seen = new Set<string>([textOf(call.place)]);
  let [asked, answer] = [call, first];
  for (;;) {
    if (answer.status !== 200) throw await refusal(what, asked, answer);
    yield { answer, document: documentIn(what, await readAll(answer, limits.pageBytes)) };
    const next = nextOf(answer.headers.link);
    if (next === undefined) return;
    asked = { ...call, place: resolve(next, answer.place) };
    const key = textOf(asked.place);
    if (hooks.has("circles")) seen.clear();
    if (seen.has(key)) throw new Failure(`${what}: ${key} is its own next page`);
    if (seen.size >= limits.pages) throw new Failure(`${what}: more than ${limits.pages} pages`);
    seen.add(key);
    answer = await send(asked);
  }
}

/** @throws Failure for a list that has no end. */
export function bound(what: string, count: number, { client: { limits } }: Repository): void {
  if (count > limits.entries) throw new Failure(`${what}: more than ${limits.entries} entries`);
}

function documentIn(what: string, bytes: Buffer): Page["document"] {
  try {
    return objectIn(bytes);
  } catch {
    throw new Failure(`${what}: the answer is no JSON object`);
  }
}
