import { availableParallelism } from "node:os";
import { join } from "node:path";
import { makeDirectory } from "../../../../files/directory.js";
import { writeWhole } from "../../../../files/write.js";
import type { Telling } from "../../../../reports/reporter.js";
import type { Results } from "../../../../reports/results/results.js";
import type { ImageCase } from "../../../../runners/image/case.js";
import type { ImageObservation } from "../../../../runners/image/observation.js";
import { storedImages } from "../../../../runners/image/store.js";
import { commandTool } from "../../../../runners/image/tools/command.js";
import { toolNamed } from "../../../../runners/image/tools/index.js";
import type { Tool } from "../../../../runners/image/tools/tool.js";
import { type Catalogue, loadCatalogue, type Requirement } from "../../../../spec/catalogue.js";
import { UsageError } from "../../../../spec/errors.js";
import { inForce } from "../../../../spec/image/releases.js";
import { idsFor, toolChecks } from "../../../../suites/image/tool/judge.js";
import { seedOf } from "../../../options/common.js";
import { list, select } from "../../../options/selection.js";
import { howToRun, runSuite, SHELVES, shelfOf } from "../../../session/run-suite.js";
import { runSession } from "../../../session/session.js";
import { reportDivergences } from "./divergences.js";
import { type ImageToolOptions, imageToolOptions } from "./options.js";
import { assertDrivable, generalImages, hostOf, isBuildable, ToolTarget } from "./target.js";

/** What a tool can be judged by: a check looks at it, and the release has it. */
function judged(catalogue: Catalogue, release: ImageToolOptions["spec"]): Requirement[] {
  const checked = new Set(toolChecks.map(({ id }) => id));
  return [...catalogue].filter((each) => checked.has(each.id) && each.level !== "MAY" && inForce(each, release));
}

/** @throws UsageError */
function toolsOf(options: ImageToolOptions): Tool[] {
  const tools = [...options.tool.map(toolNamed), ...options.toolCmd.map(commandTool)];
  if (tools.length === 0) throw new UsageError("which tool? Name one by --tool or --tool-cmd (see oci-conform image --tool umoci --help)");
  assertDrivable();
  return tools;
}

/** Explores one tool, shrinks what failed, and gives the results. */
async function explore(
  target: ToolTarget,
  selected: readonly Requirement[],
  options: ImageToolOptions,
  seed: number,
  reporters: readonly Telling[],
  signal: AbortSignal,
): Promise<Results> {
  target.signal = signal;
  const version = await target.version();
  await target.preflight();
  const { tool } = target;
  for (const reporter of reporters) {
    reporter.begin({
      spec: "image",
      target: { name: tool.name, version, release: options.spec },
      host: hostOf(),
      seed,
      jobs: options.jobs,
    });
  }
  const able = idsFor(target.abilities);
  const results = await runSuite<ImageCase, ImageObservation>(
    {
      release: options.spec,
      notAsked: () => undefined,
      execute: target.execute,
      stored: SHELVES.flatMap((shelf) => storedImages(join(options.out, shelf))).filter(isBuildable),
      sources: target.sources(),
      general: generalImages(),
      finding: (requirement, shrunk) => target.finding(join(options.out, shelfOf(shrunk)), requirement, options.spec, shrunk),
      ...(options.keep
        ? {
            keep: (requirement, number, subject, { observation }, expected) => {
              target.store(join(options.out, "kept", `${number}`), requirement, options.spec, {
                case: subject,
                observation,
                outcome: { expected },
              });
            },
          }
        : {}),
    },
    {
      selected: selected.filter(({ id }) => able.has(id)),
      seed,
      signal,
      ...howToRun(options),
    },
    reporters,
  );
  return {
    ...results,
    suite: "image",
    target: { name: tool.name, command: tool.program, version, spec: options.spec },
    host: hostOf(),
    ...target.complaints.inResults,
  };
}

/** `oci-conform image --tool TOOL`: drives each tool in turn, and says where several differ. */
export async function run(args: readonly string[]): Promise<number> {
  const options = imageToolOptions(args, availableParallelism());
  if (!options) return 0;
  const catalogue = await loadCatalogue("image");
  const selected = select(catalogue, judged(catalogue, options.spec), options);
  if (options.list) return list(selected);
  const tools = toolsOf(options);
  const seed = seedOf(options);
  const limits = { timeoutMs: options.timeout, memoryKiB: options.memory * 1024 };
  const targets = tools.map((tool) => new ToolTarget(tool, limits));
  try {
    const subjects = targets.map((target) => ({
      name: target.tool.name,
      key: `image ${target.tool.name}`,
      suite: "image" as const,
      target: target.tool.name,
      test: (wanted: readonly Requirement[], reporters: readonly Telling[], signal: AbortSignal) =>
        explore(target, wanted, options, seed, reporters, signal),
    }));
    const { code, all } = await runSession(subjects, selected, options);
    if (all.length > 1 && code !== 130) {
      makeDirectory(options.out, "--out");
      const { text, json } = reportDivergences(targets);
      await writeWhole(join(options.out, "differences.json"), json);
      process.stdout.write(text);
    }
    return code;
  } finally {
    for (const target of targets) target.close();
  }
}
