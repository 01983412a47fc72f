import type { ImageCase } from "../runners/image/case.js";
import type { ImageObservation } from "../runners/image/observation.js";
import { type Divergence, divergences, type Group, groups } from "../suites/image/differ.js";

/** A tool's name and what was seen of each image, by the image's text. */
interface Seen {
  readonly tool: { readonly name: string };
  readonly seen: ReadonlyMap<string, ImageObservation>;
}

/** How many groups are printed; all of them are in the file. */
const PRINTED = 20;

const inWords = ({ attribute, camps, status, count, smallest }: Group): string => {
  const why = status === "decided" ? "a sentence decides: see the findings" : `unspecified: ${status.unspecified}`;
  const { path, case: subject } = smallest;
  return `# ${count} × ${attribute}: ${camps}\n#     ${why}\n#     such as ${JSON.stringify(path)} in ${subject.title}\n`;
};

/** Where the tools differ from one another on the images that several of them were given. */
export function reportDivergences(targets: readonly Seen[]): { readonly text: string; readonly json: string } {
  const texts = new Set(targets.flatMap(({ seen }) => [...seen.keys()]));
  const found: Divergence[] = [];
  let common = 0;
  let differing = 0;
  for (const text of texts) {
    const seen = targets.flatMap(({ tool, seen: all }): [string, ImageObservation][] => {
      const observation = all.get(text);
      return observation ? [[tool.name, observation]] : [];
    });
    if (seen.length < 2) continue;
    common++;
    const subject: ImageCase = JSON.parse(text);
    const own = divergences(subject, new Map(seen));
    if (own.length > 0) differing++;
    found.push(...own);
  }
  const grouped = groups(found);
  const head = `# Of ${common} images that several tools were given, ${differing} came out differently:\n`;
  return {
    text: common === 0 ? "" : head + grouped.slice(0, PRINTED).map(inWords).join(""),
    json: `${JSON.stringify({ format: "oci-conform/image-differences@1", common, differing, groups: grouped }, null, 2)}\n`,
  };
}
