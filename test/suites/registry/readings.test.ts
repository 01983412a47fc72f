import { createHash } from "node:crypto";
import t from "tap";
import { caseOf } from "../../../generators/registry/steps.js";
import type { Exchange, RegistryObservation } from "../../../runners/registry/observation.js";
import type { Choices } from "../../../runners/registry/target.js";
import { loadCatalogue } from "../../../spec/catalogue.js";
import { inForce, RELEASES, type Release } from "../../../spec/distribution/releases.js";
import { checks } from "../../../suites/registry/index.js";
import { judge } from "../../../suites/registry/judge.js";

/* How debatable sentences are read (docs/how-the-distribution-spec-is-read.md), in both directions: answers written by hand, and what is said of them. */

const URL = "http://registry.test";
const INDEX = "application/vnd.oci.image.index.v1+json";
const X = "the blob";
const hash = (algorithm: "sha256" | "sha512"): string => `${algorithm}:${createHash(algorithm).update(X).digest("hex")}`;

interface Answer {
  readonly method?: string;
  readonly path: string;
  readonly sent?: Readonly<Record<string, string>>;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
  /** What of X the request carries. */
  readonly carries?: readonly [from: number, to: number];
  readonly label?: string;
  readonly uses?: string;
  readonly elsewhere?: true;
}

function exchangeOf(
  { method = "GET", path, sent, status = 200, headers, text = "", carries, label, uses, elsewhere }: Answer,
  step: number,
): Exchange {
  return {
    phase: "steps",
    client: 0,
    step,
    ...(label === undefined ? {} : { label }),
    uses: uses === undefined ? [] : [uses],
    request: {
      method,
      url: `${URL}${path}`,
      headers: sent ?? {},
      body: carries ? { content: "x", from: carries[0], to: carries[1] } : null,
    },
    response: {
      status,
      headers: Object.entries(headers ?? {}),
      body: { size: text.length, sha256: "", sha512: "", text },
    },
    ...(elsewhere ? { elsewhere } : {}),
    begunMs: step,
    endedMs: step,
  };
}

/** What the checks say of answers in a row. */
function judged(answers: readonly Answer[], release: Release = "1.1.1", choices: Partial<Choices> = {}, aims: readonly string[] = []) {
  const observation: RegistryObservation = {
    format: "oci-conform/registry-observation@1",
    exchanges: answers.map(exchangeOf),
    untaken: [],
    contents: { x: { size: X.length, sha256: hash("sha256"), sha512: hash("sha512"), text: X } },
    repositories: { a: "a", b: "b" },
  };
  const facts = {
    release,
    choices: { push: true, ...choices },
    apis: ["pull", "push", "discovery", "management"] as const,
    ours: false,
  };
  const outcomes = judge(checks, { ...caseOf("answers", {}, []), aims }, observation, facts);
  return (id: string): string => outcomes.get(id)?.verdict ?? "nothing";
}

const catalogue = await loadCatalogue("distribution");
const releasesOf = (id: string): readonly Release[] => {
  const requirement = catalogue.get(id);
  return requirement ? RELEASES.filter((release) => inForce(requirement, release)) : [];
};

const begun: Answer = {
  method: "POST",
  path: "/v2/a/blobs/uploads/",
  status: 202,
  headers: { location: `${URL}/v2/a/blobs/uploads/1` },
  label: "u",
};
const pushed: readonly Answer[] = [
  begun,
  {
    method: "PUT",
    path: `/v2/a/blobs/uploads/1?digest=${hash("sha256")}`,
    uses: "u",
    carries: [0, X.length],
    status: 201,
    headers: { location: `/v2/a/blobs/${hash("sha256")}` },
  },
];

t.test("the last chunk is a chunk: out of order it is answered with 416, in each release", async (t) => {
  const id = "registry.upload.final-chunk-out-of-order";
  t.same(releasesOf(id), RELEASES);
  const closing = (status: number): readonly Answer[] => [
    begun,
    {
      method: "PUT",
      path: `/v2/a/blobs/uploads/1?digest=${hash("sha256")}`,
      uses: "u",
      sent: { "content-range": "3-7" },
      carries: [3, 8],
      status,
    },
  ];
  t.equal(judged(closing(416), "1.0.1")(id), "pass");
  t.equal(judged(closing(400), "1.1.1")(id), "fail");
  t.equal(judged(closing(201), "1.1.1")(id), "fail");
});

t.test("no release after 1.1.1 asks for a UUID", async (t) => {
  t.same(releasesOf("registry.upload.session-uuid"), ["1.0.1", "1.1.1"]);
  t.same(releasesOf("registry.upload.session-unique"), RELEASES);
});

t.test("a grammar bounds what there is, and obliges nobody to take all of it", async (t) => {
  for (const id of ["repository-grammar", "repository-repeated-separators", "tag-grammar"])
    t.equal(catalogue.get(`registry.names.${id}`)?.level, "SHOULD", id);
  for (const id of ["repository-outside-grammar", "tag-outside-grammar", "tag-too-long"])
    t.equal(catalogue.get(`registry.names.${id}`)?.level, "MUST", id);
  const id = "registry.names.tag-too-long";
  const put = (length: number, status: number): readonly Answer[] => [
    { method: "PUT", path: `/v2/a/manifests/${"x".repeat(length)}`, status },
  ];
  t.equal(judged(put(129, 201), "1.1.1", {}, [id])(id), "fail");
  t.equal(judged(put(129, 400), "1.1.1", {}, [id])(id), "pass");
  t.equal(judged(put(128, 400), "1.1.1", {}, [id])(id), "nothing", "a tag within the grammar is not this statement's");
});

t.test("a mount that is refused breaks what is recommended; one that succeeds has one status", async (t) => {
  const mount = (status: number): readonly Answer[] => [
    ...pushed,
    { method: "POST", path: `/v2/b/blobs/uploads/?mount=${hash("sha256")}&from=a`, status, headers: { location: "/v2/b/blobs/uploads/2" } },
  ];
  const said = (status: number) => {
    const verdict = judged(mount(status), "1.1.1", { mount: true });
    return [verdict("registry.mount.created"), verdict("registry.mount.unable-accepted")];
  };
  t.same(said(201), ["pass", "nothing"]);
  t.same(said(200), ["fail", "nothing"]);
  t.same(said(202), ["nothing", "nothing"]);
  t.same(said(404), ["nothing", "fail"]);
  t.equal(catalogue.get("registry.mount.unable-accepted")?.level, "SHOULD");
});

t.test("alphanumeric order without regard to case leaves open where dots, dashes and underscores stand", async (t) => {
  const listed = (tags: readonly string[], release: Release): string =>
    judged(
      [{ path: "/v2/a/tags/list", text: JSON.stringify({ name: "a", tags }) }],
      release,
    )(release === "head" ? "registry.tags.lexical-order" : "registry.tags.lexical-order-without-case");
  for (const tags of [
    ["_x", "a", "B", "c"],
    ["a", "B", "c", "_x"],
    ["a", "A", "b"],
    ["A", "a", "b"],
    ["1", "1.0", "v1", "v1-rc", "v1.1", "v10"],
    ["v1", "v10", "v1.1", "v1-rc"],
  ])
    t.equal(listed(tags, "1.1.1"), "pass", tags.join());
  for (const tags of [
    ["B", "a"],
    ["a", "C", "_x", "b"],
    ["v1-rc", "v1"],
    ["a", "1"],
  ])
    t.equal(listed(tags, "1.1.1"), "fail", tags.join());
  t.equal(listed(["B", "Z", "_x", "a"], "head"), "pass", "in the order of their bytes, as head allows it");
  t.equal(listed(["B", "Z", "_x", "a"], "1.1.1"), "fail");
  t.equal(listed(["b", "Z", "a"], "head"), "fail");
});

t.test("the type of a referrers list is that of an index and nothing else", async (t) => {
  const id = "registry.referrers.content-type";
  const listed = (type: string): string =>
    judged([{ path: `/v2/a/referrers/${hash("sha256")}`, headers: { "content-type": type }, text: "{}" }], "1.1.1", { referrers: true })(
      id,
    );
  t.equal(listed(INDEX), "pass");
  t.equal(listed(`${INDEX}; charset=utf-8`), "fail");
  t.equal(listed("application/json"), "fail");
});

t.test("a body is in JSON when it looks so or is called so", async (t) => {
  const id = "registry.errors.body-json-form";
  const said = (text: string, type: string): string =>
    judged([{ path: "/v2/a/tags/list", status: 404, headers: { "content-type": type }, text }])(id);
  t.equal(said("404", "text/plain"), "nothing");
  t.equal(said("404 page not found", "text/plain"), "nothing");
  t.equal(said("404", "application/json; charset=utf-8"), "fail");
  t.equal(said('{"message":"no"}', "text/plain"), "fail");
  t.equal(said('{"errors":[{"code":"NAME_UNKNOWN"}]}', "application/json"), "pass");
});

t.test("a HEAD says nothing else than a GET, and may say less", async (t) => {
  const id = "registry.http.head-fields-as-get";
  const path = `/v2/a/blobs/${hash("sha256")}`;
  const said = (head: Readonly<Record<string, string>>, get: Readonly<Record<string, string>>): string =>
    judged(
      [
        { method: "HEAD", path, headers: head },
        { path, headers: get, text: X },
      ],
      "head",
    )(id);
  const full = { "content-type": "application/octet-stream", etag: '"1"' };
  t.equal(said(full, full), "pass");
  t.equal(said({ "content-type": full["content-type"] }, full), "pass");
  t.equal(said({}, full), "nothing");
  t.equal(said({ ...full, etag: '"2"' }, full), "fail");
});

t.test("the digest's header is asked of the registry, and not of the storage that it redirects to", async (t) => {
  const id = "registry.blob.get-digest-header";
  const path = `/v2/a/blobs/${hash("sha256")}`;
  t.equal(judged([...pushed, { path, text: X }], "head")(id), "fail");
  t.equal(judged([...pushed, { path, text: X, elsewhere: true }], "head")(id), "nothing");
});

t.test("a deletion that speaks of rights, or of what is in use, is no lack of the endpoint", async (t) => {
  const id = "registry.general.management-supported";
  const said = (status: number): string => judged([...pushed, { method: "DELETE", path: `/v2/a/blobs/${hash("sha256")}`, status }])(id);
  t.equal(said(202), "pass");
  t.equal(said(405), "pass");
  t.equal(said(403), "nothing");
  t.equal(said(501), "fail");
});
