import { accessSync, constants, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { Writable } from "node:stream";
import { UsageError } from "../spec/usage-error.js";
import type { Reporter } from "./reporter.js";

/** Why a file could not be read or written: `ENOENT`. */
export const reasonOf = (thrown: unknown): string =>
  thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : String(thrown);

/** The nearest directory above a path that exists. */
function existing(directory: string): string {
  if (statSync(directory, { throwIfNoEntry: false }) || dirname(directory) === directory) return directory;
  return existing(dirname(directory));
}

/**
 * Looks before a long run whether a file can be written there.
 * @param option as it was given, for the message: `--report json=out.json`.
 * @throws UsageError when it cannot.
 */
export function checkFile(file: string, option: string): void {
  const refuse = (why: string): never => {
    throw new UsageError(`${option}: ${why}`);
  };
  try {
    if (file === "") refuse("the name of the file is missing");
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) refuse(`${file} is a directory`);
    const above = existing(dirname(resolve(file)));
    if (!statSync(above).isDirectory()) refuse(`${above} is not a directory`);
    accessSync(above, constants.W_OK | constants.X_OK);
  } catch (thrown) {
    if (thrown instanceof UsageError) throw thrown;
    refuse(`${file} cannot be written (${reasonOf(thrown)})`);
  }
}

/** Removes a file, if there can be one of that name. */
function removeIfThere(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Below a file that is no directory nothing can be.
  }
}

/**
 * Writes a whole file or nothing: under a temporary name beside it, then renamed. Makes the directories above it.
 * Without `flush` the disk may take its time, as where there are a thousand of them.
 * @throws UsageError naming the file, when that fails; an older file then stands as it was.
 */
export function writeWhole(file: string, text: string, { flush = true } = {}): void {
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`);
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(temporary, text, { flush });
    renameSync(temporary, file);
  } catch (thrown) {
    removeIfThere(temporary);
    throw new UsageError(`${file} cannot be written (${reasonOf(thrown)})`);
  }
}

/** A stream that only collects. */
class Collected extends Writable {
  readonly #parts: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#parts.push(chunk);
    done();
  }

  get text(): string {
    return Buffer.concat(this.#parts).toString("utf8");
  }
}

/** A reporter whose report becomes a file when it is complete. */
export function toFile(file: string, make: (out: NodeJS.WritableStream) => Reporter): Reporter {
  const collected = new Collected();
  const reporter = make(collected);
  return {
    begin: (run) => reporter.begin(run),
    progress: (progress) => reporter.progress(progress),
    requirement: (result) => reporter.requirement(result),
    end: async (results) => {
      await reporter.end(results);
      writeWhole(file, collected.text);
    },
    inconclusive: async (message) => {
      await reporter.inconclusive(message);
      writeWhole(file, collected.text);
    },
  };
}
