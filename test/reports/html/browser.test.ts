import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { BrowserContext, Page } from "playwright-core";
import t, { type Test } from "tap";
import { html } from "../../../reports/html/html.js";
import type { Results } from "../../../reports/results/results.js";
import { FAINT, noBrowser, startBrowser } from "../browser.js";
import { failed, nasty, ours, passed, skipped, unexercised, warned } from "../fixture.js";
import { expectedFailure, full, hostile, large, named, other } from "./fixture.js";

const DESK = { width: 1200, height: 800 };
const PHONE = { width: 375, height: 700 };

/** A page that is open in the browser, and what it did that it should not. */
interface Opened {
  readonly page: Page;
  readonly address: string;
  /** Errors on the console, exceptions, and requests of anything but the page. */
  readonly amiss: readonly string[];
}

interface OpenOptions {
  readonly viewport?: typeof DESK;
  readonly colorScheme?: "light" | "dark";
  /** What the address ends with. */
  readonly hash?: string;
}

let context: BrowserContext;
/** One page for all tests, which is a second of CPU for each. */
let shared: Page;
let files = 0;

/** Writes the results as a page; gives its address. */
function write(t: Test, all: readonly Results[]): string {
  const file = join(t.testdir({}), `report-${++files}.html`);
  writeFileSync(file, html(all, { gate: "must" }));
  return pathToFileURL(file).href;
}

/** Opens the results as a page. */
async function open(
  t: Test,
  all: readonly Results[],
  { viewport = DESK, colorScheme = "light", hash = "" }: OpenOptions = {},
): Promise<Opened> {
  const address = write(t, all);
  const amiss: string[] = [];
  shared.removeAllListeners();
  await shared.setViewportSize(viewport);
  await shared.emulateMedia({ media: null, colorScheme });
  shared.on("console", (message) => amiss.push(`console: ${message.text()}`));
  shared.on("pageerror", (error) => amiss.push(`error: ${error.message}`));
  shared.on("request", (request) => {
    const url = request.url();
    if (url !== address && url !== address + hash && !url.startsWith("data:")) amiss.push(`request: ${url}`);
  });
  await shared.goto(address + hash);
  return { page: shared, address, amiss };
}

const rowOf = (page: Page, id: string) => page.locator(`tr.row[id="${id}"]`);
const moreOf = (page: Page, id: string) => page.locator(`tr.row[id="${id}"] + tr.more`);
const summaryOf = (page: Page, id: string) => rowOf(page, id).locator("summary");
const shown = (page: Page): Promise<readonly string[]> =>
  page.evaluate<string[]>("[...document.querySelectorAll('tr.row')].filter((row) => row.checkVisibility()).map((row) => row.id)");
const status = (page: Page): Promise<string | null> => page.locator("#shown").textContent();
/** What a screen reader is told of a button's work. */
const heard = (page: Page, what: string) => page.locator("#said").filter({ hasText: `${what}: ${failed.finding?.replay}` });
const overflow = (page: Page): Promise<number> => page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");

// A busy machine is no reason to fail.
t.test("in a browser", { skip: noBrowser }, async (t) => {
  const browser = await startBrowser();
  t.teardown(() => browser.close());
  context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
  context.setDefaultTimeout(120_000);
  shared = await context.newPage();

  t.test("nothing is requested, reported or run but the page", async (t) => {
    for (const all of [[full, other], [hostile], []]) {
      const { page, amiss } = await open(t, all);
      t.strictSame(amiss, []);
      await page.evaluate("document.body.append(Object.assign(document.createElement('img'), { src: 'https://example.org/x.png' }))");
      await t.rejects(page.evaluate("document.body.setAttribute('onclick', 'globalThis.forged = 1')"), /TrustedScript/);
      await t.rejects(page.evaluate("document.body.innerHTML = '<b>forged</b>'"), /TrustedHTML/);
      t.ok(
        amiss.some((line) => /console.*img-src/.test(line)),
        "the test would notice",
      );
    }
  });

  t.test("verdicts, levels, words and differences narrow the rows down", async (t) => {
    const { page, amiss } = await open(t, [full, other]);
    const all = await shown(page);
    t.equal(await status(page), `${all.length} requirements`);
    await page.getByRole("checkbox", { name: /expected/ }).check();
    t.strictSame(await shown(page), [expectedFailure.id]);
    t.equal(await status(page), `1 of ${all.length} requirements`);
    await page.getByRole("checkbox", { name: /^.*unexercised/ }).check();
    t.strictSame(await shown(page), [expectedFailure.id, skipped.id, unexercised.id], "either, with either target");
    await page.getByRole("combobox", { name: "with" }).selectOption("crun");
    t.strictSame(await shown(page), [skipped.id], "with that target");
    await page.getByRole("button", { name: "Show all" }).click();
    t.strictSame(await shown(page), all);
    await page.getByRole("checkbox", { name: /ROBUSTNESS/ }).check();
    t.strictSame(await shown(page), [ours.id]);
    await page.getByRole("button", { name: "Show all" }).click();
    await page.getByRole("searchbox", { name: "Search" }).fill("PROCESS known");
    t.strictSame(await shown(page), [expectedFailure.id], "every word, in the id or the title");
    await page.getByRole("searchbox", { name: "Search" }).fill("no controller");
    t.strictSame(await shown(page), [skipped.id], "or in the reason");
    await page.getByRole("searchbox", { name: "Search" }).fill("nowhere to be found");
    t.strictSame(await shown(page), []);
    t.equal(await page.locator("tr.area:visible").count(), 0, "no section without rows");
    t.equal(await status(page), `0 of ${all.length} requirements`);
    await page.getByRole("button", { name: "Show all" }).click();
    await page.getByRole("checkbox", { name: /differ/ }).check();
    const differing = await shown(page);
    t.ok(differing.includes(passed.id) && !differing.includes(ours.id));
    await page.keyboard.press("Enter");
    t.strictSame(await shown(page), differing, "Enter sends the form nowhere");
    t.strictSame(amiss, []);
  });

  t.test("a row opens to show why, and the address then names it", async (t) => {
    const { page, address } = await open(t, [full, other]);
    t.notOk(await moreOf(page, failed.id).isVisible());
    await summaryOf(page, failed.id).click();
    t.ok(await moreOf(page, failed.id).isVisible());
    t.equal(page.url(), `${address}#${failed.id}`);
    t.match(await moreOf(page, failed.id).innerText(), /asked for 022/);
    t.equal(
      await moreOf(page, failed.id).getByRole("link", { name: "The sentence in the spec" }).getAttribute("href"),
      "https://example.org/spec.md#part",
    );
    await summaryOf(page, failed.id).click();
    t.notOk(await moreOf(page, failed.id).isVisible());
    await rowOf(page, ours.id).locator("td").first().click();
    t.ok(await moreOf(page, ours.id).isVisible(), "anywhere in the row");
    await page.getByRole("button", { name: "Open rows" }).click();
    t.equal(await page.locator("tr.more:visible").count(), (await shown(page)).length);
    await page.getByRole("button", { name: "Close rows" }).click();
    t.equal(await page.locator("tr.more:visible").count(), 0);
    await page.getByRole("button", { name: "Fold sections" }).click();
    t.strictSame(await shown(page), []);
    await page.getByRole("button", { name: "Unfold sections" }).click();
    t.not((await shown(page)).length, 0);
  });

  t.test("an address leads to its row, past a filter and a folded section", async (t) => {
    const { page } = await open(t, [full, other], { hash: `#${expectedFailure.id}` });
    t.ok(await moreOf(page, expectedFailure.id).isVisible());
    t.ok(
      await page.evaluate(`document.getElementById("${expectedFailure.id}").getBoundingClientRect().top < innerHeight`),
      "it is on the screen",
    );
    await page.getByRole("searchbox").fill("nowhere to be found");
    await page.getByRole("button", { name: "Fold sections" }).click();
    const link = page.locator(".findings").getByRole("link", { name: warned.id });
    await link.click();
    await moreOf(page, warned.id).waitFor();
    t.ok(await page.evaluate(`document.activeElement.closest("tr").id === "${warned.id}"`), "the keyboard goes on from there");
    await summaryOf(page, warned.id).click();
    await moreOf(page, warned.id).waitFor({ state: "hidden" });
    await link.click();
    await moreOf(page, warned.id).waitFor();
    t.pass("a second time too");
    await page.goBack();
    t.ok(page.url().endsWith(`#${expectedFailure.id}`));
    await page.goto(`${page.url().split("#")[0]}#%zz`);
    t.ok(await page.locator("h1").isVisible(), "an address that names nothing does nothing");
  });

  t.test("a command is copied as it is", async (t) => {
    const { page, amiss } = await open(t, [full], { hash: `#${failed.id}` });
    await moreOf(page, failed.id).getByRole("button", { name: "Copy" }).click();
    await heard(page, "Copied").waitFor({ state: "attached" });
    t.equal(await page.evaluate("navigator.clipboard.readText()"), failed.finding?.replay);
    t.strictSame(amiss, []);
  });

  t.test("where the clipboard may not be written, the command is selected", async (t) => {
    const { page } = await open(t, [full], { hash: `#${failed.id}` });
    await page.evaluate("navigator.clipboard.writeText = () => Promise.reject(new Error('no'))");
    await moreOf(page, failed.id).getByRole("button", { name: "Copy" }).click();
    await heard(page, "Selected").waitFor({ state: "attached" });
    t.equal(await page.evaluate("String(getSelection())"), failed.finding?.replay);
  });

  t.test("the keyboard alone opens a finding and copies its command", async (t) => {
    const { page } = await open(t, [full, other]);
    const tabTo = async (what: string): Promise<boolean> => {
      for (let presses = 0; presses < 60; presses++) {
        await page.keyboard.press("Tab");
        if (await page.evaluate<boolean>(`document.activeElement.matches(${JSON.stringify(what)})`)) return true;
      }
      return false;
    };
    t.ok(await tabTo(`.findings a[href="#${failed.id}"]`));
    t.match(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle"), "solid", "one sees where one is");
    await page.keyboard.press("Enter");
    await moreOf(page, failed.id).waitFor();
    t.ok(await tabTo("button.copy"));
    await page.keyboard.press("Shift+Tab");
    t.ok(await page.evaluate("document.activeElement.matches('a.self')"), "nothing else is in between");
    await summaryOf(page, failed.id).focus();
    await page.keyboard.press("Space");
    await moreOf(page, failed.id).waitFor({ state: "hidden" });
  });

  t.test("everything that can be used has a name, and the table stays one on a phone", async (t) => {
    for (const viewport of [DESK, PHONE]) {
      const { page } = await open(t, [full, other], { viewport, hash: `#${failed.id}` });
      const session = await page.context().newCDPSession(page);
      const { nodes } = await session.send("Accessibility.getFullAXTree");
      const used = [
        "link",
        "button",
        "checkbox",
        "searchbox",
        "combobox",
        "DisclosureTriangle",
        "columnheader",
        "rowheader",
        "table",
        "form",
        "search",
      ];
      const nameless = nodes.filter(({ ignored, role, name }) => !ignored && used.includes(String(role?.value)) && !name?.value);
      t.strictSame(
        nameless.map(({ role }) => role?.value),
        [],
      );
      t.strictSame(await page.getByRole("columnheader").allTextContents(), ["Requirement", "runcrelease 1.1.0", "crunrelease 1.1.0"]);
      t.strictSame(await rowOf(page, failed.id).getByRole("cell").allTextContents(), ["fail", "pass"]);
      const heads = nodes.filter(({ role }) => role?.value === "rowheader").map(({ name }) => String(name?.value));
      t.ok(heads.includes(`${failed.id} MUST What is required.`), "a row is called by its requirement");
      t.equal(await page.getByRole("status").first().textContent(), await status(page));
      t.equal(await page.locator("html").getAttribute("lang"), "en");
    }
  });

  t.test("nothing is wider than a phone", async (t) => {
    const many = ["a", "b", "c", "d", "e", "f"].map((name) => named(name, full.requirements));
    for (const all of [[full], [hostile, full, hostile], many]) {
      const { page } = await open(t, all, { viewport: PHONE });
      await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
      t.equal(await overflow(page), 0);
    }
    const { page } = await open(t, [full], { viewport: PHONE });
    await page.evaluate("document.querySelector('h1').append(Object.assign(document.createElement('textarea'), { cols: 90 }))");
    t.not(await overflow(page), 0, "and the test would notice");
  });

  t.test("many targets scroll by themselves, and leave room for the requirements", async (t) => {
    const many = Array.from({ length: 12 }, (_, at) => named(`target-${at}`, full.requirements));
    const { page } = await open(t, many);
    t.equal(await overflow(page), 0);
    const width = (await page.locator("thead th").first().boundingBox())?.width ?? 0;
    t.ok(width > 300, `${width} pixels`);
  });

  t.test("text can be read in the light and in the dark", async (t) => {
    for (const colorScheme of ["light", "dark"] as const) {
      const { page } = await open(t, [full, other], { colorScheme });
      await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
      const { seen, faint } = await page.evaluate<{ seen: number; faint: string[] }>(`(${FAINT})(4.5)`);
      t.ok(seen > 200, `${seen} elements with text`);
      t.strictSame(faint, [], colorScheme);
      t.not((await page.evaluate<{ faint: string[] }>(`(${FAINT})(21.5)`)).faint.length, 0, "and the test would notice");
      t.equal(
        await page.evaluate("getComputedStyle(document.body).backgroundColor"),
        colorScheme === "dark" ? "rgb(18, 21, 26)" : "rgb(255, 255, 255)",
      );
    }
  });

  t.test("without scripts everything is there, but what needs them", async (t) => {
    const page = await browser.newPage({ javaScriptEnabled: false });
    t.teardown(() => page.close());
    await page.goto(write(t, [full, other]));
    t.ok(await moreOf(page, failed.id).isVisible());
    t.ok(await page.locator("tr.row").first().isVisible());
    t.equal(await page.locator("form:visible, button:visible").count(), 0);
  });

  t.test("on paper findings are open, and controls absent", async (t) => {
    const { page } = await open(t, [full, other]);
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    t.ok(await moreOf(page, failed.id).isVisible());
    t.equal(await page.locator("form:visible, button:visible, nav:visible").count(), 0);
    t.equal(await page.evaluate("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)");
  });

  t.test("a large report is narrowed down too", async (t) => {
    const { page } = await open(t, [large("runc"), large("crun"), large("youki")]);
    await page.getByRole("searchbox").fill("requirement-with-a-name-17");
    t.equal(await status(page), "11 of 480 requirements");
    await page.getByRole("checkbox", { name: /fail/ }).check();
    t.strictSame(await shown(page), ["runtime.area-14.a-requirement-with-a-name-176"]);
  });

  t.test("hostile text does nothing here either", async (t) => {
    const { page, amiss } = await open(t, [hostile], { hash: `#${nasty.id}` });
    t.equal(await page.locator("x").count(), 0);
    t.match(await moreOf(page, nasty.id).innerText(), /<x a="1">&amp;<\/x>/);
    t.strictSame(amiss, []);
  });
});
