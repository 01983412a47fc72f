import { RELEASES as DISTRIBUTION } from "./distribution/releases.js";
import { RELEASES as IMAGE } from "./image/releases.js";
import { type Requirement, type SpecName, specOf } from "./requirement.js";
import { RELEASES as RUNTIME } from "./runtime/releases.js";

const RELEASES: Readonly<Record<SpecName, readonly string[]>> = { runtime: RUNTIME, image: IMAGE, distribution: DISTRIBUTION };
const RFC = "https://www.rfc-editor.org/rfc/";

/**
 * The branch or tag to read a statement in: that of the release that something is judged by, else of the newest release in which it
 * holds. What is new at head stands on the main branch only.
 */
function branchOf({ id, since, until }: Requirement, release: string | undefined): string {
  const known = RELEASES[specOf(id)];
  const newest = until ?? known.findLast((each) => each !== "head");
  const read = release !== undefined && known.includes(release) ? release : since === "head" ? since : newest;
  return read === "head" ? "main" : `v${read}`;
}

/** Anchors that older releases have by another name. */
const RENAMED: Readonly<Record<string, { readonly releases: readonly string[]; readonly section: string }>> = {
  "spec.md#listing-tags": { releases: ["v1.0.1"], section: "spec.md#content-discovery" },
  "config-linux.md#configLinuxDeviceAllowedlist": {
    releases: ["v1.0.0", "v1.0.1", "v1.0.2"],
    section: "config-linux.md#configLinuxDeviceWhitelist",
  },
};

/** The section as a release names it. */
function sectionIn(branch: string, section: string): string {
  const renamed = RENAMED[section];
  return renamed?.releases.includes(branch) ? renamed.section : section;
}

/** Words as they stand in a text fragment, in which hyphens, commas and ampersands mean something. */
const encoded = (words: string): string => encodeURIComponent(words).replaceAll("-", "%2D");

/** What leads a browser from the section to the sentence (https://wicg.github.io/scroll-to-text-fragment). */
const pointer = ({ fragment }: Requirement): string =>
  fragment === undefined ? "" : `:~:text=${fragment.split(FRAGMENT_SEPARATOR).map(encoded).join(",")}`;

/** Stands between the first and the last words of a sentence in an entry's fragment. */
const FRAGMENT_SEPARATOR = " … ";

/**
 * Where a statement stands on the web, down to the sentence; undefined for rules of ours.
 * @param release by which something is judged: the link then leads to the text of that release.
 */
export function sectionUrl(requirement: Requirement, release?: string): string | undefined {
  const { id, section } = requirement;
  if (section === undefined) return undefined;
  if (section.startsWith("rfc")) return `${RFC}${section.replace(".md#", "#")}${pointer(requirement)}`;
  const branch = branchOf(requirement, release);
  return `https://github.com/opencontainers/${specOf(id)}-spec/blob/${branch}/${sectionIn(branch, section)}${pointer(requirement)}`;
}
