import { availableParallelism, release as kernel, type } from "node:os";
import { basename } from "node:path";
import { Beyond } from "../../../image-reader/limits.js";
import { assertThere, readLayout } from "../../../image-reader/read.js";
import { inPart } from "../../../runners/shard.js";
import { type Catalogue, loadCatalogue, type Requirement } from "../../../spec/catalogue.js";
import { Inconclusive } from "../../../spec/errors.js";
import { checked } from "../../../suites/image/content/index.js";
import { Judge } from "../../../suites/image/content/judge.js";
import { list, select } from "../../options/selection.js";
import { runSession, type SessionTarget } from "../../session/session.js";
import { type ImageOptions, imageOptions } from "./options.js";
import { imageResults } from "./results.js";

const MEBIBYTE = 2 ** 20;

/** What reading an image can judge: statements on content, and our own rules about it. */
const judgeable = (catalogue: Catalogue): Requirement[] =>
  [...catalogue].filter(({ id, testable, level }) => testable === true && level !== "MAY" && checked.has(id));

/** Reads and judges one layout. */
function targetFor(path: string, options: ImageOptions): SessionTarget {
  return {
    name: basename(path),
    key: `image ${path}`,
    suite: "image",
    target: path,
    test: async (selected, reporters, signal) => {
      const wanted = new Set(selected.map(({ id }) => id));
      const begun = performance.now();
      const judge = new Judge(options.spec, (id) => wanted.has(id));
      for (const reporter of reporters) {
        reporter.begin({
          spec: "image",
          target: { name: path, version: "", release: options.spec },
          host: { kernel: `${type()} ${kernel()}` },
          jobs: options.jobs,
        });
      }
      const progress = (done: number, total: number): void => {
        const part = { phase: "read", done: Math.floor(done / MEBIBYTE), total: Math.ceil(total / MEBIBYTE), findings: 0 } as const;
        for (const reporter of reporters) reporter.progress(part);
      };
      const watch = { layer: (file: string) => judge.layer(file), progress };
      try {
        const layout = await readLayout(path, watch, {
          limits: options.limits,
          jobs: options.jobs,
          signal,
          followLinks: options.followLinks,
        });
        const counts = judge.end(layout);
        const durationMs = performance.now() - begun;
        return imageResults({ layout, counts, selected, release: options.spec, durationMs, interrupted: signal.aborted });
      } catch (thrown) {
        throw thrown instanceof Beyond ? new Inconclusive(thrown.message) : thrown;
      }
    },
  };
}

/** The options that ask for a tool to be driven, by whatever follows them. */
const asksForTool = (args: readonly string[]): boolean => args.some((arg) => /^--tool(?:-cmd)?(?:=|$)/.test(arg));

/** `oci-conform image PATH…`: validates each layout in turn; with `--tool`, drives tools; `generate` writes layouts for others. */
export async function run(args: readonly string[]): Promise<number> {
  if (args[0] === "generate") return (await import("./generate.js")).run(args.slice(1));
  if (asksForTool(args)) return (await import("./tool/tool.js")).run(args);
  const options = imageOptions(args, availableParallelism());
  if (!options) return 0;
  const catalogue = await loadCatalogue("image");
  const selected = select(catalogue, judgeable(catalogue), options);
  if (options.list) return list(selected);
  for (const path of options.paths) await assertThere(path);
  const { shard } = options;
  const own = options.paths.filter(inPart(shard));
  if (own.length === 0) throw new Inconclusive(`shard ${shard?.index}/${shard?.count} has none of ${options.paths.length} paths`);
  const targets = own.map((path) => targetFor(path, options));
  return (await runSession(targets, selected, options)).code;
}
