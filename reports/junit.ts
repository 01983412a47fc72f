import type { Sink } from "./output.js";
import type { Reporter } from "./reporter.js";
import { areaOf, type RequirementResult, type Results } from "./results.js";

/** What XML 1.0 cannot hold becomes U+FFFD; the rest of the special characters are escaped. */
export const escapeXml = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML 1.0 excludes
    .replaceAll(
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
      "\ufffd",
    )
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");

const attributes = (pairs: Readonly<Record<string, string | number>>): string =>
  Object.entries(pairs)
    .map(([key, value]) => ` ${key}="${escapeXml(String(value)).replaceAll("\n", "&#10;")}"`)
    .join("");

const inWords = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "nothing"));

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(3);

function content(result: RequirementResult): string {
  const { verdict, finding, reason = "" } = result;
  if (verdict === "pass") return "";
  if (verdict === "skip") return `<skipped${attributes({ message: reason })}/>`;
  if (verdict === "unexercised") return `<skipped${attributes({ message: `unexercised: ${reason}` })}/>`;
  if (verdict === "error")
    return `<error${attributes({ message: reason.split("\n")[0] ?? "", type: "harness" })}>${escapeXml(reason)}</error>`;
  const text = [
    `${result.title}\n${result.section}`,
    `expected: ${inWords(finding?.expected)}`,
    `actual: ${inWords(finding?.actual)}`,
    ...(finding?.note === undefined ? [] : [`note: ${finding.note}`]),
    ...(finding?.output === undefined ? [] : [`output:\n${finding.output}`]),
    `config: ${inWords(finding?.config)}`,
    `replay: ${finding?.replay ?? ""}`,
  ].join("\n");
  return `<failure${attributes({ message: `${result.level}: ${result.title}`, type: result.level })}>${escapeXml(text)}</failure>`;
}

function testcase(result: RequirementResult): string {
  const inner = content(result);
  const head = `    <testcase${attributes({ classname: `oci-conform.${areaOf(result.id)}`, name: result.id, time: seconds(result.durationMs) })}`;
  return inner === "" ? `${head}/>\n` : `${head}>${inner}</testcase>\n`;
}

/** The counts that suites carry as attributes. */
const countsOf = (results: readonly RequirementResult[]) => ({
  tests: results.length,
  failures: results.filter(({ verdict }) => verdict === "fail").length,
  errors: results.filter(({ verdict }) => verdict === "error").length,
  skipped: results.filter(({ verdict }) => verdict === "skip" || verdict === "unexercised").length,
  time: seconds(results.reduce((sum, { durationMs }) => sum + durationMs, 0)),
});

function document({ requirements, target, host, seed, durationMs }: Results): string {
  const areas = grouped(requirements);
  const properties = { target: target.name, version: target.version, spec: target.spec, kernel: host.kernel, cgroup: host.cgroup, seed };
  const list = Object.entries(properties).map(([name, value]) => `      <property${attributes({ name, value })}/>\n`);
  const suites = [...areas].map(
    ([area, own]) =>
      `  <testsuite${attributes({ name: `oci-conform.${area}`, ...countsOf(own) })}>\n    <properties>\n${list.join("")}    </properties>\n${own.map(testcase).join("")}  </testsuite>\n`,
  );
  const total = { ...countsOf(requirements), time: seconds(durationMs) };
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributes({ name: "oci-conform", ...total })}>\n${suites.join("")}</testsuites>\n`;
}

function grouped(requirements: readonly RequirementResult[]): Map<string, RequirementResult[]> {
  const areas = new Map<string, RequirementResult[]>();
  for (const result of requirements) areas.set(areaOf(result.id), [...(areas.get(areaOf(result.id)) ?? []), result]);
  return areas;
}

/** JUnit XML: a suite for each area of the spec, a test case for each requirement. */
export const junitReporter = (sink: Sink): Reporter => ({
  begin: () => undefined,
  progress: () => undefined,
  requirement: () => undefined,
  end: (results) => {
    sink.write(document(results));
    sink.close();
  },
  inconclusive: (message) => {
    const error = `<error${attributes({ message: "inconclusive", type: "inconclusive" })}>${escapeXml(message)}</error>`;
    const counts = attributes({ name: "oci-conform", tests: 1, failures: 0, errors: 1, skipped: 0, time: "0.000" });
    sink.write(
      `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${counts}>\n  <testsuite${counts}>\n    <testcase${attributes({ classname: "oci-conform", name: "preflight", time: "0.000" })}>${error}</testcase>\n  </testsuite>\n</testsuites>\n`,
    );
    sink.close();
  },
});
