/*
 * What the core starts where its own engine is missing or failed. Loading dozens of modules and compiling the config's validator takes longer
 * than Node's own start, so the front is one script, made by the build, with V8's compiled code beside it. A cache of another Node is ignored
 * by V8, and costs only time. The build bundles this file too, to front-main.cjs.
 *
 * Standard output gets the answer, or with exit code 1 what is wrong with what the user gave.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Script } from "node:vm";
import type { answer } from "./front.js";
import { nodeSystem } from "./node-system.js";

const path = join(__dirname, "front.bundle.js");
const cache = `${path}.cache`;

const script = new Script(readFileSync(path, "latin1"), {
  filename: path,
  ...(existsSync(cache) ? { cachedData: readFileSync(cache) } : {}),
});
const front = script.runInThisContext() as { readonly answer: typeof answer };

try {
  writeFileSync(1, front.answer(nodeSystem, process.argv.slice(2)));
} catch (thrown) {
  writeFileSync(1, thrown instanceof Error ? thrown.message : String(thrown));
  process.exitCode = 1;
}
