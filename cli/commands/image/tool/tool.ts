import { availableParallelism } from "node:os";
import { join } from "node:path";
import { makeDirectory } from "../../../../files/directory.js";
import { writeWhole } from "../../../../files/write.js";
import type { ProgressReporter } from "../../../../reports/reporter.js";
import { commandTool } from "../../../../runners/image/tools/command.js";
import { toolNamed } from "../../../../runners/image/tools/index.js";
import type { Tool } from "../../../../runners/image/tools/tool.js";
import { type Catalogue, loadCatalogue, type Requirement } from "../../../../spec/catalogue.js";
import { UsageError } from "../../../../spec/errors.js";
import { inForce } from "../../../../spec/image/releases.js";
import { imageToolSuite } from "../../../../suites/image/tool/index.js";
import { idsFor } from "../../../../suites/image/tool/judge.js";
import { list, select } from "../../../options/selection.js";
import { runSession, type SessionTarget } from "../../../session/session.js";
import { sessionTargets } from "../../../session/suite-session.js";
import { reportDivergences } from "./divergences.js";
import { assertDrivable, DrivenTool } from "./driven-tool.js";
import { type ImageToolOptions, imageToolOptions, limitsFrom } from "./options.js";
import { ImageToolTarget } from "./target.js";

/** What a tool can be judged by: a check looks at it, and the release has it. */
function judged(catalogue: Catalogue, release: ImageToolOptions["spec"]): Requirement[] {
  const checked = new Set(imageToolSuite.checks.map(({ id }) => id));
  return [...catalogue].filter((each) => checked.has(each.id) && each.level !== "MAY" && inForce(each, release));
}

/** @throws UsageError */
function toolsOf(options: ImageToolOptions): Tool[] {
  const tools = [...options.tool.map(toolNamed), ...options.toolCmd.map(commandTool)];
  if (tools.length === 0) throw new UsageError("which tool? Name one by --tool or --tool-cmd (see oci-conform image --tool umoci --help)");
  assertDrivable();
  return tools;
}

/** The tools as a session tests them: each is asked only what it can do. */
function targetsOf(driven: readonly DrivenTool[], options: ImageToolOptions): readonly SessionTarget[] {
  return driven.flatMap((each) => {
    const { name } = each.tool;
    const able = idsFor(each.abilities);
    const open = async (signal: AbortSignal): Promise<ImageToolTarget> => {
      const target = await ImageToolTarget.open(each, options.spec, options.given, signal);
      if (options.cases === undefined && !options.quick) await target.learnLevels(options.spec);
      return target;
    };
    return sessionTargets(imageToolSuite, [{ name, key: `image ${name}`, target: name, open }], options).map((target) => ({
      ...target,
      test: (selected: readonly Requirement[], ...rest: [readonly ProgressReporter[], AbortSignal]) =>
        target.test(
          selected.filter(({ id }) => able.has(id)),
          ...rest,
        ),
    }));
  });
}

/** `oci-conform image --tool TOOL`: drives each tool in turn, and says where several differ. */
export async function run(args: readonly string[]): Promise<number> {
  const options = imageToolOptions(args, availableParallelism());
  if (!options) return 0;
  const catalogue = await loadCatalogue("image");
  const selected = select(catalogue, judged(catalogue, options.spec), options);
  if (options.list) return list(selected);
  const driven = toolsOf(options).map((tool) => new DrivenTool(tool, limitsFrom(options)));
  try {
    const { code, all } = await runSession(targetsOf(driven, options), selected, options);
    if (all.length > 1 && code !== 130) {
      makeDirectory(options.out, "--out");
      const { text, json } = reportDivergences(driven);
      await writeWhole(join(options.out, "differences.json"), json);
      process.stdout.write(text);
    }
    return code;
  } finally {
    for (const each of driven) each.close();
  }
}
