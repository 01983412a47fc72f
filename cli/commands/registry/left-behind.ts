import { join } from "node:path";
import { makeDirectory } from "../../../files/directory.js";
import { writeWhole } from "../../../files/write.js";

/** How many lines of what was left behind are shown. */
const MAX_SHOWN = 10;

/** Says what was pushed and could not be deleted, a line each; all of it is in a file below `out`. */
export async function tellLeft(left: readonly string[], out: string): Promise<void> {
  if (left.length === 0) return;
  const file = join(out, "left-behind.txt");
  makeDirectory(out, "--out");
  await writeWhole(file, `${left.join("\n")}\n`);
  const more = left.length > MAX_SHOWN ? `\n  and ${left.length - MAX_SHOWN} more, in ${file}` : "";
  process.stderr.write(`oci-conform: pushed, and not deleted:\n  ${left.slice(0, MAX_SHOWN).join("\n  ")}${more}\n`);
}
