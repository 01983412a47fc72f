/** Statements of our own: whatever is sent is answered, and does no harm. */
import fc from "fast-check";
import {
  begin,
  blobPath,
  caseOf,
  get,
  image,
  jsonOf,
  MEDIA,
  manifestPath,
  pushBlob,
  pushImage,
  pushManifest,
  random,
  request,
  textOf,
} from "../../generators/registry/steps.js";
import type { Exchange } from "../../runners/registry/observation.js";
import { equal, expectThat, notApplicable, PASS, skip } from "../check.js";
import { parseJson } from "./manifest.js";
import { isObject, plainGet, sound } from "./response.js";
import { checkAimed, checkCase, checkFailures, example, section, type View } from "./suite.js";

const describe = ({ request: { method, url } }: Exchange): string => `${method} ${url.replace(/^https?:\/\/[^/]+/, "")}`;

const NO_ANSWER = "no request was answered";

type Failing = NonNullable<Exchange["failure"]>["kind"];

/** Judges whether any exchange has no whole answer, for one of such reasons. A server that ended is no news to it. */
const unanswered = (id: string, kinds: readonly Failing[], expected: string) =>
  checkCase(id, ({ observation: { exchanges, crashed } }) => {
    const failed = crashed === undefined ? exchanges.find(({ failure }) => failure && kinds.includes(failure.kind)) : undefined;
    if (!failed && !exchanges.some(({ response }) => response)) return notApplicable(NO_ANSWER);
    return expectThat(failed === undefined, expected, failed && `${describe(failed)}: ${failed.failure?.message}`);
  });

/** The system's file of accounts, of whatever account. */
const ACCOUNTS = /^[\w-]+:[^:]*:\d+:\d+:/m;

/** What an answer to an odd path gave that the path does not name: content of the case, a list of tags, a file of the system. */
function reached({ response: { body }, observation: { contents, repositories } }: View): string | undefined {
  const content = Object.entries(contents).find(([, { sha256, size }]) => size > 0 && sha256 === body.sha256);
  if (content) return `the content ${content[0]}`;
  const list = parseJson(body.text);
  if (isObject(list) && Array.isArray(list.tags) && Object.values(repositories).some((name) => name === list.name)) return "a list of tags";
  return ACCOUNTS.test(body.text ?? "") ? "a file of the system" : undefined;
}

const seeds = fc.nat(9999);
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

export default section("Odd input", [
  checkFailures("robustness.registry.server-error", (view) =>
    view.concurrent ? notApplicable("others make requests at the same time") : sound(view),
  ),
  unanswered("robustness.registry.hang", ["timeout"], "an answer within the time limit"),
  checkCase("robustness.registry.crash", ({ observation: { exchanges, crashed, refuses } }) => {
    if (crashed !== undefined) return { verdict: "fail", expected: "a server that goes on", actual: crashed };
    if (refuses !== undefined) return { verdict: "fail", expected: "a server that takes connections", actual: refuses };
    const lastAnswer = exchanges.findLastIndex(({ response }) => response);
    const refused = exchanges.find(({ failure }, at) => at > lastAnswer && failure?.kind === "refused");
    const unreachable = exchanges.find(({ failure }) => failure?.kind === "unreachable");
    if (refused)
      return expectThat(
        false,
        "a server that takes connections",
        `${describe(refused)}: ${refused.failure?.message}, and no answer after that`,
      );
    if (unreachable) return skip(`the registry cannot be reached from here: ${unreachable.failure?.message}`);
    return lastAnswer < 0 ? notApplicable(NO_ANSWER) : PASS;
  }),
  unanswered("robustness.registry.connection-closed", ["closed"], "an answer before the connection is closed"),
  unanswered("robustness.registry.answer-malformed", ["protocol", "too-large"], "an answer that is HTTP, and ends"),
  checkCase("robustness.registry.connection-out-of-step", ({ case: subject, observation: { exchanges } }) => {
    if (!subject.aims.includes("robustness.registry.connection-out-of-step")) return notApplicable("the case was not made for it");
    const failed = exchanges.find(({ failure }) => failure?.kind === "out-of-step");
    if (!failed && !exchanges.some(({ response }) => response)) return notApplicable(NO_ANSWER);
    return expectThat(failed === undefined, "one answer to one request", failed && `${describe(failed)}: ${failed.failure?.message}`);
  }),
  checkAimed("robustness.registry.path-traversal", "GET of an odd path", (view) => {
    const odd = /\.\.|%2e|%2f|%00|%0d|%zz|\/\/v2|v2\/\//i.test(view.exchange.request.url);
    if (!odd || view.method !== "GET") return undefined;
    const found = view.status < 300 ? reached(view) : undefined;
    return expectThat(
      found === undefined,
      "nothing that its decoded parts do not name",
      `${found}: ${view.response.body.text?.slice(0, 200)}`,
    );
  }),
  checkAimed("robustness.registry.length-wrong", "plain GET of a blob", (view) => {
    const { route, model } = view;
    if (route.kind !== "blob" || !plainGet(view)) return undefined;
    return model.blob(route.name, route.digest) === "present"
      ? notApplicable("the blob was pushed as a whole")
      : expectThat(view.status !== 200, "no blob of an upload that was cut off", view.status);
  }),
  checkFailures("robustness.registry.header-injection", (view) =>
    /%0d%0a/i.test(view.exchange.request.url)
      ? equal(view.header("x-injected"), undefined)
      : notApplicable("no path has an encoded line break"),
  ),
  checkFailures("robustness.registry.error-body-large", (view) =>
    view.status >= 400
      ? expectThat(view.response.body.size <= 65536, "at most 64 KiB", view.response.body.size)
      : notApplicable("no answer is an error"),
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
    example(["robustness.registry.session-unknown", "robustness.registry.hang", "robustness.registry.connection-closed"], () =>
      fc.constant(
        caseOf(`${method} of an upload that never was`, { x: random(9, 1) }, [
          request(method, "/v2/{repo:a}/blobs/uploads/00000000-0000-4000-8000-{salt}", {
            ...(method === "PUT" ? { query: [["digest", "{sha256:x}"]] as const } : {}),
            ...(method === "PATCH" || method === "PUT" ? { headers: { "content-type": MEDIA.octets }, body: { content: "x" } } : {}),
          }),
        ]),
      ),
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
]);
