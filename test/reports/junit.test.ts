import t from "tap";
import { junit } from "../../reports/junit.js";
import type { Results } from "../../reports/results.js";
import { broken, every, NASTY, nasty, nastySkip, passed, play, resultsOf, run, Screen, warned } from "./fixture.js";
import { type Element, parseXml } from "./xml.js";

const begin = Date.UTC(2026, 0, 2, 3, 4, 5);
const document = async (results: Results, gate: "must" | "should" = "must"): Promise<Element> => {
  const screen = new Screen();
  await play(junit(screen, { gate, now: () => begin }), results);
  return parseXml(screen.text);
};

const below = (element: Element, name: string): Element[] => element.children.filter((child) => child.name === name);
const only = (element: Element | undefined, name: string): Element => {
  const [found, ...more] = element ? below(element, name) : [];
  if (!found || more.length > 0) throw new Error(`not exactly one <${name}>`);
  return found;
};
const casesOf = (root: Element): Element[] => below(root, "testsuite").flatMap((suite) => below(suite, "testcase"));
const caseOf = (root: Element, id: string): Element | undefined => casesOf(root).find(({ attributes }) => attributes.get("name") === id);

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

t.test("the structure holds, whatever the results", async (t) => {
  for (const gate of ["must", "should"] as const) {
    for (const requirements of [every, [], [passed], [nasty, nastySkip]]) {
      t.strictSame(problems(await document(resultsOf(requirements), gate)), []);
    }
  }
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

t.test("special characters come back as they were, except those that XML cannot hold", async (t) => {
  const root = await document(resultsOf([nasty, nastySkip]));
  const legal = NASTY.replace("\u0000", "\ufffd").replace("\u001b", "\ufffd").replace("\ud800", "\ufffd");
  t.equal(only(caseOf(root, nastySkip.id), "skipped").attributes.get("message"), legal);
  t.ok(only(caseOf(root, nasty.id), "failure").text.includes(`output: ${legal}`));
});

t.test("target, host and seed are properties of every suite", async (t) => {
  const root = await document(resultsOf([passed, broken], { interrupted: true }));
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
