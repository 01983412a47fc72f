import fc from "fast-check";
import { dropping } from "../../generators/registry/dropping.js";
import {
  begin,
  blobPath,
  caseOf,
  chunk,
  finish,
  get,
  image,
  jsonOf,
  MEDIA,
  manifestPath,
  pushBlob,
  pushImage,
  pushManifest,
  random,
  remove,
  request,
  textOf,
} from "../../generators/registry/steps.js";
import type { RegistryCase, Step } from "../../runners/registry/case.js";
import type { Exchange } from "../../runners/registry/observation.js";
import { all, equal, holds, type Judgement } from "../check.js";
import { explains, type HistoryEvent, MOST_EVENTS } from "./history.js";
import { answers, isObject, plainGet, words } from "./look.js";
import { parseJson } from "./manifest.js";
import { type CaseView, check, checkCase, example, lack, section, type View } from "./suite.js";

const describe = ({ request: { method, url } }: Exchange): string => `${method} ${url.replace(/^https?:\/\/[^/]+/, "")}`;

/** Judges each exchange that has no whole answer. */
const unanswered = (id: string, kinds: readonly string[], expected: string) =>
  checkCase(id, ({ observation: { exchanges, crashed } }) => {
    if (exchanges.length === 0) return undefined;
    const failed = crashed === undefined ? exchanges.find(({ failure }) => failure && kinds.includes(failure.kind)) : undefined;
    return holds(failed === undefined, expected, failed && `${describe(failed)}: ${failed.failure?.message}`);
  });

/** The digest of a URL that names content by one. */
const digestIn = (url: string): string | undefined => /\/(?:blobs|manifests)\/(sha(?:256|512):[0-9a-f]+)(?:$|\?)/.exec(url)?.[1];

const restarted = ({ case: subject }: CaseView): boolean =>
  [...subject.steps, ...(subject.clients ?? []).flat(), ...(subject.after ?? [])].some((step) => "restart" in step);

/** A GET of what was acknowledged and not deleted. */
function acknowledged(view: View) {
  const { route, model } = view;
  if (!plainGet(view) || view.concurrent) return undefined;
  if (route.kind === "blob") return model.blob(route.name, route.digest) === "present" ? model.content(route.digest) : undefined;
  if (route.kind !== "manifest" || !/manifest\.v1|index\.v1/.test(view.sent("accept") ?? "")) return undefined;
  const found = model.manifest(route.name, route.reference);
  return found.presence === "present" ? found.content : undefined;
}

const pulled = (view: View): Judgement | undefined => {
  const content = acknowledged(view);
  return content && (view.status === 200 ? equal(view.response.body.sha256, content.sha256) : answers(view, 200));
};

/** What was deleted, and acknowledged so, before a restart. */
function stillGone(view: View): Judgement | undefined {
  const { exchange, observation } = view;
  const deleted = observation.exchanges.some(
    ({ request, response }) => request.method === "DELETE" && request.url === exchange.request.url && response?.status === 202,
  );
  return deleted && view.method === "GET" ? holds(view.status !== 200, "nothing: its deletion was acknowledged", view.status) : undefined;
}

/** The history of each tag that several clients used at once. */
function tagHistories({ observation: { exchanges, contents } }: CaseView): ReadonlyMap<string, readonly HistoryEvent[]> {
  const byDigest = new Map(Object.values(contents).map(({ sha256 }) => [sha256, sha256]));
  const histories = new Map<string, HistoryEvent[]>();
  const deletions = exchanges.some(({ request }) => request.method === "DELETE" && request.url.includes("/manifests/sha"));
  for (const { request, response, begunMs, endedMs } of deletions ? [] : exchanges) {
    const path = request.url.split("?")[0] ?? "";
    const tag = /\/manifests\/([^/:]+)$/.exec(path)?.[1];
    if (tag === undefined) continue;
    const own = histories.get(path) ?? [];
    histories.set(path, own);
    const at = { begun: begunMs, ended: endedMs };
    const status = response?.status ?? 0;
    if (request.method === "PUT" || request.method === "DELETE") {
      const content = request.body ? contents[request.body.content] : undefined;
      const value = request.method === "PUT" ? content?.sha256 : undefined;
      if (status === 201 || status === 202) own.push({ kind: "write", value, ...at });
      else if (status === 0 || status >= 500) own.push({ kind: "write", value, ...at, uncertain: true });
    } else if (request.method === "GET" && status === 200 && response)
      own.push({ kind: "read", value: byDigest.get(response.body.sha256) ?? response.body.sha256, ...at });
    else if (request.method === "GET" && status === 404) own.push({ kind: "read", value: undefined, ...at });
  }
  return histories;
}

/** No failure of the server, save what it says that it does not implement. */
const sound = (view: View): Judgement =>
  holds(view.status < 500 || view.status === 501 || view.status === 505, "no failure of the server", `status ${view.status}${words(view)}`);

const seeds = fc.nat(9999);
const tagPush = (name: string, tag = "t"): Step => pushManifest("a", name, tag, MEDIA.manifest);
const tagGet = (tag = "t"): Step => get(manifestPath("a", tag), { accept: MEDIA.manifest });

/** Several clients push, read and sometimes delete one tag. */
const tagRace = (deletes: boolean) =>
  fc
    .tuple(
      seeds,
      fc.array(fc.array(fc.constantFrom("m", "n", "o", "get", ...(deletes ? ["delete"] : [])), { minLength: 1, maxLength: 6 }), {
        minLength: 2,
        maxLength: 6,
      }),
    )
    .map(
      ([seed, clients]): RegistryCase =>
        caseOf(
          `${clients.length} clients use one tag at the same time`,
          { ...image("m", seed), ...image("n", seed + 1), ...image("o", seed + 2) },
          [...pushImage("a", "m"), ...pushImage("a", "n"), ...pushImage("a", "o"), tagPush("m")],
          {
            clients: clients.map((ops) =>
              ops.map((op) => (op === "get" ? tagGet() : op === "delete" ? remove(manifestPath("a", "t")) : tagPush(op))),
            ),
            after: [tagGet()],
          },
        ),
    );

const restartCase = (title: string, contents: RegistryCase["contents"], before: readonly Step[], after: readonly Step[]): RegistryCase =>
  caseOf(title, contents, [...before, { restart: "SIGKILL" }, ...after]);

const ODD_PATHS = [
  "/v2/{repo:a}/blobs/..%2fmanifests%2fv1",
  "/v2/../../etc/passwd",
  "/v2/%2e%2e/%2e%2e/etc/passwd",
  "/v2/{repo:a}/blobs/..%2f..%2f..%2fetc%2fpasswd",
  "/v2/{repo:a}/manifests/..%2f..%2ftags%2flist",
  "/v2/{repo:a}/blobs/sha256:../../../../etc/passwd",
  "/v2/{repo:a}/blobs/uploads/../../../../../etc/passwd",
  "/v2/{repo:a}/%00/manifests/x",
  "/v2/{repo:a}/manifests/%0d%0aX-Injected:%201",
  "/v2//manifests/x",
  "/v2/{repo:a}/referrers/..",
  "/v2/%zz/tags/list",
] as const;

export default section("Robustness", [
  check("robustness.registry.server-error", (view) => (view.concurrent ? undefined : sound(view))),
  check("robustness.registry.server-error-at-once", (view) => (view.concurrent ? sound(view) : undefined)),
  unanswered("robustness.registry.hang", ["timeout"], "an answer within the time limit"),
  checkCase("robustness.registry.crash", ({ observation: { exchanges, crashed, untaken } }) => {
    if (exchanges.length === 0 && untaken.length === 0) return undefined;
    const refused = exchanges.find(({ failure }) => failure?.kind === "connection");
    if (crashed !== undefined) return { verdict: "fail", expected: "a server that goes on", actual: crashed };
    return holds(refused === undefined, "a connection that is answered", refused && `${describe(refused)}: ${refused.failure?.message}`);
  }),
  checkCase("robustness.registry.answer-malformed", ({ observation: { exchanges } }) => {
    if (exchanges.length === 0) return undefined;
    const failed = exchanges.find(({ failure }) => failure?.kind === "protocol" || failure?.kind === "too-large");
    return holds(failed === undefined, "an answer that is HTTP, and ends", failed && `${describe(failed)}: ${failed.failure?.message}`);
  }),
  checkCase("robustness.registry.connection-out-of-step", ({ case: subject, observation: { exchanges } }) => {
    if (!subject.aims.includes("robustness.registry.connection-out-of-step")) return undefined;
    const failed = exchanges.find(({ failure }) => failure?.kind === "out-of-step");
    return holds(failed === undefined, "one answer to one request", failed && `${describe(failed)}: ${failed.failure?.message}`);
  }),
  check("robustness.registry.acknowledged-unreadable", (view) => (restarted(view) ? undefined : pulled(view))),
  check("robustness.registry.acknowledged-lost", (view) => (restarted(view) ? (pulled(view) ?? stillGone(view)) : undefined)),
  check("robustness.registry.content-mixed", (view) => {
    const digest = digestIn(view.exchange.request.url);
    if (digest === undefined || !plainGet(view) || view.status !== 200) return undefined;
    const { sha256, sha512 } = view.response.body;
    return holds(digest === sha256 || digest === sha512, digest, sha256);
  }),
  check("robustness.registry.content-mismatched", (view) => {
    const digest = digestIn(view.exchange.request.url);
    if (digest === undefined || !plainGet(view) || view.concurrent || !view.case.aims.includes("robustness.registry.content-mismatched"))
      return undefined;
    const { sha256, sha512 } = view.response.body;
    return holds(view.status !== 200 || digest === sha256 || digest === sha512, `no success, or content of the digest ${digest}`, sha256);
  }),
  check("robustness.registry.unfinished-visible", (view) => {
    const { route, model } = view;
    if (route.kind !== "blob" || !plainGet(view) || !view.case.aims.includes("robustness.registry.unfinished-visible")) return undefined;
    return model.blob(route.name, route.digest) === "absent"
      ? holds(view.status !== 200, "no blob before its upload is closed", view.status)
      : undefined;
  }),
  checkCase("robustness.registry.tag-history", (view) => {
    if (!view.case.clients) return undefined;
    return all(
      [...tagHistories(view)].map(([path, events]) => {
        if (events.length > MOST_EVENTS || !events.some(({ kind }) => kind === "read")) return undefined;
        const told = events.map(
          ({ kind, value, begun, ended }) => `${begun.toFixed(1)}–${ended.toFixed(1)} ms ${kind} ${value?.slice(0, 15) ?? "nothing"}`,
        );
        return holds(
          explains(events, undefined),
          `an order of the requests that explains the answers about ${path.replace(/^https?:\/\/[^/]+/, "")}`,
          told,
        );
      }),
    );
  }),
  checkCase("robustness.registry.same-blob-at-once", (view) => {
    if (!view.case.aims.includes("robustness.registry.same-blob-at-once")) return undefined;
    const puts = view.observation.exchanges.filter(({ request, phase }) => phase === "clients" && request.method === "PUT");
    const bad = puts.find(({ response }) => response?.status !== 201);
    return puts.length < 2
      ? undefined
      : holds(bad === undefined, "each push succeeds", bad && `${describe(bad)} → ${bad.response?.status ?? bad.failure?.message}`);
  }),
  check("robustness.registry.repository-leak", (view) => {
    const { route, model } = view;
    if (!view.case.aims.includes("robustness.registry.repository-leak") || view.concurrent) return undefined;
    if (route.kind === "upload") return holds(view.status >= 400, "no session of another repository", view.status);
    if (route.kind === "tags" && view.status === 200) {
      const own = model.tags(route.name) ?? [];
      const body = parseJson(view.response.body.text);
      const foreign =
        isObject(body) && Array.isArray(body.tags) ? body.tags.filter((tag: unknown) => typeof tag === "string" && !own.includes(tag)) : [];
      return equal(foreign, []);
    }
    if (!plainGet(view)) return undefined;
    if (route.kind === "blob" && model.blob(route.name, route.digest) === "absent")
      return holds(view.status !== 200, "nothing of another repository", view.status);
    if (route.kind === "manifest" && model.manifest(route.name, route.reference).presence === "absent")
      return holds(view.status !== 200, "nothing of another repository", view.status);
    return undefined;
  }),
  check("robustness.registry.session-unknown", (view) => {
    const { route, model } = view;
    if (view.concurrent) return undefined;
    if (route.kind === "upload" && view.case.aims.includes("robustness.registry.session-unknown"))
      return holds(view.status >= 400 && view.status < 500, "a 4xx", view.status);
    if (route.kind !== "session") return undefined;
    const session = model.session(route.session);
    return session?.state === "closed" || session?.state === "cancelled"
      ? holds(view.status >= 400 && view.status < 500, "a 4xx", view.status)
      : undefined;
  }),
  check("robustness.registry.refused-changes-nothing", (view) =>
    view.case.aims.includes("robustness.registry.refused-changes-nothing") ? pulled(view) : undefined,
  ),
  check("robustness.registry.path-traversal", (view) => {
    const odd = /\.\.|%2e|%2f|%00|%0d|%zz|\/\/v2|v2\/\//i.test(view.exchange.request.url);
    if (!odd || view.method !== "GET" || !view.case.aims.includes("robustness.registry.path-traversal")) return undefined;
    return holds(view.status >= 300, "no success", `${view.status} ${view.response.body.text?.slice(0, 200) ?? ""}`);
  }),
  check("robustness.registry.length-wrong", (view) => {
    const { route, model } = view;
    if (!view.case.aims.includes("robustness.registry.length-wrong") || route.kind !== "blob" || !plainGet(view)) return undefined;
    return model.blob(route.name, route.digest) === "present"
      ? undefined
      : holds(view.status !== 200, "no blob of an upload that was cut off", view.status);
  }),
  check("robustness.registry.header-injection", (view) =>
    /%0d%0a/i.test(view.exchange.request.url) ? equal(view.header("x-injected"), undefined) : undefined,
  ),
  check("robustness.registry.error-body-large", (view) =>
    view.status >= 400 ? holds(view.response.body.size <= 65536, "at most 64 KiB", view.response.body.size) : undefined,
  ),
  checkCase("robustness.registry.paging-endless", ({ observation: { exchanges } }) => {
    const pages = exchanges.filter(({ page }) => page !== undefined).map(({ page = 0 }) => page);
    const asked = exchanges.some(({ request }) => request.url.includes("/tags/list?n="));
    return asked ? holds(Math.max(0, ...pages) < 19, "an end of the pages", `${Math.max(0, ...pages) + 1} pages`) : undefined;
  }),

  example(["robustness.registry.tag-history", "robustness.registry.server-error-at-once", "robustness.registry.content-mixed"], () =>
    tagRace(false),
  ),
  example(["robustness.registry.tag-history", "robustness.registry.server-error-at-once"], ({ choices }) =>
    choices.tagDelete === true ? tagRace(true) : lack("the registry does not delete tags"),
  ),
  example(["robustness.registry.same-blob-at-once", "robustness.registry.content-mixed"], () =>
    fc.tuple(seeds, fc.integer({ min: 2, max: 6 }), fc.constantFrom(10, 100_000)).map(([seed, count, size]) =>
      caseOf(`${count} clients push the same blob at the same time`, { x: random(size, seed) }, [], {
        clients: Array.from({ length: count }, (_, at) => [begin("a", `u${at}`), finish(`u${at}`, "x"), get(blobPath("a", "x"))]),
        after: [get(blobPath("a", "x"))],
      }),
    ),
  ),
  example(["robustness.registry.content-mixed", "robustness.registry.server-error-at-once"], () =>
    fc.tuple(seeds, fc.integer({ min: 2, max: 4 })).map(([seed, count]) =>
      caseOf(
        `${count} clients use one upload session at the same time`,
        { x: random(5000, seed), y: random(5000, seed + 1) },
        [begin("a", "u")],
        {
          clients: Array.from({ length: count }, (_, at) => [
            chunk("u", `p${at}`, at % 2 === 0 ? "x" : "y", 0, 5000),
            finish("u", at % 2 === 0 ? "x" : "y", { body: false }),
          ]),
          after: [get(blobPath("a", "x")), get(blobPath("a", "y"))],
        },
      ),
    ),
  ),
  example("robustness.registry.server-error-at-once", () =>
    dropping(
      seeds.map((seed) =>
        caseOf(
          "a tag is pushed, and asked for, by many at the same time",
          { ...image("m", seed), ...image("n", seed + 1) },
          [...pushImage("a", "m"), ...pushImage("a", "n"), tagPush("m")],
          {
            clients: [
              ...[0, 1, 2, 3, 4, 5].map((at) => Array.from({ length: 40 }, (_, turn) => tagPush((at + turn) % 2 === 0 ? "m" : "n"))),
              ...[0, 1, 2, 3, 4, 5, 6, 7].map(() => Array.from({ length: 40 }, () => tagGet())),
              ...[0, 1].map(() => Array.from({ length: 20 }, () => request("GET", "/v2/{repo:a}/tags/list"))),
            ],
            after: [tagGet()],
          },
        ),
      ),
    ),
  ),
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
  example("robustness.registry.acknowledged-unreadable", () =>
    seeds.map((seed) =>
      caseOf("an image is pulled as soon as it is pushed", image("m", seed), [
        ...pushBlob("a", "m-config"),
        get(blobPath("a", "m-config")),
        ...pushBlob("a", "m-layer"),
        get(blobPath("a", "m-layer")),
        tagPush("m"),
        tagGet(),
      ]),
    ),
  ),
  example("robustness.registry.unfinished-visible", () =>
    seeds.map((seed) =>
      caseOf("a blob is asked for before its upload is closed", { x: random(500, seed) }, [
        begin("a", "u"),
        chunk("u", "v", "x", 0, 500),
        get(blobPath("a", "x")),
        finish("v", "x", { body: false }),
        get(blobPath("a", "x")),
      ]),
    ),
  ),
  example(["robustness.registry.refused-changes-nothing", "robustness.registry.acknowledged-unreadable"], () =>
    fc
      .constantFrom("null", "{", "", "[1]")
      .map((text) =>
        caseOf("a tag is pushed with what is no manifest", { ...image("m", 9), bad: textOf(text) }, [
          ...pushImage("a", "m", "v1"),
          pushManifest("a", "bad", "v1"),
          get(manifestPath("a", "v1"), { accept: MEDIA.manifest }),
        ]),
      ),
  ),
  example("robustness.registry.connection-out-of-step", () =>
    fc
      .constantFrom(
        { method: "PUT", target: "/v2/{repo:a}/manifests/-bad", type: MEDIA.manifest },
        { method: "POST", target: "/v2/{repo:A}/blobs/uploads/", type: MEDIA.octets },
        { method: "PATCH", target: "/v2/{repo:a}/blobs/uploads/nothing", type: MEDIA.octets },
        { method: "GET", target: "/v2/{repo:a}/tags/list", type: MEDIA.octets },
        { method: "DELETE", target: "/v2/{repo:a}/manifests/none", type: MEDIA.octets },
      )
      .map(({ method, target, type }) =>
        caseOf(
          `the body of a ${method} that is refused looks like a request`,
          { x: textOf("GET /v2/ HTTP/1.1\r\nhost: localhost\r\n\r\n") },
          [request(method, target, { headers: { "content-type": type }, body: { content: "x" }, odd: { request: true } })],
        ),
      ),
  ),
  example("robustness.registry.length-wrong", () =>
    fc.tuple(seeds, fc.constantFrom(1, 500)).map(([seed, missing]) =>
      caseOf(`an upload breaks off ${missing} bytes before its declared length`, { x: random(1000, seed), y: random(1000, seed + 1) }, [
        begin("a", "u"),
        request("PUT", "{location:u}", {
          query: [["digest", "{sha256:x}"]],
          headers: { "content-type": MEDIA.octets },
          body: { content: "x" },
          odd: { declared: 1000 + missing },
        }),
        // Time for whatever the registry still does with it.
        ...pushBlob("a", "y"),
        ...pushBlob("b", "y"),
        get(blobPath("a", "x")),
      ]),
    ),
  ),
  ...["GET", "PATCH", "PUT", "DELETE"].map((method) =>
    example(["robustness.registry.session-unknown", "robustness.registry.hang"], () =>
      fc.constant(
        caseOf(`${method} of an upload that never was`, { x: random(9, 1) }, [
          request(method, "/v2/{repo:a}/blobs/uploads/00000000-0000-4000-8000-000000000000", {
            ...(method === "PUT" ? { query: [["digest", "{sha256:x}"]] as const } : {}),
            ...(method === "PATCH" || method === "PUT" ? { headers: { "content-type": MEDIA.octets }, body: { content: "x" } } : {}),
          }),
        ]),
      ),
    ),
  ),
  example("robustness.registry.repository-leak", () =>
    seeds.map((seed) =>
      caseOf(
        "tags and uploads of one repository are looked for in another",
        { ...image("m", seed), ...image("n", seed + 1), x: random(40, seed) },
        [
          ...pushImage("a", "m", "one"),
          ...pushImage("b", "n", "two"),
          request("GET", "/v2/{repo:a}/tags/list"),
          request("GET", "/v2/{repo:b}/tags/list"),
          begin("a", "u"),
          request("PUT", "{moved:u:b}", {
            query: [["digest", "{sha256:x}"]],
            headers: { "content-type": MEDIA.octets },
            body: { content: "x" },
          }),
          get(blobPath("b", "x")),
        ],
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
  example("robustness.registry.error-body-large", () =>
    fc.constant(
      caseOf("the tags are asked for with an n of 3000 letters", image("m", 2), [
        ...pushImage("a", "m", "v1"),
        get(`/v2/{repo:a}/tags/list?n=${"x".repeat(3000)}`),
      ]),
    ),
  ),
  example("robustness.registry.error-body-large", () =>
    fc
      .constantFrom(200_000, 1_000_000)
      .map((size) => caseOf(`${size} bytes that are no manifest are pushed`, { m: random(size, 5) }, [pushManifest("a", "m", "v1")])),
  ),
  ...["bytes=-", "bytes=-0", "bytes=", "bytes", "=", "bytes=5-1", "bytes=a-b", "bytes=0-0,", "bytes=99999999999999999999-"].map((range) =>
    example(["robustness.registry.server-error", "robustness.registry.crash", "robustness.registry.hang"], () =>
      fc.constant(
        caseOf(`a blob is asked for with the Range ${range}`, { x: random(30, 2) }, [
          ...pushBlob("a", "x"),
          get(blobPath("a", "x"), { range }),
        ]),
      ),
    ),
  ),
  ...["", "null", "[]", "{}", "\u0000"].map((text) =>
    example(["robustness.registry.server-error", "robustness.registry.crash", "robustness.registry.hang"], () =>
      fc.constant(caseOf(`${JSON.stringify(text)} is pushed as a manifest`, { m: textOf(text) }, [pushManifest("a", "m", "v1")])),
    ),
  ),
  example("robustness.registry.acknowledged-lost", ({ ours, choices }) =>
    ours && choices.blobDelete === true && choices.manifestDelete === true
      ? seeds.map((seed) =>
          restartCase(
            "an image is deleted, and the registry killed",
            image("m", seed),
            [
              ...pushImage("a", "m", "v1"),
              ...pushImage("a", "m"),
              remove(manifestPath("a", "{sha256:m}")),
              remove(blobPath("a", "m-layer")),
            ],
            [get(manifestPath("a", "{sha256:m}"), { accept: MEDIA.manifest }), get(blobPath("a", "m-layer"))],
          ),
        )
      : lack("the harness did not start the registry (--server), or it deletes nothing"),
  ),
  ...ODD_PATHS.map((path) =>
    example(["robustness.registry.path-traversal", "robustness.registry.header-injection"], () =>
      fc.constant(caseOf(`the path ${path} is asked for`, image("m", 6), [...pushImage("a", "m", "v1"), get(path)])),
    ),
  ),
  example(
    [
      "robustness.registry.server-error",
      "robustness.registry.error-body-large",
      "robustness.registry.hang",
      "robustness.registry.crash",
      "robustness.registry.answer-malformed",
    ],
    () =>
      fc
        .oneof(
          fc.constantFrom(
            '{"schemaVersion":2,"schemaVersion":1}',
            "[[[[[[[[",
            `${"[".repeat(5000)}${"]".repeat(5000)}`,
            '{"layers":{}}',
            '{"config":null}',
            '{"schemaVersion":2,"layers":[null]}',
            '{"manifests":[{"digest":1}]}',
            "\u0000",
          ),
          fc.json({ maxDepth: 3 }),
        )
        .map((text) =>
          caseOf("something odd is pushed as a manifest", { m: textOf(text.replaceAll("{sha", "{ sha")) }, [
            pushManifest("a", "m", "v1", MEDIA.manifest),
            pushManifest("a", "m", "v2", MEDIA.index),
            pushManifest("a", "m", "{sha256:m}", "application/vnd.docker.distribution.manifest.v2+json"),
            get(manifestPath("a", "v1")),
          ]),
        ),
  ),
  example("robustness.registry.server-error", () =>
    fc
      .constantFrom(
        ["n=-1"],
        ["n=x"],
        ["n=99999999999999999999"],
        ["n=1&n=2"],
        ["last=%00"],
        ["last="],
        ["n="],
        ["n=0x10"],
        ["n=1.5"],
        [`last=${"x".repeat(3000)}`],
      )
      .map(([query = ""]) =>
        caseOf(`the tags are asked for with ${query.slice(0, 30)}`, image("m", 2), [
          ...pushImage("a", "m", "v1"),
          get(`/v2/{repo:a}/tags/list?${query}`),
        ]),
      ),
  ),
  example("robustness.registry.server-error", () =>
    fc
      .constantFrom("x-y", "0-", "-5", "5-1", "0-99999999999999999999", "bytes 0-4/5", "0-4,6-7")
      .map((range) =>
        caseOf(`a chunk has the range ${range}`, { x: random(5, 1) }, [
          begin("a", "u"),
          request("PATCH", "{location:u}", { headers: { "content-type": MEDIA.octets, "content-range": range }, body: { content: "x" } }),
        ]),
      ),
  ),
  example("robustness.registry.server-error", () =>
    fc
      .constantFrom(
        { schemaVersion: 2, mediaType: MEDIA.index, manifests: [{ mediaType: MEDIA.manifest, digest: "sha256:zz", size: -1 }] },
        { schemaVersion: 2, mediaType: MEDIA.manifest, config: {}, layers: [] },
      )
      .map((value) =>
        caseOf("a manifest with a bad descriptor is pushed", { m: jsonOf(value) }, [pushManifest("a", "m", "v1", value.mediaType)]),
      ),
  ),
  example("robustness.registry.acknowledged-lost", ({ ours }) =>
    ours
      ? seeds.map((seed) =>
          restartCase("an image is pushed, and the registry killed", image("m", seed), pushImage("a", "m", "v1"), [
            get(manifestPath("a", "v1"), { accept: MEDIA.manifest }),
            get(blobPath("a", "m-layer")),
            request("GET", "/v2/{repo:a}/tags/list"),
          ]),
        )
      : lack("the harness did not start the registry (--server)"),
  ),
  example(["robustness.registry.acknowledged-lost", "robustness.registry.unfinished-visible"], ({ ours }) =>
    ours
      ? seeds.map((seed) =>
          restartCase(
            "the registry is killed in the middle of an upload",
            { x: random(2000, seed), y: random(100, seed + 1) },
            [...pushBlob("a", "y"), begin("a", "u"), chunk("u", "v", "x", 0, 1000)],
            [get(blobPath("a", "x")), get(blobPath("a", "y")), ...pushBlob("a", "x"), get(blobPath("a", "x"))],
          ),
        )
      : lack("the harness did not start the registry (--server)"),
  ),
]);
