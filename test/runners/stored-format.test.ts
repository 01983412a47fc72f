import { join } from "node:path";
import t, { type Test } from "tap";
import { readJson } from "../../cli/session/stored-case.js";
import { imageOf, minimalImage } from "../../generators/image/base.js";
import { file } from "../../generators/image/layer/entries.js";
import { caseOf, image, jsonOf, pushImage, random } from "../../generators/registry/steps.js";
import { minimalCase } from "../../generators/runtime/base.js";
import type { ImageCase } from "../../runners/image/case.js";
import { IMAGE_CASE } from "../../runners/image/formats.js";
import type { RegistryCase } from "../../runners/registry/case.js";
import { REGISTRY_CASE } from "../../runners/registry/formats.js";
import type { RuntimeCase } from "../../runners/runtime/case.js";
import { RUNTIME_CASE } from "../../runners/runtime/formats.js";
import { claimedFormat, parseStored, problemsIn, type StoredFormat } from "../../runners/stored-format.js";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Fields = { [key: string]: Json };

const plain = (value: unknown): Fields => JSON.parse(JSON.stringify(value));

/** The message for a value in a file, without the file's name. */
function messageOf<Value>(t: Test, format: StoredFormat<Value>, value: unknown): string {
  const path = join(t.testdir({ "case.json": JSON.stringify(value) }), "case.json");
  try {
    parseStored(path, readJson(path), format);
  } catch (thrown) {
    t.match(thrown, { name: "UsageError" });
    const message = thrown instanceof Error ? thrown.message : "";
    t.ok(message.startsWith(`${path}: `), message);
    t.notMatch(message, /\n/, "one line");
    return message.slice(path.length + 2);
  }
  return "";
}

const runtime: RuntimeCase = {
  ...minimalCase("1.0.0"),
  fixtures: [{ make: "entry", entry: { kind: "file", path: "a", mode: 0o644 } }],
};
const registry: RegistryCase = caseOf("pushes an image", { ...image("m", 1), blob: random(16, 1) }, pushImage("a", "m"));
const layered: ImageCase = imageOf("one layer", [[file("a", "a")]]);

t.test("a changed case is refused with the place, what is there, and what is expected", async (t) => {
  const changed = (at: (string | number)[], value: Json | undefined, subject: unknown = runtime): Fields => {
    const copy = plain(subject);
    const [last = "", ...path] = [...at].reverse();
    const parent = path.reverse().reduce<Json>((inner, step) => (inner as Fields)[step] as Json, copy) as Fields;
    if (value === undefined) delete parent[last];
    else parent[last] = value;
    return copy;
  };
  const ofRuntime = (at: (string | number)[], value: Json | undefined, message: string): void => {
    t.equal(messageOf(t, RUNTIME_CASE, changed(at, value)), message);
  };
  ofRuntime(["title"], 5, "/title: must be a text, and is 5");
  ofRuntime(["steps", 0, "container"], undefined, '/steps/0: "container" is missing');
  ofRuntime(["steps", 0, "container"], "x", '/steps/0/container: must be a whole number, and is "x"');
  ofRuntime(["steps", 0, "container"], -1, "/steps/0/container: must be at least 0, and is -1");
  ofRuntime(["steps", 0, "container"], 0.5, "/steps/0/container: must be a whole number, and is 0.5");
  ofRuntime(
    ["steps", 0, "container"],
    3,
    "/steps/0/container: there is no container 3: there is one container, and they are counted from 0",
  );
  ofRuntime(["steps", 0, "contaner"], 0, '/steps/0: "contaner" is unknown here; is it "container"?');
  ofRuntime(["steps", 0, "op"], undefined, '/steps/0: "op" is missing');
  ofRuntime(
    ["steps", 0, "op"],
    "creat",
    '/steps/0/op: must be one of "create", "start", "state", "kill", "delete", "raw", "await", "look", "edit", "write-cgroup", "read", "stat", "parallel", and is "creat"',
  );
  ofRuntime(["steps", 0], null, "/steps/0: must be an object, and is null");
  ofRuntime(["fixtures", 0, "entry", "mode"], "0644", '/fixtures/0/entry/mode: must be a whole number, and is "0644"');
  ofRuntime(["containers", 0, "config"], "{", '/containers/0/config: must be an object, and is "{"');
  ofRuntime(
    ["containers", 0, "x\n"],
    1,
    /* the name's line break is written as such */ messageStart(t, changed(["containers", 0, "x\n"], 1)),
  );
  ofRuntime(
    ["steps", 0],
    { op: "parallel", steps: [{ op: "await", container: 0, until: "ready" }] },
    "/steps/0/steps/0/op: must be one of create, start, state, kill, delete, raw within parallel, and is await",
  );

  const ofRegistry = (at: (string | number)[], value: Json | undefined, message: string): void => {
    t.equal(messageOf(t, REGISTRY_CASE, changed(at, value, registry)), message);
  };
  ofRegistry(["steps", 0, "method"], 5, "/steps/0/method: must be a text, and is 5");
  ofRegistry(["steps", 0, "target"], undefined, '/steps/0: "target" is missing');
  ofRegistry(["steps", 0, "odd"], { declared: "x" }, '/steps/0/odd/declared: must be a whole number, and is "x"');
  ofRegistry(["steps", 0, "body"], { content: "no" }, '/steps/0/body/content: there is no content "no"');
  ofRegistry(["steps", 0, "query"], [["digest"]], "/steps/0/query/0: must have at least 2 items, and has 1");
  ofRegistry(["steps", 0, "query"], [["digest", "{sha256:no}"]], '/steps/0/query/0/1: there is no content "no"');
  ofRegistry(
    ["contents", "blob", "kind"],
    "noise",
    '/contents/blob/kind: must be one of "random", "text", "base64", "json", and is "noise"',
  );
  ofRegistry(["contents", "blob"], { ...jsonOf(["{sha256:blob}"]) } as Fields, '/contents/blob: the content "blob" names itself');

  const ofImage = (at: (string | number)[], value: Json | undefined, message: string): void => {
    t.equal(messageOf(t, IMAGE_CASE, changed(at, value, layered)), message);
  };
  ofImage(["layers", 0, "entries", 0, "content"], 5, "/layers/0/entries/0/content: must be a text or an object, and is 5");
  ofImage(
    ["layers", 0, "entries", 0, "content"],
    { size: -1, data: [] },
    "/layers/0/entries/0/content/size: must be at least 0, and is -1",
  );
  ofImage(["layers", 0, "compression"], { kind: "xz" }, '/layers/0/compression/kind: must be one of "none", "gzip", "zstd", and is "xz"');
  ofImage(["shape", "nested"], true, "/shape/nested: must be a whole number, and is true");
});

/** That an unknown name is told, and what is known. */
function messageStart(t: Test, value: unknown): string {
  const message = messageOf(t, RUNTIME_CASE, value);
  t.match(message, /^\/containers\/0: "x\\n" is unknown here; known are "config", /);
  return message;
}

t.test("another format, another version and no format at all are told", async (t) => {
  const named = (format: unknown): unknown => ({ ...runtime, format });
  t.equal(
    messageOf(t, RUNTIME_CASE, named("oci-conform/runtime-case@2")),
    "oci-conform/runtime-case@2 is of a newer version of oci-conform: this version reads oci-conform/runtime-case@1",
  );
  t.equal(
    messageOf(t, RUNTIME_CASE, registry),
    "it is not a case of the runtime suite, but oci-conform/registry-case@1; what is read here is oci-conform/runtime-case@1",
  );
  for (const value of [null, 5, [], {}])
    t.equal(messageOf(t, RUNTIME_CASE, value), 'it is not a case of the runtime suite: "format" must be "oci-conform/runtime-case@1"');
  t.match(messageOf(t, RUNTIME_CASE, named("x")), /"format" must be "oci-conform\/runtime-case@1", and is "x"$/);

  const formats = [RUNTIME_CASE, REGISTRY_CASE, IMAGE_CASE];
  t.equal(claimedFormat("f", registry, formats), REGISTRY_CASE.name);
  t.equal(claimedFormat("f", named("oci-conform/runtime-case@7"), formats), RUNTIME_CASE.name, "its reader tells about the version");
  t.throws(() => claimedFormat("f", named("oci-conform/client-case@1"), formats), {
    name: "UsageError",
    message: /^f: "format" must be one of /,
  });
  t.throws(() => claimedFormat("f", null, formats), { name: "UsageError", message: /^f: "format" must be one of / });
});

/** Every property of every object in a value: its pointer, and the value without it. */
function* without(value: Json, whole: Fields, path: (string | number)[] = []): Generator<{ pointer: string; value: Fields }> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (!Array.isArray(value)) {
      const copy = plain(whole);
      const parent = path.reduce<Json>((each, step) => (each as Fields)[step] as Json, copy) as Fields;
      delete parent[key];
      yield { pointer: [...path, key].join("/"), value: copy };
    }
    yield* without(inner, whole, [...path, Array.isArray(value) ? Number(key) : key]);
  }
}

t.test("each property that is needed is missed at its place", async (t) => {
  const missed = <Case>(whole: Fields, format: StoredFormat<Case>): string[] =>
    [...without(whole, whole)].flatMap(({ pointer, value }) => {
      const [problem] = problemsIn(value, format);
      if (!problem) return [];
      const [name = "", ...parents] = pointer.split("/").reverse();
      const place = parents
        .reverse()
        .map((step) => `/${step}`)
        .join("");
      if (name === "format" || parents.includes("contents")) return [pointer];
      t.equal(problem.path, place);
      t.ok(problem.message.startsWith(`"${name}" is missing`), problem.message);
      return [pointer];
    });
  const runtimeOnes = missed(plain(runtime), RUNTIME_CASE);
  for (const pointer of [
    "title",
    "aims",
    "containers",
    "steps",
    "containers/0/config",
    "steps/0/op",
    "steps/0/container",
    "fixtures/0/make",
  ])
    t.ok(runtimeOnes.includes(pointer), pointer);
  t.ok(runtimeOnes.includes("containers/0/config/ociVersion"));
  const registryOnes = missed(plain(registry), REGISTRY_CASE);
  for (const pointer of ["contents", "steps", "steps/0/target", "contents/blob/seed"]) t.ok(registryOnes.includes(pointer), pointer);
  const imageOnes = missed(plain(minimalImage()), IMAGE_CASE);
  for (const pointer of ["layers", "shape", "config", "layers/0/entries/0/header/dialect"]) t.ok(imageOnes.includes(pointer), pointer);
});
