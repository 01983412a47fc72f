import type { Arbitrary } from "fast-check";
import { groupsOf, oneOf } from "../choices.js";

/** What a text is called as a row: itself in quotes, or its beginning and how long it is. */
const called = (text: string): string =>
  text.length > 60 ? `${JSON.stringify(text.slice(0, 20))}… (${text.length} characters)` : JSON.stringify(text);

const rowsBy = (texts: readonly string[]): ReadonlyMap<string, string> => new Map(texts.map((text) => [called(text), text]));

/** One of the texts, as a choice whose rows are short. @throws on an empty list */
export function oneText(texts: readonly string[], name: string): Arbitrary<string> {
  const rows = rowsBy(texts);
  return oneOf([...rows.keys()], name).map((row) => rows.get(row) ?? "");
}

/** Up to so many of the texts, which share a case, in their order. @throws on an empty list */
export function someTexts(texts: readonly string[], most: number, name: string): Arbitrary<readonly string[]> {
  const rows = rowsBy(texts);
  return groupsOf([...rows.keys()], most, name).map((chosen) => chosen.map((row) => rows.get(row) ?? ""));
}
