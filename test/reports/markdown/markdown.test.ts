import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import t from "tap";
import { markdown, markdownWithin } from "../../../reports/markdown/markdown.js";
import { block, cell, code, link, paragraph, prose } from "../../../reports/markdown/text.js";
import type { RequirementResult, Results } from "../../../reports/results/results.js";
import {
  broken,
  every,
  failed,
  known,
  NASTY,
  nasty,
  nastyBaseline,
  nastyKnown,
  ours,
  passed,
  resultsOf,
  skipped,
  stale,
  stopped,
  unexercised,
  warned,
} from "../fixture.js";
import { markup, trick } from "../markup.js";

const shown = (...all: readonly Results[]): string => markdown(all, { gate: "must" });
const named = (name: string, results: Results): Results => ({ ...results, target: { ...results.target, name } });

/** Results with a text in every place where somebody else's may be. */
function hostile(text: string): Results {
  const finding = {
    expected: text,
    actual: { [text]: text },
    note: text,
    case: text,
    config: text,
    directory: text,
    replay: text,
    output: text,
    places: [text],
  };
  const base: RequirementResult = {
    ...failed,
    id: text,
    title: text,
    section: `https://example.org/${encodeURIComponent("x")}#${text}`,
    finding,
  };
  const requirements: RequirementResult[] = [
    base,
    { ...base, level: "SHOULD" },
    { ...base, expected: { reason: text, issue: base.section } },
    { ...base, expected: { reason: text, issue: `none ${text}` } },
    { ...skipped, id: text, reason: text },
    { ...broken, id: text, reason: text },
  ];
  const results = resultsOf(requirements, {
    complaints: [text],
    baseline: { file: text, stale: [{ id: text, line: 1, verdict: "pass", reason: text }] },
    host: { kernel: text, arch: text, cgroup: text },
    tool: { name: text, version: text },
  });
  return { ...results, target: { name: text, command: text, version: text, spec: text } };
}

t.test("no text becomes markup, a name, a reference or a link", async (t) => {
  const wanted = markup(shown(hostile("x"), resultsOf([passed])));
  fc.assert(
    fc.property(trick, (text) => isDeepStrictEqual(markup(shown(hostile(text), resultsOf([passed]))), wanted)),
    { examples: [[NASTY], ["`` `"], ["1) x"], ["+ `"], ["\\|"]], numRuns: 300 },
  );
  const text = shown(resultsOf([nasty, nastyKnown], { baseline: nastyBaseline }));
  t.notMatch(text, /^not ok 8/m);
  t.notOk(text.includes("\u001b"));
});

t.test("the check of markup itself notices what breaks out", async (t) => {
  for (const [bad, good] of [
    ["a | b", "a b"],
    ["- <b>x", "- x"],
    ["x `y", "x y"],
    ["```\nx", "```\nx\n```"],
    ["@user", "user"],
    ["- - x", "- x"],
    ["https://e.example", "e.example"],
  ] as const)
    t.notSame(markup(bad), markup(good), bad);
});

t.test("escapes", async (t) => {
  t.equal(code("a"), "`a`");
  t.equal(code("`a``b"), "``` `a``b ```");
  t.equal(code(" \n"), "(empty)");
  t.equal(code("abcdef", 4), "`abc…`");
  t.equal(cell("a|b"), "<code>a&#124;b</code>");
  t.equal(cell("a b-c"), "`a b-c`");
  t.equal(prose("a *b* <c> _d_"), "a &#42;b&#42; &#60;c&#62; &#95;d&#95;");
  t.equal(prose("@x #1 $y https://z"), "&#64;<!-- -->x &#35;<!-- -->1 &#36;<!-- -->y https&#58;<!-- -->//z");
  t.equal(prose("plain, short; (exact) 'text' of 1.0: 50 %?"), "plain, short; (exact) 'text' of 1.0: 50 %?");
  t.equal(paragraph("- x"), "&#45; x");
  t.equal(paragraph("12. x"), "&#49;2. x");
  t.equal(paragraph("12 x"), "12 x");
  t.equal(block("a\n```b\n"), "````\na\n```b\n````\n");
  t.equal(link("x", "https://example.org/a(b)?c=1&copy=2"), "[x](https://example.org/a%28b%29?c=1&amp;copy=2)");
  for (const address of ["", "javascript:alert(1)", "x", "file:///etc/passwd"]) t.equal(link("x", address), "x", address);
});

t.test("a finding has all that is needed to see it again", async (t) => {
  const text = shown(resultsOf([passed, failed, ours]));
  t.match(text, /^## ❌ `runc` does not conform\n\n1 MUST finding, 1 ROBUSTNESS finding, 1 pass, 0 skipped, 0 unexercised\.$/m);
  t.match(text, /^### 2 findings that fail the run$/m);
  const [, finding = ""] = /(#### MUST [\s\S]*?)#### ROBUSTNESS `robustness\.hang`$/m.exec(text) ?? [];
  t.equal(
    finding,
    `#### MUST [\`runtime.process.umask\`](https://example.org/spec.md#part)

What is required.

- expected \`18\`
- actual \`{"umask":63}\`
- asked for 022
- failed in 2 of 3 cases, confirmed 3 of 3

<details><summary>The smallest case: <code>a umask and nothing else</code></summary>

\`\`\`json
{"ociVersion":"1.0.0","process":{"user":{"umask":18}}}
\`\`\`

Stored in \`.oci-conform/failures/runc-umask\`.

</details>

\`\`\`sh
oci-conform replay .oci-conform/failures/runc-umask --bin 'runc'
\`\`\`

`,
  );
});

t.test("everything else has its section", async (t) => {
  const again = { ...skipped, id: "runtime.cgroups.other" };
  const text = shown(resultsOf([...every, known, again, unexercised], { baseline: stale, complaints: ["a case"], ...stopped }));
  for (const part of [
    /^\*\*Interrupted\*\*: so far, 2 MUST findings/m,
    /^### 1 warning\n\n- SHOULD \[`runtime\.hooks\.warned`\]\(.*\): What is required\. Expected `18`, actual `\{"umask":63\}`\.$/m,
    /^### 1 failure expected by the baseline\n\n- \[`runtime\.mounts\.known`\]\(.*\): the kernel lacks it \(\[.*\]\(https:\/\/example\.org\/issues\/7\)\)$/m,
    /^### 2 stale lines of the baseline\n\n- `ci\/baseline\.yaml:12`: delete this line; `runtime\.process\.cwd` no longer fails: it passed in 3 cases$/m,
    /^- `ci\/baseline\.yaml:14`: `runtime\.cgroups\.v2` was not shown to fail: skip: no controller: cpu$/m,
    /^### 2 faults of the harness itself\n\n- \[`runtime\.state\.pid`\]\(.*\): a check threw\n- a case$/m,
    /^### 5 requirements not tested$/m,
    /^- 2 × skip: no controller: cpu$/m,
    /^runc version 1\.1\.5, runtime spec 1\.1\.0, Linux 6\.1\.0, cgroup view v1, root, 60 cases in 2\.5 s, seed 20, baseline ci\/baseline\.yaml, oci-conform 0\.1\.0$/m,
  ])
    t.match(text, part);
  const clean = shown(resultsOf([passed], { shard: { index: 1, count: 2 } }));
  t.match(clean, /^## ✅ `runc` conforms in all that was tested$/m);
  t.match(clean, /seed 20, shard 1 of 2,/);
  t.notMatch(clean, /^###/m, "no section without anything in it");
  t.match(shown(resultsOf([skipped])), /^## ⚠️ `runc` was not shown to conform: nothing passed$/m);
  t.equal(shown(), "No target was tested.\n");
});

t.test("several targets: their counts, and where they differ", async (t) => {
  const text = shown(named("runc", resultsOf([passed, failed])), named("crun|x", resultsOf([passed, { ...passed, id: failed.id }])));
  t.match(text, /^\| `runc` \| runtime 1\.1\.0 \| 1 \| 1 \| 0 \| 0 \| 0 \| 0 \| 0 \| 60 \| 2\.5 s \|$/m);
  t.match(
    text,
    /^### Where the targets differ\n\n\| requirement \| `runc` \| <code>crun&#124;x<\/code> \|\n\| :-- \| :-- \| :-- \|\n\| `runtime\.process\.umask` \| fail \| pass \|\n\n/m,
  );
  t.notMatch(shown(named("a", resultsOf([passed])), named("b", resultsOf([passed]))), /differ/);
});

t.test("long configs, outputs and commands are cut where they say so", async (t) => {
  const { finding } = failed;
  if (!finding) throw new TypeError("the fixture has a finding");
  const config = Object.fromEntries(Array.from({ length: 90 }, (_, at) => [`property${at}`, "x".repeat(50)]));
  const text = shown(resultsOf([{ ...failed, finding: { ...finding, config, replay: "x".repeat(5000), output: "y".repeat(5000) } }]));
  t.match(text, /"property58": "x+",\n```\n\nThe rest is in `\.oci-conform\/failures\/runc-umask`\.$/m);
  t.notMatch(text, /property60/);
  t.match(text, /^The command that replays it is too long for here/m);
  t.match(text, /^y{2000}$/m);
});

t.test("a summary never grows over its limit, and says what it lacks", async (t) => {
  const many = (n: number, of: RequirementResult): RequirementResult[] =>
    Array.from({ length: n }, (_, at) => ({ ...of, id: `${of.id}-${at}` }));
  const { finding } = failed;
  if (!finding) throw new TypeError("the fixture has a finding");
  const big = { ...failed, finding: { ...finding, config: "é".repeat(5000) } };
  const text = shown(resultsOf([...many(300, big), ...many(10, warned)]));
  t.ok(Buffer.byteLength(text) <= 900_000 && Buffer.byteLength(text) > 600_000);
  t.match(text, /^> \*\*Not everything fits here\.\*\* Left out: \d+ findings(, \d+ warnings)?\. The JSON report has all\.$/m);
  t.notMatch(shown(resultsOf(many(10, big))), /Not everything/);
  fc.assert(
    fc.property(fc.integer({ min: 1000, max: 40_000 }), fc.array(fc.nat(8), { maxLength: 4 }), (limit, sizes) => {
      const all = sizes.map((size) => resultsOf([...many(size, big), ...many(size, nasty), ...many(size, known), ...many(size, warned)]));
      const document = markdownWithin(limit)(all, { gate: "must" });
      if (Buffer.byteLength(document) > limit) return false;
      const whole = markdown(all, { gate: "must" });
      return document === whole || document.includes("Not everything fits here");
    }),
    { numRuns: 60 },
  );
  const shared = markdownWithin(20_000)([resultsOf(many(20, big)), named("crun", resultsOf([passed]))], { gate: "must" });
  t.match(shared, /^## ✅ `crun`/m, "one target leaves room for the others");
});
