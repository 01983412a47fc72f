import t from "tap";
import { compare } from "../../../reports/compare/compare.js";
import { comparisonMarkdown, renderComparison } from "../../../reports/compare/text.js";
import { annotations } from "../../../reports/github.js";
import { html } from "../../../reports/html/html.js";
import { FORMAT_NAMES, Outputs } from "../../../reports/outputs.js";
import { exitCode } from "../../../reports/results/exit-code.js";
import { untestedResults, withIncomplete } from "../../../reports/results/incomplete.js";
import { merge } from "../../../reports/results/merge.js";
import type { Results } from "../../../reports/results/results.js";
import { renderTable } from "../../../reports/table.js";
import { validateResults } from "../../../spec/validate.js";
import { failed, passed, play, resultsOf, Screen, skipped, stopped } from "../fixture.js";

const gate = { gate: "must", now: () => 0, env: {} } as const;

/** What a format makes of results. */
async function shown(format: string, results: Results): Promise<string> {
  const screen = new Screen();
  const outputs = new Outputs([format], screen, gate);
  for (const reporter of outputs.forTarget(undefined)) await play(reporter, results);
  outputs.finish([results]);
  return screen.text;
}

/** Every kind of run that passed what it tested, and did not test everything. */
const unread = { what: "blobs/sha256/ab", reason: "a PAX header of more than 1 MiB (--max-pax)" };
const merged = merge([{ file: "a.json", results: resultsOf([passed], { shard: { index: 1, count: 2 } }) }])[0];
if (!merged) throw new TypeError("there is a merged run");
const INCOMPLETE: Readonly<Record<string, readonly [Results, RegExp]>> = {
  "a part that was not read to its end": [resultsOf([passed], { incomplete: [unread] }), /a PAX header of more than 1 MiB/],
  "an interrupted run": [withIncomplete(resultsOf([passed], { interrupted: true })), /interrupted after 60 cases/],
  "a run in which nothing was exercised": [withIncomplete(resultsOf([skipped])), /none of what is selected could be exercised/],
  "a run without anything to test": [withIncomplete(resultsOf([])), /none of what is selected could be exercised/],
  "a merge of too few shards": [merged, /shard 2 of 2[\s\S]*its results are missing/],
  "a target that could not be tested": [
    untestedResults({ suite: "runtime", target: "runc", reason: "it runs nothing" }, resultsOf([])),
    /it runs nothing/,
  ],
};

/** What each format says where everything is well. */
const GREEN: Readonly<Record<string, RegExp>> = {
  terminal: /conforms/,
  tap: /^1\.\.\d+$/m,
  junit: /<testsuites[^>]* errors="0"/,
  json: /^(?![\s\S]*"incomplete")/,
  html: /✓<\/span>\s*conforms/,
  markdown: /✅/,
  sarif: /"executionSuccessful": true/,
  badge: /green/,
};

/** What it has to say instead. */
const UNCLEAR: Readonly<Record<string, RegExp>> = {
  terminal: /runc (?:was not tested completely|could not be tested): inconclusive/,
  tap: /^Bail out! inconclusive: /m,
  junit: /<error message="inconclusive: [^"]*" type="inconclusive">/,
  json: /"incomplete": \[/,
  html: /Inconclusive: not everything was tested/,
  markdown: /^## ⚠️ .*inconclusive$/m,
  sarif: /"executionSuccessful": false,\s*"toolExecutionNotifications"/,
  badge: /"message":"inconclusive","color":"lightgrey"/,
};

t.test("a run that is not complete is green in no format, and each says why", async (t) => {
  t.strictSame(Object.keys(GREEN).sort(), [...FORMAT_NAMES].sort(), "every format is looked at");
  for (const format of FORMAT_NAMES) {
    const green = GREEN[format] ?? /$^/;
    t.match(await shown(format, resultsOf([passed])), green, `${format}: a whole run`);
    for (const [what, [results, why]] of Object.entries(INCOMPLETE)) {
      const text = await shown(format, results);
      t.notMatch(text, green, `${format}: ${what}`);
      t.match(text, UNCLEAR[format] ?? /$^/, `${format}: ${what}`);
      if (format !== "badge") t.match(text.replaceAll("&#x27;", "'"), why, `${format}: ${what}`);
    }
  }
});

t.test("it ends with 2, unless something was found; and GitHub, tables and comparisons say it too", async (t) => {
  for (const [what, [results, why]] of Object.entries(INCOMPLETE)) {
    t.equal(exitCode(results, gate), 2, what);
    const found = { ...results, requirements: [...results.requirements, failed] };
    t.equal(exitCode(found, gate), 1, what);
    t.match(await shown("terminal", found), /does not conform/);
    t.match(annotations([results], gate), /^::error title=Inconclusive \(runc\)::/m, what);
    t.match(renderTable([results]), /\(in(?:conclusive|terrupted)\)$/m, what);
    const comparison = compare(resultsOf([passed]), results);
    for (const text of [
      renderComparison(comparison, { gate: "must", paint: (_, text) => text, width: 100 }),
      comparisonMarkdown(comparison, gate),
    ]) {
      t.match(text, /inconclusive/, what);
      t.match(text, why, what);
      t.notMatch(text, /✅|nothing changed|nothing regressed/, what);
    }
  }
});

t.test("what is known of a run is kept, and said once", async (t) => {
  t.equal(withIncomplete(resultsOf([passed])).incomplete, undefined);
  t.equal(withIncomplete(resultsOf([skipped], { shard: { index: 1, count: 2 } })).incomplete, undefined, "a shard may have nothing to do");
  const once = withIncomplete(resultsOf([passed], { interrupted: true }));
  t.strictSame(withIncomplete(once), once);
  t.strictSame(withIncomplete(resultsOf([skipped], { incomplete: [unread] })).incomplete, [unread], "the limit is the reason");
  t.same(validateResults(JSON.parse(await shown("json", resultsOf([passed], stopped)))), []);
  t.match(html([resultsOf([passed], { incomplete: [{ what: "<b>", reason: "&" }] })], gate), /&lt;b>: &amp;|&lt;b&gt;: &amp;/);
});
