import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeDirectory } from "../files/directory.js";
import { UsageError } from "../spec/errors.js";

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** The files of a kept case: objects become JSON, texts stay; those that end in `.sh` can be executed. */
export type CaseFiles = Readonly<Record<string, unknown>>;

/** Writes a case's directory, with what else `more` puts there, whole or not at all. Returns its path. @throws UsageError when that fails. */
export function storeFiles(root: string, name: string, files: CaseFiles, more?: (directory: string) => void): string {
  const directory = join(root, name);
  writeDirectory(directory, (temporary) => {
    for (const [file, content] of Object.entries(files)) {
      writeFileSync(join(temporary, file), typeof content === "string" ? content : json(content), {
        mode: file.endsWith(".sh") ? 0o755 : 0o644,
      });
    }
    more?.(temporary);
  });
  return directory;
}

/** The value of case.json in a stored directory, or of a case file itself. @throws UsageError with the path and what is wrong */
export function readCaseJson(path: string): { readonly file: string; readonly value: unknown } {
  const file = path.endsWith(".json") ? path : join(path, "case.json");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (thrown) {
    throw new UsageError(
      `${file}: ${thrown instanceof Error ? thrown.message.replace(/^[A-Z]+: /, "").replace(/, .*$/, "") : "unreadable"}`,
    );
  }
  try {
    return { file, value: JSON.parse(text) };
  } catch (thrown) {
    throw new UsageError(`${file}: not JSON: ${thrown instanceof Error ? thrown.message : ""}`);
  }
}

/** The cases stored under a directory, by name; none when there is no such directory. What `read` throws at is left out. */
export function storedCasesBy<Case>(root: string, read: (path: string) => Case): readonly Case[] {
  let names: string[];
  try {
    names = readdirSync(root).filter((name) => !name.endsWith(".tmp"));
  } catch {
    return [];
  }
  return names.sort().flatMap((name) => {
    try {
      return [read(join(root, name))];
    } catch {
      return [];
    }
  });
}
