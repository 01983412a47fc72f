import { stripVTControlCharacters, styleText } from "node:util";
import type { Sink } from "./output.js";
import type { Progress, Reporter, ReporterOptions } from "./reporter.js";
import { areaOf, gates, type RequirementResult, type Results } from "./results.js";

type Style = Parameters<typeof styleText>[0];

/** At most so many redraws of the bar a second. */
const REDRAW_MS = 100;
/** A longer value is cut; the stored case has all of it. */
const VALUE_LINES = 12;

const indent = (text: string, by: string): string => text.split("\n").join(`\n${by}`);

function shown(value: unknown): string {
  // Control characters of a target must not reach the terminal.
  const text = stripVTControlCharacters(typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "nothing"));
  const lines = text.trimEnd().split("\n");
  return lines.length <= VALUE_LINES
    ? lines.join("\n")
    : `${lines.slice(0, VALUE_LINES).join("\n")}\n… ${lines.length - VALUE_LINES} more lines`;
}

/** For people: a progress bar while it runs, then the findings, then a summary by section. */
export function terminalReporter(sink: Sink, { gate }: ReporterOptions): Reporter {
  const colours = sink.tty && !process.env["NO_COLOR"];
  const paint = (style: Style, text: string): string => (colours ? styleText(style, text, { validateStream: false }) : text);
  const begun = performance.now();
  let drawn = 0;
  let bar = false;

  const clear = (): void => {
    if (bar) sink.write("\r\u001b[2K");
    bar = false;
  };
  const draw = ({ phase, done, total, findings, current }: Progress): void => {
    const now = performance.now();
    if (!sink.tty || now - drawn < REDRAW_MS) return;
    drawn = now;
    const share = total === 0 ? 0 : Math.min(1, done / total);
    const width = 24;
    const filled = Math.round(share * width);
    const rate = phase === "explore" ? `, ${(done / ((now - begun) / 1000)).toFixed(0)}/s` : "";
    const what = phase === "explore" ? `cases${rate}` : `shrunk${current === undefined ? "" : `, ${current}`}`;
    const text = `${"█".repeat(filled)}${"░".repeat(width - filled)} ${done}/${total} ${what}, ${findings} failing`;
    sink.write(`\r\u001b[2K${text.slice(0, sink.columns - 1)}`);
    bar = true;
  };

  const finding = (result: RequirementResult): void => {
    const found = result.finding;
    if (!found) return;
    const level = gates(result, gate) ? paint(["bold", "red"], result.level) : paint("yellow", result.level);
    const lines = [
      `${level} ${paint("bold", result.id)}`,
      `  ${result.title}`,
      ...(result.section === "" ? [] : [`  ${paint("dim", result.section)}`]),
      `  case      ${found.case}; fails in ${result.failures} of ${result.exercised} cases${found.flaky === undefined ? "" : `; ${paint("yellow", `flaky: ${Math.round(found.flaky * 100)} %`)}`}`,
      `  expected  ${indent(shown(found.expected), "            ")}`,
      `  actual    ${indent(shown(found.actual), "            ")}`,
      ...(found.note === undefined ? [] : [`  note      ${found.note}`]),
      `  config    ${indent(JSON.stringify(found.config).length < 600 ? JSON.stringify(found.config) : `${found.directory}/config.json`, "            ")}`,
      `  replay    ${found.replay}`,
      "",
    ];
    sink.write(`${lines.join("\n")}\n`);
  };

  const table = (results: Results): void => {
    const areas = new Map<string, RequirementResult[]>();
    for (const result of results.requirements) areas.set(areaOf(result.id), [...(areas.get(areaOf(result.id)) ?? []), result]);
    const width = Math.max(...[...areas.keys()].map((area) => area.length), 8) + 2;
    const columns = ["pass", "fail", "skip", "unexercised", "error"] as const;
    const head = columns.map((column) => column.padStart(column.length + 2)).join("");
    sink.write(`${paint("bold", `${"section".padEnd(width)}${head}`)}\n`);
    for (const [area, own] of areas) {
      const cells = columns.map((column) => {
        const count = own.filter(({ verdict }) => verdict === column).length;
        const cell = (count === 0 ? "·" : String(count)).padStart(column.length + 2);
        return count > 0 && (column === "fail" || column === "error") ? paint("red", cell) : cell;
      });
      sink.write(`${area.padEnd(width)}${cells.join("")}\n`);
    }
    const totals = columns.map((column) => String(results.summary[column]).padStart(column.length + 2)).join("");
    sink.write(`${paint("bold", `${"total".padEnd(width)}${totals}`)}\n\n`);
  };

  const reasons = (results: Results): void => {
    const byReason = new Map<string, number>();
    for (const { verdict, reason = "" } of results.requirements) {
      if (verdict === "skip" || verdict === "unexercised") byReason.set(reason, (byReason.get(reason) ?? 0) + 1);
    }
    if (byReason.size === 0) return;
    sink.write(`${paint("bold", "not judged:")}\n`);
    for (const [reason, count] of [...byReason].sort((a, b) => b[1] - a[1]))
      sink.write(`  ${String(count).padStart(4)}  ${shown(reason)}\n`);
    sink.write("\n");
  };

  return {
    begin: ({ target, host, seed, viewReason, jobs }) => {
      sink.write(`${paint("bold", target.name)}  ${target.version}\n`);
      sink.write(`  judged by release ${target.release} of the runtime spec (${target.releaseReason})\n`);
      sink.write(`  kernel ${host.kernel}, ${host.root ? "root" : "not root"}, cgroup view ${host.cgroup}, seed ${seed}, ${jobs} jobs\n`);
      if (viewReason !== "") sink.write(`  ${paint("dim", `it did not run in the ${indent(shown(viewReason), "  ")}`)}\n`);
      sink.write("\n");
    },
    progress: draw,
    requirement: (result) => {
      clear();
      if (result.verdict === "fail") finding(result);
      if (result.verdict === "error") sink.write(`${paint(["bold", "magenta"], "ERROR")} ${result.id}: ${shown(result.reason)}\n`);
    },
    end: (results) => {
      clear();
      table(results);
      reasons(results);
      for (const complaint of results.complaints ?? []) sink.write(`${paint("magenta", "harness error")}: ${shown(complaint)}\n`);
      const { summary, cases, durationMs, requirements } = results;
      const grave = requirements.filter((result) => gates(result, gate)).length;
      const mild = summary.fail - grave;
      const verdict = grave > 0 ? paint(["bold", "red"], `${grave} findings`) : paint(["bold", "green"], "no findings");
      const warned = mild > 0 ? `, ${mild} warnings (SHOULD)` : "";
      sink.write(
        `${verdict}${warned}; ${cases} cases in ${(durationMs / 1000).toFixed(1)} s${results.interrupted ? " (interrupted)" : ""}\n`,
      );
      sink.close();
    },
    inconclusive: () => {
      clear();
      sink.close();
    },
  };
}
