import type { Call } from "../http/call.js";
import { refusal } from "../http/reply.js";
import {
  asked,
  at,
  body,
  both,
  bytesOf,
  dropping,
  type Fault,
  header,
  heard,
  notAsked,
  refused,
  said,
  status,
  withQuery,
} from "./fault.js";

const LIST = at("tags", "GET");
const WITH_N = both(LIST, asked("n"));
const WITH_LAST = both(LIST, asked("last"));
const WHOLE = both(LIST, notAsked("n"), notAsked("last"));

interface List {
  readonly name: string;
  readonly tags: readonly string[];
}

/** Another list in the body. */
const list = (name: string, requirement: string, where: (call: Call) => boolean, change: (list: List, call: Call) => unknown): Fault =>
  body(name, requirement, where, (bytes, call) => Buffer.from(JSON.stringify(change(JSON.parse(bytes.toString()) as List, call))));

const tags = (
  name: string,
  requirement: string,
  where: (call: Call) => boolean,
  change: (tags: readonly string[], call: Call) => unknown,
): Fault => list(name, requirement, where, (old, call) => ({ ...old, tags: change(old.tags, call) }));

const reversed = (all: readonly string[]): string[] => [...all].reverse();
const nIn = (call: Call): number => Number(call.query.get("n")?.[0]);
const plus = (call: Call, more: number): Call => withQuery(call, { n: String(Math.max(nIn(call) + more, 0)) });
const many = (call: Call): boolean => nIn(call) > 0;

/** Listing tags. */
export const TAGS_FAULTS: readonly Fault[] = [
  refused("tags-unsupported", "registry.general.discovery-supported", LIST, () =>
    refusal(405, "UNSUPPORTED", "no lists here", undefined, { Allow: "" }),
  ),
  status("tags-203", "registry.tags.list-ok", LIST, 200, 203),
  tags("tags-reversed", "registry.tags.lexical-order", WHOLE, reversed),
  // Shows where the registry lists them without regard to case.
  tags("tags-in-byte-order", "registry.tags.lexical-order-without-case", WHOLE, (all) => [...all].sort()),
  body("tags-as-lines", "registry.tags.body-json", LIST, (bytes) => Buffer.from((JSON.parse(bytes.toString()) as List).tags.join("\n"))),
  list("tags-with-short-name", "registry.tags.body-name", LIST, ({ name, tags }) => ({ name: name.replace(/^.*\/|^./, ""), tags })),
  tags("tags-null-when-empty", "registry.tags.body-tags", LIST, (all) => (all.length > 0 ? all : null)),
  tags("tags-twice", "registry.tags.body-tags", LIST, (all) => [...all.slice(0, 1), ...all]),
  tags("tags-without-last", "registry.tags.complete", WHOLE, (all) => all.slice(0, -1)),
  said("tags-page-short", "registry.tags.n-all-or-link", both(WITH_N, many), 200, async (reply) => {
    const old = JSON.parse((await bytesOf(reply)).toString()) as List;
    return { ...dropping(reply, "Link"), body: Buffer.from(JSON.stringify({ ...old, tags: old.tags.slice(0, -1) })) };
  }),
  heard(
    "tags-page-short-with-link",
    "registry.tags.n-all",
    both(WITH_N, (call) => nIn(call) > 1),
    (call) => plus(call, -1),
  ),
  heard("tags-page-long", "registry.tags.n-at-most", both(WITH_N, many), (call) => plus(call, 1)),
  header("tags-link-without-rel", "registry.tags.link-form", LIST, "Link", (link) => link.replace(/; rel="next"/, "")),
  header("tags-link-goes-back", "registry.tags.link-continues", LIST, "Link", (link) => link.replace(/last=[^&>]*/, "last=")),
  heard(
    "tags-n-zero-is-one",
    "registry.tags.n-zero-empty",
    (call) => WITH_N(call) && nIn(call) === 0,
    (call) => withQuery(call, { n: "1" }),
  ),
  said(
    "tags-n-zero-with-link",
    "registry.tags.n-zero-no-link",
    (call) => WITH_N(call) && nIn(call) === 0,
    200,
    (reply, call) => ({
      ...reply,
      headers: { ...reply.headers, Link: `<${call.target}>; rel="next"` },
    }),
  ),
  tags("tags-n-not-from-start", "registry.tags.n-from-start", both(WITH_N, notAsked("last")), (all) => all.slice(1)),
  tags("tags-page-reversed", "registry.tags.n-order", both(WITH_N, notAsked("last")), reversed),
  tags("tags-last-included", "registry.tags.last-excluded", WITH_LAST, (all, { query }) => [...(query.get("last") ?? []), ...all]),
  tags("tags-one-skipped-after-last", "registry.tags.last-continues", both(WITH_LAST, asked("n")), (all) => all.slice(1)),
  tags("tags-after-last-reversed", "registry.tags.last-order", WITH_LAST, reversed),
  tags("tags-after-last-incomplete", "registry.tags.last-without-n", both(WITH_LAST, notAsked("n")), (all) => all.slice(0, -1)),
];
