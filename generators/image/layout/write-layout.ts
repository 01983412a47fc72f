import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Layout } from "./layout.js";

/** Writes a layout to a directory, which is made; `blobs/` is there even without blobs. */
export function writeLayout(directory: string, { files, links }: Layout): void {
  mkdirSync(files.has("blobs") ? directory : join(directory, "blobs"), { recursive: true });
  for (const [path, bytes] of files) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  for (const [path, target] of Object.entries(links)) symlinkSync(target, join(directory, path));
}
