/** What differs on a narrow screen and on paper. */
export const PAPER = `
@media (max-width: 44rem) {
  body { padding: 0 .9rem 3rem; }
  .card { padding: .9rem 1rem; }
  .facts div, .legend div { grid-template-columns: 5.6rem minmax(0, 1fr); gap: .5rem; }
  .findings li { display: block; }
  .findings .title, .findings .who { display: block; }
  .brief > div { display: block; }
  .filter fieldset { gap: .35rem; }
  .filter legend { float: none; width: 100%; }
  .search { display: block; white-space: normal; }
  .search input { width: 100%; margin: 0; }
  .chip.differs, .of { margin-left: 0; }
  table, tbody, .row, .area, .more, .row > *, .area > *, .more > * { display: block; }
  .matrix.wide { overflow-x: visible; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .row, .area { border-top: 1px solid var(--line); padding: .35rem .4rem .35rem 1.6rem; }
  .row summary, .area summary { margin-left: -1.2rem; }
  .area { background: var(--raised); }
  .row > *, .area > *, .more > * { border: 0; padding: .1rem 0; }
  .area > th, .area > td { padding-top: .1rem; }
  .row > td, .area > td { display: inline-block; margin-right: .8rem; }
  td[data-of]::before { content: attr(data-of) " "; font-size: .8125rem; color: var(--quiet); }
  .total { display: inline; margin-right: .5rem; }
  .row:hover > *, .row:has([open]) > * { background: none; }
  .row:has([open]) { background: var(--sunk); }
  .more { display: none; }
  @media (scripting: none) { .more { display: block; } }
  .row:has([open]) + .more, html:not(.scripted) .row:target + .more { display: block; }
  .more > td { padding: .25rem .4rem 1rem; }
  .panel { padding: .5rem .65rem; }
  .command { display: block; }
  .command code { display: block; margin-bottom: .4rem; }
}
@media print {
  :root { color-scheme: light; --ground: #fff; --raised: #fff; --sunk: #fff; --line: #bbb; --text: #000; --quiet: #444; --link: #000; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav, .filter, .copy, .self, .scripted .filter, .scripted .copy { display: none; }
  .more.told { display: table-row; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .row summary::before { content: none; }
  .row summary { padding-left: 0; }
  pre { max-height: none; overflow: visible; border: 1px solid var(--line); }
  thead th { position: static; }
  .law a[href^="http"]::after { content: " (" attr(href) ")"; }
  tr.row, tr.area, .card, .findings li { break-inside: avoid; }
  tr.row:has(+ tr.told), tr.area { break-after: avoid; }
}
`;
