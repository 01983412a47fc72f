import { headline, otherKinds } from "./headline.js";
import type { Format } from "./reporter.js";
import { coverage, failingRows } from "./results/combinations.js";
import { failsRun, type Gate } from "./results/exit-code.js";
import { placeOf, shardInWords, whatCame, whyExpected } from "./results/known.js";
import type { BaselineUse, Incomplete, RequirementResult, Results, Stale } from "./results/results.js";
import { areaOf, groupBy, pretty } from "./text.js";

const WIDTH = 120;
const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\n": "&#10;",
  "\t": "&#9;",
  "\r": "&#13;",
};

/** Characters that XML 1.0 knows in no form at all become the replacement character; so do halves of surrogate pairs. */
const legal = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, (character) => (/[\t\n\r\u007f-\u009f]/.test(character) ? character : "\ufffd"));

const escaped = (text: string): string => legal(text).replace(/[&<>"\r]/g, (character) => ENTITIES[character] ?? character);

/** Attributes keep their line feeds only as references. */
const attributes = (values: Readonly<Record<string, string | number | undefined>>): string =>
  Object.entries(values)
    .flatMap(([name, value]) =>
      value === undefined ? [] : [` ${name}="${escaped(String(value)).replace(/[\n\t]/g, (character) => ENTITIES[character] ?? "")}"`],
    )
    .join("");

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(3);

/** The whole story of a failure, for people. */
function story(result: RequirementResult): string {
  const { id, level, section, title, exercised, failures, reason, finding } = result;
  const value = (name: string, shown: unknown): string => `${name}: ${typeof shown === "string" ? shown : pretty(shown, WIDTH)}`;
  return [
    `${level}: ${title}`,
    ...(section === "" ? [] : [section]),
    ...(reason === undefined ? [] : [reason]),
    ...(finding
      ? [
          `expected: ${pretty(finding.expected, WIDTH)}`,
          `actual: ${pretty(finding.actual, WIDTH)}`,
          ...(finding.note === undefined ? [] : [value("note", finding.note)]),
          `failed in ${failures} of ${exercised} cases that exercise it${finding.confirmed ? `; confirmed ${finding.confirmed.failed} of ${finding.confirmed.runs}` : ""}`,
          ...(finding.flaky === undefined ? [] : [value("flaky", finding.flaky)]),
          ...failingRows(finding).map((line) => value("rows", line)),
          value("case", finding.case),
          ...(finding.config === undefined ? [] : [value("config", finding.config)]),
          ...(finding.places ?? []).map((place) => value("where", place)),
          ...(finding.directory === undefined ? [] : [value("stored", finding.directory)]),
          value("replay", finding.replay),
          ...otherKinds(result).map((line) => value("also", line)),
          ...(finding.cause === undefined || finding.cause === id ? [] : [value("same cause as", finding.cause)]),
          ...(finding.output === undefined ? [] : [value("output", finding.output)]),
        ]
      : []),
  ].join("\n");
}

/** What is written of a test case: how it is counted, and the element that says so. */
interface TestCase {
  readonly name: string;
  readonly milliseconds: number;
  readonly outcome: "passed" | "failures" | "errors" | "skipped";
  readonly body: string;
}

const element = (name: string, values: Readonly<Record<string, string>>, text: string): string =>
  `<${name}${attributes(values)}>${escaped(text)}</${name}>`;

/**
 * Some consumers show the message of a `skipped` element, some its text. JUnit has no word for a warning or for an expected
 * failure: what fails no run is skipped, with its story.
 */
const skipped = (message: string, text = message): Pick<TestCase, "outcome" | "body"> => ({
  outcome: "skipped",
  body: element("skipped", { message }, text),
});

function outcomeOf(result: RequirementResult, gate: Gate): Pick<TestCase, "outcome" | "body"> {
  switch (result.verdict) {
    case "pass":
      return { outcome: "passed", body: "" };
    case "skip":
      return skipped(result.reason ?? "");
    case "unexercised":
      return skipped(`unexercised: ${result.reason ?? ""}`);
    case "error":
      return { outcome: "errors", body: element("error", { message: headline(result), type: "harness" }, story(result)) };
    case "fail":
    case "unconfirmed":
      if (result.expected) return skipped(`expected by the baseline: ${whyExpected(result.expected)}: ${headline(result)}`, story(result));
      if (failsRun(result, gate))
        return { outcome: "failures", body: element("failure", { message: headline(result), type: result.level }, story(result)) };
      if (result.verdict === "unconfirmed") return skipped(`unconfirmed, fails no run: ${headline(result)}`, story(result));
      return skipped(`${result.level}, warns only: ${headline(result)}`, story(result));
  }
}

const requirementCase = (result: RequirementResult, gate: Gate): TestCase => ({
  name: result.id,
  milliseconds: result.durationMs,
  ...outcomeOf(result, gate),
});

/** A stale line of the baseline is a test case of its own, which fails unless such lines are let pass. */
function staleCase(baseline: BaselineUse, stale: Stale): TestCase {
  const message = `${stale.id} ${whatCame(stale)}`;
  const text = `${placeOf(baseline, stale)}: ${message}`;
  const base = { name: stale.id, milliseconds: 0 };
  if (baseline.allowStale) return { ...base, ...skipped(message, text) };
  return { ...base, outcome: "failures", body: element("failure", { message, type: "stale" }, text) };
}

const properties = (values: Readonly<Record<string, string | number | boolean | undefined>>): string =>
  `    <properties>\n${Object.entries(values)
    .flatMap(([name, value]) => (value === undefined ? [] : [`      <property${attributes({ name, value: String(value) })}/>\n`]))
    .join("")}    </properties>\n`;

const propertiesOf = (results: Results): string => {
  const { tool, target, host, seed, shard, baseline, cases, interrupted } = results;
  return properties({
    tool: `${tool.name} ${tool.version}`,
    target: target.name,
    "target.command": target.command,
    "target.version": target.version,
    "target.spec": target.spec,
    "host.kernel": host.kernel,
    "host.arch": host.arch,
    "host.cgroup": host.cgroup,
    "host.root": host.root,
    seed,
    shard: shard && shardInWords(shard),
    baseline: baseline?.file,
    cases,
    combinations: coverage(results),
    interrupted,
  });
};

interface Suite {
  readonly xml: string;
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly milliseconds: number;
}

const document = (name: string, suites: readonly Suite[]): string => {
  const sum = (of: (suite: Suite) => number): number => suites.reduce((total, suite) => total + of(suite), 0);
  const totals = { tests: sum(({ tests }) => tests), failures: sum(({ failures }) => failures), errors: sum(({ errors }) => errors) };
  const time = seconds(sum(({ milliseconds }) => milliseconds));
  const head = `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributes({ name, ...totals, time })}>\n`;
  return `${head}${suites.map(({ xml }) => xml).join("")}</testsuites>\n`;
};

/** What was to be tested and was not is an error each: a consumer that counts failures alone must not take it for good. */
const incompleteCase = ({ what, reason }: Incomplete, at: number, all: readonly Incomplete[]): TestCase => ({
  name: all.findIndex((other) => other.what === what) === at ? what : `${what} (${at + 1})`,
  milliseconds: 0,
  outcome: "errors",
  body: element("error", { message: `inconclusive: ${reason}`, type: "inconclusive" }, `${what}: ${reason}`),
});

/** Tells of the harness's own faults outside of any requirement, which no run with them may hide. */
const complaintsCase = (complaints: readonly string[]): TestCase => ({
  name: "complaints",
  milliseconds: 0,
  outcome: "errors",
  body: element("error", { message: complaints[0] ?? "", type: "harness" }, complaints.join("\n")),
});

/** JUnit XML as Jenkins and GitLab read it: a suite for each area of the spec, a test case for each requirement. */
export const junit: Format = (out, { gate, now = Date.now }) => {
  let spec = "runtime";
  let begun = now();
  const suite = (id: number, name: string, properties: string, cases: readonly TestCase[]): Suite => {
    const counted = (what: TestCase["outcome"]): number => cases.filter(({ outcome }) => outcome === what).length;
    const counts = { tests: cases.length, failures: counted("failures"), errors: counted("errors"), skipped: counted("skipped") };
    const milliseconds = cases.reduce((total, each) => total + each.milliseconds, 0);
    const timestamp = new Date(begun).toISOString().replace(/\.\d+Z$/, "");
    const head = attributes({ name, package: spec, id, ...counts, time: seconds(milliseconds), timestamp, hostname: "localhost" });
    const lines = cases.map((each) => {
      const named = attributes({ name: each.name, classname: name, time: seconds(each.milliseconds) });
      return each.body === "" ? `    <testcase${named}/>\n` : `    <testcase${named}>\n      ${each.body}\n    </testcase>\n`;
    });
    const xml = `  <testsuite${head}>\n${properties}${lines.join("")}    <system-out/>\n    <system-err/>\n  </testsuite>\n`;
    return { xml, tests: counts.tests, failures: counts.failures, errors: counts.errors, milliseconds };
  };
  return {
    begin: (run) => {
      spec = run.spec;
      begun = now();
    },
    progress: () => undefined,
    requirement: () => undefined,
    end: (results) => {
      const { requirements, baseline, complaints = [], incomplete = [] } = results;
      const stale = baseline?.stale.map((each) => staleCase(baseline, each)) ?? [];
      const groups: readonly (readonly [string, readonly TestCase[]])[] = [
        ...[...groupBy(requirements, ({ id }) => areaOf(id))].map(
          ([area, own]) => [area, own.map((result) => requirementCase(result, gate))] as const,
        ),
        ...(stale.length > 0 ? [["baseline", stale] as const] : []),
        ...(incomplete.length > 0 ? [["incomplete", incomplete.map(incompleteCase)] as const] : []),
        ...(complaints.length > 0 ? [["harness", [complaintsCase(complaints)]] as const] : []),
      ];
      const shared = propertiesOf(results);
      const suites = groups.map(([area, cases], at) => suite(at, `${spec}.${area}`, shared, cases));
      out.write(document(`oci-conform ${spec}: ${results.target.name}`, suites));
    },
    inconclusive: (message) => {
      const preflight = `inconclusive: ${message}`;
      const only: TestCase = {
        name: `${spec}.preflight`,
        milliseconds: Math.max(0, now() - begun),
        outcome: "errors",
        body: element("error", { message: preflight, type: "harness" }, `The target and the host can be tested.\n${preflight}`),
      };
      out.write(document(`oci-conform ${spec}`, [suite(0, `${spec}.preflight`, properties({ inconclusive: true }), [only])]));
    },
  };
};
