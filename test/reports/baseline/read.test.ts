import t from "tap";
import { parseBaseline, readBaseline } from "../../../reports/baseline/read.js";

const known = {
  has: (id: string) => id === "runtime.a.b" || id === "image.c.d",
  suggest: (id: string) => (id.startsWith("runtime.a") ? "runtime.a.b" : undefined),
};
const HEAD = "format: oci-conform/baseline@1\nexpected:\n";
const ENTRY = "  - id: runtime.a.b\n    reason: known\n";
const read = (text: string) => parseBaseline("base.yaml", text, known);

t.test("entries come with their lines", async (t) => {
  const { entries } = read(
    `# kept\n${HEAD}${ENTRY}  # another\n  - { id: image.c.d, reason: r, issue: 'https://example.org/1', flaky: true, when: { version: '>=1.1 <2', arch: x64 } }\n`,
  );
  t.match(entries, [
    { id: "runtime.a.b", reason: "known", line: 4 },
    { id: "image.c.d", issue: "https://example.org/1", flaky: true, when: { version: ">=1.1 <2", arch: "x64" }, line: 7 },
  ]);
  t.same(read("format: oci-conform/baseline@1\nexpected: []\n").entries, []);
});

t.test("the same requirement may be known under several conditions", async (t) => {
  t.equal(read(`${HEAD}${ENTRY}    when: { arch: x64 }\n${ENTRY}    when: { arch: arm64 }\n`).entries.length, 2);
});

t.test("what is wrong is said in one line, with the number of the line", async (t) => {
  const wrong: readonly (readonly [name: string, text: string, said: RegExp])[] = [
    ["empty", "", /^base\.yaml:1: the baseline is empty/],
    ["a comment alone", "# nothing\n", /empty/],
    ["a scalar", "hello", /:1: it must be a mapping/],
    ["a list", "- id: x\n", /:1: it must be a mapping/],
    ["no YAML", `${HEAD}  - {id: [\n`, /^base\.yaml:\d+: /],
    ["a tab", `${HEAD}\t- id: x\n`, /^base\.yaml:\d: /],
    ["no format", `expected: []\n`, /:1: it must be a mapping with 'format: oci-conform\/baseline@1'/],
    ["another format", `format: other\nexpected: []\n`, /:1: format: it must be 'oci-conform\/baseline@1'/],
    ["no list", `format: oci-conform/baseline@1\nexpected: 3\n`, /:2: expected: it must be a list/],
    ["null list", `format: oci-conform/baseline@1\nexpected:\n`, /:2: expected: it must be a list/],
    ["unknown key", `${HEAD}${ENTRY}    raeson: x\n`, /:5: unknown key 'raeson'; did you mean reason\?/],
    ["unknown key above", `frmat: x\n${HEAD}${ENTRY}`, /:1: unknown key 'frmat'; did you mean format\?/],
    ["unknown condition", `${HEAD}${ENTRY}    when:\n      kernal: '>5'\n`, /:6: unknown key 'kernal'; did you mean kernel\?/],
    ["an entry that is a word", `${HEAD}  - runtime.a.b\n`, /:3: .*an entry must be a mapping with an 'id' and a 'reason'/],
    ["no reason", `${HEAD}  - id: runtime.a.b\n`, /:3: .*an entry must be a mapping/],
    ["an empty reason", `${HEAD}  - id: runtime.a.b\n    reason: ''\n`, /:4: reason: it must say in words/],
    ["a number for a reason", `${HEAD}  - id: runtime.a.b\n    reason: 3\n`, /:4: reason: it must say in words/],
    ["a bad address", `${HEAD}${ENTRY}    issue: 123\n`, /:5: issue: it must be an address/],
    ["a bad flag", `${HEAD}${ENTRY}    flaky: maybe\n`, /:5: flaky: it must be true or false/],
    ["a bad range", `${HEAD}${ENTRY}    when: { version: '1.x' }\n`, /:5: version: it must be comparisons/],
    ["a number for a range", `${HEAD}${ENTRY}    when: { version: 1.1 }\n`, /:5: version: it must be comparisons in quotes/],
    ["a bad view", `${HEAD}${ENTRY}    when: { cgroup: v3 }\n`, /:5: cgroup: it must be one of host, v1, v2, none/],
    ["no condition", `${HEAD}${ENTRY}    when: {}\n`, /:5: when: it must be a mapping with one of/],
    ["unknown id", `${HEAD}  - id: runtime.a.c\n    reason: r\n`, /:3: no such requirement: runtime\.a\.c; did you mean runtime\.a\.b\?/],
    ["strange id", `${HEAD}  - id: xyz\n    reason: r\n`, /:3: no such requirement: xyz$/],
    ["twice", `${HEAD}${ENTRY}${ENTRY}`, /:5: runtime\.a\.b is listed already in line 3$/],
    ["twice under a condition", `${HEAD}${ENTRY}    when: {arch: x}\n${ENTRY}    when: {arch: x}\n`, /line 3, under the same condition$/],
    ["a key twice", `${HEAD}${ENTRY}    reason: again\n`, /:5: .*unique/i],
    ["two documents", `${HEAD}${ENTRY}---\na: 1\n`, /second document/],
  ];
  for (const [name, text, said] of wrong) {
    try {
      read(text);
      t.fail(`${name}: accepted`);
    } catch (thrown) {
      t.match(thrown, { name: "UsageError", message: said }, name);
      t.notMatch(String(thrown), /\n/, `${name}: one line`);
    }
  }
});

t.test("a file that cannot be read is told with its name", async (t) => {
  const directory = t.testdir({});
  t.throws(() => readBaseline(`${directory}/none.yaml`, known), {
    name: "UsageError",
    message: /none\.yaml: it cannot be read \(ENOENT\); --update-baseline makes it/,
  });
  t.throws(() => readBaseline(directory, known), { name: "UsageError", message: /it cannot be read \(EISDIR\)/ });
});
