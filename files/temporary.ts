import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** When a process began, in clock ticks since boot; undefined when there is none of that id, or no /proc. */
function begun(pid: number | "self"): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

/** The namespace in which process ids mean what they mean here. */
function namespace(): string | undefined {
  try {
    return /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0];
  } catch {
    return undefined;
  }
}

/** This process, as it is named nowhere and never again: by namespace, id and beginning. Zeros, which nobody has, without /proc. */
const SELF = `${namespace() ?? 0}-${process.pid}-${begun("self") ?? 0}`;

/** What such a name has after the kind of thing it is. */
const OWNED = /^\.?oci-conform-(?:[a-z]+-)?(\d+)-(\d+)-(\d+)-\w+(?:\.tmp)?$/;

let count = 0;

/** A name beside a file or directory, for what is to become that. Short, so that it is not too long where the other is not. */
export const temporaryName = (directory: string): string => join(directory, `.oci-conform-${SELF}-${count++}.tmp`);

/** Makes a new directory in TMPDIR. When this process is killed, the next run removes it. */
export const temporaryDirectory = (kind: "registry" | "image" | "client"): string =>
  mkdtempSync(join(tmpdir(), `oci-conform-${kind}-${SELF}-`));

/** Whether its name says that it is of a process that is no longer there. */
function isOrphan(name: string): boolean {
  const [, of, pid, since] = OWNED.exec(name) ?? [];
  return of !== undefined && of !== "0" && of === namespace() && begun(Number(pid)) !== since;
}

/** Removes what killed runs of the same user left in a directory. */
export function removeOrphans(directory: string): void {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch {
    return;
  }
  for (const path of names.filter(isOrphan).map((name) => join(directory, name))) {
    try {
      if (lstatSync(path).uid === process.geteuid?.()) rmSync(path, { recursive: true, force: true });
    } catch {
      // Another run removes it at the same time.
    }
  }
}
