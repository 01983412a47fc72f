import { accessSync, constants } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** The browser to look at pages with: what CHROMIUM names, or Debian's. */
const PROGRAM = process.env.CHROMIUM ?? "/usr/bin/chromium";

function whyNot(): string | false {
  try {
    accessSync(PROGRAM, constants.X_OK);
    return false;
  } catch {
    return `there is no ${PROGRAM} (Debian's package chromium; CHROMIUM names another)`;
  }
}

/** Why pages cannot be looked at here; false where they can. */
export const noBrowser = whyNot();

/** Starts the browser. Our own pages are all that it sees, so that it needs no sandbox, which root could not have. */
export const startBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: PROGRAM, args: ["--no-sandbox", "--disable-gpu", "--in-process-gpu"] });

/**
 * In the page: text that is hard to read. Gives, for each element that has visible text of its own, its contrast with
 * what lies behind it where that is below `least`.
 */
export const FAINT = `(least) => {
  const numbers = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const part = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, alpha = 1] = numbers(getComputedStyle(at).backgroundColor);
      if (alpha > 0) return [r, g, b];
    }
    return matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18] : [255, 255, 255];
  };
  const seen = [...document.body.querySelectorAll("*")].filter(
    (element) => element.checkVisibility() && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ""),
  );
  const faint = seen.flatMap((element) => {
    const [one, other] = [luminance(numbers(getComputedStyle(element).color)), luminance(ground(element))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    return contrast < least ? [element.tagName + "." + element.className + " " + contrast.toFixed(2)] : [];
  });
  return { seen: seen.length, faint: [...new Set(faint)] };
}`;
