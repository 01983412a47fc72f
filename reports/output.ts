import { accessSync, constants, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UsageError } from "../runners/errors.js";

/** Where a report goes: to a stream as it is written, or to a file when it is complete. */
export interface Sink {
  readonly tty: boolean;
  readonly columns: number;
  write(text: string): void;
  close(): void;
}

/** A sink that writes through. */
export const stream = (out: NodeJS.WriteStream): Sink => ({
  tty: out.isTTY === true,
  columns: out.columns ?? 100,
  write: (text) => void out.write(text),
  close: () => undefined,
});

/**
 * A sink that keeps everything and writes it at the end, to a temporary name that is then renamed: nobody ever sees half
 * a report. @throws UsageError at once when the directory cannot be written, so that no run is lost to a typo.
 */
export function openFile(file: string): Sink {
  const path = resolve(file);
  try {
    mkdirSync(dirname(path), { recursive: true });
    accessSync(dirname(path), constants.W_OK);
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new Error("is a directory");
  } catch (thrown) {
    throw new UsageError(`${file}: cannot be written: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
  const parts: string[] = [];
  return {
    tty: false,
    columns: 100,
    write: (text) => void parts.push(text),
    close: () => {
      const temporary = `${path}.${process.pid}.tmp`;
      try {
        writeFileSync(temporary, parts.join(""));
        renameSync(temporary, path);
      } finally {
        rmSync(temporary, { force: true });
      }
    },
  };
}
