import { createHash } from "node:crypto";
import t from "tap";
import { html } from "../../../reports/html/html.js";
import type { Results } from "../../../reports/results/results.js";
import { broken, failed, nasty, ours, passed, resultsOf, skipped, stopped, unconfirmed, unexercised, warned } from "../fixture.js";
import { expectedFailure, flaky, full, hostile, large, named, optional, other, placed } from "./fixture.js";
import { hasClass, pick, readPage, type Tag } from "./tags.js";

const must = { gate: "must" } as const;
const pageOf = (...all: readonly Results[]): Tag => readPage(html(all, must));
const byName = (name: string) => (tag: Tag) => tag.name === name;
const attribute = (name: string) => (tag: Tag) => tag.attributes.get(name) ?? "";

/** The line of a requirement, and the one that it opens. */
function rowOf(page: Tag, id: string): { readonly row: Tag; readonly more: Tag } {
  const lines = pick(page, byName("tr"));
  const at = lines.findIndex(({ attributes }) => attributes.get("id") === id);
  const [row, more] = [lines[at], lines[at + 1]];
  if (!row || !more || !hasClass("more")(more)) throw new TypeError(`there is no row ${id}`);
  return { row, more };
}

const verdictsOf = (page: Tag, id: string): readonly string[] => pick(rowOf(page, id).row, byName("td")).map(({ text }) => text);

/** The lists of findings by their heads, each with its ids and the targets named. */
const listsOf = (page: Tag): Record<string, readonly string[]> =>
  Object.fromEntries(
    pick(page, hasClass("findings")).map((list) => [
      pick(list, byName("h3"))[0]?.text,
      pick(list, byName("li")).map((item) =>
        [pick(item, byName("code")), pick(item, hasClass("who"))].flatMap(([tag]) => tag?.text ?? []).join(""),
      ),
    ]),
  );

const factsOf = (within: Tag): Record<string, string> =>
  Object.fromEntries(
    pick(within, byName("div"))
      .filter(({ children }) => children[0]?.name === "dt")
      .map(({ children: [term, ...rest] }) => [term?.text, rest.map(({ text }) => text).join("")]),
  );

/** What a page may not have, whatever the results. */
function problems(page: Tag): string[] {
  const all = pick(page, () => true);
  const found: string[] = [];
  const ids = all.flatMap(({ attributes }) => attributes.get("id") ?? []);
  if (new Set(ids).size !== ids.length) found.push("an id stands twice");
  for (const { name, attributes } of all) {
    for (const key of attributes.keys()) if (/^on|^style$|^src/.test(key)) found.push(`<${name} ${key}>`);
    const href = attributes.get("href");
    if (href === undefined) continue;
    if (name === "a" && href.startsWith("#") && !ids.includes(decodeURIComponent(href.slice(1)))) found.push(`${href} leads nowhere`);
    if (name === "a" && !/^(https?:\/\/|#)/.test(href)) found.push(`a link to ${href}`);
    if (name === "link" && !href.startsWith("data:image/svg+xml,")) found.push(`<link ${href}>`);
  }
  for (const name of ["script", "style", "main", "h1", "title"]) {
    if (all.filter((tag) => tag.name === name).length !== 1) found.push(`not one ${name}`);
  }
  for (const name of ["iframe", "object", "img", "base", "x"]) if (all.some((tag) => tag.name === name)) found.push(`<${name}>`);
  const columns = all.filter(({ attributes }) => attributes.get("scope") === "col").length;
  for (const row of all.filter((tag) => tag.name === "tr" && !hasClass("more")(tag))) {
    if (row.children.length !== columns) found.push("a row with another number of cells");
  }
  return found;
}

t.test("the structure holds, whatever the results", async (t) => {
  const sets: readonly (readonly Results[])[] = [
    [],
    [resultsOf([])],
    [full],
    [full, other],
    [hostile],
    [hostile, full, other, hostile, full],
  ];
  for (const gate of ["must", "should"] as const) {
    for (const all of sets) t.strictSame(problems(readPage(html(all, { gate }))), []);
  }
});

t.test("the structure check itself notices", async (t) => {
  const page = html([full], must);
  const broken = (from: string, to: string): string => page.replace(from, () => to);
  t.throws(() => readPage(broken("</main>", "")), SyntaxError);
  t.throws(() => readPage(broken("What is required.", "<What is required.")), SyntaxError);
  t.throws(() => readPage(broken("What is required.", "&copy What is required.")), SyntaxError);
  t.strictSame(problems(readPage(broken("What is required.", '<img src="x">x</img>'))), ["<img src>", "<img>"]);
  t.strictSame(problems(readPage(broken('href="#findings"', 'href="#nowhere"'))), ["#nowhere leads nowhere"]);
  t.strictSame(problems(readPage(broken('href="#findings"', 'href="javascript:x"'))), ["a link to javascript:x"]);
});

t.test("nothing is loaded, and nothing runs but the page's own script", async (t) => {
  const page = pageOf(full, hostile);
  const [script] = pick(page, byName("script"));
  const [style] = pick(page, byName("style"));
  const [policy] = pick(page, ({ attributes }) => attributes.get("http-equiv") === "Content-Security-Policy");
  const hash = (tag: Tag | undefined): string =>
    `'sha256-${createHash("sha256")
      .update(tag?.text ?? "")
      .digest("base64")}'`;
  const rules = attribute("content")(policy ?? page).split("; ");
  t.ok(rules.includes("default-src 'none'"));
  t.ok(rules.includes(`script-src ${hash(script)}`));
  t.ok(rules.includes(`style-src ${hash(style)}`));
  t.notMatch(style?.text, /url\(|@import|@font-face/);
  t.notMatch(script?.text, /<\/|<!--|\bimport\b/);
});

t.test("each verdict has its word in the row, and says why when the row opens", async (t) => {
  const page = pageOf(full);
  const word = (id: string): string | undefined => verdictsOf(page, id)[0];
  t.equal(word(passed.id), "pass");
  t.equal(word(failed.id), "fail");
  t.equal(word(ours.id), "fail");
  t.equal(word(warned.id), "warning");
  t.equal(word(optional.id), "warning");
  t.equal(word(expectedFailure.id), "expected");
  t.equal(word(skipped.id), "skip");
  t.equal(word(unexercised.id), "unexercised");
  t.equal(word(broken.id), "error");
  t.equal(word(flaky.id), "fail flaky");
  const said = (id: string): string => rowOf(page, id).more.text;
  t.match(said(passed.id), /pass: seen in 3 of 4 cases/);
  t.match(said(skipped.id), /skip: no controller: cpu/);
  t.match(said(unexercised.id), /unexercised: no case of this run/);
  t.match(said(broken.id), /error: a check threw/);
  t.match(said(ours.id), /no sentence of the spec/);
  const [sentence] = pick(rowOf(page, failed.id).more, byName("a")).map(attribute("href"));
  t.equal(sentence, "https://example.org/spec.md#part");
});

t.test("a finding has everything that it takes to see it again", async (t) => {
  const { more } = rowOf(pageOf(full), failed.id);
  t.match(factsOf(more), {
    Expected: "18",
    Actual: '{"umask":63}',
    Note: "asked for 022",
    Failed: "in 2 of 3 cases; confirmed 3 of 3",
    "Smallest case": "a umask and nothing else",
    Replay: "oci-conform replay .oci-conform/failures/runc-umask --bin 'runc'Copy",
    "Stored in": ".oci-conform/failures/runc-umask",
    Config: '{"ociVersion":"1.0.0","process":{"user":{"umask":18}}}',
  });
  t.match(factsOf(rowOf(pageOf(full), flaky.id).more), { Failed: "in 2 of 3 cases; confirmed 2 of 6; flaky: fails 33 % of the time" });
  const ofImage = factsOf(rowOf(pageOf(full), placed.id).more);
  t.match(ofImage, { Failed: "in 7 of 9", Input: "./layout", Where: "/config/digest (byte 12)/layers/0 (byte 48)and 5 more" });
  t.notOk("Config" in ofImage || "Stored in" in ofImage || "It said" in ofImage, "what there is not has no line");
});

t.test("a finding that the baseline expects says why, and where it is tracked", async (t) => {
  const { more } = rowOf(pageOf(full), expectedFailure.id);
  t.match(more.text, /Expected by the baseline: the kernel is too old/);
  t.ok(pick(more, byName("a")).map(attribute("href")).includes("https://example.org/issues/7"));
});

t.test("findings are listed by what they mean for the run, and lead to their rows", async (t) => {
  t.strictSame(listsOf(pageOf(full, other)), {
    "Fail the run (6)": [
      `${passed.id} crun`,
      `${failed.id} runc`,
      `${ours.id} runc, crun`,
      `${nasty.id} runc`,
      `${flaky.id} runc`,
      `${placed.id} runc`,
    ],
    "Could not be judged: the harness itself went wrong (1)": [`${broken.id} runc, crun`],
    "Warnings (2)": [`${warned.id} runc, crun`, `${optional.id} runc`],
    "Failed, but not again when that was to be confirmed (1)": [`${unconfirmed.id} runc`],
    "Expected by the baseline (1)": [`${expectedFailure.id} runc`],
  });
  t.strictSame(listsOf(readPage(html([resultsOf([warned, optional])], { gate: "should" }))), {
    "Fail the run (1)": [warned.id],
    "Warnings (1)": [optional.id],
  });
});

t.test("no finding, nothing tested, no target: each is said", async (t) => {
  t.match(pageOf(resultsOf([passed, skipped])).text, /No finding fails the run\./);
  t.match(pageOf(resultsOf([skipped, unexercised])).text, /Nothing was tested: that is no good news\./);
  t.match(pageOf(resultsOf([])).text, /Nothing was tested/);
  t.match(pageOf().text, /No target was tested/);
});

t.test("the verdict on a target in words", async (t) => {
  const said = (results: Results): string | undefined => pick(pageOf(results), hasClass("verdict"))[0]?.text;
  t.equal(said(resultsOf([passed])), "✓conforms in all that was tested");
  t.equal(said(resultsOf([passed, warned])), "✓conforms in all that was tested");
  t.equal(said(resultsOf([passed, expectedFailure])), "✓fails only as its baseline expects");
  t.equal(said(resultsOf([passed, failed])), "✗does not conform");
  t.equal(said(resultsOf([passed, broken])), "✗was not judged completely");
  t.equal(said(resultsOf([skipped])), "!was not shown to conform: nothing passed");
  t.equal(said(resultsOf([passed], stopped)), "!Interrupted: so far, it was not tested completely: inconclusive");
});

t.test("how the run was made stands beside the verdict", async (t) => {
  const [card] = pick(pageOf(full), hasClass("card"));
  if (!card) throw new TypeError("there is no card");
  t.match(factsOf(card), {
    Version: "runc version 1.0.0",
    Command: "/usr/bin/runc",
    Spec: "runtime 1.1.0 the newest that it accepts",
    Host: "6.1.0, cgroup view v1, root, x86_64",
    Run: "60 cases in 2.5 s, jobs 2, seed 20, interrupted",
    Shard: "2 of 4: a part of the cases only",
    Baseline: /^expected\.yaml: 1 expected finding, 2 stale lines, which fail the run/,
    Outcome: "this target fails the run",
  });
  t.match(card.text, /The harness complaineda case could not be prepared/);
  t.match(card.text, /line 12: runtime\.process\.cwd was expected to fail, but its verdict is pass: it passes now/);
  t.match(card.text, /line 14: runtime\.cgroups\.v2 was expected to fail, but its verdict is skip: no controller: cpu/);
  t.match(pick(card, hasClass("numbers"))[0]?.text, "✗5 fail‼1 error!2 warnings?1 unconfirmed≈1 expected✓2 pass–2 skip○1 unexercised");
  t.match(pick(card, hasClass("untested"))[0]?.text, /Why 3 requirements were not tested/);
});

t.test("a baseline whose stale lines are let pass, or that has none, or that names what is not there", async (t) => {
  const baseline = (stale: NonNullable<Results["baseline"]>["stale"], more = {}): Record<string, string> =>
    factsOf(pageOf(resultsOf([passed], { baseline: { file: "b.yaml", stale, ...more } })));
  const stale = { id: "runtime.not.there", line: 3, verdict: "pass", reason: "it passes" } as const;
  t.match(baseline([stale], { allowStale: true }), { Baseline: /1 stale line, let pass/, Outcome: "nothing fails the run" });
  t.match(baseline([stale]), { Baseline: /1 stale line, which fails the run/, Outcome: "this target fails the run" });
  t.match(baseline([]), { Baseline: "b.yaml: 0 expected findings, no stale line", Outcome: "nothing fails the run" });
  t.match(factsOf(pageOf(resultsOf([passed], { complaints: ["x"] }))), { Outcome: "the harness itself failed" });
});

t.test("targets stand side by side", async (t) => {
  const page = pageOf(full, other);
  t.strictSame(verdictsOf(page, passed.id), ["pass", "fail"]);
  t.strictSame(verdictsOf(page, failed.id), ["fail", "pass"]);
  t.strictSame(verdictsOf(page, expectedFailure.id), ["expected", "not asked"]);
  const differs = (id: string): boolean => rowOf(page, id).row.attributes.has("data-differs");
  t.ok(differs(passed.id));
  t.notOk(differs(ours.id), "the same verdict is no difference");
  t.notOk(differs(skipped.id), "two ways of not knowing are no difference");
  t.ok(differs(expectedFailure.id), "one target was asked, and failed");
  t.equal(pick(rowOf(page, ours.id).more, hasClass("panel")).length, 2);
  t.match(
    rowOf(pageOf(named("a", [skipped]), named("b", [skipped])), skipped.id).more.text,
    /a, b skip: no controller/,
    "said once for both",
  );
});

t.test("targets of one name are told apart", async (t) => {
  const heads = (...all: readonly Results[]): readonly string[] =>
    pick(pageOf(...all), byName("h2"))
      .slice(0, all.length)
      .map(({ text }) => text);
  const of = (version: string): Results => {
    const results = resultsOf([passed]);
    return { ...results, target: { ...results.target, version } };
  };
  t.strictSame(heads(of("1.0"), of("1.1")), ["runc (1.0)", "runc (1.1)"]);
  t.strictSame(heads(of("1.0"), of("1.0")), ["runc (1)", "runc (2)"]);
  t.strictSame(heads(of(""), of("")), ["runc (1)", "runc (2)"]);
  t.strictSame(heads(of("1.0"), named("crun", [passed])), ["runc", "crun"]);
});

t.test("areas of several specs keep apart", async (t) => {
  const registry = { ...named("zot", [{ ...passed, id: "registry.process.order" }, ours]), suite: "distribution" } as const;
  const heads = (...all: readonly Results[]): readonly string[] =>
    pick(pageOf(...all), hasClass("area")).map((area) => pick(area, byName("h3"))[0]?.text ?? "");
  t.strictSame(heads(resultsOf([passed, ours]), registry), ["runtime process", "robustness", "registry process"]);
  t.strictSame(heads(registry), ["process", "robustness"]);
});

t.test("hostile text is shown as it is, and does nothing", async (t) => {
  const text = html([hostile], must);
  t.notMatch(text.replaceAll("\n", ""), /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
  const page = readPage(text);
  const benign = new Set(pick(pageOf(full), () => true).map(({ name, attributes }) => [name, ...attributes.keys()].join(" ")));
  for (const { name, attributes } of pick(page, () => true))
    t.ok(benign.has([name, ...attributes.keys()].join(" ")), `<${name}> is one of ours`);
  const shown = `a\\b # SKIP "q" 's' <x a="1">&amp;</x> ]]> \\u001b[31mred\\u0000\\u2028\\ud800 --- {\n  ...\nnot ok 7 - forged\n1..1\nBail out! {`;
  t.equal(factsOf(rowOf(page, nasty.id).more)["It said"], shown);
  t.equal(factsOf(rowOf(page, nasty.id).more).Config, shown);
  const [command] = pick(rowOf(page, nasty.id).more, hasClass("command"));
  t.strictSame(
    command?.children.map(({ name }) => name),
    ["code"],
    "what cannot be shown as it is cannot be copied",
  );
  t.notMatch(command?.text, /\n/, "a command that is pasted is one line");
  t.match(rowOf(page, expectedFailure.id).more.text, /javascript:alert\(1\)/, "an address that is none is text");
});

t.test("what is long is cut, and says where the whole is", async (t) => {
  const { finding } = failed;
  if (!finding) throw new TypeError("the fixture has a finding");
  const { directory, ...nowhere } = finding;
  const config = Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [`key ${at}`, "a value of some length"]));
  const shown = (more: object): Tag => rowOf(pageOf(resultsOf([{ ...failed, finding: { ...finding, ...more } }])), failed.id).more;
  t.match(shown({ config }).text, new RegExp(`… \\d+ more linesShortened: the whole is in ${directory}\\.`));
  const bare = rowOf(pageOf(resultsOf([{ ...failed, finding: { ...nowhere, config } }])), failed.id).more;
  t.match(bare.text, /Shortened: --report json has the whole\./);
  const usual = Object.fromEntries(Object.entries(config).slice(0, 100));
  t.same(JSON.parse(factsOf(shown({ config: usual })).Config ?? ""), usual, "a config of a usual size is whole");
  t.notMatch(shown({}).text, /Shortened/);
  t.ok(
    html([resultsOf([{ ...failed, finding: { ...finding, actual: "x".repeat(1e6), output: "y".repeat(1e6) } }])], must).length < 100_000,
  );
});

t.test("three targets with sixty long findings each stay below a megabyte", async (t) => {
  const page = html([large("runc"), large("crun"), large("youki")], must);
  t.ok(Buffer.byteLength(page) < 1_000_000, `${Buffer.byteLength(page)} bytes`);
  t.equal(pick(readPage(page), hasClass("panel")).length, 180);
});

t.test("the same results make the same bytes, read back from JSON too", async (t) => {
  const all = [full, other, large("runc")];
  const page = html(all, must);
  t.equal(html(all, must), page);
  t.equal(html(JSON.parse(JSON.stringify(all)), must), page);
  t.not(html([other, full], must), page);
});
