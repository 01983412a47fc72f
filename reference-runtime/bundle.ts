/*
 * A step of the build: makes one script of `front.ts` and all that it imports, the config's validator included, and keeps the code that V8
 * compiled while it lowered a config. `front-main.cts` loads the two.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";
import { build } from "esbuild";
import { defaultConfig } from "./spec.js";

const directory = fileURLToPath(new URL(".", import.meta.url));
const output = join(directory, "front.bundle.js");

const ENTRY = `
import { provide } from "../spec/validate.js";
import config from "../spec/schemas/config.validator.cjs";
provide("config", config);
export { answer } from "./front.js";
`;

await build({
  stdin: { contents: ENTRY, resolveDir: directory },
  outfile: output,
  bundle: true,
  platform: "node",
  format: "iife",
  globalName: "front",
  charset: "ascii",
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: "error",
  define: { "import.meta.url": "__url" },
  banner: { js: '(function(require,__dirname){var __url="file://"+__dirname+"/";' },
  footer: { js: "return front})" },
});

type Front = (require: NodeJS.Require, directory: string) => { readonly answer: (args: readonly string[]) => string };

/** Runs the script once, so that V8 compiles what lowering a config needs, and keeps the outcome. */
function keepCode(): void {
  const script = new Script(readFileSync(output, "latin1"), { filename: output });
  const bundle = mkdtempSync(join(tmpdir(), "oci-ref-"));
  try {
    writeFileSync(join(bundle, "config.json"), JSON.stringify(defaultConfig()));
    (script.runInThisContext() as Front)(createRequire(import.meta.url), directory).answer(["lower", bundle, "bundle"]);
    writeFileSync(`${output}.cache`, script.createCachedData());
  } finally {
    rmSync(bundle, { recursive: true });
  }
}

if (process.platform === "linux") keepCode();
