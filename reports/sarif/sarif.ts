import type { Document } from "../document.js";
import type { Gate } from "../results/exit-code.js";
import { whatCame } from "../results/known.js";
import type { Finding, RequirementResult, Results } from "../results/results.js";
import { plain } from "../text.js";
import { fileUri, INPUT, levelOf, message, resultOf, uri } from "./result.js";

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/** Where the tool was started; the reader of a document knows where that is, or need not. */
const START = "START";

/** A requirement as a rule. */
function ruleOf({ id, level, section, title }: RequirementResult, suite: Results["suite"], gate: Gate) {
  const helpUri = section === "" ? undefined : uri(section);
  return {
    id,
    shortDescription: message(title),
    fullDescription: message(title),
    help: message(helpUri === undefined ? `${level}: ${title}` : `${level}: ${title}\n${helpUri}`),
    ...(helpUri === undefined ? {} : { helpUri }),
    defaultConfiguration: { level: levelOf({ level }, gate) },
    properties: { tags: ["OCI", suite, level] },
  };
}

/** Whether the tool itself did its work, and what of its configuration, the baseline, is out of date. */
function invocationOf({ requirements, complaints = [], baseline, incomplete = [] }: Results) {
  const errors = requirements.filter(({ verdict }) => verdict === "error");
  const execution = [
    ...errors.map(({ id, reason = "" }) => ({ level: "error", message: message(`${id}: ${reason}`), associatedRule: { id } })),
    ...complaints.map((complaint) => ({ level: "error", message: message(complaint) })),
    ...incomplete.map(({ what, reason }) => ({ level: "error", message: message(`Inconclusive: ${what}: ${reason}`) })),
  ];
  const configuration = (baseline?.stale ?? []).map((stale) => ({
    level: baseline?.allowStale ? "note" : "error",
    message: message(`The line of the baseline is stale: ${stale.id} ${whatCame(stale)}`),
    locations: [{ physicalLocation: { artifactLocation: { uri: fileUri(baseline?.file ?? "") }, region: { startLine: stale.line } } }],
  }));
  return {
    executionSuccessful: execution.length === 0,
    ...(execution.length > 0 ? { toolExecutionNotifications: execution } : {}),
    ...(configuration.length > 0 ? { toolConfigurationNotifications: configuration } : {}),
  };
}

/** What paths are relative to. A path that leaves the directory of the start has no address that all readers agree on. */
function basesOf({ target }: Results) {
  const path = fileUri(target.name);
  const description = message(`the image ${target.name}`);
  if (path.startsWith("file:")) return { [INPUT]: { uri: `${path}/`, description } };
  if (path.split("/").some((segment) => segment === ".." || segment === "." || segment === "")) return { [INPUT]: { description } };
  return {
    [INPUT]: { uri: `${path}/`, uriBaseId: START, description },
    [START]: { description: message("the directory in which the tool was started") },
  };
}

const failed = (result: RequirementResult): result is RequirementResult & { readonly finding: Finding } => result.finding !== undefined;

function runOf(results: Results, gate: Gate) {
  const { tool, suite, target, host, seed, shard, requirements } = results;
  const inside = requirements.some(({ finding }) => (finding?.locations ?? []).length > 0);
  return {
    tool: {
      driver: { name: tool.name, version: tool.version, rules: requirements.map((result) => ruleOf(result, suite, gate)) },
    },
    // What GitHub tells the runs of a document apart by.
    automationDetails: { id: `oci-conform/${suite}/${encodeURIComponent(target.name.toWellFormed())}/` },
    invocations: [invocationOf(results)],
    ...(inside ? { originalUriBaseIds: basesOf(results) } : {}),
    results: requirements.flatMap((result, at) => (failed(result) ? [resultOf(result, at, results, gate)] : [])),
    properties: plain({ target, host, seed, shard, summary: results.summary }),
  };
}

/** SARIF 2.1.0, with one run for each target: for code scanning, and for viewers in editors. */
export const sarif: Document = (all, { gate }) =>
  `${JSON.stringify({ $schema: SCHEMA, version: "2.1.0", runs: all.map((results) => runOf(results, gate)) }, null, 2)}\n`;
