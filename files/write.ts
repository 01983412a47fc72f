import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { UsageError } from "../spec/errors.js";
import { type Place, placeOf, reasonOf } from "./place.js";
import { temporaryName } from "./temporary.js";

/**
 * Looks before a long run whether a file can be written there, and leaves everything as it was.
 * @param option as it was given, for the message: `--report json=out.json`.
 * @throws UsageError when it cannot.
 */
export function checkFile(file: string, option: string): void {
  try {
    const place = placeOf(file);
    if (place.how === "descriptor") writeSync(place.descriptor, "");
    else if (place.how === "in-place" || place.was) accessSync(place.path, constants.W_OK);
    if (place.how === "replace") tryReplacing(place);
    // The mount of a device may forbid it. A pipe is not opened: its reader would see an end.
    if (place.how === "in-place" && statSync(place.path).isCharacterDevice())
      closeSync(openSync(place.path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY));
  } catch (thrown) {
    const why = thrown instanceof UsageError ? thrown.message : `${file} cannot be written (${reasonOf(thrown)})`;
    throw new UsageError(`${option}: ${why}`);
  }
}

/** Makes a file beside it and removes it again: nothing else says as surely that this can be done. */
function tryReplacing({ path, was }: Extract<Place, { how: "replace" }>): void {
  const temporary = temporaryName(dirname(path));
  try {
    closeSync(openSync(temporary, "wx", 0o600));
    rmSync(temporary);
  } catch (thrown) {
    // Then it will be written in place.
    if (was === undefined) throw thrown;
  }
}

/**
 * Writes a whole file or nothing. It is written under another name beside it, then renamed; an older file's permissions and owner stay.
 * A symbolic link stays too, and what it leads to is written. What is no regular file (a device, a pipe, an open file such as
 * /dev/stdout) is never replaced: it is written in place, and so is a file that cannot be replaced, such as one that is mounted.
 * Without `flush` the disk may take its time, as where there are a thousand of them.
 * @throws UsageError naming the file, when that fails; an older file then stands as it was.
 */
export async function writeWhole(file: string, text: string, { flush = true } = {}): Promise<void> {
  try {
    const place = placeOf(file);
    if (place.how === "descriptor") await writeTo(place.descriptor, text);
    else if (place.how === "in-place") await writeInPlace(place.path, text);
    else if (!replaced(place, text, flush)) await writeInPlace(place.path, text);
  } catch (thrown) {
    throw new UsageError(thrown instanceof UsageError ? thrown.message : `${file} cannot be written (${reasonOf(thrown)})`);
  }
}

/** Everything to a descriptor, which may be one that does not wait for a slow reader. */
async function writeTo(descriptor: number, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (thrown) {
      if (reasonOf(thrown) !== "EAGAIN") throw thrown;
      await wait(5);
    }
  }
}

/** Opening a pipe waits for its reader: not in this thread, so that a signal still ends the process. */
async function writeInPlace(path: string, text: string): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_TRUNC | constants.O_NOCTTY);
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}

/** What keeps a file from being replaced and not from being written: its directory, or that something is mounted on it. */
const NOT_REPLACEABLE: readonly string[] = ["EACCES", "EPERM", "EROFS", "EBUSY"];

/** False when a file is there that can only be written in place. */
function replaced({ path, was }: Extract<Place, { how: "replace" }>, text: string, flush: boolean): boolean {
  const temporary = temporaryName(dirname(path));
  try {
    if (was) accessSync(path, constants.W_OK);
    fill(temporary, text, flush, was);
    renameSync(temporary, path);
    return true;
  } catch (thrown) {
    rmSync(temporary, { force: true });
    if (was === undefined || !NOT_REPLACEABLE.includes(reasonOf(thrown))) throw thrown;
    return false;
  }
}

function fill(temporary: string, text: string, flush: boolean, was: Stats | undefined): void {
  const descriptor = openSync(temporary, "wx", was === undefined ? 0o666 : 0o600);
  try {
    if (was) {
      fchownSync(descriptor, was.uid, was.gid);
      fchmodSync(descriptor, was.mode & 0o777);
    }
    writeFileSync(descriptor, text);
    if (flush) fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
