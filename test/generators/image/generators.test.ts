import t from "tap";
import { anyImage, oddImage, validImage } from "../../../generators/image/case.js";
import { attributes } from "../../../generators/image/layer/attributes.js";
import { changeSets } from "../../../generators/image/layer/changes.js";
import { compression } from "../../../generators/image/layer/compression.js";
import { content } from "../../../generators/image/layer/content.js";
import { unfit } from "../../../generators/image/layer/header.js";
import { fileName } from "../../../generators/image/layer/names.js";
import { oddLayers } from "../../../generators/image/layer/odd.js";
import { style } from "../../../generators/image/layer/style.js";
import { fileTree } from "../../../generators/image/layer/tree.js";
import { imageConfig, MINIMAL_CONFIG } from "../../../generators/image/layout/image-config.js";
import { buildLayout } from "../../../generators/image/layout/layout.js";
import { shape } from "../../../generators/image/layout/shape.js";
import type { Entry, ImageCase } from "../../../runners/image/case.js";
import { applyLayers } from "../../../suites/image/model/model.js";
import { assertGenerator } from "../runtime/assert-generator.js";

const stackProblems = (layers: readonly (readonly Entry[])[]): { path: string; message: string }[] => [
  ...layers.flat().flatMap((entry) => {
    const problem = unfit(entry, entry.header.dialect);
    return problem === undefined ? [] : [{ path: entry.path, message: problem }];
  }),
  // A valid stack has nothing that no sentence decides, but for what may fail across layers.
  ...[...applyLayers(layers.map((entries) => ({ entries }))).unsure]
    .filter(([, reason]) => !/whiteout makes the directory|names a path that is not there/.test(reason))
    .map(([path, message]) => ({ path, message })),
];

const caseProblems = (subject: ImageCase): { path: string; message: string }[] => {
  const { files, names } = buildLayout(subject);
  const missing = [names.manifest, names.config, ...names.layers, "index.json", "oci-layout"].filter((path) => !files.has(path));
  return missing.map((path) => ({ path, message: "missing" }));
};

t.test("names", async (t) =>
  assertGenerator(t, fileName(), {
    problems: (name) =>
      Buffer.byteLength(name) > 255 || name.includes("/") || name.startsWith(".wh.") ? [{ path: name, message: "not a name" }] : [],
    simplest: [[() => true, "a"]],
  }),
);
t.test("contents", async (t) => assertGenerator(t, content(), { simplest: [[() => true, ""]] }));
t.test("attributes", async (t) => assertGenerator(t, attributes(), { simplest: [[() => true, {}]] }));
t.test("styles", async (t) =>
  assertGenerator(t, style(), { simplest: [[() => true, { dialect: "ustar", dot: false, order: "made", slash: true }]] }),
);
t.test("compressions", async (t) => assertGenerator(t, compression(), { simplest: [[() => true, { kind: "gzip", level: 6 }]] }));
t.test("configs", async (t) => assertGenerator(t, imageConfig(), { simplest: [[() => true, MINIMAL_CONFIG]] }));
t.test("shapes", async (t) => assertGenerator(t, shape(), { simplest: [[() => true, {}]] }));
t.test("trees", async (t) =>
  assertGenerator(t, fileTree(), { problems: (entries) => stackProblems([entries]), simplest: [[() => true, []]] }),
);

t.test("change sets", async (t) =>
  assertGenerator(t, changeSets(), {
    problems: stackProblems,
    simplest: [
      [(layers) => layers.length === 1 && layers[0]?.length === 1, [[{ ...FILE }]]],
      [(layers) => layers.length === 2, [[FILE], [{ ...FILE }]]],
    ],
  }),
);

t.test("a whiteout of what its own layer has shrinks to two entries", async (t) => {
  const own = (layers: Entry[][]): boolean =>
    layers.some((entries) => entries.some(({ path }) => path === ".wh.a") && entries.some(({ path }) => path === "a"));
  assertGenerator(t, changeSets(), { simplest: [[own, [[FILE], [FILE, { ...FILE, path: ".wh.a" }]]]] });
});

t.test("odd layers", async (t) => assertGenerator(t, oddLayers(), {}));
t.test("valid images", async (t) => assertGenerator(t, validImage(), { problems: caseProblems }));
t.test("odd images", async (t) => assertGenerator(t, oddImage(), { problems: caseProblems }));
t.test("any image", async (t) => assertGenerator(t, anyImage(), { problems: caseProblems }));

const FILE: Entry = {
  path: "a",
  type: "file",
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtime: 1_600_000_000,
  content: "",
  header: { dialect: "ustar" },
};
