import { dirname, join } from "node:path";
import { makeDirectory } from "../../../files/directory.js";
import { writeWhole } from "../../../files/write.js";
import { loadCatalogue, type Requirement, SPECS, type SpecName, sectionUrl } from "../../../spec/catalogue.js";
import { FEATURES } from "../../../spec/distribution/terms.js";
import { faultsOf, isChecked, waysOf } from "./tests.js";

const LEVELS: Readonly<Record<Requirement["level"], string>> = {
  MUST: "MUST: a finding fails the run",
  SHOULD: "SHOULD: a finding warns; with `--level should` it fails the run",
  MAY: "MAY: it grants a choice, so there is nothing to judge",
  ROBUSTNESS: "a rule of ours, which no sentence of the spec states: a finding fails the run",
};

const OURS = "Rules of ours";

/** Text as Markdown shows it, character by character. */
const plain = (text: string): string => text.replace(/[\\`*_<>[\]|~]/g, "\\$&").replace(/^(#|[-+] |\d+[.)] )/, "\\$1");

const sectionOf = ({ section }: Requirement): string => section ?? OURS;

/** The anchor that Markdown renderers give to a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");

const block = (...commands: readonly string[]): string => ["```sh", ...commands, "```"].join("\n");

function tested({ id, testable, level }: Requirement): string {
  if (testable !== true) return `Not tested: ${plain(testable)}.`;
  if (level === "MAY") return "Not tested: it grants a choice.";
  const ways = waysOf(id);
  if (ways.length === 0) return "Not tested yet: it has no check.";
  return ways.map(({ how, command }) => `${how.charAt(0).toUpperCase()}${plain(how.slice(1))}:\n\n${block(command)}`).join("\n\n");
}

function seeded(id: string): string[] {
  const found = faultsOf(id);
  if (!found) return [];
  return [
    "## Seeded faults",
    `These faults of ${found.of} break it on purpose, and the suite must notice:`,
    found.faults.map(({ name, how }) => `- \`${name}\`${how === undefined ? "" : `: ${plain(how)}`}`).join("\n"),
    `In a checkout, this shows that it does:\n\n${block(...found.commands)}`,
  ];
}

/** The page of one requirement; `others` are those of the same section. */
function page(requirement: Requirement, spec: SpecName, others: readonly Requirement[]): string {
  const { id, level, since, until, binds, api, when, via, section, summary } = requirement;
  const url = sectionUrl(requirement);
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["level", LEVELS[level]],
    ["since", since],
    ["until", until],
    ["binds", binds],
    ["api", api],
    ["when", when && `${when}: ${plain(FEATURES[when])}`],
    ["where", url && `[${section}](${url})`],
    ["by way of", via && `\`${via}\``],
  ];
  const neighbours = others.filter((other) => other.id !== id).map((other) => `- [${other.id}](${other.id}.md)`);
  return `${[
    `# ${id}`,
    plain(summary),
    `| | |\n|---|---|\n${rows.flatMap(([name, text]) => (text === undefined ? [] : [`| ${name} | ${text} |`])).join("\n")}`,
    "## How it is tested",
    tested(requirement),
    ...seeded(id),
    ...(neighbours.length > 0 ? ["## In the same section", neighbours.join("\n")] : []),
    `[All of the ${spec} spec](README.md#${anchorOf(sectionOf(requirement))})`,
  ].join("\n\n")}\n`;
}

const bySection = (requirements: readonly Requirement[]): ReadonlyMap<string, readonly Requirement[]> => {
  const sections = new Map<string, Requirement[]>();
  for (const requirement of requirements) {
    const own = sections.get(sectionOf(requirement)) ?? [];
    sections.set(sectionOf(requirement), [...own, requirement]);
  }
  return sections;
};

const mark = ({ id, testable, level }: Requirement): string =>
  testable !== true || level === "MAY" ? " (not testable)" : isChecked(id) ? "" : " (no check)";

/** The index of a spec, by section. */
function index(spec: SpecName, sections: ReadonlyMap<string, readonly Requirement[]>): string {
  const parts = [...sections].map(([heading, own]) => {
    const lines = own.map((each) => `- ${each.level} [${each.id}](${each.id}.md): ${plain(each.summary)}${mark(each)}`);
    return `## ${heading}\n\n${lines.join("\n")}`;
  });
  return `${[`# What the ${spec} spec requires`, "In our own words; each page links to the sentence.", ...parts, "[The other specs](../README.md)"].join("\n\n")}\n`;
}

const total = (requirements: readonly Requirement[]): string => {
  const testable = requirements.filter(({ testable: can, level }) => can === true && level !== "MAY");
  return `${requirements.length} | ${testable.length} | ${testable.filter(({ id }) => isChecked(id)).length}`;
};

/** Every page by its path relative to the directory of all; the same catalogue gives the same bytes. @throws CatalogueError */
export async function requirementPages(): Promise<ReadonlyMap<string, string>> {
  const pages = new Map<string, string>();
  const rows: string[] = [];
  for (const spec of SPECS) {
    const requirements = [...(await loadCatalogue(spec))];
    const sections = bySection(requirements);
    for (const each of requirements) pages.set(`${spec}/${each.id}.md`, page(each, spec, sections.get(sectionOf(each)) ?? []));
    pages.set(`${spec}/README.md`, index(spec, sections));
    rows.push(`| [${spec}](${spec}/README.md) | ${total(requirements)} |`);
  }
  const table = `| spec | statements | testable | checked |\n|---|---|---|---|\n${rows.join("\n")}`;
  pages.set("README.md", `# What the OCI specs require\n\n${table}\n\nMade by \`oci-conform requirements --pages\`.\n`);
  return pages;
}

/** Writes every page below a directory, over those that are there. Returns how many. @throws UsageError */
export async function writePages(directory: string): Promise<number> {
  const pages = await requirementPages();
  for (const [path, text] of pages) {
    const file = join(directory, path);
    makeDirectory(dirname(file), "--pages");
    await writeWhole(file, text, { flush: false });
  }
  return pages.size;
}
