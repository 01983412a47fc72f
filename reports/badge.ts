import type { Document } from "./document.js";
import type { Gate } from "./results/exit-code.js";
import { failingStale } from "./results/known.js";
import type { Results } from "./results/results.js";
import { standings } from "./results/standing.js";
import { count } from "./text.js";

const NAMES = { runtime: "OCI runtime", image: "OCI image", distribution: "OCI distribution" } as const;

/** What a badge says, and in which colour. */
interface Face {
  readonly message: string;
  readonly color: "brightgreen" | "green" | "yellow" | "red" | "lightgrey";
}

/** The worst of all targets decides what is counted; the counts are of all of them. */
function faceOf(all: readonly Results[], gate: Gate): Face {
  const sum = (of: (results: Results) => number): number => all.reduce((total, results) => total + of(results), 0);
  const findings = sum(({ requirements }) => standings(requirements, gate).findings.length);
  if (findings > 0) return { message: count(findings, "finding"), color: "red" };
  if (sum(({ summary, complaints = [] }) => summary.error + complaints.length) > 0) return { message: "harness error", color: "red" };
  const stale = sum((results) => failingStale(results).length);
  if (stale > 0) return { message: `baseline: ${count(stale, "stale line")}`, color: "red" };
  if (all.some(({ incomplete }) => incomplete)) return { message: "inconclusive", color: "lightgrey" };
  // A target that shows nothing must not hide behind others that do.
  if (
    all.some(({ summary, requirements }) => summary.pass === 0 && standings(requirements, gate).expected.length === 0) ||
    all.length === 0
  )
    return { message: "nothing passed", color: "lightgrey" };
  const expected = sum(({ requirements }) => standings(requirements, gate).expected.length);
  const warnings = sum(({ requirements }) => standings(requirements, gate).warnings.length);
  const unconfirmed = sum(({ requirements }) => standings(requirements, gate).unconfirmed.length);
  const message = [
    `${sum(({ summary }) => summary.pass)} pass`,
    ...(expected > 0 ? [`${expected} expected to fail`] : []),
    ...(unconfirmed > 0 ? [`${unconfirmed} unconfirmed`] : []),
    ...(warnings > 0 ? [count(warnings, "warning")] : []),
  ].join(", ");
  return { message, color: expected + unconfirmed > 0 ? "yellow" : warnings > 0 ? "green" : "brightgreen" };
}

/** JSON for the endpoint badge of shields.io: `OCI runtime | 412 pass`. Red where the run fails. */
export const badge: Document = (all, { gate }) => {
  const [first, ...others] = new Set(all.map(({ suite }) => suite));
  const label = first === undefined || others.length > 0 ? "OCI" : NAMES[first];
  const face = faceOf(all, gate);
  // An error's colour cannot be overridden by whoever shows the badge.
  return `${JSON.stringify({ schemaVersion: 1, label, ...face, ...(face.color === "red" ? { isError: true } : {}) })}\n`;
};
