/*
 * Runs in the page: filters the matrix, opens the row that the address names, copies commands. Without it, everything is
 * there all the same. It is compiled by itself, with the types of a browser, and put into the page as it comes out.
 */

interface Row {
  readonly row: HTMLTableRowElement;
  readonly more: HTMLTableRowElement;
  readonly details: HTMLDetailsElement;
  readonly words: string;
  /** What came of it, in the order of the targets. */
  readonly kinds: readonly string[];
}

function all<Kind extends Element>(selector: string, type: new () => Kind, within: ParentNode = document): Kind[] {
  return [...within.querySelectorAll(selector)].filter((element): element is Kind => element instanceof type);
}

function rowFrom(row: HTMLTableRowElement): Row[] {
  const more = row.nextElementSibling;
  const details = row.querySelector("details");
  if (!(more instanceof HTMLTableRowElement) || !details) return [];
  const said = [...more.querySelectorAll(".said")].map((element) => element.textContent);
  const words = [row.cells[0]?.textContent, ...said].join(" ").toLowerCase();
  return [{ row, more, details, words, kinds: (row.dataset.kinds ?? "").split(" ") }];
}

const rows = all("tr.row", HTMLTableRowElement).flatMap(rowFrom);
const sections = all("tbody", HTMLTableSectionElement);
const [form] = all("form.filter", HTMLFormElement);
const [shownCount] = all("#shown", HTMLElement);
const [said] = all("#said", HTMLElement);
const [showAll] = all("#show-all", HTMLButtonElement);
const [openAll] = all("#open-all", HTMLButtonElement);
const [foldAll] = all("#fold-all", HTMLButtonElement);

/** Shows the rows that the form asks for; in each group, nothing checked is everything. */
function filter(): void {
  const data = form ? new FormData(form) : new FormData();
  const words = String(data.get("words") ?? "")
    .toLowerCase()
    .split(/\s+/);
  const kinds = data.getAll("kind");
  const levels = data.getAll("level");
  const target = String(data.get("target") ?? "");
  const onlyDiffering = data.has("differs");
  let shown = 0;
  for (const { row, more, kinds: own, words: text } of rows) {
    const asked = target === "" ? own : own.slice(Number(target), Number(target) + 1);
    const isShown =
      words.every((word) => text.includes(word)) &&
      (kinds.length > 0 ? asked.some((kind) => kinds.includes(kind)) : asked.some((kind) => kind !== "none")) &&
      (levels.length === 0 || levels.includes(row.dataset.level ?? "")) &&
      (!onlyDiffering || row.dataset.differs !== undefined);
    row.hidden = !isShown;
    more.hidden = !isShown;
    if (isShown) shown++;
  }
  for (const section of sections) section.hidden = !section.querySelector("tr.row:not([hidden])");
  if (!shownCount) return;
  const noun = rows.length === 1 ? "requirement" : "requirements";
  shownCount.textContent = shown === rows.length ? `${shown} ${noun}` : `${shown} of ${rows.length} ${noun}`;
}

function reset(): void {
  form?.reset();
  filter();
}

/** Opens the row of an id and goes there, past whatever hides it. */
function go(id: string): void {
  const found = rows.find(({ row }) => row.id === id);
  if (!found) return;
  const { row, details } = found;
  if (row.hidden) reset();
  const section = row.closest("tbody")?.querySelector("tr.area details");
  if (section instanceof HTMLDetailsElement) section.open = true;
  details.open = true;
  row.scrollIntoView({ block: "start" });
  details.querySelector("summary")?.focus({ preventScroll: true });
}

/** The id that an address names after its number sign. */
function idIn(hash: string): string {
  try {
    return decodeURIComponent(hash.slice(1));
  } catch {
    return "";
  }
}

/** Lets the address name the row, so that it can be passed on. */
const name = (id: string): void => history.replaceState(null, "", `#${encodeURIComponent(id)}`);

async function copy(button: HTMLButtonElement): Promise<void> {
  const command = button.previousElementSibling;
  if (!command) return;
  try {
    await navigator.clipboard.writeText(command.textContent ?? "");
    button.textContent = "Copied";
  } catch {
    // Where pages may not write to the clipboard, the reader can.
    getSelection()?.selectAllChildren(command);
    button.textContent = "Selected";
  }
  if (said) said.textContent = `${button.textContent}: ${command.textContent}`;
  setTimeout(() => {
    button.textContent = "Copy";
  }, 2000);
}

function clicked(event: MouseEvent): void {
  const { target } = event;
  if (!(target instanceof Element)) return;
  const button = target.closest("button.copy");
  if (button instanceof HTMLButtonElement) void copy(button);
  const link = target.closest('a[href^="#"]');
  // A second click on the same link changes no address, and is to open the row all the same.
  if (link instanceof HTMLAnchorElement && link.hash === location.hash) {
    event.preventDefault();
    go(idIn(link.hash));
  }
  const row = target.closest("tr.row");
  const details = row?.querySelector("details");
  if (!row || !details) return;
  const isSummary = target.closest("summary") !== null;
  if (!isSummary && !target.closest("a, button") && getSelection()?.isCollapsed !== false) details.open = !details.open;
  // The browser itself opens what a summary belongs to, and does so after this.
  if (isSummary !== details.open) name(row.id);
}

/** Makes a button that does something to all at once, and then the opposite, with another label. */
function inTurn(button: HTMLButtonElement | undefined, carryOut: (isFirst: boolean) => void): void {
  const labels = [button?.textContent ?? "", button?.dataset.other ?? ""];
  let turn = 0;
  button?.addEventListener("click", () => {
    carryOut(turn === 0);
    turn = 1 - turn;
    button.textContent = labels[turn] ?? "";
  });
}

/** On narrow screens rows are no rows to the eye; to a screen reader they remain what they are. */
function keepTable(): void {
  const roles: readonly (readonly [string, string])[] = [
    ["table", "table"],
    ["thead, tbody", "rowgroup"],
    ["tr", "row"],
    ["td", "cell"],
    ["th[scope=col]", "columnheader"],
    ["th[scope^=row]", "rowheader"],
  ];
  for (const [selector, role] of roles) for (const element of all(`.matrix ${selector}`, HTMLElement)) element.setAttribute("role", role);
}

form?.addEventListener("input", filter);
form?.addEventListener("submit", (event) => event.preventDefault());
showAll?.addEventListener("click", reset);
inTurn(openAll, (isFirst) => {
  for (const { row, details } of rows) if (!row.hidden) details.open = isFirst;
});
inTurn(foldAll, (isFirst) => {
  for (const section of sections) for (const details of all("tr.area details", HTMLDetailsElement, section)) details.open = !isFirst;
});
document.addEventListener("click", clicked);
addEventListener("hashchange", () => go(idIn(location.hash)));
document.documentElement.classList.add("scripted");
keepTable();
filter();
go(idIn(location.hash));
