import { writeFileSync } from "node:fs";
import { oneLine } from "../../../reports/text.js";
import type { ClientCase } from "../../../runners/client/case.js";
import type { ClientFacts } from "../../../runners/client/facts.js";
import { exchangeInWords, stepInWords } from "../../../runners/client/in-words.js";
import type { ClientObservation, ClientRun } from "../../../runners/client/observation.js";
import { reproduction } from "../../../runners/client/reproduce.js";
import type { ClientTool } from "../../../runners/client/tools/tool.js";
import { inWords } from "../../in-words.js";
import type { CaseFiles } from "../../session/stored-case.js";
import type { FailedCase } from "../../session/target.js";

type FailedClient = FailedCase<ClientCase, ClientObservation>;

/** So many requests are written out. */
const MOST = 60;

const indented = (text: string): string => text.trim().replace(/^/gm, "    ");

/** A run as its requests, and how it ended. */
function runInLines({ steps, exchanges }: ClientRun): string {
  const lines = exchanges.slice(0, MOST).map(exchangeInWords);
  const more = exchanges.length > MOST ? [`… ${exchanges.length} in all`] : [];
  const last = steps.at(-1);
  return indented([...lines, ...more, ...(last ? [stepInWords(last)] : [])].join("\n") || "no request");
}

/** What is asked of the client, and what it meets, as data. */
const behavioursOf = ({ behaviours = [], choices = [] }: ClientCase): string =>
  behaviours.length + choices.length === 0
    ? "Nothing but what every registry does."
    : indented([...choices.map((choice) => `choice: ${choice}`), ...behaviours.map((each) => JSON.stringify(each))].join("\n"));

/** What a maintainer reads first. */
function readme({ tool, version }: ClientFacts, failed: FailedClient, beside: readonly (readonly [string, string])[]): string {
  const { requirement, section, testCase, observation, outcome } = failed;
  const control = observation.control
    ? `## The same against a registry that does nothing of this\n\n${runInLines(observation.control)}\n\n`
    : "";
  return `# ${requirement.level} ${requirement.id}

${requirement.summary}
${section === "" ? "A rule of oci-conform's own." : section}

- client: ${oneLine(version === "" ? tool : version)}
- asked to: ${testCase.verb}
- case: ${oneLine(testCase.title)}
- expected: ${oneLine(inWords(outcome.expected))}
- actual: ${oneLine(inWords(outcome.actual)).slice(0, 2000)}
${outcome.note === undefined ? "" : `- where: ${oneLine(outcome.note)}\n`}
## What the registry does

${behavioursOf(testCase)}

## What the client did

${runInLines(observation.run)}

${control}## Files

| file | holds |
|---|---|
${beside.map(([file, holds]) => `| \`${file}\` | ${holds} |`).join("\n")}
`;
}

/** The files beside a failing case: how to repeat it by hand, and what to read first. */
export function clientFiles(tool: ClientTool, facts: ClientFacts, timeoutMs: number, failed: FailedClient): CaseFiles {
  const { requirement, section, testCase, observation, outcome } = failed;
  const note = outcome.note === undefined ? "" : ` (${oneLine(outcome.note)})`;
  const [expected, actual] = [outcome.expected, outcome.actual].map((value) => oneLine(inWords(value)).slice(0, 500)) as [string, string];
  const { script, answers, layout, artifact } = reproduction(testCase, observation, {
    tool,
    timeoutMs,
    words: [oneLine(`${requirement.id}: ${testCase.title}`), requirement.summary, section, `Expected: ${expected}${note}`],
    expected,
    actual,
  });
  const beside = [
    ["reproduce.sh", "gives the client the recorded answers once more, without oci-conform, and prints what it does"],
    ["answers.json", "these answers, in their order"],
    ...(layout ? [["layout/", "the image layout that is pushed; its tag is `tested`"] as const] : []),
    ...(artifact ? [["artifact", "what is attached"] as const] : []),
    ["case.json", "the same as data: `oci-conform replay` runs it again"],
    ["observation.json", "all that was seen: `oci-conform judge` judges it again"],
    ["facts.json", "the client, its version, and what it can do"],
  ] as const;
  return {
    "README.md": readme(facts, failed, beside),
    "reproduce.sh": script,
    "answers.json": answers,
    ...(layout ? { layout } : {}),
    ...(artifact ? { artifact: (path: string) => writeFileSync(path, artifact) } : {}),
  };
}
