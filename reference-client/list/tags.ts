import { Failure } from "../failure.js";
import type { Call } from "../http/message.js";
import { type Repository, tagsAt } from "../repository.js";
import { bound, pages } from "./pages.js";

const WHAT = "listing tags";

/**
 * All tags of a repository (spec.md#listing-tags), each once, in the registry's order.
 * @throws Failure
 */
export async function listTags(repository: Repository): Promise<readonly string[]> {
  const tags = new Set<string>();
  const call: Call = { method: "GET", place: tagsAt(repository) };
  for await (const { document } of pages(repository, WHAT, call, await repository.client.send(call))) {
    // Of no tags some make null.
    const page = document.tags ?? [];
    if (!Array.isArray(page) || !page.every((tag) => typeof tag === "string")) throw new Failure(`${WHAT}: tags is no list of texts`);
    for (const tag of page) tags.add(tag);
    bound(WHAT, tags.size, repository);
  }
  return [...tags];
}
