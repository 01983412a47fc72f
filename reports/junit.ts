import { gates } from "./exit-code.js";
import type { Format } from "./reporter.js";
import type { RequirementResult, Results } from "./results.js";
import { areaOf, groupBy, inline, pretty } from "./text.js";

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
function story({ level, section, title, exercised, failures, reason, finding }: RequirementResult): string {
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
          value("case", finding.case),
          ...(finding.config === undefined ? [] : [value("config", finding.config)]),
          ...(finding.places ?? []).map((place) => value("where", place)),
          ...(finding.directory === undefined ? [] : [value("stored", finding.directory)]),
          value("replay", finding.replay),
          ...(finding.output === undefined ? [] : [value("output", finding.output)]),
        ]
      : []),
  ].join("\n");
}

const headline = ({ title, finding, reason }: RequirementResult): string =>
  finding ? `${title} Expected ${inline(finding.expected)}, actual ${inline(finding.actual)}.` : (reason ?? title);

/** What JUnit counts a result as: it has no word for a warning, so that a finding that fails no run is skipped, with its story. */
function outcome(result: RequirementResult, warns: boolean): "failures" | "errors" | "skipped" | "passed" {
  if (result.verdict === "fail") return warns ? "skipped" : "failures";
  if (result.verdict === "error") return "errors";
  return result.verdict === "pass" ? "passed" : "skipped";
}

function body(result: RequirementResult, warns: boolean): string {
  const element = (name: string, values: Readonly<Record<string, string>>): string =>
    `<${name}${attributes(values)}>${escaped(story(result))}</${name}>`;
  switch (outcome(result, warns)) {
    case "failures":
      return element("failure", { message: headline(result), type: result.level });
    case "errors":
      return element("error", { message: headline(result), type: "harness" });
    case "skipped":
      if (result.verdict === "fail") return element("skipped", { message: `${result.level}, warns only: ${headline(result)}` });
      return `<skipped${attributes({ message: `${result.verdict === "skip" ? "" : "unexercised: "}${result.reason ?? ""}` })}/>`;
    case "passed":
      return "";
  }
}

const properties = (values: Readonly<Record<string, string | number | boolean | undefined>>): string =>
  `    <properties>\n${Object.entries(values)
    .flatMap(([name, value]) => (value === undefined ? [] : [`      <property${attributes({ name, value: String(value) })}/>\n`]))
    .join("")}    </properties>\n`;

const propertiesOf = ({ tool, target, host, seed, cases, interrupted }: Results): string =>
  properties({
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
    cases,
    interrupted,
  });

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

/** JUnit XML as Jenkins and GitLab read it: a suite for each area of the spec, a test case for each requirement. */
export const junit: Format = (out, { gate, now = Date.now }) => {
  let spec = "runtime";
  let begun = now();
  const suite = (
    id: number,
    name: string,
    inside: { readonly properties: string; readonly results: readonly RequirementResult[] },
  ): Suite => {
    const warns = (result: RequirementResult): boolean => !gates(result, gate);
    const counted = (what: ReturnType<typeof outcome>): number =>
      inside.results.filter((result) => outcome(result, warns(result)) === what).length;
    const counts = { tests: inside.results.length, failures: counted("failures"), errors: counted("errors"), skipped: counted("skipped") };
    const milliseconds = inside.results.reduce((total, { durationMs }) => total + durationMs, 0);
    const timestamp = new Date(begun).toISOString().replace(/\.\d+Z$/, "");
    const head = attributes({ name, package: spec, id, ...counts, time: seconds(milliseconds), timestamp, hostname: "localhost" });
    const cases = inside.results.map((result) => {
      const named = attributes({ name: result.id, classname: name, time: seconds(result.durationMs) });
      const content = body(result, warns(result));
      return content === "" ? `    <testcase${named}/>\n` : `    <testcase${named}>\n      ${content}\n    </testcase>\n`;
    });
    const xml = `  <testsuite${head}>\n${inside.properties}${cases.join("")}    <system-out/>\n    <system-err/>\n  </testsuite>\n`;
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
      const shared = propertiesOf(results);
      const areas = [...groupBy(results.requirements, ({ id }) => areaOf(id))];
      const suites = areas.map(([area, own], at) => suite(at, `${spec}.${area}`, { properties: shared, results: own }));
      out.write(document(`oci-conform ${spec}: ${results.target.name}`, suites));
    },
    inconclusive: (message) => {
      const preflight: RequirementResult = {
        id: `${spec}.preflight`,
        level: "ROBUSTNESS",
        section: "",
        title: "The target and the host can be tested.",
        verdict: "error",
        exercised: 0,
        cases: 0,
        failures: 0,
        durationMs: Math.max(0, now() - begun),
        reason: `inconclusive: ${message}`,
      };
      const only = suite(0, `${spec}.preflight`, { properties: properties({}), results: [preflight] });
      out.write(document(`oci-conform ${spec}`, [only]));
    },
  };
};
