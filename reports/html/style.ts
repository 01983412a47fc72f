import { KIND_NAMES, KINDS } from "./kinds.js";
import { PAPER } from "./style-paper.js";

/** Colours by name, for light and dark surroundings. Text on its own ground has a contrast of at least 4.5 in both. */
const COLOURS = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --raised: #f6f7f9; --sunk: #f1f3f5; --line: #d8dce2; --text: #1c2128; --quiet: #57606a; --link: #0b57d0;
  --fail: #b3151c; --fail-ground: #fdecec; --error: #a1126b; --error-ground: #fdeaf5; --warning: #7a4b00; --warning-ground: #fff4d6;
  --expected: #5a3fb0; --expected-ground: #f1edfd; --pass: #176a33; --pass-ground: #e7f5ec; --skip: #525a64; --skip-ground: #eff1f4;
  --unexercised: #525a64; --unexercised-ground: #ffffff;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #12151a; --raised: #1a1f26; --sunk: #20262e; --line: #343c47; --text: #e4e8ee; --quiet: #a2abb7; --link: #8ab4f8;
    --fail: #ff9a94; --fail-ground: #3d1a1c; --error: #ff93cf; --error-ground: #3b1730; --warning: #f2c265; --warning-ground: #36290c;
    --expected: #bfaeff; --expected-ground: #292244; --pass: #7fd69a; --pass-ground: #12301d; --skip: #aab3bf; --skip-ground: #232931;
    --unexercised: #aab3bf; --unexercised-ground: #12151a;
  }
}
`;

/** Each kind's colour, and its mark, which is no text: the word stands beside it. */
const KIND_COLOURS = KIND_NAMES.map(
  (kind) => `
.badge.${kind}::before { content: "${KINDS[kind].mark}"; content: "${KINDS[kind].mark}" / ""; }
.badge.${kind}, .verdict.${kind} { color: var(--${kind}); background: var(--${kind}-ground); }
.numbers .${kind} .mark, .total.${kind}, .chip.${kind} .mark { color: var(--${kind}); }
.bar .${kind} { fill: var(--${kind}); }
.card.${kind}, .panel.${kind}, .findings.${kind} { border-left-color: var(--${kind}); }`,
).join("");

const PAGE = `
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
html { scroll-padding-top: 3.5rem; -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 84rem; padding: 0 1.25rem 4rem; color: var(--text); background: var(--ground);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere; }
code, pre { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code, pre, bdi, b, .said { unicode-bidi: isolate; }
h1, h2, h3, p, ul, dl, dd, pre { margin: 0; }
h1 { font-size: 1.5rem; line-height: 1.25; letter-spacing: -.01em; text-wrap: balance; }
h2 { font-size: 1.2rem; line-height: 1.3; }
h3 { font-size: 1rem; }
ul { padding: 0; list-style: none; }
a { color: var(--link); text-underline-offset: .15em; }
small { font-size: .8125rem; color: var(--quiet); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px; }
header { padding: 1.75rem 0 1.25rem; }
header p, .lead, .size { color: var(--quiet); font-weight: 400; }
main > section { margin-top: 2.5rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
nav { display: flex; gap: 1.25rem; margin-top: .4rem; }
.needs-script { display: none; }
.scripted .needs-script { display: revert; }
.mark, .badge::before { display: inline-block; min-width: 1em; margin-right: .3em; text-align: center; font-weight: 700; }
.badge { display: inline-block; padding: .05rem .5rem .05rem .3rem; border-radius: 1rem; font-size: .8125rem; font-weight: 600; white-space: nowrap; }
.badge.unexercised { box-shadow: inset 0 0 0 1px var(--line); }
.level { font-size: .6875rem; font-weight: 600; letter-spacing: .04em; color: var(--quiet); border: 1px solid var(--line); border-radius: 3px;
  padding: .05rem .3rem; vertical-align: .1em; white-space: nowrap; }
.level.MUST { color: var(--text); border-color: var(--quiet); }
.flaky { color: var(--warning); }
.none { color: var(--quiet); }
summary { cursor: pointer; }
`;

const TARGETS = `
.cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); align-items: start; }
.card { border: 1px solid var(--line); border-left: 4px solid; border-radius: 8px; padding: 1.1rem 1.25rem; background: var(--raised); }
.verdict { display: inline-block; margin: .5rem 0 .9rem; padding: .2rem .8rem .2rem .5rem; border-radius: 1rem; font-weight: 600; }
.bar { display: block; width: 100%; height: 8px; border-radius: 4px; background: var(--sunk); }
.bar .skip, .bar .unexercised { opacity: .45; }
.numbers { display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; margin: .5rem 0 .9rem; }
.complaints { border: 1px solid var(--error); border-radius: 6px; padding: .5rem .75rem; margin-bottom: .9rem; }
.complaints ul { padding-left: 1.1rem; list-style: disc; }
.facts div, .legend div { display: grid; grid-template-columns: 6rem minmax(0, 1fr); gap: .75rem; padding: .15rem 0; }
dt { color: var(--quiet); }
.facts { font-size: .9375rem; }
.card:only-child .facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 28rem), 1fr)); gap: 0 2rem; align-items: start; }
.facts ul { padding-left: 1.1rem; list-style: disc; }
.facts small { display: block; }
.untested, .legend { margin-top: .75rem; font-size: .9375rem; }
.untested summary, .legend summary { color: var(--link); width: fit-content; }
.untested li { display: grid; grid-template-columns: 2.5rem minmax(0, 1fr); gap: .5rem; padding: .1rem 0; }
.untested b { text-align: right; font-variant-numeric: tabular-nums; }
.findings { margin-top: 1rem; border-left: 4px solid; padding-left: 1rem; }
.findings li { display: grid; grid-template-columns: minmax(0, 21rem) 6.5rem minmax(0, 1fr) minmax(0, auto); gap: 0 1rem; align-items: baseline;
  padding: .25rem 0; border-top: 1px solid var(--line); }
.findings ul { margin-top: .3rem; }
.findings .level { justify-self: start; }
.findings .who { text-align: right; font-size: .8125rem; font-weight: 600; }
#findings .none { margin-top: .5rem; }
`;

const FILTER = `
.scripted .filter { display: grid; gap: .75rem; margin-top: .75rem; padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: 8px;
  background: var(--raised); }
.filter fieldset { border: 0; margin: 0; padding: 0; min-width: 0; display: flex; flex-wrap: wrap; gap: .4rem; align-items: center; }
.filter legend { float: left; width: 4.5rem; padding: 0; color: var(--quiet); }
.search { display: flex; gap: .4rem; align-items: center; color: var(--quiet); }
.search input { flex: 1; min-width: 0; max-width: 34rem; }
.search { white-space: nowrap; }
.filter input[type="search"], .filter select, button { font: inherit; color: var(--text); background: var(--ground); border: 1px solid var(--quiet);
  border-radius: 6px; padding: .3rem .6rem; }
.search input { margin-left: .9rem; }
button { cursor: pointer; }
button:hover, .chip:hover { border-color: var(--link); }
.chip { display: inline-flex; align-items: center; gap: .3rem; padding: .2rem .65rem; border: 1px solid var(--line); border-radius: 1rem; background: var(--ground);
  cursor: pointer; }
.chip input { margin: 0; accent-color: var(--link); }
.chip b { color: var(--quiet); font-weight: 500; font-variant-numeric: tabular-nums; }
.chip:has(:checked) { border-color: var(--link); box-shadow: inset 0 0 0 1px var(--link); }
.chip:has(:focus-visible) { outline: 2px solid var(--link); outline-offset: 2px; }
.chip .mark { margin: 0; }
.filter select { max-width: 100%; }
.of { max-width: 100%; color: var(--quiet); margin-left: .5rem; }
.chip.differs { margin-left: .9rem; }
.actions { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
.actions p { flex: 1 1 12rem; font-weight: 600; }
`;

const MATRIX = `
.matrix { margin-top: 1rem; }
.matrix.wide { overflow-x: auto; }
table { width: 100%; border-collapse: separate; border-spacing: 0; table-layout: fixed; }
.wide table { table-layout: auto; }
.wide thead th { width: 8.5rem; min-width: 7rem; }
.wide thead th:first-child { width: auto; min-width: 22rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .5rem; border-top: 1px solid var(--line); }
thead th { position: sticky; top: 0; z-index: 1; background: var(--ground); border-top: 0; border-bottom: 2px solid var(--line); vertical-align: bottom; }
.wide thead th { position: static; }
thead th + th { width: 8.5rem; }
thead bdi, thead small { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
thead th small { font-weight: 400; }
.area th, .area td { background: var(--raised); padding-top: .8rem; }
.area h3 { display: inline; }
.total { display: block; font-size: .8125rem; color: var(--quiet); font-variant-numeric: tabular-nums; }
.total.fail, .total.error, .total.warning, .total.expected { font-weight: 600; }
.row th { font-weight: 400; }
.row summary { list-style: none; padding-left: 1.2rem; position: relative; }
.row summary::-webkit-details-marker { display: none; }
.row summary::before { content: "\\25B8"; content: "\\25B8" / ""; position: absolute; left: 0; color: var(--quiet); }
.row [open] > summary::before { content: "\\25BE"; content: "\\25BE" / ""; }
.row code { font-weight: 600; }
.row .title { display: block; color: var(--quiet); }
@media (min-width: 60rem) {
  .only .row summary { display: grid; grid-template-columns: minmax(0, 20.5rem) 6.25rem minmax(0, 1fr); gap: 0 .75rem; align-items: baseline; }
  .only .row .level { justify-self: start; }
}
.row:hover > *, .row:has([open]) > * { background: var(--sunk); }
.row { scroll-margin-top: 4rem; cursor: pointer; }
.more { display: none; }
.row:has([open]) + .more, html:not(.scripted) .row:target + .more { display: table-row; }
@supports not selector(:has(a)) { .more { display: table-row; } }
@media (scripting: none) {
  .more { display: table-row; }
  .row, .row summary { cursor: auto; }
  .row summary::before, .row [open] > summary::before { content: none; }
}
tbody:has(.area details:not([open])) > tr:not(.area) { display: none; }
.more > td { border-top: 0; padding: .25rem .5rem 1.25rem 1.7rem; background: var(--sunk); }
.more > td > ul { margin-bottom: .6rem; }
.law { display: flex; flex-wrap: wrap; gap: .2rem 1.25rem; margin-bottom: .6rem; }
.panels { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); align-items: start; }
.panel { border: 1px solid var(--line); border-left: 4px solid; border-radius: 6px; padding: .6rem .9rem; background: var(--ground); min-width: 0; }
.panel dl > div { margin-top: .5rem; }
.panel dt { font-size: .8125rem; }
.brief > div { display: grid; grid-template-columns: 6rem minmax(0, 1fr); gap: .5rem; align-items: baseline; }
.pair { display: grid; gap: 0 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr)); }
.pair dl { min-width: 0; }
pre { padding: .5rem .7rem; max-height: 26rem; overflow: auto; white-space: pre-wrap; border-radius: 5px; background: var(--sunk); tab-size: 2; }
.cut { color: var(--quiet); font-size: .8125rem; }
.known { margin-top: .6rem; }
.command { display: flex; gap: .5rem; align-items: start; }
.command code { flex: 1; padding: .35rem .7rem; border-radius: 5px; background: var(--sunk); }
.scripted .copy { display: block; font-size: .8125rem; }
.places code { font-size: .8125rem; }
`;

/** Everything that the page looks like. */
export const STYLE = [COLOURS, PAGE, KIND_COLOURS, TARGETS, FILTER, MATRIX, PAPER].join("").trim();
