import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeDirectory } from "../../files/directory.js";
import type { StoredFacts } from "../../runners/stored-facts.js";
import { parseStored, type StoredFormat } from "../../runners/stored-format.js";
import { UsageError } from "../../spec/errors.js";
import type { AnyCase } from "../../suites/suite.js";

/** The files of a case as it is kept. */
export const CASE = "case.json";
export const OBSERVATION = "observation.json";
/** What was known of target and host, and the options that reach the target again. */
export const FACTS = "facts.json";
/** What older versions kept in its place: the facts alone. */
const OLD_FACTS = "setting.json";

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/**
 * The files of a kept case: objects become JSON, texts stay, those that end in `.sh` can be executed; a function is given the path, and
 * makes what it likes there.
 */
export type CaseFiles = Readonly<Record<string, unknown>>;

const makes = (content: unknown): content is (path: string) => void => typeof content === "function";

/** Writes a case's directory whole or not at all. Returns its path. @throws UsageError when that fails. */
export function storeFiles(root: string, name: string, files: CaseFiles): string {
  const directory = join(root, name);
  writeDirectory(directory, (temporary) => {
    for (const [file, content] of Object.entries(files)) {
      const path = join(temporary, file);
      if (makes(content)) content(path);
      else writeFileSync(path, typeof content === "string" ? content : json(content), { mode: file.endsWith(".sh") ? 0o755 : 0o644 });
    }
  });
  return directory;
}

/** The value of a JSON file. @throws UsageError with the path and what is wrong */
export function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message.replace(/^[A-Z]+: /, "").replace(/, .*$/, "") : "";
    throw new UsageError(`${file}: cannot be read: ${why}`);
  }
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new UsageError(`${file}: not JSON: ${thrown instanceof Error ? thrown.message : ""}`);
  }
}

/** The file of a case: in a stored directory, or named itself. */
export const caseFile = (path: string): string => (path.endsWith(".json") ? path : join(path, CASE));

/** The facts beside a file; undefined when there are none. @throws UsageError with the path and what is wrong */
export function factsBeside<Facts>(file: string, format: StoredFormat<StoredFacts<Facts>>): StoredFacts<Facts> | undefined {
  const facts = join(dirname(file), FACTS);
  if (existsSync(facts)) return parseStored(facts, readJson(facts), format);
  const old = join(dirname(file), OLD_FACTS);
  return existsSync(old) ? parseStored(old, { format: format.name, options: {}, facts: readJson(old) }, format) : undefined;
}

/** The cases of a suite that are stored under a directory, by name. What cannot be read, or is another suite's, is left out. */
export function storedCases<Case extends AnyCase>(
  root: string,
  { formats }: { readonly formats: { readonly case: StoredFormat<Case> } },
): readonly Case[] {
  let names: string[];
  try {
    names = readdirSync(root).filter((name) => !name.endsWith(".tmp"));
  } catch {
    return [];
  }
  return names.sort().flatMap((name) => {
    try {
      return [parseStored(name, readJson(join(root, name, CASE)), formats.case)];
    } catch {
      return [];
    }
  });
}
