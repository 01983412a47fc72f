import { buildLayout } from "../../../../generators/image/layout/layout.js";
import { writeLayout } from "../../../../generators/image/layout/write-layout.js";
import { oneLine } from "../../../../reports/text.js";
import type { ImageCase } from "../../../../runners/image/case.js";
import { complaint, type ImageObservation } from "../../../../runners/image/observation.js";
import { LISTING, reproduceScript } from "../../../../runners/image/reproduce.js";
import { type ImageSetting, storeImage } from "../../../../runners/image/store.js";
import type { Tool } from "../../../../runners/image/tools/tool.js";
import { type Requirement, sectionUrl } from "../../../../spec/catalogue.js";
import { applyLayers } from "../../../../suites/image/model/model.js";
import { expectationOf } from "../../../../suites/image/tool/expectation.js";
import { listing } from "../../../../suites/image/tool/listing.js";
import { inWords } from "../../../in-words.js";
import { caseName } from "../../../session/run-suite.js";
import { faultWords } from "../fault-words.js";

/** A case that failed a requirement, and how it was judged. */
export interface FailedImage {
  readonly case: ImageCase;
  readonly observation: ImageObservation;
  readonly outcome: { readonly expected: unknown; readonly actual?: unknown; readonly note?: string; readonly kind?: string };
}

const FILES = `| file | holds |
|---|---|
| \`layout/\` | the image layout; the image is tagged \`tested\` |
| \`reproduce.sh\` | runs the tool on it, as root and without oci-conform, and prints what came of it |
| \`expected.json\` | what the rules make of it: each path and attribute with the statement that decides it |
| \`case.json\` | the same as data: \`oci-conform replay\` runs it again |
| \`observation.json\` | all that was seen: \`oci-conform judge\` judges it again |
| \`setting.json\` | the tool, its version, and the limits that it ran in |`;

/** What a maintainer reads first. */
function readme(requirement: Requirement, setting: ImageSetting, { case: subject, observation, outcome }: FailedImage): string {
  const said = complaint(observation);
  const tree =
    subject.fault === undefined
      ? `## The tree by the rules

\`${LISTING}\`, with \`?\` where no sentence decides:

${listing(applyLayers(subject.layers))
  .map((line) => `    ${line}`)
  .join("\n")}

`
      : "";
  return `# ${requirement.level} ${requirement.id}

${requirement.summary}
${sectionUrl(requirement, setting.spec) ?? "A rule of oci-conform's own."}

- tool: ${oneLine(setting.version === "" ? setting.tool : setting.version)}
- image: ${oneLine(subject.title)}
- expected: ${oneLine(inWords(outcome.expected))}
- actual: ${oneLine(inWords(outcome.actual ?? "")).slice(0, 2000)}
${outcome.note === undefined ? "" : `- where: ${oneLine(outcome.note)}\n`}
${said === "" ? "" : `## What the tool said\n\n${said.trim().replace(/^/gm, "    ")}\n\n`}${tree}## Files

${FILES}
`;
}

/** Stores a case that failed a requirement, with all that is needed to understand and repeat it. Returns its directory. */
export function storeFailure(root: string, requirement: Requirement, tool: Tool, setting: ImageSetting, failed: FailedImage): string {
  const { case: subject, observation, outcome } = failed;
  const note = outcome.note === undefined ? "" : ` (${oneLine(outcome.note)})`;
  return storeImage(root, `${tool.name}-${caseName(requirement, outcome.kind)}`, {
    case: subject,
    observation,
    setting,
    files: {
      "README.md": readme(requirement, setting, failed),
      "expected.json": expectationOf(subject, faultWords(subject)),
      "reproduce.sh": reproduceScript(tool, setting.limits, [
        oneLine(`${requirement.id}: ${subject.title}`),
        requirement.summary,
        sectionUrl(requirement, setting.spec) ?? "",
        oneLine(`Expected: ${inWords(outcome.expected)}${note}`),
      ]),
    },
    write: (directory) => writeLayout(directory, buildLayout(subject)),
  });
}
