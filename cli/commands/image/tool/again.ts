import { commandTool } from "../../../../runners/image/tools/command.js";
import { toolNamed } from "../../../../runners/image/tools/index.js";
import type { Tool } from "../../../../runners/image/tools/tool.js";
import { UsageError } from "../../../../spec/errors.js";
import { imageToolSuite } from "../../../../suites/image/tool/index.js";
import { again } from "../../../session/again.js";
import { assertDrivable, DrivenTool } from "./driven-tool.js";
import { type ImageToolReach, limitsFrom, withImageToolOptions } from "./options.js";
import { ImageToolTarget } from "./target.js";

/** @throws UsageError unless exactly one tool is named. */
function toolOf({ tool, toolCmd }: Pick<ImageToolReach, "tool" | "toolCmd">): Tool {
  const [named, ...more] = [...tool.map(toolNamed), ...toolCmd.map(commandTool)];
  if (!named) throw new UsageError("replay: the case is an image tool's; --tool is missing");
  if (more.length > 0) throw new UsageError("replay: one --tool or --tool-cmd at a time");
  return named;
}

/** Stored cases of image tools. */
export const suiteAgain = again({
  suite: imageToolSuite,
  withOptions: withImageToolOptions,
  naming: ["tool", "tool-cmd"],
  async open(command, given) {
    const options = command.opts<ImageToolReach>();
    const tool = toolOf(options);
    assertDrivable();
    const driven = new DrivenTool(tool, limitsFrom(options));
    try {
      return await ImageToolTarget.open(driven, options.spec, given, new AbortController().signal);
    } catch (thrown) {
      driven.close();
      throw thrown;
    }
  },
});
