import { lstatSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmdirSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UsageError } from "../spec/errors.js";
import { reasonOf } from "./place.js";
import { temporaryName } from "./temporary.js";

/**
 * Makes a directory and those above it; one that is there stays as it is. Node's own way of doing that does not end below /proc.
 * @param option as it was given, for the message: `--out results`.
 * @throws UsageError when it cannot be made, or is something else.
 */
export function makeDirectory(path: string, option: string): void {
  try {
    make(resolve(path));
  } catch (thrown) {
    const what = { EEXIST: "is no directory", ENOTDIR: "is below a file" }[reasonOf(thrown)];
    throw new UsageError(`${option}: ${path} ${what ?? `cannot be made (${reasonOf(thrown)})`}`);
  }
}

function make(path: string): void {
  try {
    mkdirSync(path);
  } catch (thrown) {
    const reason = reasonOf(thrown);
    if (reason === "EEXIST" && statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
    if (reason !== "ENOENT" || lstatSync(dirname(path), { throwIfNoEntry: false })) throw thrown;
    make(dirname(path));
    make(path);
  }
}

/**
 * Looks before a long run whether files can be put into a directory, or into one that can be made there, and leaves everything as it was.
 * @param option as it was given, for the message: `--out results`.
 * @throws UsageError when they cannot.
 */
export function checkDirectory(path: string, option: string): void {
  try {
    if (path === "") throw new UsageError("the name of the directory is missing");
    const above = existing(resolve(path));
    if (!statSync(above).isDirectory()) throw new UsageError(`${above} is no directory`);
    // Nothing else says as surely that this can be done.
    rmdirSync(mkdtempSync(join(above, ".oci-conform-")));
  } catch (thrown) {
    throw new UsageError(`${option}: ${thrown instanceof UsageError ? thrown.message : `${path} cannot be written (${reasonOf(thrown)})`}`);
  }
}

/** The nearest of a path and those above it that is there; a symbolic link to nothing is there. */
function existing(path: string): string {
  if (lstatSync(path, { throwIfNoEntry: false }) || dirname(path) === path) return path;
  return existing(dirname(path));
}

/**
 * Makes a directory whole or not at all: `fill` writes it under another name beside, then it takes the place of an older one. A symbolic
 * link to the older one stays, and what it leads to is replaced.
 * @throws UsageError when that fails, or something else is there; it then stands as it was.
 */
export function writeDirectory(path: string, fill: (directory: string) => void): void {
  makeDirectory(dirname(path), path);
  const place = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? targetOf(path) : path;
  if (lstatSync(place, { throwIfNoEntry: false })?.isDirectory() === false)
    throw new UsageError(`${path} cannot be written: it is no directory`);
  const temporary = temporaryName(dirname(place));
  try {
    mkdirSync(temporary);
    fill(temporary);
    rmSync(place, { recursive: true, force: true });
    renameSync(temporary, place);
  } catch (thrown) {
    rmSync(temporary, { recursive: true, force: true });
    throw new UsageError(`${path} cannot be written (${reasonOf(thrown)})`);
  }
}

function targetOf(link: string): string {
  try {
    return realpathSync(link);
  } catch (thrown) {
    throw new UsageError(`${link} cannot be written: it is a symbolic link to nothing (${reasonOf(thrown)})`);
  }
}
