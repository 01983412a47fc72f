import { inShort } from "../headline.js";
import { type Gate, gates } from "../results/exit-code.js";
import { whyExpected } from "../results/known.js";
import type { Level, Summary } from "../results/results.js";
import { oneLine } from "../text.js";
import type { CaseChange, Change, Circumstance, Comparison, FlakyChange, State } from "./compare.js";

/** How much something matters: `bad` fails, `note` is only told, `good` is better than before. */
type Weight = "bad" | "warn" | "note" | "good";

/** A requirement of a comparison, in words; each word is one line of plain text. */
export interface Item {
  readonly weight: Weight;
  readonly level: Level;
  readonly id: string;
  readonly section: string;
  /** What happened to it: `pass → fail`. */
  readonly what: string;
  /** What is required, where that is worth repeating. */
  readonly title?: string;
  /** Values with their names. */
  readonly values: readonly (readonly [string, string])[];
  /** The command that shows it again. */
  readonly replay?: string;
}

/** A list of a comparison. */
export interface Part {
  readonly heading: string;
  readonly items: readonly Item[];
}

const step = (from: State | string, to: State | string): string => `${from} → ${to}`;
const share = (flaky: number | undefined): string => (flaky === undefined ? "steady" : `${Math.round(flaky * 100)} %`);

function regressedItem(change: Change, gate: Gate): Item {
  const { id, level, section, title, from, to, finding, expected } = change;
  const notes = [
    ...(expected === undefined ? [] : [`expected by the baseline: ${whyExpected(expected)}`]),
    ...(finding?.flaky === undefined ? [] : [`flaky: fails ${share(finding.flaky)} of the time`]),
    // Where nothing was shown before, it may have failed all along.
    ...(from === "pass" ? [] : ["may have failed before"]),
  ];
  return {
    weight: expected ? "note" : gates({ level }, gate) ? "bad" : "warn",
    level,
    id,
    section,
    what: [step(from, to), ...notes].join("; "),
    title: oneLine(title),
    values: finding
      ? [
          ["expected", inShort(finding.expected)],
          ["actual", inShort(finding.actual)],
        ]
      : [],
    ...(finding === undefined ? {} : { replay: oneLine(finding.replay) }),
  };
}

const changeItem = (weight: Weight, { id, level, section, from, to, reason }: Change): Item => ({
  weight,
  level,
  id,
  section,
  what: step(from, to) + (reason === undefined || to === "pass" ? "" : `: ${oneLine(reason)}`),
  values: [],
});

const flakyItem = ({ id, level, section, from, to }: FlakyChange): Item => ({
  weight: "warn",
  level,
  id,
  section,
  what: from === to ? `fails ${share(to)} of the time` : step(share(from), share(to)),
  values: [],
});

function movedItem({ id, level, section, differs, old, new: now }: CaseChange): Item {
  // Configs are long, and stored with their cases.
  const values = (["case", "expected", "actual"] as const).flatMap((part): readonly (readonly [string, string])[] =>
    differs.includes(part)
      ? [
          [`${part} was`, inShort(old[part])],
          [`${part} is`, inShort(now[part])],
        ]
      : [],
  );
  return { weight: "note", level, id, section, what: `another ${differs.join(", ")}`, values };
}

/** The lists of a comparison that have something in them, the worst first. */
export function partsOf(comparison: Comparison, gate: Gate): readonly Part[] {
  const of = (weight: Weight) => (change: Change) => changeItem(weight, change);
  // A regression says itself that it is flaky.
  const regressed = new Set(comparison.regressed.map(({ id }) => id));
  const parts: readonly Part[] = [
    { heading: "regressed", items: comparison.regressed.map((change) => regressedItem(change, gate)) },
    { heading: "not judged any more: the harness failed", items: comparison.errors.map(of("bad")) },
    { heading: "no longer exercised", items: comparison.unexercised.map(of("warn")) },
    {
      heading: "failed, but not confirmed",
      items: comparison.unconfirmed.map((change) => changeItem(change.to === "unconfirmed" ? "warn" : "note", change)),
    },
    { heading: "flaky", items: comparison.flaky.filter(({ id }) => !regressed.has(id)).map(flakyItem) },
    { heading: "fixed", items: comparison.fixed.map(of("good")) },
    { heading: "newly exercised", items: comparison.exercised.map(of("good")) },
    { heading: "fails in another way", items: comparison.moved.map(movedItem) },
  ];
  return parts.filter(({ items }) => items.length > 0);
}

/** `seed 20 → 21`. */
export const circumstanceInWords = ({ what, from = "none", to = "none" }: Circumstance): string => oneLine(`${what} ${step(from, to)}`);

/** The target, and what both runs took it for. */
export function titleOf({ old, new: now }: Comparison): string {
  const name = old.target === now.target ? now.target : step(old.target, now.target);
  const version = old.version === now.version ? now.version : step(old.version || "unknown", now.version || "unknown");
  return oneLine(version === "" ? name : `${name} (${version})`);
}

const COUNTS = ["pass", "fail", "unconfirmed", "skip", "unexercised", "error"] as const;

/** `410 pass, 3 → 4 fail, …`; errors and unconfirmed failures only where there are some. */
export function countsInWords({ old, new: now }: Comparison): string {
  const number = (a: number, b: number): string => (a === b ? String(b) : step(String(a), String(b)));
  const of = (summary: Summary, side: { readonly expected: number }, name: (typeof COUNTS)[number]): number =>
    name === "fail" ? summary.fail - side.expected : summary[name];
  const known = old.expected + now.expected > 0 ? [`${number(old.expected, now.expected)} expected to fail`] : [];
  const counts = COUNTS.filter((name) => (name !== "error" && name !== "unconfirmed") || old.summary[name] + now.summary[name] > 0);
  return [...counts.map((name) => `${number(of(old.summary, old, name), of(now.summary, now, name))} ${name}`), ...known].join(", ");
}
