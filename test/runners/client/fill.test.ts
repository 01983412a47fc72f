import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { caseOf, inA, pulling, pushing } from "../../../generators/client/cases.js";
import { image, index } from "../../../generators/client/images.js";
import { jsonOf, textOf } from "../../../generators/registry/steps.js";
import { closureOf } from "../../../runners/client/contents.js";
import { filledCase } from "../../../runners/client/fill.js";
import { writeImageLayout } from "../../../runners/client/layout.js";
import { sceneOf } from "../../../runners/client/scene.js";
import { ADDRESSES, CREDENTIALS } from "./stand-in.js";

t.test("templates are filled in wherever a text is, and nothing else changes", async (t) => {
  const testCase = pulling(
    "a case",
    { ...image("m", 1), note: textOf("{braces}"), where: jsonOf({ at: "{url:other}" }) },
    [
      {
        on: { to: "blob", reference: "{sha256:m-layer}" },
        does: { kind: "redirect", to: "other", status: 307, query: "s={size:m-layer}" },
      },
      { on: { to: "any" }, does: { kind: "header", name: "Warning", value: ["{text:note}", "{host:token} {url:plain}"] } },
      {
        on: { to: "any" },
        does: { kind: "auth", challenges: ['Bearer realm="{realm}",scope="{scope}"'], accepts: "bearer" },
      },
    ],
    { tls: true, target: inA("{sha512:m}") },
  );
  const { case: filled, contents } = filledCase(testCase, ADDRESSES);
  const layer = contents.get("m-layer");
  t.equal(filled.target.reference, contents.get("m").sha512);
  t.match(filled.behaviours, [
    { on: { reference: layer.sha256 }, does: { query: `s=${layer.size}` } },
    { does: { value: ["{braces}", "127.0.0.1:4 http://127.0.0.1:3"] } },
    { does: { challenges: ['Bearer realm="{realm}",scope="{scope}"'] } },
  ]);
  t.equal(contents.get("where").text, '{"at":"https://127.0.0.2:2"}');
  t.same(Object.keys(contents.facts()).sort(), ["m", "m-config", "m-layer", "note", "where"], "the facts of all contents");
  t.equal(filledCase(testCase, ADDRESSES).contents.get("m").sha256, contents.get("m").sha256, "the same each time");
});

t.test("a case that names what there is not is refused", async (t) => {
  const wrong =
    (reference: string, more = {}) =>
    () =>
      filledCase({ ...pulling("a case", image("m", 1)), target: inA(reference), ...more }, ADDRESSES);
  t.throws(wrong("{sha256:nothing}"), { name: "CaseError", message: "there is no content nothing" });
  t.throws(wrong("{text:m-layer}"), { name: "CaseError", message: "the content m-layer is no text" });
  t.throws(wrong("{host:elsewhere}"), { name: "CaseError", message: /^there is no host elsewhere/ });
  const scene = (verb: "push" | "copy" | "attach" | "any") => () => sceneOf(caseOf("a case", verb, image("m", 1), inA("t")), ADDRESSES, {});
  for (const verb of ["push", "copy", "attach", "any"] as const) t.throws(scene(verb), { name: "CaseError" }, verb);
});

t.test("what belongs to a manifest comes before it", async (t) => {
  const contents = {
    ...index("i", 1),
    ...image("m", 7),
    art: jsonOf({
      schemaVersion: 2,
      config: { mediaType: "application/vnd.oci.empty.v1+json", digest: "{sha256:e}", size: 2 },
      layers: [{ mediaType: "text/plain", digest: "{sha512:e}", size: 2 }],
      subject: { mediaType: "application/vnd.oci.image.index.v1+json", digest: "{sha256:i}", size: "{size:i}" },
    }),
    e: textOf("{}"),
  };
  const filled = filledCase(pushing("a case", contents, [], { local: "art" }), ADDRESSES);
  const names = (manifest: string) => {
    const known = new Map(
      Object.entries(filled.contents.facts()).flatMap(([name, { sha256, sha512 }]) => [
        [sha256, name],
        [sha512, `${name} by sha512`],
      ]),
    );
    return closureOf(filled, manifest).map(({ digest, mediaType }) => `${known.get(digest)}${mediaType === undefined ? "" : " M"}`);
  };
  t.same(names("m"), ["m-config", "m-layer", "m M"]);
  t.same(names("i"), ["i-1-config", "i-1-layer", "i-1 M", "i-2-config", "i-2-layer", "i-2 M", "i M"]);
  t.same(names("art"), ["e", "e by sha512", ...names("i"), "art M"]);
  t.throws(() => closureOf(filled, "x"), { name: "CaseError" });

  const directory = mkdtempSync(join(tmpdir(), "oci-conform-test-"));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const read = (path: string): string => readFileSync(join(directory, path), "utf8");
  writeImageLayout(directory, closureOf(filled, "art"));
  const { sha256, sha512 } = filled.contents.get("e");
  t.equal(read(`blobs/sha256/${sha256.slice(7)}`), "{}");
  t.equal(read(`blobs/sha512/${sha512.slice(7)}`), "{}");
  t.same(JSON.parse(read("oci-layout")), { imageLayoutVersion: "1.0.0" });
  const { sha256: digest, size } = filled.contents.get("art");
  t.match(JSON.parse(read("index.json")).manifests, [
    {
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      digest,
      size,
      annotations: { "org.opencontainers.image.ref.name": "tested" },
    },
  ]);
});

t.test("a scene says what hosts hold and what the client is told", async (t) => {
  const contents = { ...image("m", 1), f: textOf("hello") };
  const holds = [
    { repository: "a", manifest: "m", tags: ["t"] },
    { repository: "a", manifest: "m", tags: ["u"] },
    { host: "other" as const, repository: "b/c", manifest: "m" },
  ];
  const pull = sceneOf(pulling("a case", contents, [], { holds, credentials: ["registry"], tls: true }), ADDRESSES, CREDENTIALS);
  t.match(pull.words, { REF: "127.0.0.1:1/oci-conform/a:t", REPO: "127.0.0.1:1/oci-conform/a", FROM: "", SCHEME: "https", VERIFY: "true" });
  t.match(pull.words, { USERNAME: "registry-user", PASSWORD: "registry-secret" });
  t.same(JSON.parse(pull.config ?? ""), {
    auths: { "127.0.0.1:1": { auth: Buffer.from("registry-user:registry-secret").toString("base64") } },
  });
  t.same(Object.keys(pull.play.credentials), ["registry"]);
  t.same(
    pull.play.holds.map(({ host, name, contents }) => [host, name, contents.length, contents.at(-1)?.tags]),
    [
      ["registry", "oci-conform/a", 3, ["t", "u"]],
      ["other", "oci-conform/b/c", 3, []],
    ],
  );
  const bySha512 = sceneOf(pulling("a case", contents, [], { target: inA("{sha512:m}") }), ADDRESSES, CREDENTIALS);
  t.match(bySha512.words.REF, /^127\.0\.0\.1:1\/oci-conform\/a@sha512:/);
  t.match(bySha512.words, { USERNAME: "", PASSWORD: "", SCHEME: "http", VERIFY: "false" });
  t.equal(bySha512.config, undefined);
  t.same(
    bySha512.play.holds[0]?.contents
      .filter(({ mediaType }) => mediaType !== undefined)
      .map(({ digest, tags }) => [digest.slice(0, 6), tags]),
    [
      ["sha256", ["t"]],
      ["sha512", undefined],
    ],
  );
  const attach = sceneOf(
    caseOf("a case", "attach", contents, inA("{sha256:m}"), { attachment: { artifactType: "a/b", blob: "f", annotations: { k: "v w" } } }),
    ADDRESSES,
    CREDENTIALS,
  );
  t.equal(attach.file?.toString(), "hello");
  t.equal(attach.annotations, "k=v w\n");
  t.equal(attach.words.TYPE, "a/b");
});
