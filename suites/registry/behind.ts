import type { Exchange, RegistryObservation } from "../../runners/registry/observation.js";
import { header } from "../../runners/registry/observation.js";
import { nextLink } from "../../runners/registry/run-case.js";
import { Model } from "./model.js";
import { isObject, jsonBody, ofStep } from "./response.js";
import { queryOf } from "./route.js";

type Seen = Pick<RegistryObservation, "exchanges" | "contents" | "below" | "borrowed">;

/** The entries of a list's pages, by a member of their bodies; undefined where a page has none. */
function entries(pages: readonly Exchange[], member: "tags" | "manifests"): readonly unknown[] | undefined {
  const lists = pages.map(({ response }) => {
    const body = response?.status === 200 ? jsonBody({ response }) : undefined;
    const list = isObject(body) ? body[member] : undefined;
    return Array.isArray(list) ? (list as readonly unknown[]) : undefined;
  });
  return lists.every((list) => list !== undefined) ? lists.flat() : undefined;
}

/** Whether a list has what is not there any more or, where all of it was asked for and given, lacks what is there. */
const wrong = (seen: readonly string[], known: readonly string[], whole: boolean): boolean =>
  seen.some((each) => !known.includes(each)) || (whole && known.some((each) => !seen.includes(each)));

/** Whether an answer with a list of tags or referrers is not what the answers before it lead to expect: it may come later. */
export function isBehind(seen: Seen, exchange: Exchange): boolean {
  const model = new Model(seen);
  const own = ofStep({ ...seen, format: "oci-conform/registry-observation@1", untaken: [], repositories: {} }, exchange);
  for (const each of seen.exchanges) if (!own.includes(each)) model.apply(each);
  const route = model.route(exchange);
  const query = queryOf(own[0]?.request.url ?? "");
  const last = own.at(-1)?.response;
  const whole = query.size === 0 && (!last || nextLink(header(last, "link")) === undefined);
  if (route.kind === "tags") {
    const tags = entries(own, "tags")?.filter((tag) => typeof tag === "string");
    const known = model.tags(route.name);
    return tags !== undefined && known !== undefined && wrong(tags, known, whole);
  }
  if (route.kind !== "referrers") return false;
  const digests = entries(own, "manifests")?.flatMap((each) => (isObject(each) && typeof each.digest === "string" ? [each.digest] : []));
  const known = model.referrers(route.name, route.digest)?.map(({ content }) => content);
  if (!digests || !known) return false;
  const named = digests.map((digest) => known.find(({ sha256, sha512 }) => digest === sha256 || digest === sha512)?.sha256 ?? digest);
  return wrong(
    named,
    known.map(({ sha256 }) => sha256),
    whole,
  );
}
