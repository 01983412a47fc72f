import type { Format } from "../reporter.js";
import { byCause } from "../results/causes.js";
import { failsRun } from "../results/exit-code.js";
import { standings } from "../results/standing.js";
import { hostInWords, oneLine, printable } from "../text.js";
import { renderError, renderFinding } from "./finding.js";
import { progressBar } from "./progress-bar.js";
import { isTerminal, paintFor, widthOf } from "./style.js";
import { renderAreas, renderCoverage, renderExpected, renderIncomplete, renderReasons, renderStale, renderVerdict } from "./summary.js";

/** For people: a progress bar while it runs, then the findings, a summary by area, and the verdict in one line. */
export const terminal: Format = (out, { gate, now = () => performance.now(), env = process.env }) => {
  const paint = paintFor(out, env);
  const bar = isTerminal(out) ? progressBar(out, paint, now) : undefined;
  const print = (text: string): void => {
    bar?.clear();
    if (text !== "") out.write(text);
  };
  return {
    begin: ({ spec, target, host, viewReason, choices, seed, jobs }) => {
      const version = target.version === "" ? "" : ` (${oneLine(target.version)})`;
      const why = target.releaseReason ? `: ${oneLine(target.releaseReason)}` : "";
      print(
        `${paint("bold", `${oneLine(target.name)}${version}`)}, ${spec} spec ${oneLine(target.release)}${why}\n` +
          `${paint("dim", [`${host.cgroup === undefined ? "" : "Linux "}${hostInWords(host, viewReason).join(", ")}`, ...(seed === undefined ? [] : [`seed ${seed}`]), `jobs ${jobs}`].join(", "))}\n${choices ? `${paint("dim", `it chose: ${oneLine(choices)}`)}\n` : ""}\n`,
      );
    },
    progress: (progress) => bar?.draw(progress),
    requirement: (result) => {
      if (result.verdict === "error") print(renderError(result, paint));
    },
    end: (results) => {
      const { requirements, complaints, baseline, incomplete } = results;
      // Those of one cause are told together, once all are known; what the baseline expects is no news, and listed below.
      const { findings, warnings, unconfirmed, expected } = standings(requirements, gate);
      for (const group of [findings, warnings, unconfirmed].flatMap(byCause))
        print(renderFinding(group, paint, widthOf(out), !failsRun(group.first, gate)));
      const parts = [
        renderAreas(requirements),
        renderReasons(requirements, widthOf(out)),
        renderCoverage(results),
        renderExpected(expected, paint),
        renderStale(baseline, paint),
        renderIncomplete(incomplete, paint),
        (complaints ?? []).map((complaint) => `${paint("red", "harness:")} ${oneLine(complaint)}\n`).join(""),
        renderVerdict(results, gate, paint),
      ];
      print(parts.filter((part) => part !== "").join("\n"));
    },
    // On a terminal the command says it on standard error, which is the same screen.
    inconclusive: (message) => print(bar ? "" : `inconclusive: ${printable(message)}\n`),
  };
};
