import t from "tap";
import {
  begin,
  blobPath,
  caseOf,
  descriptor,
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
  request,
  textOf,
} from "../../../generators/registry/steps.js";
import { inProcess } from "./in-process.js";

/* Each of these is right, and was taken for wrong by somebody. */

t.test("pages after a last that is no tag", async (t) => {
  const { run, failures } = await inProcess(t);
  const subject = caseOf("", image("m", 3), [
    ...pushImage("a", "m", "v1"),
    ...["B", "z9"].map((tag) => pushManifest("a", "m", tag)),
    request("GET", "/v2/{repo:a}/tags/list", { pages: 20 }),
    request("GET", "/v2/{repo:a}/tags/list", {
      query: [
        ["n", "1"],
        ["last", "latest"],
      ],
      pages: 20,
    }),
  ]);
  const observation = await run(subject);
  t.ok(
    observation.exchanges.some(({ page }) => page === 1),
    "there is a second page",
  );
  t.same(failures(subject, observation), []);
});

t.test("an index of blobs that nobody has is refused with a code of its own", async (t) => {
  const { run, failures } = await inProcess(t);
  const subject = caseOf(
    "",
    {
      x: random(40, 1),
      c: textOf("{}"),
      i: jsonOf({
        schemaVersion: 2,
        mediaType: MEDIA.index,
        manifests: [descriptor("x", MEDIA.layer), descriptor("c", "application/vnd.example.cache.v1")],
      }),
    },
    [...pushBlob("a", "x"), ...pushBlob("a", "c"), pushManifest("a", "i", "cache", MEDIA.index)],
  );
  const observation = await run(subject);
  t.same(failures(subject, observation), []);
  const refused = {
    ...observation,
    exchanges: observation.exchanges.map((each, at) =>
      at === 4 && each.response
        ? {
            ...each,
            response: { ...each.response, status: 400, body: { ...each.response.body, text: '{"errors":[{"code":"MANIFEST_INVALID"}]}' } },
          }
        : each,
    ),
  };
  const found = failures(subject, refused);
  t.ok(
    found.some((each) => each.startsWith("registry.push.manifest-created")),
    "its blobs are there",
  );
  t.notOk(
    found.some((each) => each.includes("references-unknown")),
    "so nothing that it names is missing",
  );
});

t.test("what comes compressed is compared as what it is", async (t) => {
  const headers = { accept: MEDIA.manifest, "accept-encoding": "gzip" };
  const subject = caseOf("", image("m", 1), [
    ...pushImage("a", "m", "v1"),
    { ...head(manifestPath("a", "v1")), headers },
    get(manifestPath("a", "v1"), headers),
  ]);
  const { run, failures } = await inProcess(t, { fault: "head-of-compressed-with-length-of-plain" });
  const observation = await run(subject);
  t.equal(observation.exchanges.at(-1)?.response?.body.sha256, observation.contents.m?.sha256);
  const found = failures(subject, observation);
  t.ok(found.some((each) => each.startsWith("registry.http.head-length-as-get")));
  t.same(
    found.filter((each) => !each.startsWith("registry.http.head-")),
    [],
  );
});
t.test("an upload that was finished by another repository's URL is nobody's for sure", async (t) => {
  const { run, failures } = await inProcess(t);
  const subject = caseOf("", { x: random(40, 1), y: random(40, 2) }, [
    ...pushBlob("a", "y"),
    ...pushBlob("b", "y"),
    begin("a", "u"),
    request("PUT", "{moved:u:b}", { query: [["digest", "{sha256:x}"]], headers: { "content-type": MEDIA.octets }, body: { content: "x" } }),
    get(blobPath("a", "x")),
    get(blobPath("b", "x")),
  ]);
  const observation = await run(subject);
  const { exchanges } = observation;
  for (const [a, b] of [
    [404, 200],
    [200, 404],
  ] as const) {
    const answered = exchanges.map((each, at) => {
      const status = at === 5 ? 201 : at === 6 ? a : at === 7 ? b : undefined;
      if (status === undefined || !each.response) return each;
      const { response } = each;
      const x = observation.contents.x;
      const body = status === 200 && x ? { size: x.size, sha256: x.sha256, sha512: x.sha512 } : { ...response.body, size: 0, text: "" };
      const length: [string, string][] = [
        ["content-length", String(body.size)],
        ["docker-content-digest", x?.sha256 ?? ""],
        ["location", "/v2/x"],
      ];
      return {
        ...each,
        response: { ...response, status, headers: [...response.headers.filter(([name]) => name === "date"), ...length], body },
      };
    });
    t.same(failures(subject, { ...observation, exchanges: answered }), [], `${a} and ${b}`);
  }
});
