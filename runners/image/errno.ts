import { Inconclusive } from "../errors.js";

/** The system's name of an error, such as ENOENT. */
export const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : String(thrown);

/** @throws Inconclusive that says what cannot be read, and why */
export function unreadable(path: string, thrown: unknown): never {
  throw new Inconclusive(`${path} cannot be read (${codeOf(thrown)})`);
}
