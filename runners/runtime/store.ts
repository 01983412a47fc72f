import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../errors.js";
import type { RuntimeCase } from "./case.js";
import type { Observation } from "./observation.js";
import { type ReproduceOptions, reproduceScript } from "./reproduce.js";
import { configTextOf } from "./script.js";
import type { Setting } from "./target.js";

/** A failing case as it is kept: enough to replay it, to judge it again, and to reproduce it without the harness. */
export interface StoredCase {
  readonly case: RuntimeCase;
  readonly observation: Observation;
  /** What was known of host and target: the checks need it to judge the observation again. */
  readonly setting: Setting;
  readonly reproduce: ReproduceOptions;
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Writes a case's directory under a temporary name and renames it into place. Returns its path. */
export function store(root: string, name: string, stored: StoredCase): string {
  const directory = join(root, name);
  const temporary = `${directory}.${process.pid}.tmp`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  writeFileSync(join(temporary, "case.json"), json(stored.case));
  writeFileSync(join(temporary, "observation.json"), json(stored.observation));
  writeFileSync(join(temporary, "setting.json"), json(stored.setting));
  const [container] = stored.case.containers;
  const config = container ? configTextOf(container) : null;
  if (config !== null) writeFileSync(join(temporary, "config.json"), config);
  writeFileSync(join(temporary, "reproduce.sh"), reproduceScript(stored.case, stored.reproduce), { mode: 0o755 });
  rmSync(directory, { recursive: true, force: true });
  renameSync(temporary, directory);
  return directory;
}

/** Reads case.json of a stored directory, or a case file itself. @throws UsageError with the path and what is wrong. */
export function readCase(path: string): RuntimeCase {
  const file = path.endsWith(".json") ? path : join(path, "case.json");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (thrown) {
    throw new UsageError(
      `${file}: ${thrown instanceof Error ? thrown.message.replace(/^[A-Z]+: /, "").replace(/, .*$/, "") : "unreadable"}`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw new UsageError(`${file}: not JSON: ${thrown instanceof Error ? thrown.message : ""}`);
  }
  if (!isCase(value))
    throw new UsageError(`${file}: not a case: "format" must be "oci-conform/runtime-case@1", with "containers" and "steps"`);
  return value;
}

const isCase = (value: unknown): value is RuntimeCase =>
  typeof value === "object" &&
  value !== null &&
  "format" in value &&
  value.format === "oci-conform/runtime-case@1" &&
  "containers" in value &&
  Array.isArray(value.containers) &&
  "steps" in value &&
  Array.isArray(value.steps);

/** The cases stored under a directory, by name; none when there is no such directory. Unreadable ones are left out. */
export function storedCases(root: string): readonly RuntimeCase[] {
  let names: string[];
  try {
    names = readdirSync(root).filter((name) => !name.endsWith(".tmp"));
  } catch {
    return [];
  }
  return names.sort().flatMap((name) => {
    try {
      return [readCase(join(root, name))];
    } catch {
      return [];
    }
  });
}
