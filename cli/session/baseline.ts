import { existsSync } from "node:fs";
import { checkFile, writeWhole } from "../../files/write.js";
import { applyBaseline } from "../../reports/baseline/apply.js";
import { type Baseline, type KnownIds, readBaseline } from "../../reports/baseline/read.js";
import { updateBaseline } from "../../reports/baseline/update.js";
import type { Results } from "../../reports/results/results.js";
import { count } from "../../reports/text.js";
import { loadCatalogue, SPECS } from "../../spec/catalogue.js";
import { UsageError } from "../../spec/errors.js";

/** The options about known findings. */
export interface BaselineOptions {
  readonly baseline?: string;
  readonly updateBaseline: boolean;
  readonly allowStale: boolean;
}

/** The ids of all specs: one baseline may serve several commands. */
async function knownIds(): Promise<KnownIds> {
  const catalogues = await Promise.all(SPECS.map(loadCatalogue));
  return {
    has: (id) => catalogues.some((catalogue) => catalogue.get(id) !== undefined),
    suggest: (id) => catalogues.flatMap((catalogue) => catalogue.suggest(id).slice(0, 1))[0],
  };
}

/** A baseline that a run is held against, and that it may bring up to date. */
export class BaselineGate {
  readonly #options: BaselineOptions;
  readonly #baseline: Baseline | undefined;

  private constructor(options: BaselineOptions, baseline: Baseline | undefined) {
    this.#options = options;
    this.#baseline = baseline;
  }

  /** @throws UsageError for a baseline that cannot be read, or for options that do not go together. */
  static async open(options: BaselineOptions): Promise<BaselineGate> {
    const { baseline: file, updateBaseline: update, allowStale } = options;
    if (file === undefined) {
      const needs = update ? "--update-baseline" : allowStale ? "--allow-stale" : undefined;
      if (needs !== undefined) throw new UsageError(`${needs} is about a baseline: name it by --baseline FILE`);
      return new BaselineGate(options, undefined);
    }
    if (update) checkFile(file, `--baseline ${file}`);
    const fresh = update && !existsSync(file);
    return new BaselineGate(options, fresh ? undefined : readBaseline(file, await knownIds()));
  }

  /** Whether the run is to bring the baseline up to date: then no finding fails it. */
  get updates(): boolean {
    return this.#options.updateBaseline;
  }

  /** Results with what is expected and what is stale. */
  apply(results: Results): Results {
    return this.#baseline ? applyBaseline(results, this.#baseline, this.#options.allowStale || this.updates) : results;
  }

  /** Writes the baseline anew. Returns what was changed, in words. */
  async update(all: readonly Results[], gate: "must" | "should"): Promise<string> {
    const { baseline: file = "" } = this.#options;
    const { text, added, removed } = updateBaseline(this.#baseline, all, gate);
    await writeWhole(file, text);
    const changes = [
      added.length > 0 ? `${count(added.length, "finding")} added` : "",
      removed.length > 0 ? `${removed.length} removed` : "",
    ];
    return `${file}: ${changes.filter((change) => change !== "").join(", ") || "nothing to change"}`;
  }
}
