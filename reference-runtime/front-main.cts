/*
 * What the core starts. Loading dozens of modules and compiling the config's validator takes longer than Node's own start, so all of it is
 * one script here, made by the build, with V8's compiled code beside it. A cache of another Node is ignored by V8, and costs only time.
 */
const fs = require("node:fs") as typeof import("node:fs");
const path = require("node:path") as typeof import("node:path");
const { Script } = require("node:vm") as typeof import("node:vm");

type Front = { readonly answer: (args: readonly string[]) => string };

const bundle = path.join(__dirname, "front.bundle.js");
const cache = `${bundle}.cache`;

const script = new Script(fs.readFileSync(bundle, "latin1"), {
  filename: bundle,
  ...(fs.existsSync(cache) ? { cachedData: fs.readFileSync(cache) } : {}),
});
const front = script.runInThisContext()(require, __dirname) as Front;

try {
  fs.writeFileSync(1, front.answer(process.argv.slice(2)));
} catch (thrown) {
  fs.writeFileSync(2, `${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 1;
}
