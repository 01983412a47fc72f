import fc from "fast-check";
import t from "tap";
import { annotations } from "../../reports/github.js";
import type { RequirementResult, Results } from "../../reports/results/results.js";
import {
  broken,
  failed,
  known,
  NASTY,
  nasty,
  nastyBaseline,
  nastyKnown,
  nastySkip,
  ours,
  passed,
  resultsOf,
  skipped,
  stale,
  stopped,
  warned,
} from "./fixture.js";

interface Command {
  readonly kind: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

const unescaped = (text: string): string => text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");

/** Reads workflow commands as GitHub's runner does. Throws on any other line. */
function parsed(text: string): Command[] {
  if (text !== "" && !text.endsWith("\n")) throw new SyntaxError("no line feed at the end");
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const [, kind, properties, message] = /^::(\w+) (.*?)::(.*)$/.exec(line) ?? [];
      if (kind === undefined || properties === undefined || message === undefined) throw new SyntaxError(`no command: ${line}`);
      const pairs = properties.split(",").map((pair): [string, string] => {
        const at = pair.indexOf("=");
        return [
          pair.slice(0, at),
          unescaped(
            pair
              .slice(at + 1)
              .replaceAll("%3A", ":")
              .replaceAll("%2C", ","),
          ),
        ];
      });
      return { kind, properties: Object.fromEntries(pairs), message: unescaped(message) };
    });
}
const shown = (results: Results | readonly Results[], gate: "must" | "should" = "must"): Command[] =>
  parsed(annotations("length" in results ? results : [results], { gate }));
const many = (result: RequirementResult, n: number): RequirementResult[] =>
  Array.from({ length: n }, (_, at) => ({ ...result, id: `${result.id}-${at}` }));

t.test("each failure by what it means for the run", async (t) => {
  const found = shown(resultsOf([passed, warned, known, failed, ours, skipped]));
  t.strictSame(
    found.map(({ kind, properties }) => [kind, properties.title]),
    [
      ["error", "MUST runtime.process.umask (runc)"],
      ["error", "ROBUSTNESS robustness.hang (runc)"],
      ["warning", "SHOULD runtime.hooks.warned (runc)"],
      ["notice", "MUST runtime.mounts.known (runc)"],
    ],
  );
  t.equal(
    found[0]?.message,
    'What is required. Expected 18, actual {"umask":63}.\nhttps://example.org/spec.md#part\n' +
      "Replay: oci-conform replay .oci-conform/failures/runc-umask --bin 'runc'",
  );
  t.match(found[3]?.message, /\nExpected by the baseline: the kernel lacks it \(https:\/\/example\.org\/issues\/7\)\n/);
  t.equal(shown(resultsOf([warned]), "should")[0]?.kind, "error");
});

t.test("nothing to tell is no line", async (t) => {
  t.equal(annotations([resultsOf([passed, skipped, nastySkip])], { gate: "must" }), "");
  t.equal(annotations([], { gate: "must" }), "");
});

t.test("stale lines of the baseline point at their file and line", async (t) => {
  const [gone, untested] = shown(resultsOf([passed], { baseline: stale }));
  t.strictSame(gone, {
    kind: "error",
    properties: { file: "ci/baseline.yaml", line: "12", title: "Stale baseline: runtime.process.cwd" },
    message: "runtime.process.cwd no longer fails: it passed in 3 cases. Delete this line.",
  });
  t.match(untested?.message, /was not shown to fail: skip: no controller: cpu\. Delete this line, or run/);
  t.equal(shown(resultsOf([passed], { baseline: { ...stale, allowStale: true } }))[0]?.kind, "notice");
});

t.test("faults of ours, complaints and an interruption are told", async (t) => {
  const found = shown(resultsOf([broken], { complaints: ["a case could not be prepared"], ...stopped }));
  t.strictSame(
    found.map(({ kind, message }) => [kind, message]),
    [
      ["error", "runtime.state.pid: a check threw"],
      ["error", "a case could not be prepared"],
      ["error", "runc: interrupted after 60 cases"],
    ],
  );
});

t.test("of each kind there are ten at most, over all targets, and the last counts the others", async (t) => {
  const count = (commands: readonly Command[], kind: string): number => commands.filter((each) => each.kind === kind).length;
  const ten = shown(resultsOf([...many(failed, 10), ...many(warned, 10)]));
  t.strictSame([count(ten, "error"), count(ten, "warning")], [10, 10]);
  t.match(ten[9]?.properties.title, /umask-9/);
  const more = shown([resultsOf(many(failed, 8)), resultsOf([...many(failed, 5), ...many(known, 40), warned])]);
  t.strictSame([count(more, "error"), count(more, "warning"), count(more, "notice")], [10, 1, 10]);
  t.equal(more[8]?.properties.title, "MUST runtime.process.umask-0 (runc)");
  t.equal(more[9]?.properties.title, "4 more errors");
  t.equal(more.at(-1)?.properties.title, "31 more notices");
});

t.test("no text breaks out of its command", async (t) => {
  const results = resultsOf([nasty, nastyKnown], { baseline: nastyBaseline, complaints: [NASTY] });
  const found = shown({ ...results, target: { ...results.target, name: NASTY } });
  t.strictSame(
    found.map(({ kind }) => kind),
    ["error", "error", "error", "notice"],
  );
  for (const { properties } of found) {
    for (const name of Object.keys(properties)) t.ok(["file", "line", "title"].includes(name), name);
    t.ok((properties.title ?? "").length <= 250);
  }
});

t.test("whatever the text, there are as many commands, and the message comes back", async () => {
  const odd = fc.string({ unit: fc.constantFrom("%", "%0A", "\r", "\n", ":", "::", ",", "=", "a", "error ", "\u001b", "\u2028") });
  fc.assert(
    fc.property(odd, odd, odd, (id, reason, file) => {
      const found = shown(
        resultsOf([{ ...known, id, expected: { reason } }], {
          baseline: { file, stale: [{ id, line: 1, verdict: "pass", reason }] },
          complaints: [reason],
        }),
      );
      return found.map(({ kind }) => kind).join() === "error,error,notice" && found[0]?.properties.line === "1";
    }),
  );
});
