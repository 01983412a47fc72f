import type { Sink } from "./output.js";
import type { Reporter, ReporterOptions } from "./reporter.js";
import { gates, type RequirementResult } from "./results.js";

/** In a description or directive, what would begin a directive or escape is escaped; there is one line. */
const plain = (text: string): string =>
  text
    .replaceAll("\\", "\\\\")
    .replaceAll("#", "\\#")
    .replaceAll(/\s*\n\s*/g, " ");

/** One key of a YAML block: JSON is YAML, so strings need no other quoting. */
const entry = (key: string, value: unknown): string => `  ${key}: ${JSON.stringify(value) ?? "null"}\n`;

function diagnostics(result: RequirementResult): string {
  const { finding } = result;
  const lines = [entry("level", result.level), entry("requirement", result.title)];
  if (result.section !== "") lines.push(entry("section", result.section));
  if (result.reason !== undefined) lines.push(entry("reason", result.reason));
  if (finding) {
    lines.push(entry("expected", finding.expected ?? null), entry("actual", finding.actual ?? null));
    if (finding.note !== undefined) lines.push(entry("note", finding.note));
    lines.push(entry("case", finding.case), entry("config", finding.config ?? null));
    if (finding.output !== undefined) lines.push(entry("output", finding.output));
    if (finding.flaky !== undefined) lines.push(entry("flaky", finding.flaky));
    lines.push(
      entry("failures", `${result.failures} of ${result.exercised} cases`),
      entry("stored", finding.directory),
      entry("replay", finding.replay),
    );
  }
  return `  ---\n${lines.join("")}  ...\n`;
}

/** TAP 14: a requirement is a test point. A SHOULD that does not gate is a TODO; what was not exercised is a SKIP with its reason. */
export function tapReporter(sink: Sink, { gate }: ReporterOptions): Reporter {
  let count = 0;
  return {
    begin: ({ target, host, seed, viewReason }) => {
      sink.write("TAP version 14\n");
      sink.write(`# target: ${plain(target.name)} ${plain(target.version)}\n`);
      sink.write(`# judged by release ${target.release} (${plain(target.releaseReason)})\n`);
      sink.write(`# host: kernel ${host.kernel}, cgroup view ${host.cgroup}${viewReason === "" ? "" : ` (${plain(viewReason)})`}\n`);
      sink.write(`# seed: ${seed}\n`);
    },
    progress: () => undefined,
    requirement: (result) => {
      const { verdict, id, reason = "" } = result;
      const name = `${++count} - ${plain(id)}`;
      if (verdict === "pass") sink.write(`ok ${name}\n`);
      else if (verdict === "skip") sink.write(`ok ${name} # SKIP ${plain(reason)}\n`);
      else if (verdict === "unexercised") sink.write(`ok ${name} # SKIP unexercised: ${plain(reason)}\n`);
      else {
        const todo = verdict === "fail" && !gates(result, gate) ? ` # TODO ${result.level} only warns` : "";
        sink.write(`not ok ${name}${todo}\n${diagnostics(result)}`);
      }
    },
    end: ({ summary, complaints, cases, durationMs, interrupted }) => {
      sink.write(`1..${count}\n`);
      for (const complaint of complaints ?? []) sink.write(`# harness error: ${plain(complaint)}\n`);
      const counts = Object.entries(summary).map(([verdict, number]) => `${number} ${verdict}`);
      sink.write(`# ${counts.join(", ")}; ${cases} cases in ${(durationMs / 1000).toFixed(1)} s${interrupted ? "; interrupted" : ""}\n`);
      sink.close();
    },
    inconclusive: (message) => {
      sink.write(`TAP version 14\nBail out! inconclusive: ${plain(message)}\n`);
      sink.close();
    },
  };
}
