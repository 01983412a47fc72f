import { lstatSync, readlinkSync, realpathSync, type Stats, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { UsageError } from "../spec/errors.js";

/** Why a file could not be read or written: `ENOENT`. */
export const reasonOf = (thrown: unknown): string =>
  thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : String(thrown);

/** What a name leads to, and so how it is written. */
export type Place =
  /** An open descriptor of this process: what was written to it stays, and more comes after it. */
  | { readonly how: "descriptor"; readonly descriptor: number }
  /** Something that is no regular file, or an open file of another process: it must stay what it is. */
  | { readonly how: "in-place"; readonly path: string }
  /** A regular file, or nothing yet: another one takes its place. */
  | { readonly how: "replace"; readonly path: string; readonly was?: Stats };

/** As many symbolic links as Linux follows. */
const MAX_LINKS = 40;

/** The directory in which Linux shows a process its open files; none without /proc. */
function ownDescriptors(): string | undefined {
  try {
    return join(realpathSync("/proc/self"), "fd");
  } catch {
    return undefined;
  }
}

/**
 * Follows a name to what it means. A symbolic link is followed, to a file that is not there, too. The links below /proc/PID/fd only look
 * like that: what they lead to may have no name at all, so they are not followed.
 * @throws UsageError when it cannot be written there whatever its permissions are.
 */
export function placeOf(file: string): Place {
  if (file === "") throw new UsageError("the name of the file is missing");
  if (file.endsWith("/")) throw new UsageError(`${file} is a directory`);
  let path = resolve(file);
  for (let links = 0; links <= MAX_LINKS; links++) {
    const directory = directoryOf(path);
    if (/^\/proc\/\d+(\/task\/\d+)?\/fd$/.test(directory)) return openFile(directory, path);
    path = join(directory, basename(path));
    const was = lstatSync(path, { throwIfNoEntry: false });
    if (!was?.isSymbolicLink())
      return was === undefined || was.isFile() ? { how: "replace", path, ...(was && { was }) } : special(path, was);
    const target = readlinkSync(path);
    path = isAbsolute(target) ? target : join(directory, target);
  }
  throw new UsageError(`${file} leads to itself by symbolic links`);
}

/** The real path of the directory of a file. @throws UsageError when there is none. */
function directoryOf(path: string): string {
  const directory = dirname(path);
  let real: string;
  try {
    real = realpathSync(directory);
  } catch (thrown) {
    const reason = reasonOf(thrown);
    if (reason === "ENOENT") throw new UsageError(`there is no directory ${directory}`);
    throw new UsageError(reason === "ENOTDIR" ? `${directory} is not a directory` : `${path} cannot be written (${reason})`);
  }
  if (!statSync(real).isDirectory()) throw new UsageError(`${directory} is not a directory`);
  return real;
}

function openFile(directory: string, path: string): Place {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) throw new UsageError(`${path}: there is no such open file`);
  return directory === ownDescriptors() ? { how: "descriptor", descriptor: Number(basename(path)) } : { how: "in-place", path };
}

function special(path: string, was: Stats): Place {
  if (was.isDirectory()) throw new UsageError(`${path} is a directory`);
  if (was.isSocket()) throw new UsageError(`${path} is a socket, which cannot be opened`);
  if (was.isBlockDevice()) throw new UsageError(`${path} is a block device: what is on it would be lost`);
  return { how: "in-place", path };
}
