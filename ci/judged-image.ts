import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Fault } from "../generators/image/invalid/input.js";
import { buildLayout } from "../generators/image/layout/layout.js";
import { writeLayout } from "../generators/image/layout/write-layout.js";
import { DEFAULT_LIMITS } from "../image-reader/limits.js";
import { readLayout } from "../image-reader/read.js";
import type { Entry } from "../image-reader/tar.js";
import type { ImageCase } from "../runners/image/case.js";
import type { Catalogue, Requirement } from "../spec/catalogue.js";
import { inForce, RELEASES, type Release } from "../spec/image/releases.js";
import { checked } from "../suites/image/content/index.js";
import { Judge } from "../suites/image/content/judge.js";
import type { Count } from "../suites/image/content/tally.js";
import { departures } from "../suites/image/tool/departures.js";

/** Writes a generated layout to a disk, reads it as `oci-conform image` does, and judges it by each of the releases. */
async function judgeCase(
  subject: ImageCase,
  catalogue: Catalogue,
  releases: readonly Release[],
): Promise<[Release, ReadonlyMap<string, Count>][]> {
  const directory = await mkdtemp(join(tmpdir(), "oci-conform-layout-"));
  try {
    writeLayout(directory, buildLayout(subject));
    const judges = releases.map((release): [Release, Judge] => [
      release,
      new Judge(release, (id) => inForce(catalogue.get(id) ?? {}, release)),
    ]);
    const layer = (file: string): ((entry: Entry) => void) => {
      const each = judges.map(([, judge]) => judge.layer(file));
      return (entry) => {
        for (const take of each) take(entry);
      };
    };
    const options = { limits: DEFAULT_LIMITS, jobs: 2, signal: new AbortController().signal };
    const layout = await readLayout(directory, { layer, progress: () => undefined }, options);
    for (const { what, reason } of layout.unread) throw new Error(`${what} was not read: ${reason}`);
    const judged = judges.map(([release, judge]): [Release, ReadonlyMap<string, Count>] => [release, judge.end(layout)]);
    for (const [, counts] of judged) for (const [id, { error }] of counts) if (error !== undefined) throw new Error(`${id}: ${error}`);
    return judged;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The requirements that failed, each with what was seen first. */
const failuresOf = (counts: ReadonlyMap<string, Count>): Map<string, string> =>
  new Map(
    [...counts]
      .filter(([, { failures }]) => failures > 0)
      .map(([id, { first, places }]) => [id, `${JSON.stringify(first?.actual)} at ${places[0]}`]),
  );

/** What a valid layout may be found to depart from, by a release. */
function allowed(subject: ImageCase, release: Release): ReadonlySet<string> {
  // What later releases gave a meaning was reserved.
  const reserved = release === "1.0.2" && subject.shape.data ? ["image.descriptor.data-reserved"] : [];
  return new Set([...departures(subject), ...reserved]);
}

/** What was found in a valid layout although it is not there, by all releases; and what it departs from and was not found. */
export async function wrongOfValid(subject: ImageCase, catalogue: Catalogue, releases: readonly Release[] = RELEASES): Promise<string[]> {
  const wrong: string[] = [];
  for (const [release, counts] of await judgeCase(subject, catalogue, releases)) {
    const failures = failuresOf(counts);
    const expected = allowed(subject, release);
    for (const [id, seen] of failures) if (!expected.has(id)) wrong.push(`false alarm by ${release}: ${id}: ${seen}`);
    for (const id of expected) if (!failures.has(id)) wrong.push(`declared, but not found by ${release}: ${id}`);
  }
  return wrong;
}

/** The release by which a fault is one: the newest in which its statement holds. */
const releaseOf = (id: string, catalogue: Catalogue): Release => {
  const until = catalogue.get(id)?.until;
  return RELEASES.find((release) => release === until) ?? "head";
};

/**
 * What is wrong with the findings in a layout with a fault: that its own statement is missing, or that there is one more than
 * it says. @param subject an image with the fault
 */
export async function wrongOfFault(fault: Fault, subject: ImageCase, catalogue: Catalogue): Promise<string[]> {
  const { requirement, implies = {} } = fault;
  const release = releaseOf(requirement, catalogue);
  const failures = new Map((await judgeCase(subject, catalogue, [release])).flatMap(([, counts]) => [...failuresOf(counts)]));
  const expected = new Set([...allowed(subject, release), requirement, ...Object.keys(implies)]);
  const more = [...failures].filter(([id]) => !expected.has(id)).map(([id, seen]) => `breaks ${id} as well: ${seen}`);
  const missing = [requirement, ...Object.keys(implies)].filter((id) => !failures.has(id));
  return [...missing.map((id) => `does not break ${id}`), ...more];
}

/** The requirements that reading an image judges, and that no fault breaks. */
export const withoutFault = (catalogue: Catalogue, faults: readonly Fault[]): Requirement[] => {
  const broken = new Set(faults.map(({ requirement }) => requirement));
  return [...catalogue].filter(({ id, testable }) => testable === true && checked.has(id) && !broken.has(id));
};
