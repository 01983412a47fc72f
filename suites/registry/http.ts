import fc from "fast-check";
import {
  begin,
  blobPath,
  caseOf,
  get,
  head,
  image,
  MEDIA,
  manifestPath,
  pushImage,
  random,
  request,
} from "../../generators/registry/steps.js";
import { codingsOf } from "../../runners/registry/content-coding.js";
import { type Exchange, header, onTheWire } from "../../runners/registry/observation.js";
import { type CheckResult, combine, equal, expectThat } from "../check.js";
import { failed } from "./answered.js";
import { answers, hasHeader } from "./response.js";
import { type CaseView, check, checkCase, example, section, unavailable, type View } from "./suite.js";

const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/;

/** Pairs of a HEAD and a GET of the same, one right after the other. */
function pairs({ observation: { exchanges } }: CaseView): readonly (readonly [Exchange, Exchange])[] {
  return exchanges.flatMap((one, at) => {
    const next = exchanges[at + 1];
    if (
      !next ||
      [one, next].some((each) => each?.phase === "clients") ||
      one.request.url !== next.request.url ||
      one.elsewhere !== next.elsewhere
    )
      return [];
    const same = JSON.stringify(one.request.headers) === JSON.stringify(next.request.headers);
    const methods = [one.request.method, next.request.method];
    if (!same || !one.response || !next.response || one.response.status !== next.response.status || one.response.status !== 200) return [];
    return methods[0] === "HEAD" && methods[1] === "GET"
      ? [[one, next] as const]
      : methods[0] === "GET" && methods[1] === "HEAD"
        ? [[next, one] as const]
        : [];
  });
}

const headerOf = ({ response }: Exchange, name: string): string | undefined => (response ? header(response, name) : undefined);

/** The header fields about the content, of which a HEAD says what a GET says. */
const REPRESENTATION = ["content-type", "docker-content-digest", "etag", "last-modified"] as const;

/** Whether an `Accept-Encoding` takes a coding (RFC 9110, section 12.5.3). */
function takesCoding(accept: string, coding: string): boolean {
  const asked = accept.split(",").map((part) => {
    const [name = "", ...parameters] = part.split(";").map((each) => each.trim().toLowerCase());
    return { name: name.replace(/^x-/, ""), refused: parameters.some((each) => /^q\s*=\s*0(?:\.0*)?$/.test(each)) };
  });
  const own = asked.find(({ name }) => name === coding.replace(/^x-/, "")) ?? asked.find(({ name }) => name === "*");
  return own !== undefined && !own.refused;
}

const conditional = (view: View) => {
  const sent = view.sent("if-none-match");
  const { route, model } = view;
  const there =
    (route.kind === "blob" && model.blob(route.name, route.digest) === "present") ||
    (route.kind === "manifest" && model.manifest(route.name, route.reference).presence === "present");
  return sent !== undefined && there && view.case.aims.some((id) => id.startsWith("registry.http.if-none-match")) ? sent : undefined;
};

export default section("HTTP", [
  checkCase("registry.http.head-fields-as-get", (view) =>
    combine(
      pairs(view).map(([head, get]): CheckResult => {
        const both = REPRESENTATION.filter((name) => headerOf(head, name) !== undefined && headerOf(get, name) !== undefined);
        const of = (exchange: Exchange) => Object.fromEntries(both.map((name) => [name, headerOf(exchange, name)]));
        return both.length === 0 ? undefined : equal(of(head), of(get), `HEAD and GET of ${head.request.url}`);
      }),
    ),
  ),
  checkCase("registry.http.head-length-as-get", (view) =>
    combine(
      pairs(view).map(([head, get]) => {
        const length = headerOf(head, "content-length");
        return length === undefined || !get.response
          ? undefined
          : equal(length, String(onTheWire(get.response.body)), `HEAD and GET of ${head.request.url}`);
      }),
    ),
  ),
  check("registry.http.head-no-body", (view) => (view.method === "HEAD" ? equal(view.response.body.size, 0) : undefined)),
  check("registry.http.content-length-exact", (view) => {
    const length = view.header("content-length");
    return length === undefined || view.method === "HEAD" || view.status === 304
      ? undefined
      : equal(length, String(onTheWire(view.response.body)));
  }),
  checkCase("registry.http.content-length-exact", ({ observation: { exchanges, crashed } }) => {
    const short =
      crashed === undefined
        ? exchanges.find(({ failure }) => failure?.kind === "protocol" && /breaks off after \d+ of \d+ bytes/.test(failure.message))
        : undefined;
    return (
      short &&
      expectThat(false, "as many bytes as Content-Length says", `${short.request.method} ${short.request.url}: ${short.failure?.message}`)
    );
  }),
  check("registry.http.content-coding-accepted", (view) => {
    const sent = view.sent("accept-encoding");
    if (sent === undefined || view.method !== "GET" || view.status !== 200) return undefined;
    const codings = codingsOf(view.header("content-encoding"));
    return expectThat(
      codings.every((coding) => takesCoding(sent, coding)),
      `no coding, or one of Accept-Encoding: ${sent}`,
      codings,
    );
  }),
  check("registry.http.no-content-has-no-length", (view) =>
    view.status === 204 ? equal(view.header("content-length"), undefined) : undefined,
  ),
  check("registry.http.date", (view) => (view.status < 500 ? hasHeader(view, "date", HTTP_DATE) : undefined)),
  check("registry.http.method-unknown", (view) => (view.method === "FROB" ? answers(view, 501, 405) : undefined)),
  check("registry.http.method-not-allowed", (view) =>
    view.case.aims.includes("registry.http.method-not-allowed") && view.method !== "FROB" ? answers(view, 405, 501) : undefined,
  ),
  check("registry.http.allow", (view) => {
    if (view.status !== 405) return undefined;
    const allow = view.header("allow");
    const methods = (allow ?? "").split(",").map((method) => method.trim().toUpperCase());
    return expectThat(allow !== undefined && !methods.includes(view.method), `Allow without ${view.method}`, allow ?? "no Allow");
  }),
  check("registry.http.unauthorized-challenge", (view) => (view.status === 401 ? hasHeader(view, "www-authenticate") : undefined)),
  check("registry.http.retry-after-form", (view) => {
    const value = view.header("retry-after") ?? (view.exchange.throttled && header(view.exchange.throttled, "retry-after"));
    return value === undefined ? undefined : expectThat(/^\d+$/.test(value) || HTTP_DATE.test(value), "seconds or an HTTP date", value);
  }),
  check("registry.http.if-none-match", (view) => {
    if (conditional(view) === undefined) return undefined;
    return view.status === 304 ? equal(view.response.body.size, 0) : answers(view, 304);
  }),
  check("registry.http.not-modified-etag", (view) => {
    const etag = conditional(view);
    return etag !== undefined && view.status === 304 ? equal(view.header("etag"), etag) : undefined;
  }),
  check("registry.http.if-match", (view) => {
    const { route, model } = view;
    if (!view.case.aims.includes("registry.http.if-match") || view.method !== "GET" || route.kind !== "manifest") return undefined;
    const puts = view.observation.exchanges.filter(({ request: { method, url } }) => method === "PUT" && url === view.exchange.request.url);
    const refused = puts.find(({ request }) => request.headers["if-match"] !== undefined);
    const before = puts.find(({ request, response }) => request.headers["if-match"] === undefined && response?.status === 201);
    const first = before && model.sent(before);
    if (refused?.response?.status !== 412 && refused?.response?.status !== 201) return undefined;
    return first && view.status === 200 ? equal(view.response.body.sha256, first.sha256, "the tag as it was") : undefined;
  }),
  checkCase("registry.http.expect-continue", ({ case: subject, observation: { exchanges } }) => {
    const held = subject.aims.includes("registry.http.expect-continue")
      ? exchanges.find(({ request }) => request.headers.expect === "100-continue")
      : undefined;
    if (!held || (held.response ? failed(held.response.status) : held.failure?.kind !== "not-continued")) return undefined;
    return expectThat(held.response !== null, "100 (Continue), or a final answer, before the body is sent", held.failure?.message);
  }),
  check("registry.errors.retry-after", (view) => {
    const limited = [view.response, view.exchange.throttled].find((each) => each?.status === 429);
    return limited && expectThat(header(limited, "retry-after") !== undefined, "Retry-After", "no Retry-After");
  }),
  check("registry.warnings.code", (view) => warning(view, /^299 /, "299")),
  check("registry.warnings.agent", (view) => warning(view, /^\d{3} - /, "-")),
  check("registry.warnings.no-date", (view) => {
    const values = warnings(view);
    return values.length === 0
      ? undefined
      : expectThat(
          values.every((value) => !/"\s*"[^"]*GMT"\s*$/.test(value)),
          "no date",
          values,
        );
  }),
  check("registry.warnings.size", (view) =>
    expectThat(warnings(view).join("").length <= 4096, "at most 4096 bytes of warnings", warnings(view).join("").length),
  ),

  example(
    [
      "registry.http.head-fields-as-get",
      "registry.http.head-length-as-get",
      "registry.http.head-no-body",
      "registry.http.date",
      "registry.http.content-length-exact",
      "registry.warnings.size",
    ],
    () =>
      fc
        .nat(999)
        .map((seed) =>
          caseOf("a blob and a manifest are asked for by HEAD and by GET", image("m", seed), [
            ...pushImage("a", "m", "v1"),
            ...[blobPath("a", "m-layer"), manifestPath("a", "v1"), manifestPath("a", "{sha256:m}")].flatMap((path) => [
              { ...head(path), headers: { accept: MEDIA.manifest } },
              get(path, { accept: MEDIA.manifest }),
            ]),
            head("/v2/{repo:a}/tags/list"),
            get("/v2/{repo:a}/tags/list"),
          ]),
        ),
  ),
  example(
    [
      "registry.http.content-coding-accepted",
      "registry.http.head-length-as-get",
      "registry.manifest.get-content",
      "registry.blob.get-content",
    ],
    () =>
      fc
        .record({ seed: fc.nat(999), coding: fc.constantFrom("gzip", "identity", "gzip, deflate, br", "zstd, gzip;q=0.5", "gzip;q=0, *") })
        .map(({ seed, coding }) =>
          caseOf(`a manifest and a blob are asked for with Accept-Encoding: ${coding}`, image("m", seed), [
            ...pushImage("a", "m", "v1"),
            ...[manifestPath("a", "v1"), blobPath("a", "m-config"), "/v2/{repo:a}/tags/list"].flatMap((path) => {
              const headers = { accept: path.includes("/manifests/") ? MEDIA.manifest : "*/*", "accept-encoding": coding };
              return [{ ...head(path), headers }, get(path, headers)];
            }),
          ]),
        ),
  ),
  example("registry.http.head-no-body", () =>
    fc
      .nat(999)
      .map((seed) =>
        caseOf("what comes after the head of an answer to HEAD is looked at", image("m", seed), [
          ...pushImage("a", "m", "v1"),
          { ...head(manifestPath("a", "v1")), headers: { accept: MEDIA.manifest }, odd: { request: true } },
          { ...head(blobPath("a", "m-layer")), odd: { request: true } },
        ]),
      ),
  ),
  example("registry.http.no-content-has-no-length", () =>
    fc
      .nat(999)
      .map((seed) => caseOf("the status of an upload is asked for", { x: random(9, seed) }, [begin("a", "u"), get("{location:u}")])),
  ),
  example("registry.http.expect-continue", () =>
    fc.nat(999).map((seed) =>
      caseOf("a blob is pushed with Expect: 100-continue", { x: random(99, seed) }, [
        begin("a", "u"),
        request("PUT", "{location:u}", {
          query: [["digest", "{sha256:x}"]],
          headers: { "content-type": MEDIA.octets, expect: "100-continue" },
          body: { content: "x" },
          odd: { held: true },
        }),
      ]),
    ),
  ),
  ...[
    () => unavailable("no answer had a Warning"),
    () =>
      fc
        .nat(99)
        .map((seed) =>
          caseOf("an image is read, which may come with a warning", image("m", seed), [
            ...pushImage("a", "m", "v1"),
            get(manifestPath("a", "v1"), { accept: MEDIA.manifest }),
            get(blobPath("a", "m-layer")),
          ]),
        ),
  ].map((cases) => example(["registry.warnings.code", "registry.warnings.agent", "registry.warnings.no-date"], cases)),
  example(["registry.errors.retry-after", "registry.http.retry-after-form"], () =>
    fc
      .nat(999)
      .map((seed) =>
        caseOf("a manifest is asked for fifty times", image("m", seed), [
          ...pushImage("a", "m", "v1"),
          ...Array.from({ length: 50 }, () => get(manifestPath("a", "v1"), { accept: MEDIA.manifest })),
        ]),
      ),
  ),
  example("registry.http.unauthorized-challenge", () =>
    fc.constant(
      caseOf("the base is asked for with credentials that nobody has", {}, [get("/v2/", { authorization: "Basic bm9ib2R5Ondyb25n" })]),
    ),
  ),
  example("registry.http.method-unknown", () =>
    fc
      .constantFrom("/v2/", "/v2/{repo:a}/tags/list")
      .map((path) => caseOf(`the method FROB is used on ${path}`, {}, [request("FROB", path)])),
  ),
  example(["registry.http.method-not-allowed", "registry.http.allow"], () =>
    fc
      .constantFrom(
        ["POST", "/v2/{repo:a}/tags/list"],
        ["DELETE", "/v2/{repo:a}/tags/list"],
        ["PUT", blobPath("a", "x")],
        ["PATCH", manifestPath("a", "v1")],
      )
      .map(([method = "", path = ""]) =>
        caseOf(`${method} is used on ${path}`, { x: random(4, 1) }, [request(method, path, { headers: { "content-length": "0" } })]),
      ),
  ),
  example(["registry.http.if-none-match", "registry.http.not-modified-etag"], () =>
    fc
      .boolean()
      .map((tag) =>
        caseOf(`a ${tag ? "manifest" : "blob"} is asked for again, unless it changed`, image("m", 4), [
          ...pushImage("a", "m", "v1"),
          { ...get(tag ? manifestPath("a", "v1") : blobPath("a", "m-layer"), { accept: "*/*" }), label: "g" },
          get(tag ? manifestPath("a", "v1") : blobPath("a", "m-layer"), { accept: "*/*", "if-none-match": "{etag:g}" }),
        ]),
      ),
  ),
  example("registry.http.if-match", () =>
    fc.nat(99).map((seed) =>
      caseOf("a tag is pushed on the condition that it is something else", { ...image("m", seed), ...image("n", seed + 1) }, [
        ...pushImage("a", "m", "v1"),
        ...pushImage("a", "n"),
        request("PUT", manifestPath("a", "v1"), {
          headers: { "content-type": MEDIA.manifest, "if-match": '"another"' },
          body: { content: "n" },
        }),
        get(manifestPath("a", "v1"), { accept: MEDIA.manifest }),
      ]),
    ),
  ),
]);

function warnings(view: View): readonly string[] {
  return view.response.headers.filter(([name]) => name === "warning").map(([, value]) => value);
}

function warning(view: View, form: RegExp, what: string): CheckResult {
  const values = warnings(view);
  return values.length === 0
    ? undefined
    : expectThat(
        values.every((value) => form.test(value)),
        what,
        values,
      );
}
