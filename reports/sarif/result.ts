import { createHash } from "node:crypto";
import { headline, otherKinds } from "../headline.js";
import { failsRun, type Gate, gates } from "../results/exit-code.js";
import { whyExpected } from "../results/known.js";
import type { Finding, Place, RequirementResult, Results } from "../results/results.js";
import { plain, printable } from "../text.js";

/** The name of the input's own place, to which the addresses of files in it are relative. */
export const INPUT = "INPUT";

/**
 * A message string: braces are doubled, since single ones are placeholders (SARIF 2.1.0, 3.11.5), and what could be read as an
 * embedded link (3.11.6) is escaped.
 */
export const message = (text: string): { readonly text: string } => {
  const shown = printable(text).replace(/[{}]/g, "$&$&");
  return { text: /\[[^\]]*\]\(/.test(shown) ? shown.replace(/[\\[\]]/g, "\\$&") : shown };
};

/** An absolute address as it may stand in a document; undefined where it is none. */
export const uri = (address: string): string | undefined => (URL.canParse(address) ? new URL(address).href : undefined);

/** A path as a relative reference; a leading colon-like segment cannot become a scheme. */
export const pathUri = (path: string): string =>
  path
    .replace(/^(?:\.\/+)+/, "")
    .split("/")
    .map((segment) => encodeURIComponent(segment.toWellFormed()))
    .join("/");

/** A path as an address: `file:` where it is absolute, else relative to where the tool was started. */
export const fileUri = (path: string): string => (path.startsWith("/") ? `file://${pathUri(path)}` : pathUri(path));

/** How bad a failure is, whether or not it is expected. */
export function levelOf({ level }: Pick<RequirementResult, "level">, gate: Gate): "error" | "warning" | "note" {
  if (gates({ level }, gate)) return "error";
  return level === "MAY" ? "note" : "warning";
}

/** What is meant within a file: a value of a JSON document, or an entry of an archive. */
function logicalLocations({ pointer, entry, byte }: Place) {
  if (entry !== undefined) {
    const properties = byte === undefined ? {} : { properties: { byteOffsetInArchive: byte } };
    return [{ name: entry, fullyQualifiedName: entry, kind: "resource", ...properties }];
  }
  // The root of a document is the file itself.
  return pointer ? [{ name: pointer.slice(pointer.lastIndexOf("/") + 1), fullyQualifiedName: pointer, kind: "value" }] : undefined;
}

function locationOf(place: Place, words: string | undefined, input: string) {
  const { file, pointer, byte } = place;
  const logical = logicalLocations(place);
  return {
    physicalLocation: {
      artifactLocation: file === undefined ? { uri: fileUri(input) } : { uri: pathUri(file), uriBaseId: INPUT },
      ...(pointer === undefined || byte === undefined ? {} : { region: { byteOffset: byte } }),
    },
    ...(logical === undefined ? {} : { logicalLocations: logical }),
    ...(words === undefined ? {} : { message: message(words) }),
  };
}

/** Where to look: in the input, else at the stored case; else the target is all that can be named. */
function locationsOf({ locations = [], places, directory }: Finding, { target }: Results) {
  if (locations.length > 0) return locations.map((place, at) => locationOf(place, places?.[at], target.name));
  if (directory !== undefined) return [{ physicalLocation: { artifactLocation: { uri: fileUri(directory) } } }];
  return [{ logicalLocations: [{ name: target.name, kind: "module" }] }];
}

/** The same for a requirement that fails again in a later run, whatever its smallest case then is. */
const fingerprint = ({ suite, target }: Results, id: string): string =>
  createHash("sha256").update([suite, target.name, id].join("\0")).digest("hex");

/** A failure, with its places; one that the baseline lists is suppressed. */
export function resultOf(result: RequirementResult & { readonly finding: Finding }, ruleIndex: number, results: Results, gate: Gate) {
  const { id, failures, finding, expected } = result;
  const { expected: wanted, actual, note, replay, case: title, flaky, confirmed, cause } = finding;
  const print = fingerprint(results, id);
  const issue = expected?.issue === undefined ? undefined : uri(expected.issue);
  return {
    ruleId: id,
    ruleIndex,
    kind: "fail",
    level: result.verdict === "unconfirmed" && !failsRun(result, gate) ? "note" : levelOf(result, gate),
    message: message(
      `${headline(result)}${note === undefined ? "" : `\n${note}`}${cause === undefined || cause === id ? "" : `\nIt has the same cause as ${cause}.`}\nReplay: ${replay}${otherKinds(
        result,
      )
        .map((line) => `\nAlso: ${line}`)
        .join("")}`,
    ),
    locations: locationsOf(finding, results),
    occurrenceCount: Math.max(1, failures),
    // The second is the only one that GitHub looks at.
    partialFingerprints: { "requirement/v1": print, primaryLocationLineHash: print },
    ...(expected === undefined ? {} : { suppressions: [{ kind: "external", status: "accepted", justification: whyExpected(expected) }] }),
    ...(issue === undefined ? {} : { workItemUris: [issue] }),
    properties: {
      expected: plain(wanted),
      actual: plain(actual),
      case: title,
      replay,
      ...(cause === undefined || cause === id ? {} : { cause }),
      ...(result.verdict === "unconfirmed" ? { unconfirmed: true } : {}),
      ...(flaky === undefined ? {} : { flaky }),
      ...(confirmed === undefined ? {} : { confirmed }),
    },
  };
}
