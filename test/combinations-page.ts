/**
 * `npm run docs`: writes docs/combinations.md, the factors of everything that is covered by construction; a test holds it to what the suites say.
 */
import { fileURLToPath } from "node:url";
import { writeWhole } from "../files/write.js";
import { count } from "../reports/text.js";
import { VERBS } from "../runners/client/case.js";
import { DEFAULT_LIMITS } from "../runners/image/script.js";
import { clientSuite } from "../suites/client/index.js";
import { imageToolSuite } from "../suites/image/tool/index.js";
import { registrySuite } from "../suites/registry/index.js";
import { runtimeSuite } from "../suites/runtime/index.js";
import type { AnyCase, Combinations, Suite } from "../suites/suite.js";
import { fakeHost } from "./runners/runtime/host-fixture.js";

const PAGE = "docs/combinations.md";

const STRENGTH = 2;

/** What a suite covers of a target and on a host that have everything. */
const partsOf = <Case extends AnyCase, Observation, Facts>(
  suite: Pick<Suite<Case, Observation, Facts>, "combinations">,
  facts: Facts,
): readonly Combinations<unknown>[] => suite.combinations?.(facts, STRENGTH) ?? [];

const tool = { tool: "tool", version: "1", converts: true, spec: "1.1.1", limits: DEFAULT_LIMITS };

/** Everything that is covered, by what is tested. */
const SUITES: readonly (readonly [title: string, parts: () => readonly Combinations<unknown>[]])[] = [
  [
    "Runtimes",
    () =>
      partsOf(runtimeSuite, {
        host: fakeHost(),
        target: { name: "runtime", argv: [], version: "", release: "1.3.0", releaseReason: "", features: null },
      }),
  ],
  ["Image tools that unpack", () => partsOf(imageToolSuite, { ...tool, copies: false })],
  ["Image tools that copy", () => partsOf(imageToolSuite, { ...tool, copies: true })],
  [
    "Registries",
    () =>
      partsOf(registrySuite, {
        release: "1.1.1",
        choices: { push: true, blobDelete: true, manifestDelete: true, tagDelete: true, mount: true, referrers: true },
        apis: ["pull", "push", "discovery", "management"],
        ours: true,
        collects: true,
        addresses: 2,
      }),
  ],
  [
    "Clients of registries",
    () =>
      partsOf(clientSuite, {
        release: "head",
        tool: "client",
        version: "1",
        verbs: VERBS.filter((verb) => verb !== "any"),
        keeps: "blobs",
        tls: true,
        credentials: true,
        proxy: true,
      }),
  ],
];

const inCell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", "\\n").replaceAll("<", "&lt;").replaceAll("*", "\\*");

const AT_ONCE: Readonly<Record<number, string>> = { 1: "each level", 2: "all pairs", 3: "all triples" };

const namesOf = ({ factors }: Combinations<unknown>): string =>
  JSON.stringify(factors.map(({ name, levels }) => [name, levels.map((level) => level.name)]));

const titleOf = ({ name }: Combinations<unknown>): string => `${name[0]?.toUpperCase() ?? ""}${name.slice(1)}`;

/** @param parts all parts of the suite: factors that stood before are not listed again */
function section(part: Combinations<unknown>, _at: number, parts: readonly Combinations<unknown>[]): string {
  const { strength, factors } = part;
  const covered =
    factors.length > 0 && strength >= factors.length ? "all combinations" : (AT_ONCE[strength] ?? `all combinations of ${strength}`);
  const rows = factors.map(({ name: factor, levels }) => `| ${inCell(factor)} | ${levels.map((level) => inCell(level.name)).join("; ")} |`);
  const same = parts.find((each) => namesOf(each) === namesOf(part)) ?? part;
  const head = `### ${titleOf(part)}\n\n${count(factors.length, "factor")}${same === part ? "" : `, those of *${titleOf(same)}*`}`;
  const told = `${head}; a default run has ${covered} of their levels that are possible.`;
  return same === part ? `${told}\n\n| factor | levels |\n|---|---|\n${rows.join("\n")}` : told;
}

/** The page. */
export function combinationsPage(): string {
  const suites = SUITES.map(([title, parts]) => [title, parts()] as const).filter(([, parts]) => parts.length > 0);
  const sections = suites.map(([title, parts]) => `## ${title}\n\n${parts.map(section).join("\n\n")}`);
  return `# What is covered by construction

Made by \`npm run docs\`.

What a case is made of are *factors*, each of which can be had in some ways, its *levels*; the first is the simplest, mostly nothing. A default run
has all pairs of levels in some case, and with \`--strength 3\` all triples: greedily chosen rows, each with a level of every factor, the same ones whatever
the seed. A level that has several values takes another one in each row. What cannot be is left out and counted with its reason under \`combinations\` in the
results: what the host lacks, what the release does not have, what the target does not take even by itself, and levels that contradict one another.
A finding's case was made small by turning one factor after the other to its first level. How a factor is added is told in
[writing a generator](writing-a-generator.md).

${sections.join("\n\n")}
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeWhole(PAGE, combinationsPage());
