import { inline, oneLine, truncate } from "../../../../reports/text.js";
import type { ImageCase } from "../../../../runners/image/case.js";
import type { ImageObservation } from "../../../../runners/image/observation.js";
import { campsOf, type Divergence, divergences, type Group, groups } from "../../../../suites/image/tool/divergence.js";

/** A tool's name, what it can do, and what was seen of each image, by the image's text. */
interface Seen {
  readonly tool: { readonly name: string };
  readonly abilities: { readonly unpacks: boolean };
  readonly seen: ReadonlyMap<string, ImageObservation>;
}

/** How many groups are printed of those that no sentence decides, and of the others; all of them are in the file. */
const PRINTED = 12;

/** What a camp made of it, in a few characters. */
function inShort(attribute: Group["attribute"], value: unknown): string {
  if (attribute === "presence") return value === true ? "present" : "absent";
  if (attribute === "mode" && typeof value === "number") return `0${value.toString(8)}`;
  return truncate(oneLine(typeof value === "string" ? value : JSON.stringify(value ?? null)), 60);
}

function inWords({ attribute, status, count, smallest }: Group): string {
  const { path, case: testCase, tools } = smallest;
  const camps = campsOf(tools).map((camp) => `${camp.tools.join(", ")}: ${inShort(attribute, camp.value)}`);
  const what = attribute === "ending" ? "the image as a whole" : `${attribute} of ${path === "" ? "the root directory" : inline(path)}`;
  const why =
    "unspecified" in status
      ? `unspecified: ${status.unspecified}`
      : `decided${status.decided.length === 0 ? "" : ` by ${status.decided.slice(0, 3).join(", ")}`}: see the findings`;
  return `# ${count} × ${what}: ${camps.join(" | ")}\n#     ${oneLine(why)}\n#     such as in ${truncate(oneLine(testCase.title), 120)}\n`;
}

/** Where the tools differ from one another on the images that several of them were given. */
export function reportDivergences(all: readonly Seen[]): { readonly text: string; readonly json: string } {
  // Who only copies has no tree, and takes what it does not look into.
  const targets = all.filter(({ abilities }) => abilities.unpacks);
  const texts = new Set(targets.flatMap(({ seen }) => [...seen.keys()]));
  const found: Divergence[] = [];
  let common = 0;
  let differing = 0;
  for (const text of texts) {
    const seen = targets.flatMap(({ tool, seen: images }): [string, ImageObservation][] => {
      const observation = images.get(text);
      return observation ? [[tool.name, observation]] : [];
    });
    if (seen.length < 2) continue;
    common++;
    const testCase: ImageCase = JSON.parse(text);
    const own = divergences(testCase, new Map(seen));
    if (own.length > 0) differing++;
    found.push(...own);
  }
  const grouped = groups(found);
  const head = `# Of ${common} images that several tools unpacked, ${differing} came out differently (what is undecided first):\n`;
  const undecided = grouped.filter(({ status }) => "unspecified" in status);
  const decided = grouped.filter(({ status }) => "decided" in status);
  const printed = [...undecided.slice(0, PRINTED), ...decided.slice(0, PRINTED)];
  const left = grouped.length - printed.length;
  const rest = left > 0 ? `# and ${left} more sorts, in differences.json\n` : "";
  return {
    text: common === 0 ? "" : head + printed.map(inWords).join("") + rest,
    json: `${JSON.stringify({ format: "oci-conform/image-differences@1", common, differing, groups: grouped }, null, 2)}\n`,
  };
}
