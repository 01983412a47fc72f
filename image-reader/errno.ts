import { Inconclusive } from "../spec/errors.js";

/** The system's name of an error, such as ENOENT. */
export const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : String(thrown);

/** A file that cannot be read to its end. */
export class Unreadable extends Inconclusive {
  readonly why: string;

  constructor(path: string, why: string) {
    super(`${path} ${why}`);
    this.why = why;
  }
}

/** @throws Unreadable that says what cannot be read, and why */
export function unreadable(path: string, thrown: unknown): never {
  throw new Unreadable(path, `cannot be read (${codeOf(thrown)})`);
}

/** @throws Unreadable for a file that is another than it was when the reading began */
export function changed(path: string): never {
  throw new Unreadable(path, "was changed while it was read");
}
