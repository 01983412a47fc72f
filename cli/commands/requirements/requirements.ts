import { join } from "node:path";
import { InvalidArgumentError, Option } from "commander";
import { type Catalogue, loadCatalogue, type Requirement, SPECS, type SpecName, sectionUrl, specOf } from "../../../spec/catalogue.js";
import { FEATURES } from "../../../spec/distribution/terms.js";
import { UsageError } from "../../../spec/errors.js";
import { makeCommand, parse } from "../../options/command.js";
import { expressionOf } from "../../options/selection.js";
import { writePages } from "./pages.js";
import { isChecked, waysOf } from "./tests.js";

/** What is listed: a spec's statements, or those of the distribution spec that bind clients. */
const LISTS = [...SPECS, "client"] as const;

interface Options {
  readonly of: (typeof LISTS)[number];
  readonly level?: string;
  readonly grep?: string;
  readonly json: boolean;
  readonly coverage: boolean;
  readonly pages?: string;
}

/** The spec of a list. */
const specFor = (of: Options["of"]): SpecName => (of === "client" ? "distribution" : of);

/** Whether a statement belongs to a list. */
const isListed = ({ binds }: Requirement, of: Options["of"]): boolean => of !== "client" || binds === "client";

const LEVELS: readonly string[] = ["MUST", "SHOULD", "MAY", "ROBUSTNESS"];

/** A level in whatever case it was typed. */
function level(text: string): string {
  if (!LEVELS.includes(text.toUpperCase())) throw new InvalidArgumentError(`It must be one of ${LEVELS.join(", ")}.`);
  return text.toUpperCase();
}

const coverageOf = (requirements: readonly Requirement[]) =>
  LEVELS.map((level) => {
    const own = requirements.filter((requirement) => requirement.level === level);
    const testable = own.filter((requirement) => requirement.testable === true);
    return { level, statements: own.length, testable: testable.length, checked: testable.filter(({ id }) => isChecked(id)).length };
  });

const asJson = (requirement: Requirement) => ({ ...requirement, url: sectionUrl(requirement), checked: isChecked(requirement.id) });

function explain(catalogue: Catalogue, id: string): string {
  const requirement = catalogue.get(id);
  if (!requirement) {
    const near = catalogue.suggest(id);
    throw new UsageError(
      `requirements show ${id}: no such requirement${near.length > 0 ? `; did you mean ${near.slice(0, 3).join(", ")}?` : ""}`,
    );
  }
  const ways = waysOf(id);
  const how =
    requirement.testable === true
      ? ways.length > 0
        ? ways.map((way) => way.how).join("; and ")
        : "no check yet"
      : `not tested: ${requirement.testable}`;
  return [
    `${requirement.id}`,
    `  level    ${requirement.level}`,
    ...(requirement.since === undefined ? [] : [`  since    ${requirement.since}`]),
    ...(requirement.until === undefined ? [] : [`  until    ${requirement.until}`]),
    ...(requirement.binds === undefined ? [] : [`  binds    ${requirement.binds}`]),
    ...(requirement.api === undefined ? [] : [`  api      ${requirement.api}`]),
    ...(requirement.when === undefined ? [] : [`  when     ${requirement.when}: ${FEATURES[requirement.when]}`]),
    `  says     ${requirement.summary}`,
    `  where    ${sectionUrl(requirement) ?? "a rule of ours; no sentence of the spec states it"}`,
    ...(requirement.via === undefined ? [] : [`  by way of ${requirement.via}`]),
    `  tested   ${how}`,
    "",
  ].join("\n");
}

/** `oci-conform requirements [show ID]`: lists the law, explains one entry, or writes a page for each. */
export async function run(args: readonly string[]): Promise<number> {
  const command = makeCommand("requirements", "Lists what the specs require; `show ID` explains one requirement.")
    .usage("[show ID] [options]")
    .argument("[show]", "the word show")
    .argument("[id]", "a requirement's id")
    .addOption(
      new Option("--of <spec>", "the spec whose requirements to list; client: those of the distribution spec that bind clients alone")
        .choices([...LISTS])
        .default("runtime"),
    )
    .option("--level <level>", `only one of ${LEVELS.join(", ")}`, level)
    .option("--grep <regexp>", "only those whose id, section or summary matches")
    .option("--coverage", "count statements, testable ones and those with a check", false)
    .option("--json", "as JSON", false)
    .addOption(
      new Option("--pages <directory>", "write a Markdown page for each requirement of all specs, and indexes").conflicts([
        "of",
        "level",
        "grep",
        "coverage",
        "json",
      ]),
    );
  if (!parse(command, args)) return 0;
  const [word, id] = command.args;
  const options = command.opts<Options>();
  if (options.pages !== undefined) {
    if (word !== undefined) throw new UsageError("requirements: --pages writes all of them; leave show out");
    process.stdout.write(`${await writePages(options.pages)} pages; begin with ${join(options.pages, "README.md")}\n`);
    return 0;
  }
  // An id says itself which spec it belongs to.
  const catalogue = await loadCatalogue(id === undefined ? specFor(options.of) : specOf(id));
  if (word !== undefined) {
    if (word !== "show" || id === undefined) throw new UsageError(`requirements ${word}: did you mean requirements show ID?`);
    const requirement = catalogue.get(id);
    process.stdout.write(options.json && requirement ? `${JSON.stringify(asJson(requirement), null, 2)}\n` : explain(catalogue, id));
    return 0;
  }
  const expression = expressionOf(options.grep);
  const isChosen = ({ id: each, section = "", summary, level }: Requirement): boolean =>
    (options.level === undefined || level === options.level) &&
    (expression === undefined || [each, section, summary].some((text) => expression.test(text)));
  const chosen = [...catalogue].filter((each) => isListed(each, options.of) && isChosen(each));
  if (chosen.length === 0) {
    const elsewhere = await Promise.all(
      SPECS.map(async (spec) => [spec, [...(await loadCatalogue(spec))].filter((each) => isChosen(each)).length] as const),
    );
    const hints = elsewhere.flatMap(([spec, count]) => (count > 0 ? [`${count} of the ${spec} spec: --of ${spec}`] : []));
    throw new UsageError(
      `requirements: nothing ${options.of === "client" ? "that binds clients" : `of the ${options.of} spec`} matches${hints.length > 0 ? `, but ${hints.join(", ")}` : ""}`,
    );
  }
  if (options.coverage) {
    const counts = coverageOf(chosen);
    const lines = counts.map(
      ({ level, statements, testable, checked: done }) =>
        `${level.padEnd(11)}${String(statements).padStart(10)}${String(testable).padStart(10)}${String(done).padStart(10)}`,
    );
    process.stdout.write(
      options.json ? `${JSON.stringify(counts, null, 2)}\n` : `level      statements  testable   checked\n${lines.join("\n")}\n`,
    );
    return 0;
  }
  if (options.json) process.stdout.write(`${JSON.stringify(chosen.map(asJson), null, 2)}\n`);
  else
    for (const { id: each, level, testable, summary } of chosen) {
      process.stdout.write(
        `${level.padEnd(11)}${each}${testable === true ? (isChecked(each) ? "" : "  (no check)") : "  (not testable)"}\n           ${summary}\n`,
      );
    }
  return 0;
}
