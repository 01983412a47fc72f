import { arch, release as kernel, type } from "node:os";
import { pointerOf } from "../../../image-reader/json-node.js";
import type { Layout, Unread } from "../../../image-reader/layout.js";
import type { Finding, Place, RequirementResult, Results } from "../../../reports/results/results.js";
import { summarize } from "../../../reports/results/results.js";
import { quoted } from "../../../runners/shell.js";
import { type Requirement, sectionUrl } from "../../../spec/catalogue.js";
import { type Release, whyNotInForce } from "../../../spec/image/releases.js";
import { isTouched } from "../../../suites/image/content/index.js";
import type { Location } from "../../../suites/image/content/suite.js";
import { type Count, inWords, legible } from "../../../suites/image/content/tally.js";
import { toolVersion } from "../../tool-version.js";

/** What was read, and what came of it. */
export interface Judged {
  readonly layout: Layout;
  readonly counts: ReadonlyMap<string, Count>;
  readonly selected: readonly Requirement[];
  readonly release: Release;
  readonly durationMs: number;
  readonly interrupted: boolean;
}

/** A place in parts, for reports; the whole input has no file. */
const inParts = ({ file, node, entry, offset }: Location, input: string): Place => {
  // Without an entry or a value, an offset may be in a layer's file or in what it unpacks to: that one is told in words alone.
  const byte = entry === undefined ? node?.start : offset;
  return {
    ...(file === input ? {} : { file }),
    ...(node === undefined ? {} : { pointer: pointerOf(node) }),
    ...(entry === undefined ? {} : { entry: legible(entry) }),
    ...(byte === undefined ? {} : { byte }),
  };
};

function findingOf(id: string, count: Count, { layout, release }: Judged): Finding | undefined {
  const { first, places } = count;
  if (!first) return undefined;
  return {
    expected: first.expected,
    actual: first.actual,
    ...(first.note === undefined ? {} : { note: first.note }),
    case: layout.path,
    places: places.map(inWords),
    locations: places.map((location) => inParts(location, layout.path)),
    replay: `oci-conform image ${quoted(layout.path)} --spec ${release} --only ${id}`,
  };
}

/** What of a layout was not read to its end, as far as it bears on what is selected. */
const unreadFor = ({ unread }: Layout, selected: readonly Requirement[]): readonly Unread[] =>
  unread.filter((part) => selected.some(({ id }) => isTouched(id, part)));

/** The result of one requirement. Of many failures in one input there is one, with a count and the first few places. */
function resultOf(requirement: Requirement, judged: Judged): RequirementResult {
  const { id, level, summary } = requirement;
  const { counts, release, layout } = judged;
  const count: Count = counts.get(id) ?? { passes: 0, failures: 0, skips: 0, places: [] };
  const base = {
    id,
    level,
    section: sectionUrl(requirement, release) ?? "",
    title: summary,
    exercised: count.passes + count.failures,
    cases: count.passes + count.failures + count.skips,
    failures: count.failures,
    durationMs: 0,
  };
  const reason = whyNotInForce(requirement, release, "the image");
  if (reason !== undefined) return { ...base, exercised: 0, cases: 0, failures: 0, verdict: "skip", reason };
  const finding = findingOf(id, count, judged);
  if (finding) return { ...base, verdict: "fail", finding };
  if (count.error !== undefined) return { ...base, verdict: "error", reason: count.error };
  const open = layout.unread.find((part) => isTouched(id, part));
  if (open) return { ...base, verdict: "skip", reason: `not judged to the end: ${open.what}: ${open.reason}` };
  if (count.passes > 0) return { ...base, verdict: "pass" };
  if (count.skipReason !== undefined) return { ...base, verdict: "skip", reason: count.skipReason };
  const what = layout.docker ? "an archive of docker save has" : "this image has";
  return { ...base, verdict: "unexercised", reason: `${what} nothing that exercises it` };
}

/** What form a layout came in, for people. */
const formOf = ({ form, docker }: Layout): string => `${docker ? "docker save" : "image layout"}, ${form}`;

/** The results of one layout. */
export function imageResults(judged: Judged): Results {
  const { layout, selected, release, durationMs, interrupted } = judged;
  const requirements = selected.map((requirement) => resultOf(requirement, judged));
  const unread = unreadFor(layout, selected);
  return {
    format: "oci-conform/results@1",
    tool: { name: "oci-conform", version: toolVersion() },
    suite: "image",
    target: {
      name: layout.path,
      command: layout.path,
      version: formOf(layout),
      spec: release,
      specReason: "asked for, or the newest text",
    },
    host: { kernel: `${type()} ${kernel()}`, arch: arch() },
    cases: layout.documents.length + layout.blobs.size,
    durationMs: Math.round(durationMs),
    ...(interrupted ? { interrupted: true } : {}),
    ...(unread.length > 0 ? { incomplete: unread.map(({ what, reason }) => ({ what, reason })) } : {}),
    summary: summarize(requirements),
    requirements,
  };
}
