/** Statements of our own: what several clients do at the same time. */
import fc from "fast-check";
import { oneOf } from "../../generators/choices.js";
import { dropping } from "../../generators/registry/dropping.js";
import {
  begin,
  blobPath,
  caseOf,
  finish,
  get,
  image,
  MEDIA,
  manifestPath,
  pushBlob,
  pushImage,
  pushManifest,
  random,
} from "../../generators/registry/steps.js";
import type { Step } from "../../runners/registry/case.js";
import type { Exchange, SeenResponse } from "../../runners/registry/observation.js";
import { combine, type ExplainedResult, expectThat, notApplicable } from "../check.js";
import { came, failed } from "./answered.js";
import { type HistoryEvent, isLinearizable, MAX_EVENTS } from "./linearizability.js";
import { digestIn, isObject, jsonBody, ofStep, plainGet, sound } from "./response.js";
import { queryOf } from "./route.js";
import { byLuck, type CaseView, check, checkCase, checkFailures, example, section } from "./suite.js";

const describe = ({ request: { method, url } }: Exchange): string => `${method} ${url.replace(/^https?:\/\/[^/]+/, "")}`;

/** The history of each tag that several clients used at once. */
function tagHistories({ observation: { exchanges, contents } }: CaseView): ReadonlyMap<string, readonly HistoryEvent[]> {
  const byDigest = new Map(Object.values(contents).map(({ sha256 }) => [sha256, sha256]));
  const histories = new Map<string, HistoryEvent[]>();
  // By what else a tag may change, its history does not tell.
  const otherwise = exchanges.some(
    ({ request: { method, url } }) =>
      (method === "DELETE" && url.includes("/manifests/sha")) || (method === "PUT" && queryOf(url).has("tag")),
  );
  for (const { request, response, begunMs, endedMs } of otherwise ? [] : exchanges) {
    const path = request.url.split("?")[0] ?? "";
    const tag = /\/manifests\/([^/:]+)$/.exec(path)?.[1];
    if (tag === undefined) continue;
    const own = histories.get(path) ?? [];
    histories.set(path, own);
    const at = { begun: begunMs, ended: endedMs };
    const status = response?.status;
    if (request.method === "PUT" || request.method === "DELETE") {
      const content = request.body ? contents[request.body.content] : undefined;
      const value = request.method === "PUT" ? content?.sha256 : undefined;
      const outcome = came({ response }, 201, 202);
      if (outcome !== "refused") own.push({ kind: "write", value, ...at, ...(outcome === "unknown" ? { uncertain: true as const } : {}) });
    } else if (request.method === "GET" && status === 200 && response)
      own.push({ kind: "read", value: byDigest.get(response.body.sha256) ?? response.body.sha256, ...at });
    else if (request.method === "GET" && status === 404) own.push({ kind: "read", value: undefined, ...at });
  }
  return histories;
}

/** The tags of a page; none for what is no page of tags. */
function tagsIn(response: SeenResponse | null): readonly string[] {
  const body = response ? jsonBody({ response }) : undefined;
  return isObject(body) && Array.isArray(body.tags) ? body.tags.filter((tag: unknown) => typeof tag === "string") : [];
}

const seeds = fc.nat(9999);

export default section("Several clients at the same time", [
  checkFailures("robustness.registry.server-error-at-once", (view) =>
    view.concurrent ? sound(view) : notApplicable("the requests come one after the other"),
  ),
  check(
    "robustness.registry.content-mixed",
    (view) => {
      const digest = digestIn(view.exchange.request.url);
      if (digest === undefined || !plainGet(view) || view.status !== 200) return undefined;
      const { sha256, sha512 } = view.response.body;
      return expectThat(digest === sha256 || digest === sha512, digest, sha256);
    },
    "plain GET by a digest",
  ),
  checkCase("robustness.registry.tag-history", (view) => {
    if (!view.case.clients) return notApplicable("the requests come one after the other");
    return combine(
      [...tagHistories(view)].map(([path, events]): ExplainedResult => {
        if (events.length > MAX_EVENTS) return notApplicable(`more than ${MAX_EVENTS} requests are about one tag`);
        if (!events.some(({ kind }) => kind === "read")) return notApplicable("no tag was read");
        const told = events.map(
          ({ kind, value, begun, ended }) => `${begun.toFixed(1)}–${ended.toFixed(1)} ms ${kind} ${value?.slice(0, 15) ?? "nothing"}`,
        );
        return expectThat(
          isLinearizable(events, undefined),
          `an order of the requests that explains the answers about ${path.replace(/^https?:\/\/[^/]+/, "")}`,
          told,
        );
      }),
      "no request is about a tag, or tags may change by other requests",
    );
  }),
  checkCase("robustness.registry.same-blob-at-once", (view) => {
    if (!view.case.aims.includes("robustness.registry.same-blob-at-once")) return notApplicable("the case was not made for it");
    const puts = view.observation.exchanges.filter(({ request, phase }) => phase === "clients" && request.method === "PUT");
    const answered = puts.filter(
      ({ response }) => response && !failed(response.status) && ![401, 403, 413, 429, 507].includes(response.status),
    );
    const bad = answered.find(({ response }) => response?.status !== 201);
    return answered.length < 2
      ? notApplicable("fewer than two pushes were answered")
      : expectThat(bad === undefined, "each push succeeds", bad && `${describe(bad)} → ${bad.response?.status}`);
  }),
  check(
    "robustness.registry.paging-endless",
    (view) => {
      if (view.route.kind !== "tags" || view.concurrent || view.status !== 200) return undefined;
      const pages = ofStep(view.observation, view.exchange);
      const entries = new Set(pages.flatMap(({ response }) => tagsIn(response)));
      // Judged by the last page that was asked for, whether or not there is another one.
      return pages.length < 2 || pages.at(-1) !== view.exchange
        ? notApplicable("there is one page, or this is not the last one")
        : expectThat(pages.length <= entries.size + 1, `an end after ${entries.size} tags`, `${pages.length} pages`);
    },
    "request for a list of tags",
  ),

  byLuck(
    example(["robustness.registry.tag-history", "robustness.registry.server-error-at-once"], () =>
      seeds.map((seed) =>
        caseOf(
          "four clients push and read a tag of their own each, at the same time",
          { ...image("m", seed), ...image("n", seed + 1) },
          [...pushImage("a", "m"), ...pushImage("a", "n")],
          {
            clients: [0, 1, 2, 3].map((client) => {
              const tag = `t${client}`;
              const push = (name: string): Step => pushManifest("a", name, tag, MEDIA.manifest);
              const read = get(manifestPath("a", tag), { accept: MEDIA.manifest });
              return [push("m"), read, push("n"), read, read, push("m"), read, read];
            }),
          },
        ),
      ),
    ),
  ),
  byLuck(
    example(["robustness.registry.same-blob-at-once", "robustness.registry.content-mixed"], () =>
      fc.tuple(seeds, oneOf([2, 6], "clients"), oneOf([10, 100_000], "bytes")).map(([seed, count, size]) =>
        caseOf(`${count} clients push the same blob at the same time`, { x: random(size, seed) }, [], {
          clients: Array.from({ length: count }, (_, at) => [begin("a", `u${at}`), finish(`u${at}`, "x"), get(blobPath("a", "x"))]),
          after: [get(blobPath("a", "x"))],
        }),
      ),
    ),
  ),
  byLuck(
    example("robustness.registry.content-mixed", () =>
      dropping(
        seeds.map((seed) =>
          caseOf(
            "three blobs are pulled at the same time",
            { x: random(3000, seed), y: random(3000, seed + 1), z: random(3000, seed + 2) },
            [...pushBlob("a", "x"), ...pushBlob("a", "y"), ...pushBlob("a", "z")],
            { clients: ["x", "y", "z", "x", "y", "z"].map((name) => Array.from({ length: 5 }, () => get(blobPath("a", name)))) },
          ),
        ),
      ),
    ),
  ),
  example(["robustness.registry.content-mismatched", "robustness.registry.content-mixed"], () =>
    seeds.map((seed) =>
      caseOf("a manifest is pushed by another one's digest", { ...image("m", seed), ...image("n", seed + 1) }, [
        ...pushImage("a", "m"),
        pushManifest("a", "m", "{sha256:n}"),
        get(manifestPath("a", "{sha256:n}"), { accept: MEDIA.manifest }),
      ]),
    ),
  ),
]);
