import type { Progress } from "../reporter.js";
import { count, oneLine, truncate } from "../text.js";
import { type Paint, widthOf } from "./style.js";

/** Least time between two drawings, in milliseconds. */
const INTERVAL = 100;
const BAR = 20;

/** One line that is drawn over and over at the bottom of a terminal. */
export interface ProgressBar {
  /** Draws it, unless it was drawn a moment ago; a new phase is drawn at once. */
  draw(progress: Progress): void;
  /** Removes it, so that other text can take its place. */
  clear(): void;
}

/** The words of the line, at most `width` characters. `elapsedMs` counts from the beginning of the phase. */
export function progressLine({ phase, done, total, findings, current }: Progress, elapsedMs: number, width: number): string {
  const filled = total > 0 ? Math.min(BAR, Math.floor((done / total) * BAR)) : 0;
  const bar = `${"█".repeat(filled)}${"░".repeat(BAR - filled)}`;
  const perSecond = elapsedMs > 0 && (phase === "explore" || phase === "read");
  const rate = perSecond ? `, ${((done * 1000) / elapsedMs).toFixed(1)}${phase === "read" ? " MiB" : " cases"}/s` : "";
  const unit = phase === "explore" ? " cases" : phase === "read" ? " MiB" : "";
  const subject = current === undefined ? "" : `  ${oneLine(current)}`;
  return truncate(`${phase.padEnd(7)} ${bar} ${done}/${total}${unit}${rate}, ${count(findings, "finding")}${subject}`, width);
}

export function progressBar(out: NodeJS.WritableStream, paint: Paint, now: () => number): ProgressBar {
  let phase: Progress["phase"] | undefined;
  let phaseBegan = 0;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let visible = false;
  return {
    draw: (progress) => {
      const time = now();
      if (progress.phase !== phase) {
        phase = progress.phase;
        phaseBegan = time;
      } else if (time - drawnAt < INTERVAL) return;
      drawnAt = time;
      visible = true;
      // A full last column would wrap on some terminals.
      const line = progressLine(progress, time - phaseBegan, widthOf(out) - 1);
      out.write(`\r\u001b[K${paint(progress.findings > 0 ? "yellow" : "green", line)}`);
    },
    clear: () => {
      if (visible) out.write("\r\u001b[K");
      visible = false;
    },
  };
}
