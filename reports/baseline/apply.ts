import { basename } from "node:path";
import type { Results, Stale } from "../results/results.js";
import { count } from "../text.js";
import { inRange } from "./range.js";
import type { Baseline, Entry, When } from "./read.js";

/** The program of a target's name, without its arguments and where it stands: `runc` of `/usr/sbin/runc --debug`. */
const programOf = (name: string): string => basename(name.split(" ")[0] ?? name);

const CONDITIONS: Readonly<Record<keyof When, (results: Results, wanted: string) => boolean>> = {
  target: ({ target }, wanted) => target.name === wanted || programOf(target.name) === wanted,
  version: ({ target }, wanted) => inRange(target.version, wanted),
  spec: ({ target }, wanted) => target.spec === wanted || (/\d/.test(wanted) && inRange(target.spec, wanted)),
  cgroup: ({ host }, wanted) => host.cgroup === wanted,
  kernel: ({ host }, wanted) => inRange(host.kernel, wanted),
  arch: ({ host }, wanted) => host.arch === wanted,
};

const isCondition = (name: string): name is keyof When => Object.hasOwn(CONDITIONS, name);

/** Whether an entry speaks of what was tested. */
export const speaksOf = ({ when = {} }: Entry, results: Results): boolean =>
  Object.entries(when).every(([name, wanted]) => isCondition(name) && (wanted === undefined || CONDITIONS[name](results, String(wanted))));

/**
 * Holds results against a baseline: failures that it lists are expected, and lines of it that this run proves wrong
 * are stale. Only a pass proves that: what was skipped or not exercised may fail elsewhere. One of several shards proves
 * nothing, and neither does a run that is incomplete.
 */
export function applyBaseline(results: Results, { file, entries }: Baseline, allowStale: boolean): Results {
  const own = new Map(entries.filter((entry) => speaksOf(entry, results)).map((entry) => [entry.id, entry]));
  const whole = results.shard === undefined && results.incomplete === undefined && results.interrupted === undefined;
  const stale: Stale[] = [];
  const requirements = results.requirements.map(({ expected: _, ...result }) => {
    const entry = own.get(result.id);
    if (!entry) return result;
    const { reason, issue, flaky, line } = entry;
    if (result.verdict === "pass" && whole && !flaky)
      stale.push({ id: result.id, line, verdict: result.verdict, reason: `it passed in ${count(result.exercised, "case")}` });
    return result.finding ? { ...result, expected: { reason, ...(issue === undefined ? {} : { issue }) } } : result;
  });
  return { ...results, baseline: { file, stale, ...(allowStale ? { allowStale } : {}) }, requirements };
}
