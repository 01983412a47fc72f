import { accessSync, constants, rmSync, statfsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MEMORY = "/dev/shm";

/** Bytes that have to be free there. */
const ENOUGH = 256 * 1024 * 1024;

/** Directories that are there, of whatever stage. */
const made = new Set<string>();

/** On a disk that others write to, a play costs ten times as long. */
function parent(): string {
  if (process.env.TMPDIR) return tmpdir();
  try {
    accessSync(MEMORY, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= ENOUGH ? MEMORY : tmpdir();
  } catch {
    return tmpdir();
  }
}

/** A directory for what lives for a moment: below TMPDIR, or else in memory where there is enough of it. It goes with the process at the latest. */
export async function makeRoom(): Promise<string> {
  const dir = await mkdtemp(join(parent(), "oci-conform-stage-"));
  if (made.size === 0) process.once("exit", leaveAll);
  made.add(dir);
  return dir;
}

/** Removes it. */
export function leaveRoom(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
  made.delete(dir);
  if (made.size === 0) process.off("exit", leaveAll);
}

function leaveAll(): void {
  for (const dir of made) rmSync(dir, { recursive: true, force: true });
}
