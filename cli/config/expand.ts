import { join } from "node:path";
import { reportFor } from "../../reports/outputs.js";
import type { Target } from "./read.js";
import { type Setting, type Settings, wordsOf } from "./settings.js";

/** A target with one value for each option that its matrix varies. */
export interface Run {
  /** The target's name, and what is varied: `crun (spec=1.0.2)`. */
  readonly name: string;
  /** The same as a part of a file's name: `crun.spec-1.0.2`; no two runs have the same. */
  readonly part: string;
  readonly target: Target;
  readonly varied: Settings;
}

/** More are surely a mistake. */
const MAX_RUNS = 1000;

const inWords = ({ value }: Setting): string => (typeof value === "boolean" ? `${value}` : value.join(","));

/** Every combination of a target's matrix, the last option varying fastest. */
function combinations({ matrix, at }: Target): readonly Settings[] {
  const runs = [...matrix.values()].reduce((product, { length }) => product * length, 1);
  if (runs > MAX_RUNS) throw at.mistake(`its matrix makes ${runs} runs; ${MAX_RUNS} are the most`);
  return [...matrix].reduce<readonly Settings[]>(
    (made, [name, settings]) => made.flatMap((each) => settings.map((setting) => new Map([...each, [name, setting]]))),
    [new Map()],
  );
}

/** Every run of a config in order. @throws UsageError when a matrix makes too many */
export function runsOf(targets: readonly Target[]): readonly Run[] {
  const parts = new Set<string>();
  const unique = (part: string, number = 1): string => {
    const tried = number === 1 ? part : `${part}-${number}`;
    if (parts.has(tried.toLowerCase())) return unique(part, number + 1);
    parts.add(tried.toLowerCase());
    return tried;
  };
  return targets.flatMap((target) =>
    combinations(target).map((varied) => {
      const pairs = [...varied].map(([name, setting]) => ({ name, value: inWords(setting) }));
      const suffix = pairs.map(({ name, value }) => `${name}=${value}`).join(", ");
      const part = [target.name, ...pairs.map(({ name, value }) => `${name}-${value}`)].join(".").replaceAll(/[^\w.-]+/g, "_");
      return { name: suffix === "" ? target.name : `${target.name} (${suffix})`, part: unique(part.slice(0, 120)), target, varied };
    }),
  );
}

/** What a value that several runs share becomes for one of them, so that none overwrites another. */
const NAMED: Readonly<Record<string, (value: string, part: string) => string>> = {
  report: reportFor,
  out: (directory, part) => join(directory, part),
};

/**
 * The options of a run: its target's, before those the file's defaults and the command's, with `more` before all. `all` are the runs
 * of the file: what would serve several is named after each.
 */
export function settingsOf(run: Run, more: Settings, all: readonly Run[]): Settings {
  const { target, varied, part } = run;
  const settings = new Map([...target.defaults, ...target.own, ...varied, ...more]);
  const siblings = all.filter((each) => each.target === target).length;
  for (const [name, named] of Object.entries(NAMED)) {
    const field = target.kind.fields.get(name);
    if (!field) continue;
    const preset: Setting | undefined = typeof field.preset === "string" ? { field, value: [field.preset], at: target.at } : undefined;
    const setting = settings.get(name) ?? preset;
    const own = !more.has(name) && (target.own.has(name) || varied.has(name));
    if (!setting || typeof setting.value === "boolean" || (own ? siblings : all.length) < 2) continue;
    settings.set(name, { ...setting, value: setting.value.map((value) => named(value, part)) });
  }
  return settings;
}

/** The arguments of a run's command, in the order of its help. */
export const argumentsOf = ({ target }: Run, settings: Settings): readonly string[] =>
  wordsOf([...target.kind.fields.keys()].flatMap((name) => settings.get(name) ?? []));
