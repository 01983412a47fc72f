import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv } from "ajv";
import fc from "fast-check";
import t from "tap";
import type { Finding, Place, RequirementResult, Results } from "../../../reports/results/results.js";
import { sarif } from "../../../reports/sarif/sarif.js";
import {
  broken,
  every,
  failed,
  known,
  NASTY,
  nasty,
  nastyBaseline,
  nastyKnown,
  ours,
  passed,
  resultsOf,
  skipped,
  stale,
  stopped,
  warned,
} from "../fixture.js";

/** The published schema, which is of draft 4; it uses nothing that draft 7 has changed but the name of its own address. */
function validator() {
  const file = createRequire(import.meta.url).resolve("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");
  const { $schema: _draft, id: _id, ...schema } = JSON.parse(readFileSync(file, "utf8"));
  // One of its patterns is none in Unicode's mode.
  const ajv = new Ajv({ allErrors: true, strict: false, unicodeRegExp: false });
  ajv.addFormat("uri", (text: string) => URL.canParse(text) && /^[\w.~:/?#[\]@!$&'()*+,;=%-]*$/.test(text));
  ajv.addFormat("uri-reference", /^[\w.~:/?#[\]@!$&'()*+,;=%-]*$/);
  ajv.addFormat("date-time", true);
  return ajv.compile(schema);
}
const validate = validator();
const isValid = (value: unknown): boolean => validate(value);

const document = (all: Results | readonly Results[], gate: "must" | "should" = "must") => {
  const parsed = JSON.parse(sarif("length" in all ? all : [all], { gate }));
  if (!isValid(parsed)) throw new Error(JSON.stringify(validate.errors));
  return parsed;
};
const finding: Finding = failed.finding ?? { expected: 1, actual: 2, case: "", replay: "" };

/** The results of an image with a failure at these places. */
function image(locations: readonly Place[], path = "layouts/a b", more: Partial<Finding> = {}): Results {
  const { directory: _directory, config: _config, ...rest } = finding;
  const places = locations.map((_, at) => `place ${at}`);
  const result: RequirementResult = { ...failed, id: "image.x.y", finding: { ...rest, case: path, places, locations, ...more } };
  const results = resultsOf([result], { suite: "image" });
  return { ...results, target: { ...results.target, name: path } };
}

t.test("whatever the results, the document is valid by the published schema", async (t) => {
  const all = [
    [],
    [resultsOf([])],
    [resultsOf(every), resultsOf([known, nastyKnown, nasty], { baseline: nastyBaseline, complaints: [NASTY], ...stopped })],
    [image([{ file: NASTY, pointer: NASTY, byte: 3 }, { file: NASTY, entry: NASTY, byte: 0 }, {}], NASTY)],
    [resultsOf([passed], { baseline: stale })],
  ];
  for (const gate of ["must", "should"] as const) for (const each of all) t.equal(document(each, gate).runs.length, each.length);
});

t.test("the check by the schema itself notices what is wrong", async (t) => {
  const whole = document(resultsOf(every));
  for (const wrong of [
    { ...whole, version: "2.0.0" },
    { ...whole, runs: [{ ...whole.runs[0], tool: {} }] },
    { ...whole, runs: [{ ...whole.runs[0], odd: 1 }] },
    { ...whole, runs: [{ ...whole.runs[0], results: [{ message: { text: "x" }, level: "fatal" }] }] },
    { ...whole, runs: [{ ...whole.runs[0], results: [{ message: { text: "x" }, workItemUris: ["no address"] }] }] },
  ])
    t.notOk(isValid(wrong));
});

t.test("each requirement is a rule, each failure a result", async (t) => {
  const { runs } = document(resultsOf([passed, failed, skipped, warned, ours, { ...warned, id: "runtime.hooks.may", level: "MAY" }]));
  const [{ tool, results }] = runs;
  t.equal(tool.driver.rules.length, 6);
  t.match(tool.driver.rules[1], {
    id: "runtime.process.umask",
    shortDescription: { text: "What is required." },
    helpUri: "https://example.org/spec.md#part",
    help: { text: "MUST: What is required.\nhttps://example.org/spec.md#part" },
    defaultConfiguration: { level: "error" },
    properties: { tags: ["OCI", "runtime", "MUST"] },
  });
  t.notOk("helpUri" in tool.driver.rules[4], "a rule of ours has no sentence");
  t.strictSame(
    results.map(({ ruleId, ruleIndex, level, kind }: Record<string, unknown>) => [ruleId, ruleIndex, level, kind]),
    [
      ["runtime.process.umask", 1, "error", "fail"],
      ["runtime.hooks.warned", 3, "warning", "fail"],
      ["robustness.hang", 4, "error", "fail"],
      ["runtime.hooks.may", 5, "note", "fail"],
    ],
  );
  t.match(results[0], {
    occurrenceCount: 2,
    locations: [{ physicalLocation: { artifactLocation: { uri: ".oci-conform/failures/runc-umask" } } }],
    properties: { expected: 18, actual: { umask: 63 }, replay: /^oci-conform replay/ },
  });
  t.equal(document(resultsOf([warned]), "should").runs[0].results[0].level, "error");
});

t.test("braces and links of others stay text", async (t) => {
  const text = (more: Partial<Finding>): string =>
    document(resultsOf([{ ...failed, finding: { ...finding, ...more } }])).runs[0].results[0].message.text;
  t.match(text({}), /^What is required\. Expected 18, actual \{\{"umask":63\}\}\.\nasked for 022\nReplay: oci-conform replay/);
  t.match(text({ actual: ["a"] }), /actual \["a"\]\./, "brackets are left alone");
  t.match(text({ note: "[x](http://e.example) \\" }), /\\\[x\\\]\(http:\/\/e\.example\) \\\\\n/);
});

t.test("what the baseline expects is suppressed with its reason", async (t) => {
  const [found, plain] = document(resultsOf([known, failed])).runs[0].results;
  t.match(found, {
    level: "error",
    suppressions: [{ kind: "external", status: "accepted", justification: /^the kernel lacks it/ }],
    workItemUris: ["https://example.org/issues/7"],
  });
  t.notOk("suppressions" in plain);
  t.notOk("baselineState" in found);
});

t.test("places in an image are relative to it", async (t) => {
  const { runs } = document(
    image([
      { file: "index.json", pointer: "/manifests/0/size", byte: 40 },
      { file: "index.json", pointer: "", byte: 0 },
      { file: "blobs/sha256/ab", entry: "etc/x y", byte: 1024 },
      { file: "blobs/sha256/c:d%" },
      {},
    ]),
  );
  const [{ results, originalUriBaseIds }] = runs;
  t.match(originalUriBaseIds, { INPUT: { uri: "layouts/a%20b/", uriBaseId: "START" }, START: { description: { text: /started/ } } });
  t.strictSame(results[0].locations, [
    {
      physicalLocation: { artifactLocation: { uri: "index.json", uriBaseId: "INPUT" }, region: { byteOffset: 40 } },
      logicalLocations: [{ name: "size", fullyQualifiedName: "/manifests/0/size", kind: "value" }],
      message: { text: "place 0" },
    },
    {
      physicalLocation: { artifactLocation: { uri: "index.json", uriBaseId: "INPUT" }, region: { byteOffset: 0 } },
      message: { text: "place 1" },
    },
    {
      physicalLocation: { artifactLocation: { uri: "blobs/sha256/ab", uriBaseId: "INPUT" } },
      logicalLocations: [{ name: "etc/x y", fullyQualifiedName: "etc/x y", kind: "resource", properties: { byteOffsetInArchive: 1024 } }],
      message: { text: "place 2" },
    },
    { physicalLocation: { artifactLocation: { uri: "blobs/sha256/c%3Ad%25", uriBaseId: "INPUT" } }, message: { text: "place 3" } },
    { physicalLocation: { artifactLocation: { uri: "layouts/a%20b" } }, message: { text: "place 4" } },
  ]);
  const bases = (path: string) => document(image([{ file: "index.json" }], path)).runs[0].originalUriBaseIds;
  t.equal(bases("./layout").INPUT.uri, "layout/");
  t.match(bases("/srv/images/a"), { INPUT: { uri: "file:///srv/images/a/" }, START: undefined });
  for (const path of ["../a", ".", "a//b"]) t.strictSame(Object.keys(bases(path).INPUT), ["description"], path);
  t.notOk("originalUriBaseIds" in document(resultsOf([failed])).runs[0]);
});

t.test("fingerprints are stable between runs, and tell requirements and targets apart", async (t) => {
  const print = (results: Results): string => document(results).runs[0].results[0].partialFingerprints["requirement/v1"];
  const before = print(image([{ file: "blobs/sha256/ab", pointer: "/a" }]));
  t.match(before, /^[0-9a-f]{64}$/);
  t.equal(
    print(image([{ file: "blobs/sha256/cd", pointer: "/b" }], "layouts/a b", { actual: 7 })),
    before,
    "the same failure of a new build",
  );
  t.not(print(image([{ file: "blobs/sha256/ab" }], "other")), before);
  const two = document(resultsOf([failed, ours])).runs[0].results;
  t.not(two[0].partialFingerprints["requirement/v1"], two[1].partialFingerprints["requirement/v1"]);
});

t.test("faults of the tool and stale lines of the baseline are notifications", async (t) => {
  const { runs } = document(resultsOf([broken], { complaints: ["a {case}"], ...stopped, baseline: stale }));
  t.match(runs[0].invocations, [
    {
      executionSuccessful: false,
      toolExecutionNotifications: [
        { level: "error", message: { text: "runtime.state.pid: a check threw" }, associatedRule: { id: "runtime.state.pid" } },
        { message: { text: "a {{case}}" } },
        { message: { text: "Inconclusive: runc: interrupted after 60 cases" } },
      ],
      toolConfigurationNotifications: [
        {
          level: "error",
          message: { text: "The line of the baseline is stale: runtime.process.cwd no longer fails: it passed in 3 cases" },
          locations: [{ physicalLocation: { artifactLocation: { uri: "ci/baseline.yaml" }, region: { startLine: 12 } } }],
        },
        {},
      ],
    },
  ]);
  t.strictSame(document(resultsOf([passed])).runs[0].invocations, [{ executionSuccessful: true }]);
  const allowed = document(resultsOf([passed], { baseline: { ...stale, allowStale: true } }));
  t.equal(allowed.runs[0].invocations[0].toolConfigurationNotifications[0].level, "note");
});

t.test("one run for each target, told apart by name", async (t) => {
  const { runs } = document([image([{ file: "index.json" }], "a/x"), image([{ file: "index.json" }], "b/x")]);
  t.strictSame(
    runs.map(({ automationDetails }: { automationDetails: { id: string } }) => automationDetails.id),
    ["oci-conform/image/a%2Fx/", "oci-conform/image/b%2Fx/"],
  );
});

t.test("no name of a file breaks an address", async () => {
  const name = fc.string({ unit: "binary", minLength: 1 });
  fc.assert(
    fc.property(name, name, name, (path, file, entry) => {
      const { runs } = document(
        image(
          [
            { file, entry, byte: 1 },
            { file, pointer: `/${entry}`, byte: 2 },
          ],
          path,
        ),
      );
      return runs[0].results[0].locations.length === 2;
    }),
  );
});
