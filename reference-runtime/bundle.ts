/*
 * A step of the build: makes one script of `front.ts` and all that it imports, the config's validator included, for the core's own engine and
 * for Node; for Node also `front-main.ts` as one file, and the code that V8 compiled while it lowered a config.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";
import { type BuildOptions, build, type Plugin } from "esbuild";
import type { answer } from "./front.js";
import { nodeSystem } from "./node-system.js";
import { defaultConfig } from "./spec.js";

const directory = fileURLToPath(new URL(".", import.meta.url));
const output = join(directory, "front.bundle.js");

const ENTRY = `
import { provide } from "../spec/validate.js";
import config from "../spec/schemas/config.validator.cjs";
provide("config", config);
export { answer } from "./front.js";
`;

/** The validator comes along, so what would load it from its file finds nothing of Node; to anything else Node's modules are an error. */
const withoutNode: Plugin = {
  name: "without-node",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, importer }) =>
      /spec\/(validate|schemas)\.js$/.test(importer) ? { path, namespace: "absent", sideEffects: false } : undefined,
    );
    onLoad({ filter: /^/, namespace: "absent" }, () => ({ contents: "exports.createRequire = () => undefined;" }));
  },
};

const common = { bundle: true, charset: "ascii", minifySyntax: true, minifyWhitespace: true, logLevel: "error" } satisfies BuildOptions;

await build({
  ...common,
  stdin: { contents: ENTRY, resolveDir: directory },
  outfile: output,
  platform: "neutral",
  format: "iife",
  globalName: "front",
  define: { "import.meta.url": '""' },
  plugins: [withoutNode],
  // The script's value is the front.
  footer: { js: "front" },
});

await build({
  ...common,
  entryPoints: [join(directory, "front-main.js")],
  outfile: join(directory, "front-main.cjs"),
  platform: "node",
  format: "cjs",
});

/** Runs the script once, so that V8 compiles what lowering a config needs, and keeps the outcome. */
function keepCode(): void {
  const script = new Script(readFileSync(output, "latin1"), { filename: output });
  const bundle = mkdtempSync(join(tmpdir(), "oci-ref-"));
  try {
    writeFileSync(join(bundle, "config.json"), JSON.stringify(defaultConfig()));
    const front = script.runInThisContext() as { readonly answer: typeof answer };
    front.answer(nodeSystem, ["lower", bundle, "bundle"]);
    writeFileSync(`${output}.cache`, script.createCachedData());
  } finally {
    rmSync(bundle, { recursive: true });
  }
}

if (process.platform === "linux") keepCode();
