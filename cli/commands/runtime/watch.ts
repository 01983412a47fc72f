import { type Stats, statSync } from "node:fs";

/** How often the programs are looked at, in milliseconds. */
const INTERVAL = 250;

const same = (a: Stats, b: Stats): boolean => a.mtimeMs === b.mtimeMs && a.size === b.size && a.ino === b.ino;

/** Whether a program is there and not being written: it looks the same as when it was looked at before. */
const settled = (now: Stats, before: Stats): boolean => now.nlink > 0 && now.size > 0 && same(now, before);

/**
 * Waits until one of the files is another than `known`, and has stayed the same for a while: a linker writes for some time.
 * Ends early when aborted.
 */
function changed(files: readonly string[], known: ReadonlyMap<string, Stats | undefined>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const last = new Map(known);
    const timer = setInterval(() => {
      for (const file of files) {
        const now = statSync(file, { throwIfNoEntry: false });
        const before = last.get(file);
        const first = known.get(file);
        last.set(file, now);
        if (now && before && settled(now, before) && (first === undefined || !same(now, first))) end();
      }
    }, INTERVAL);
    const end = (): void => {
      clearInterval(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
  });
}

/**
 * Runs a test, and again whenever one of the programs changes; then only what failed, or everything if nothing did.
 * @param once runs the test and gives its exit code; 130 ends it all.
 * @returns 130: it goes on until it is interrupted.
 */
export async function watch(
  files: readonly string[],
  once: (lastFailed: boolean) => Promise<number>,
  lastFailed: boolean,
): Promise<number> {
  const abort = new AbortController();
  const interrupt = (): void => abort.abort();
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  try {
    for (let again = lastFailed; ; again = true) {
      const known = new Map(files.map((file) => [file, statSync(file, { throwIfNoEntry: false })]));
      const code = await once(again);
      if (code === 130 || abort.signal.aborted) return 130;
      process.stderr.write(`waiting for a change of ${files.join(", ")}; Ctrl-C ends\n`);
      await changed(files, known, abort.signal);
      if (abort.signal.aborted) return 130;
    }
  } finally {
    process.removeListener("SIGINT", interrupt).removeListener("SIGTERM", interrupt);
  }
}
