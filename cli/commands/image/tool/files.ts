import { buildLayout } from "../../../../generators/image/layout/layout.js";
import { writeLayout } from "../../../../generators/image/layout/write-layout.js";
import { oneLine } from "../../../../reports/text.js";
import type { ImageCase } from "../../../../runners/image/case.js";
import type { ImageFacts } from "../../../../runners/image/facts.js";
import { complaint, type ImageObservation } from "../../../../runners/image/observation.js";
import { LISTING, reproduceScript } from "../../../../runners/image/reproduce.js";
import type { Tool } from "../../../../runners/image/tools/tool.js";
import { applyLayers } from "../../../../suites/image/model/model.js";
import { expectationOf } from "../../../../suites/image/tool/expectation.js";
import { listing } from "../../../../suites/image/tool/listing.js";
import { inWords } from "../../../in-words.js";
import type { CaseFiles } from "../../../session/stored-case.js";
import type { FailedCase } from "../../../session/target.js";
import { faultWords } from "../fault-words.js";

type FailedImage = FailedCase<ImageCase, ImageObservation>;

const FILES = `| file | holds |
|---|---|
| \`layout/\` | the image layout; the image is tagged \`tested\` |
| \`reproduce.sh\` | runs the tool on it, as root and without oci-conform, and prints what came of it |
| \`expected.json\` | what the rules make of it: each path and attribute with the statement that decides it |
| \`case.json\` | the same as data: \`oci-conform replay\` runs it again |
| \`observation.json\` | all that was seen: \`oci-conform judge\` judges it again |
| \`facts.json\` | the tool, its version, and the limits that it ran in |`;

/** What a maintainer reads first. */
function readme({ tool, version }: ImageFacts, { requirement, section, testCase, observation, outcome }: FailedImage): string {
  const said = complaint(observation);
  const tree =
    testCase.fault === undefined
      ? `## The tree by the rules

\`${LISTING}\`, with \`?\` where no sentence decides:

${listing(applyLayers(testCase.layers))
  .map((line) => `    ${line}`)
  .join("\n")}

`
      : "";
  return `# ${requirement.level} ${requirement.id}

${requirement.summary}
${section === "" ? "A rule of oci-conform's own." : section}

- tool: ${oneLine(version === "" ? tool : version)}
- image: ${oneLine(testCase.title)}
- expected: ${oneLine(inWords(outcome.expected))}
- actual: ${oneLine(inWords(outcome.actual)).slice(0, 2000)}
${outcome.note === undefined ? "" : `- where: ${oneLine(outcome.note)}\n`}
${said === "" ? "" : `## What the tool said\n\n${said.trim().replace(/^/gm, "    ")}\n\n`}${tree}## Files

${FILES}
`;
}

/** The files beside a failing image: the layout, what the rules make of it, how to repeat it by hand, and what to read first. */
export function imageFiles(tool: Tool, facts: ImageFacts, failed: FailedImage): CaseFiles {
  const { requirement, section, testCase, outcome } = failed;
  const note = outcome.note === undefined ? "" : ` (${oneLine(outcome.note)})`;
  return {
    "README.md": readme(facts, failed),
    "expected.json": expectationOf(testCase, faultWords(testCase)),
    "reproduce.sh": reproduceScript(tool, facts.limits, [
      oneLine(`${requirement.id}: ${testCase.title}`),
      requirement.summary,
      section,
      oneLine(`Expected: ${inWords(outcome.expected)}${note}`),
    ]),
    layout: (path: string) => writeLayout(path, buildLayout(testCase)),
  };
}
