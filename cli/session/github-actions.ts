import { appendFileSync } from "node:fs";
import { annotations } from "../../reports/github.js";
import { markdown } from "../../reports/markdown/markdown.js";
import type { Results } from "../../reports/results/results.js";

/** What GitHub Actions takes as a step's summary: a larger one is refused whole. */
const MAX_BYTES = 1024 * 1024;

/**
 * In a step of GitHub Actions: shows findings as annotations, and adds the Markdown report to the step's summary.
 * Elsewhere it does nothing. A summary that cannot be written is said, and no reason to fail.
 */
export function tellGitHub(all: readonly Results[], gate: "must" | "should", env = process.env): void {
  if (env.GITHUB_ACTIONS !== "true" || all.length === 0) return;
  // Commands are read from both streams; standard output belongs to the reports.
  process.stderr.write(annotations(all, { gate }));
  addToSummary(markdown(all, { gate }), env);
}

/** Adds text to the summary of a step of GitHub Actions, where there is one. */
export function addToSummary(text: string, env = process.env): void {
  const file = env.GITHUB_STEP_SUMMARY;
  if (env.GITHUB_ACTIONS !== "true" || file === undefined || file === "") return;
  try {
    appendFileSync(file, Buffer.byteLength(text) <= MAX_BYTES ? text : "The summary is too large for this place.\n");
  } catch (thrown) {
    process.stderr.write(
      `oci-conform: the step's summary ${file} cannot be written: ${thrown instanceof Error ? thrown.message : thrown}\n`,
    );
  }
}
