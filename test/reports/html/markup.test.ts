import t from "tap";
import { attribute, link, Markup, markup, visible } from "../../../reports/html/markup.js";
import { fitText, fitValue } from "../../../reports/html/value.js";
import { NASTY } from "../fixture.js";

const textOf = (content: unknown): string => (content instanceof Markup ? content.text : `not markup: ${content}`);

t.test("what is put in is escaped for its place", async (t) => {
  t.equal(markup`<p>${`<b a="1">&'`}</p>`.text, `<p>&lt;b a="1"&gt;&amp;'</p>`);
  t.equal(markup`<p title="${`<b a="1">&'`}">x</p>`.text, `<p title="&lt;b a=&quot;1&quot;&gt;&amp;&#39;">x</p>`);
  t.equal(markup`<p class="a ${`"x`} b" id="${'"y'}">${'"z'}</p>`.text, `<p class="a &quot;x b" id="&quot;y">"z</p>`);
  t.equal(markup`<p>${markup`<b>${"<"}</b>`}</p>`.text, "<p><b>&lt;</b></p>", "markup is not escaped again");
  t.equal(markup`<p${attribute("hidden", "")}>${undefined}${3}${["<", markup`<br>`]}</p>`.text, "<p hidden>3&lt;<br></p>");
  t.equal(markup`<p${attribute("title", '"<')}${attribute("id", undefined)}></p>`.text, '<p title="&quot;&lt;"></p>');
  t.throws(() => markup`<p title="${["a", "b"]}"></p>`, TypeError);
  t.throws(() => markup` title="${'"'}"`, TypeError, "its quotes would not be escaped");
});

t.test("the lines of a template are for who reads the source, those of a text stay", async (t) => {
  const made = markup`<p>
    <b>${"a\n  b"}</b>
  </p>`;
  t.equal(made.text, "<p><b>a\n  b</b></p>");
});

t.test("what hides or steers is made visible, and nothing else", async (t) => {
  t.equal(visible("\u0000\u001b\u009b\u007f"), "\\u0000\\u001b\\u009b\\u007f");
  t.equal(visible("a\u202eb\u2066c\u200fd\u061ce"), "a\\u202eb\\u2066c\\u200fd\\u061ce", "turns the direction of text");
  t.equal(visible("a\u200bb\ufeffc\u00add\u{e0041}"), "a\\u200bb\\ufeffc\\u00add\\ue0041", "has no width");
  t.equal(visible("\ud800 \udc00 \u2028 \uffff"), "\\ud800 \\udc00 \\u2028 \\uffff");
  const plain = "tab\tline\nßЖ漢😀 \\u0000 ‘’…";
  t.equal(visible(plain), plain);
  t.equal(visible("a\r\nb\rc"), "a\nb\\u000dc");
  t.equal(visible(visible(NASTY)), visible(NASTY), "twice is once");
});

t.test("only addresses of the web become links", async (t) => {
  t.equal(
    textOf(link("https://example.org/a?b=1&c=2#d")),
    '<a href="https://example.org/a?b=1&amp;c=2#d">https://example.org/a?b=1&amp;c=2#d</a>',
  );
  t.equal(textOf(link("HTTP://example.org", "here")), '<a href="http://example.org/">here</a>');
  for (const address of [
    "javascript:alert(1)",
    " https://example.org",
    "//example.org",
    "data:text/html,x",
    "https://",
    "file:///etc/passwd",
    "",
  ]) {
    t.equal(link(address, "text"), address);
  }
  t.notMatch(textOf(link('https://example.org/"><script>')), /"><script>/);
});

t.test("text is cut to fit, at a line's end where one is near, and says so", async (t) => {
  t.same(fitText("short\n", 5), { text: "short", cut: false });
  t.same(fitText("line 1\nline 2\nline 3\nline 4", 16), { text: "line 1\nline 2\n… 2 more lines", cut: true });
  t.same(fitText("0123456789", 4), { text: "0123\n… 6 more characters", cut: true });
  t.same(fitText("ab😀cd", 3), { text: "ab\n… 4 more characters", cut: true }, "no half of a pair");
});

t.test("values are JSON, of which overlong strings are cut by themselves", async (t) => {
  t.same(fitValue({ a: [1, "x"] }, 100, 20), { text: '{"a":[1,"x"]}', cut: false });
  t.same(fitValue({ a: 1, b: 2 }, 100, 5), { text: '{\n  "a": 1,\n  "b": 2\n}', cut: false });
  t.same(fitValue(undefined, 100, 20), { text: "null", cut: false });
  t.same(fitValue({ big: 2n ** 64n, set: new Set([1]) }, 100, 99), { text: '{"big":"18446744073709551616","set":[1]}', cut: false });
  const { text, cut } = fitValue({ first: "x".repeat(5_000), last: "here" }, 1_000, 76);
  t.ok(cut);
  t.match(text, /x… \(4800 more characters\)/);
  t.match(text, /"last": "here"/, "what comes after is still seen");
  t.same(Object.keys(JSON.parse(fitValue(JSON.parse('{"__proto__": 1}'), 100, 76).text)), ["__proto__"]);
});
