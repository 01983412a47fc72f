import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import type { ClientStep } from "./observation.js";

/** Of what a command printed so much is kept: of more the first half and the last. */
const KEPT = 64 << 10;

const leftOut = (count: number, of: string): string => `\n[… ${count} ${of} left out by oci-conform …]\n`;

/** What a command printed into a file, within bounds; nothing where there is none. */
function printedTo(path: string): string {
  if (!existsSync(path)) return "";
  const fd = openSync(path, "r");
  try {
    const part = (from: number, length: number): string => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(fd, bytes, 0, length, from)).toString();
    };
    const { size } = fstatSync(fd);
    return size <= KEPT ? part(0, size) : part(0, KEPT / 2) + leftOut(size - KEPT, "bytes") + part(size - KEPT / 2, KEPT / 2);
  } finally {
    closeSync(fd);
  }
}

/** The commands that were run in a sandbox (`running`), by the notes that were taken, and what they printed. */
export function stepsIn(notes: string, out: string): readonly ClientStep[] {
  const list = join(notes, "steps");
  const names = existsSync(list) ? readFileSync(list, "utf8").split("\n").filter(Boolean) : [];
  return names.map((name) => ({
    name,
    status: Number(readFileSync(join(notes, `${name}.status`), "utf8")),
    stdout: printedTo(join(out, `${name}.stdout`)),
    stderr: printedTo(join(out, `${name}.stderr`)),
  }));
}

/** The end of what a daemon said; empty where there was none. */
export const saidLast = (path: string): string => printedTo(path).trim().slice(-4000);

/** Keeps what a client in this process prints, within bounds. */
export class Printed {
  #head = "";
  #tail = "";
  #left = 0;

  add(text: string): void {
    const room = KEPT / 2 - this.#head.length;
    this.#head += text.slice(0, room);
    const rest = this.#tail + text.slice(Math.max(0, room));
    this.#tail = rest.slice(-KEPT / 2);
    this.#left += rest.length - this.#tail.length;
  }

  get text(): string {
    return this.#left === 0 ? this.#head + this.#tail : this.#head + leftOut(this.#left, "characters") + this.#tail;
  }
}
