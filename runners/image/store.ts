import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../errors.js";
import { quote } from "../runtime/reproduce.js";
import type { ImageCase } from "./case.js";
import type { ImageObservation } from "./observation.js";
import { type Limits, program } from "./script.js";
import type { Tool } from "./tools/tool.js";

/** A failing case as it is kept: enough to run it again with the harness, and without. */
export interface StoredImage {
  readonly case: ImageCase;
  readonly observation: ImageObservation;
  readonly tool: Tool;
  readonly limits: Limits;
  /** Writes the layout into a directory. */
  readonly write: (directory: string) => void;
  /** What the script begins with: the requirement, and what was expected. */
  readonly words: readonly string[];
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** A shell script that does with the stored layout what the harness did. */
function reproduceScript({ tool, limits, words }: StoredImage): string {
  const comments = words.flatMap((text) => text.split("\n")).map((line) => `# ${line}`.trimEnd());
  return `#!/bin/sh
${comments.join("\n")}
#
# AGENT is oci-conform's agent (build/agent). Everything happens in a sandbox: private namespaces, the host read-only, what
# is written in memory alone. Printed are the tool's words and the trees that came of it, with names in hexadecimal.
AGENT=\${AGENT:-$(command -v agent)}
[ -x "$AGENT" ] || { echo "set AGENT to oci-conform's agent (build/agent)" >&2; exit 64; }
STORED=$(readlink -f "$(dirname "$0")")/layout
export STORED
printf '' | "$AGENT" sandbox --cgroup none -- sh -c ${quote(program(tool, '"$STORED"', limits))}
`;
}

/** Writes a case's directory under a temporary name and renames it into place. Returns its path. */
export function storeImage(root: string, name: string, stored: StoredImage): string {
  const directory = join(root, name);
  const temporary = `${directory}.${process.pid}.tmp`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  writeFileSync(join(temporary, "case.json"), json(stored.case));
  writeFileSync(join(temporary, "observation.json"), json(stored.observation));
  writeFileSync(join(temporary, "reproduce.sh"), reproduceScript(stored), { mode: 0o755 });
  stored.write(join(temporary, "layout"));
  rmSync(directory, { recursive: true, force: true });
  renameSync(temporary, directory);
  return directory;
}

const isImageCase = (value: unknown): value is ImageCase =>
  typeof value === "object" &&
  value !== null &&
  "format" in value &&
  value.format === "oci-conform/image-case@1" &&
  "layers" in value &&
  Array.isArray(value.layers);

/** Reads case.json of a stored directory, or a case file itself. @throws UsageError with the path and what is wrong. */
export function readImageCase(path: string): ImageCase {
  const file = path.endsWith(".json") ? path : join(path, "case.json");
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (thrown) {
    throw new UsageError(`${file}: ${thrown instanceof SyntaxError ? "not JSON" : "cannot be read"}`);
  }
  if (!isImageCase(value)) throw new UsageError(`${file}: not a case: "format" must be "oci-conform/image-case@1", with "layers"`);
  return value;
}

/** The cases stored under a directory, by name; those of other specs are left out. */
export function storedImages(root: string): readonly ImageCase[] {
  let names: string[];
  try {
    names = readdirSync(root).filter((name) => !name.endsWith(".tmp"));
  } catch {
    return [];
  }
  return names.sort().flatMap((name) => {
    try {
      return [readImageCase(join(root, name))];
    } catch {
      return [];
    }
  });
}
