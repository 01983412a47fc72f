import { failsRun, type Gate } from "../results/exit-code.js";
import type { RequirementResult, Verdict } from "../results/results.js";
import { type Markup, markup } from "./markup.js";

/** A verdict with what it means for the run: a failure fails it, warns only, or is expected by the baseline. */
export type Kind = Verdict | "warning" | "expected";

interface Look {
  /** Stands beside the word, so that a table is read at a glance and without colours. */
  readonly mark: string;
  readonly means: string;
}

/** Every kind, the worst first. */
export const KINDS: Readonly<Record<Kind, Look>> = {
  fail: { mark: "✗", means: "it was violated at least once, and that fails the run" },
  error: { mark: "‼", means: "the harness itself went wrong: please report it" },
  warning: { mark: "!", means: "it was violated, which warns and does not fail the run" },
  unconfirmed: { mark: "?", means: "it was violated, but in none of the runs that were to confirm it" },
  expected: { mark: "≈", means: "it was violated, as the baseline expects" },
  pass: { mark: "✓", means: "the required behaviour was seen in at least one case, and its opposite in none" },
  skip: { mark: "–", means: "this host, this target’s release, or a choice that the spec leaves open stands in the way" },
  unexercised: { mark: "○", means: "no case of this run touched it: neither good nor bad" },
};

const isKind = (word: string): word is Kind => Object.hasOwn(KINDS, word);

/** The names of the kinds, the worst first. */
export const KIND_NAMES: readonly Kind[] = Object.keys(KINDS).filter(isKind);

/** The kind of a result. */
export function kindOf(result: RequirementResult, gate: Gate): Kind {
  if (!result.finding) return result.verdict;
  if (result.expected) return "expected";
  if (failsRun(result, gate)) return "fail";
  return result.verdict === "unconfirmed" ? "unconfirmed" : "warning";
}

/** What so many of a kind are called: 2 `fail`, but 2 `warnings`. */
export const wordFor = (n: number, kind: Kind): string => (n !== 1 && (kind === "warning" || kind === "error") ? `${kind}s` : kind);

/** A kind in a word; the style puts its mark before it. */
export const badge = (kind: Kind): Markup => markup`<span class="badge ${kind}">${kind}</span>`;
