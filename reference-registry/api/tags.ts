import type { Call } from "../http/call.js";
import { first } from "../http/query.js";
import { json, type Reply } from "../http/reply.js";
import type { Registry } from "../registry.js";
import { comparing } from "../store/repository.js";
import { linkTo, pageOf, placeAfter } from "./pages.js";
import { nameUnknown } from "./refusals.js";

/** Lists tags in the order that is set (spec.md#listing-tags). */
export function listTags({ store, limits }: Registry, { query }: Call, name: string): Reply {
  const repository = store.repository(name);
  if (!repository) return nameUnknown(name);
  const page = pageOf(query, limits.pageLimit);
  if ("status" in page) return page;
  const compare = comparing(limits.tagOrder);
  const all = repository.tags(compare);
  const start = placeAfter(all, page.last, compare);
  const tags = all.slice(start, start + page.n);
  const last = tags.at(-1);
  const more = last !== undefined && start + tags.length < all.length;
  return json(200, { name, tags }, more ? linkTo(`/v2/${name}/tags/list`, { n: first(query, "n"), last }) : {});
}
