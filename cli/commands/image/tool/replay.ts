import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { faultNamed } from "../../../../generators/image/invalid/table.js";
import type { ImageCase } from "../../../../runners/image/case.js";
import type { ImageObservation } from "../../../../runners/image/observation.js";
import { DEFAULT_LIMITS } from "../../../../runners/image/script.js";
import { type ImageSetting, isImageSetting, readImageCase } from "../../../../runners/image/store.js";
import { commandTool } from "../../../../runners/image/tools/command.js";
import { toolNamed } from "../../../../runners/image/tools/index.js";
import type { Tool } from "../../../../runners/image/tools/tool.js";
import type { Outcome } from "../../../../runners/outcome.js";
import { type Catalogue, loadCatalogue } from "../../../../spec/catalogue.js";
import { UsageError } from "../../../../spec/errors.js";
import { inForce, isRelease, type Release } from "../../../../spec/image/releases.js";
import { judgeTool } from "../../../../suites/image/tool/judge.js";
import { printOutcomes } from "../../../session/outcomes.js";
import { DEFAULT_RELEASE } from "./options.js";
import { assertDrivable, isBuildable, ToolTarget } from "./target.js";

interface ReplayOptions {
  readonly tool?: string;
  readonly toolCmd?: string;
  readonly times: number;
  readonly json: boolean;
  /** Where the caller names another time limit than the stored one. */
  readonly timeoutMs?: number;
}

/** @throws UsageError unless exactly one tool is named. */
function toolOf({ tool, toolCmd }: ReplayOptions): Tool {
  if (tool !== undefined && toolCmd !== undefined) throw new UsageError("replay: --tool or --tool-cmd, not both");
  if (tool !== undefined) return toolNamed(tool);
  if (toolCmd !== undefined) return commandTool(toolCmd);
  throw new UsageError("replay: the case is an image tool's; --tool is missing");
}

/** The setting beside a stored case; undefined when there is none. */
function settingBeside(path: string): ImageSetting | undefined {
  const file = join(path.endsWith(".json") ? dirname(path) : path, "setting.json");
  if (!existsSync(file)) return undefined;
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return isImageSetting(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The outcomes of what the release knows: rules of ours, and the sentences that are in it. */
const inRelease = (outcomes: ReadonlyMap<string, Outcome>, catalogue: Catalogue, release: Release): Map<string, Outcome> =>
  new Map(
    [...outcomes].filter(([id]) => {
      const requirement = catalogue.get(id);
      return requirement !== undefined && inForce(requirement, release);
    }),
  );

const releaseOf = (setting: ImageSetting | undefined): Release =>
  setting !== undefined && isRelease(setting.spec) ? setting.spec : DEFAULT_RELEASE;

/** `oci-conform replay CASE --tool TOOL`: gives a tool a stored image again, and prints what that shows. Returns the exit code. */
export async function replayImage(path: string, subject: ImageCase, options: ReplayOptions): Promise<number> {
  const tool = toolOf(options);
  assertDrivable();
  if (!isBuildable(subject)) throw new UsageError(`replay: ${path}: this version knows no fault named ${subject.fault}`);
  const setting = settingBeside(path);
  const catalogue = await loadCatalogue("image");
  const limits = { ...(setting?.limits ?? DEFAULT_LIMITS), ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }) };
  const target = new ToolTarget(tool, limits);
  const seen: Outcome[] = [];
  try {
    for (let time = 0; time < options.times; time++) {
      const { observation, outcomes } = await target.execute(subject);
      if (options.json) process.stdout.write(`${JSON.stringify(observation, null, 2)}\n`);
      const known = inRelease(outcomes, catalogue, releaseOf(setting));
      printOutcomes(subject, known, catalogue, process.stdout);
      seen.push(...known.values());
    }
  } finally {
    target.close();
  }
  if (seen.some(({ verdict }) => verdict === "error")) return 70;
  return seen.some(({ verdict }) => verdict === "fail") ? 1 : 0;
}

/** `oci-conform judge OBSERVATION` of an image tool. @throws UsageError when the setting is none. */
export async function judgeImage(observation: ImageObservation, casePath: string, setting: unknown, settingPath: string): Promise<number> {
  if (!isImageSetting(setting))
    throw new UsageError(`${settingPath}: not what is known of an image tool: "tool", "converts" and "limits" are missing`);
  const subject = readImageCase(casePath);
  const refusedBy = (subject.fault === undefined ? undefined : faultNamed(subject.fault)?.refusedBy) ?? [];
  const outcomes = judgeTool(subject, observation, { refusedBy, converts: setting.converts });
  const catalogue = await loadCatalogue("image");
  return printOutcomes(subject, inRelease(outcomes, catalogue, releaseOf(setting)), catalogue, process.stdout) ? 1 : 0;
}
