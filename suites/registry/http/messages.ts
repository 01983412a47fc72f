/** RFC 9110, sections 6.6, 8, 9.3.2 and 12.5: content, its length and coding, HEAD, dates. */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { begin, blobPath, caseOf, get, head, image, MEDIA, manifestPath, pushImage, random } from "../../../generators/registry/steps.js";
import { codingsOf } from "../../../runners/registry/content-coding.js";
import { type Exchange, header, onTheWire } from "../../../runners/registry/observation.js";
import { combine, type ExplainedResult, equal, expectThat, notApplicable } from "../../check.js";
import { hasHeader } from "../response.js";
import { type CaseView, check, checkCase, example, section } from "../suite.js";
import { HTTP_DATE } from "./date.js";

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

const NO_PAIR = "no HEAD and GET of the same, one right after the other, were answered by 200";

export default section("HTTP messages", [
  checkCase("registry.http.head-fields-as-get", (view) =>
    combine(
      pairs(view).map(([head, get]): ExplainedResult => {
        const both = REPRESENTATION.filter((name) => headerOf(head, name) !== undefined && headerOf(get, name) !== undefined);
        const of = (exchange: Exchange) => Object.fromEntries(both.map((name) => [name, headerOf(exchange, name)]));
        return both.length === 0
          ? notApplicable("HEAD and GET have no field about the content in common")
          : equal(of(head), of(get), `HEAD and GET of ${head.request.url}`);
      }),
      NO_PAIR,
    ),
  ),
  checkCase("registry.http.head-length-as-get", (view) =>
    combine(
      pairs(view).map(([head, get]): ExplainedResult => {
        const length = headerOf(head, "content-length");
        return length === undefined || !get.response
          ? notApplicable("the answer to HEAD has no Content-Length")
          : equal(length, String(onTheWire(get.response.body)), `HEAD and GET of ${head.request.url}`);
      }),
      NO_PAIR,
    ),
  ),
  check("registry.http.head-no-body", (view) =>
    view.method === "HEAD" ? equal(view.response.body.size, 0) : notApplicable("no HEAD was answered"),
  ),
  check("registry.http.content-length-exact", (view) => {
    const length = view.header("content-length");
    return length === undefined || view.method === "HEAD" || view.status === 304
      ? notApplicable("no answer with a body has a Content-Length")
      : equal(length, String(onTheWire(view.response.body)));
  }),
  checkCase("registry.http.content-length-exact", ({ observation: { exchanges, crashed } }) => {
    if (crashed !== undefined) return notApplicable("the registry crashed");
    const short = exchanges.find(
      ({ failure }) => failure?.kind === "protocol" && /breaks off after \d+ of \d+ bytes/.test(failure.message),
    );
    return short
      ? expectThat(false, "as many bytes as Content-Length says", `${short.request.method} ${short.request.url}: ${short.failure?.message}`)
      : notApplicable("no answer breaks off");
  }),
  check("registry.http.content-coding-accepted", (view) => {
    const sent = view.sent("accept-encoding");
    if (sent === undefined || view.method !== "GET" || view.status !== 200)
      return notApplicable("no GET with Accept-Encoding was answered by 200");
    const codings = codingsOf(view.header("content-encoding"));
    return expectThat(
      codings.every((coding) => takesCoding(sent, coding)),
      `no coding, or one of Accept-Encoding: ${sent}`,
      codings,
    );
  }),
  check("registry.http.no-content-has-no-length", (view) =>
    view.status === 204 ? equal(view.header("content-length"), undefined) : notApplicable("no answer is 204"),
  ),
  check("registry.http.date", (view) =>
    view.status < 500 ? hasHeader(view, "date", HTTP_DATE) : notApplicable("all answers are failures of the server"),
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
        .record({
          seed: fc.nat(999),
          coding: oneOf(["gzip", "identity", "gzip, deflate, br", "zstd, gzip;q=0.5", "gzip;q=0, *", "*", ""], "Accept-Encoding"),
        })
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
]);
