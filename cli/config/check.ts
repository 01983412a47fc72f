import { resolve } from "node:path";
import { Outputs } from "../../reports/outputs.js";
import { loadCatalogue } from "../../spec/catalogue.js";
import { UsageError } from "../../spec/errors.js";
import { select } from "../options/selection.js";
import { BaselineGate } from "../session/baseline.js";
import type { Run } from "./expand.js";
import type { Settings } from "./settings.js";

/** A run with the options and the arguments of its command. */
export interface Planned {
  readonly run: Run;
  readonly settings: Settings;
  readonly args: readonly string[];
}

/** What a command complains of, at the place of the option that it names; else at the target's. */
export function placed({ run, settings }: Planned, message: string): UsageError {
  const { target } = run;
  const name = /^--([a-z][a-z-]*)/.exec(message)?.[1];
  const setting = name === undefined ? undefined : settings.get(name);
  if (!setting) return target.at.mistake(message.startsWith(`${target.kind.key}: `) ? message.slice(target.kind.key.length + 2) : message);
  const { value, at } = setting;
  const rest = message.slice(`--${name} `.length);
  // The place says the option, so the message need not.
  const repeats = typeof value !== "boolean" && value.some((text) => rest.startsWith(`${text}: `));
  return at.mistake(repeats ? rest : message);
}

/**
 * Looks before the first run at what else the commands would refuse: options that exclude each other, baselines that are none, ids that name no requirement,
 * formats of reports that there are not, files that cannot be written or that two runs would write.
 * @throws UsageError with the line
 */
export async function check(plan: readonly Planned[]): Promise<void> {
  const files = new Map<string, Planned>();
  for (const planned of plan) {
    const { run, settings, args } = planned;
    const { kind } = run.target;
    const watching = settings.get("watch");
    if (watching?.value === true && plan.length > 1)
      throw watching.at.mistake("it would never come to the other targets; choose this one by --target");
    try {
      const options = kind.parse(args);
      if (!options) continue;
      const catalogue = await loadCatalogue(kind.spec);
      select(catalogue, [...catalogue], options);
      new Outputs(options.report, process.stdout, { gate: "must" }).check([]);
      await BaselineGate.open(options);
    } catch (thrown) {
      if (!(thrown instanceof UsageError)) throw thrown;
      throw placed(planned, thrown.message);
    }
    const reports = settings.get("report");
    if (!reports || typeof reports.value === "boolean") continue;
    for (const report of reports.value.filter((each) => each.includes("="))) {
      const file = resolve(report.slice(report.indexOf("=") + 1));
      const other = files.get(file);
      if (other)
        throw reports.at.mistake(`${report}: ${other === planned ? "stands here twice" : `${other.run.name} writes that file too`}`);
      files.set(file, planned);
    }
  }
}
