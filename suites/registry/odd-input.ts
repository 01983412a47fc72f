/** Statements of our own: whatever is sent is answered, and does no harm. */
import fc from "fast-check";
import { groupsOf, oneOf } from "../../generators/choices.js";
import {
  begin,
  blobPath,
  caseOf,
  get,
  head,
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
import type { RequestStep } from "../../runners/registry/case.js";
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

/** What must not do harm. */
const UNHARMED = ["robustness.registry.server-error", "robustness.registry.crash", "robustness.registry.hang"];

const ODD_RANGES = [
  "bytes=-",
  "bytes=-0",
  "bytes=",
  "bytes",
  "=",
  "bytes=5-1",
  "bytes=a-b",
  "bytes=0-0,",
  "bytes=99999999999999999999-",
  "bytes=0-99999999999999999999",
  "bytes=-99999999999999999999",
  "bytes= 0 - 1",
  "bytes=0-0,1-1,2-2,3-3,4-4,5-5,6-6,7-7,8-8,9-9",
  "bytes=0-,0-,0-,0-",
] as const;

const ODD_MANIFESTS = [
  '{"schemaVersion":2,"schemaVersion":1}',
  "[[[[[[[[",
  `${"[".repeat(5000)}${"]".repeat(5000)}`,
  '{"layers":{}}',
  '{"config":null}',
  '{"schemaVersion":2,"layers":[null]}',
  '{"manifests":[{"digest":1}]}',
  "\u0000",
  "0",
  '"text"',
  "true",
  '{"schemaVersion":"2"}',
  '{"schemaVersion":1}',
  '{"schemaVersion":2,"config":[],"layers":""}',
  '{"schemaVersion":2,"manifests":null}',
  '{"schemaVersion":2,"mediaType":1}',
  '{"schemaVersion":2,"subject":"sha256:0"}',
  '{"schemaVersion":2,"annotations":[1]}',
  '{"":{"":[{}]}}',
] as const;

/** Descriptors in a manifest or an index that are none. */
const BAD_DESCRIPTORS = [
  { schemaVersion: 2, mediaType: MEDIA.index, manifests: [{ mediaType: MEDIA.manifest, digest: "sha256:zz", size: -1 }] },
  { schemaVersion: 2, mediaType: MEDIA.manifest, config: {}, layers: [] },
  { schemaVersion: 2, mediaType: MEDIA.index, manifests: [{ mediaType: MEDIA.manifest, digest: "", size: 2 }] },
  { schemaVersion: 2, mediaType: MEDIA.index, manifests: [{ digest: `quux:${"0".repeat(64)}`, size: 2 }] },
  { schemaVersion: 2, mediaType: MEDIA.index, manifests: [{ mediaType: MEDIA.manifest, digest: `sha256:${"0".repeat(64)}`, size: 1e30 }] },
  {
    schemaVersion: 2,
    mediaType: MEDIA.manifest,
    config: { mediaType: MEDIA.config, digest: "../../../etc/passwd", size: 2 },
    layers: [{ mediaType: MEDIA.layer, digest: "sha256:../..", size: 2 }],
  },
  { schemaVersion: 2, mediaType: MEDIA.index, manifests: [], subject: { mediaType: MEDIA.manifest, digest: "nonsense", size: 2 } },
] as const;

const ODD_QUERIES = [
  "n=-1",
  "n=x",
  "n=99999999999999999999",
  "n=2147483648",
  "n=1&n=2",
  "n=",
  "n=0x10",
  "n=1.5",
  "n=1e3",
  "n=%2b1",
  "n=+1",
  "last=%00",
  "last=",
  "last=a&last=b",
  "last=%ff",
  "last=v1/../v1",
  `last=${"x".repeat(3000)}`,
  "n=0&last=v1",
] as const;

/** What stands where a digest should, and is none, or none that a registry knows. */
const MALFORMED_DIGESTS = [
  "sha256:abc",
  "sha256:",
  "sha256:xyz",
  `sha256:${"0".repeat(63)}`,
  `sha256:${"0".repeat(65)}`,
  `sha256:${"A".repeat(64)}`,
  `SHA256:${"0".repeat(64)}`,
  `sha512:${"0".repeat(64)}`,
  `md5:${"0".repeat(32)}`,
  `quux:${"0".repeat(64)}`,
  `sha256+x:${"0".repeat(64)}`,
  `sha256:${"0".repeat(64)}:1`,
  `:${"0".repeat(64)}`,
  `sha256:${"%30".repeat(64)}`,
  `sha256:${"0".repeat(128)}`,
  `sha256:${"g".repeat(64)}`,
] as const;

const shortened = (text: string): string => (text.length > 30 ? `${text.slice(0, 27)}...` : text);

/** All that names content by a digest. */
const byMalformed = (digest: string): readonly RequestStep[] => [
  get(`/v2/{repo:a}/blobs/${digest}`),
  head(`/v2/{repo:a}/blobs/${digest}`),
  remove(`/v2/{repo:a}/blobs/${digest}`),
  get(`/v2/{repo:a}/manifests/${digest}`, { accept: MEDIA.manifest }),
  head(`/v2/{repo:a}/manifests/${digest}`),
  remove(`/v2/{repo:a}/manifests/${digest}`),
  pushManifest("a", "m", digest),
  get(`/v2/{repo:a}/referrers/${digest}`),
  request("POST", `/v2/{repo:a}/blobs/uploads/?digest=${digest}`, { headers: { "content-type": MEDIA.octets }, body: { content: "x" } }),
  request("POST", `/v2/{repo:a}/blobs/uploads/?mount=${digest}&from={repo:a}`, { headers: { "content-length": "0" } }),
];

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
    oneOf([
      { method: "PUT", target: "/v2/{repo:a}/manifests/-bad", type: MEDIA.manifest },
      { method: "POST", target: "/v2/{repo:A}/blobs/uploads/", type: MEDIA.octets },
      { method: "PATCH", target: "/v2/{repo:a}/blobs/uploads/nothing", type: MEDIA.octets },
      { method: "GET", target: "/v2/{repo:a}/tags/list", type: MEDIA.octets },
      { method: "DELETE", target: "/v2/{repo:a}/manifests/none", type: MEDIA.octets },
    ]).map(({ method, target, type }) =>
      caseOf(
        `the body of a ${method} that is refused looks like a request`,
        { x: textOf("GET /v2/ HTTP/1.1\r\nhost: localhost\r\n\r\n") },
        [request(method, target, { headers: { "content-type": type }, body: { content: "x" }, odd: { request: true } })],
      ),
    ),
  ),
  example("robustness.registry.length-wrong", () =>
    fc.tuple(seeds, oneOf([1, 500], "missing bytes")).map(([seed, missing]) =>
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
  example(["robustness.registry.session-unknown", "robustness.registry.hang", "robustness.registry.connection-closed"], () =>
    oneOf(["GET", "PATCH", "PUT", "DELETE"], "method").map((method) =>
      caseOf(`${method} of an upload that never was`, { x: random(9, 1) }, [
        request(method, "/v2/{repo:a}/blobs/uploads/00000000-0000-4000-8000-{salt}", {
          ...(method === "PUT" ? { query: [["digest", "{sha256:x}"]] as const } : {}),
          ...(method === "PATCH" || method === "PUT" ? { headers: { "content-type": MEDIA.octets }, body: { content: "x" } } : {}),
        }),
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
    oneOf([200_000, 1_000_000], "bytes").map((size) =>
      caseOf(`${size} bytes that are no manifest are pushed`, { m: random(size, 5) }, [pushManifest("a", "m", "v1")]),
    ),
  ),
  example([...UNHARMED, "robustness.registry.answer-malformed"], () =>
    groupsOf(ODD_RANGES, 5, "Range").map((ranges) =>
      caseOf(`a blob is asked for with the Range ${ranges.join(", ")}`, { x: random(30, 2) }, [
        ...pushBlob("a", "x"),
        ...ranges.map((range) => get(blobPath("a", "x"), { range })),
      ]),
    ),
  ),
  example(UNHARMED, () =>
    oneOf(["", "null", "[]", "{}", "\u0000"], "manifest").map((text) =>
      caseOf(`${JSON.stringify(text)} is pushed as a manifest`, { m: textOf(text) }, [pushManifest("a", "m", "v1")]),
    ),
  ),
  example(["robustness.registry.path-traversal", "robustness.registry.header-injection"], () =>
    groupsOf(ODD_PATHS, 6, "path").map((paths) =>
      caseOf(`the path ${paths.join(", ")} is asked for`, image("m", 6), [...pushImage("a", "m", "v1"), ...paths.map((path) => get(path))]),
    ),
  ),
  example([...UNHARMED, "robustness.registry.content-mismatched"], () =>
    groupsOf(MALFORMED_DIGESTS, 7, "digest").map((digests) =>
      caseOf(`${digests.map(shortened).join(", ")} stands where a digest should`, { ...image("m", 6), x: random(40, 6) }, [
        ...pushImage("a", "m", "v1"),
        ...digests.flatMap((digest) => byMalformed(digest)),
        get(manifestPath("a", "v1"), { accept: MEDIA.manifest }),
      ]),
    ),
  ),
  example(["robustness.registry.content-mismatched", "robustness.registry.server-error"], () =>
    seeds.map((seed) =>
      caseOf("a blob is pushed by a single POST with another one's digest", { x: random(30, seed), y: random(31, seed) }, [
        request("POST", "/v2/{repo:a}/blobs/uploads/", {
          query: [["digest", "{sha256:y}"]],
          headers: { "content-type": MEDIA.octets },
          body: { content: "x" },
        }),
        get(blobPath("a", "y")),
        get(blobPath("a", "x")),
        ...pushBlob("b", "y"),
        request("POST", "/v2/{repo:a}/blobs/uploads/", {
          query: [["digest", "{sha256:y}"]],
          headers: { "content-type": MEDIA.octets },
          body: { content: "x" },
        }),
        get(blobPath("a", "y")),
        get(blobPath("b", "y")),
      ]),
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
      oneOf(ODD_MANIFESTS, "manifest").map((text) =>
        caseOf("something odd is pushed as a manifest", { m: textOf(text) }, [
          pushManifest("a", "m", "v1", MEDIA.manifest),
          pushManifest("a", "m", "v2", MEDIA.index),
          pushManifest("a", "m", "{sha256:m}", "application/vnd.docker.distribution.manifest.v2+json"),
          get(manifestPath("a", "v1")),
        ]),
      ),
  ),
  example("robustness.registry.server-error", () =>
    groupsOf(ODD_QUERIES, 8, "query").map((queries) =>
      caseOf(`the tags are asked for with ${queries.map(shortened).join(", ")}`, image("m", 2), [
        ...pushImage("a", "m", "v1"),
        ...queries.map((query) => get(`/v2/{repo:a}/tags/list?${query}`)),
      ]),
    ),
  ),
  example("robustness.registry.server-error", () =>
    oneOf(
      [
        "x-y",
        "0-",
        "-5",
        "5-1",
        "0-99999999999999999999",
        "bytes 0-4/5",
        "0-4,6-7",
        "",
        "0-4/*",
        "18446744073709551615-18446744073709551619",
      ],
      "Content-Range",
    ).map((range) =>
      caseOf(`a chunk has the range ${range}`, { x: random(5, 1) }, [
        begin("a", "u"),
        request("PATCH", "{location:u}", { headers: { "content-type": MEDIA.octets, "content-range": range }, body: { content: "x" } }),
      ]),
    ),
  ),
  example("robustness.registry.server-error", () =>
    oneOf(BAD_DESCRIPTORS).map((value) =>
      caseOf("a manifest with a bad descriptor is pushed", { m: jsonOf(value) }, [pushManifest("a", "m", "v1", value.mediaType)]),
    ),
  ),
]);
