import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeDirectory } from "../../files/directory.js";
import { writeWhole } from "../../files/write.js";
import type { Results } from "../../reports/results/results.js";

/** What failed of each target when it was tested last, by the suite and the target's name. */
type Failed = Readonly<Record<string, readonly string[]>>;

const FORMAT = "oci-conform/last-failed@1";

const isList = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((id) => typeof id === "string");

/** Reads the memory of a directory. What is no such memory, or none at all, is as good as an empty one: it only saves time. */
function read(file: string): Failed {
  if (!existsSync(file)) return {};
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    const failed: unknown = typeof value === "object" && value !== null && "failed" in value ? value.failed : undefined;
    if (typeof failed !== "object" || failed === null) return {};
    return Object.fromEntries(Object.entries(failed).flatMap(([key, ids]) => (isList(ids) ? [[key, ids]] : [])));
  } catch {
    return {};
  }
}

/** Remembers, in the directory of `--out`, which requirements failed last. */
export class LastFailed {
  readonly #file: string;

  constructor(out: string) {
    this.#file = join(out, "last-failed.json");
  }

  /** What failed of a target; empty when nothing did, or nothing is known. */
  of(key: string): ReadonlySet<string> {
    return new Set(read(this.#file)[key]);
  }

  /** Notes what failed now; what was not looked at this time stays as it was. @throws UsageError when it cannot be written. */
  async note(key: string, { requirements }: Results): Promise<void> {
    const all = read(this.#file);
    const seen = new Set(requirements.map(({ id }) => id));
    const failing = requirements.flatMap(({ id, verdict }) =>
      verdict === "fail" || verdict === "unconfirmed" || verdict === "error" ? [id] : [],
    );
    const failed = { ...all, [key]: [...(all[key] ?? []).filter((id) => !seen.has(id)), ...failing] };
    if (failing.length === 0 && all[key] === undefined) return;
    makeDirectory(dirname(this.#file), "--out");
    await writeWhole(this.#file, `${JSON.stringify({ format: FORMAT, failed }, null, 2)}\n`);
  }
}
