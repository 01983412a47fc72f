import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { checkDirectory, makeDirectory, writeDirectory } from "../../files/directory.js";

t.test("a directory is made with those above it, or was there", async (t) => {
  const directory = t.testdir({ file: "", real: {} });
  symlinkSync("real", join(directory, "link"));
  symlinkSync("none", join(directory, "astray"));
  for (const name of ["a/b/c", "real", "link", "link/below"]) {
    checkDirectory(join(directory, name), "--out x");
    makeDirectory(join(directory, name), "--out x");
    t.ok(existsSync(join(directory, name)), name);
  }
  t.ok(lstatSync(join(directory, "link")).isSymbolicLink());
  for (const name of ["file", "file/below", "astray"]) {
    const wanted = { name: "UsageError", message: /^--out x: / };
    t.throws(() => checkDirectory(join(directory, name), "--out x"), wanted, name);
    t.throws(() => makeDirectory(join(directory, name), "--out x"), wanted, name);
  }
  for (const name of ["/dev/null", "/dev/null/below", "/proc/none/below"])
    t.throws(() => makeDirectory(name, "--out x"), { name: "UsageError" }, name);
});

t.test("a directory is written whole or not at all, where a link leads to", async (t) => {
  const directory = t.testdir({ elsewhere: { old: "x" }, file: "x" });
  symlinkSync("elsewhere", join(directory, "link"));
  writeDirectory(join(directory, "link"), (place) => writeFileSync(join(place, "new"), "text"));
  t.strictSame(readdirSync(join(directory, "elsewhere")), ["new"]);
  t.ok(lstatSync(join(directory, "link")).isSymbolicLink());
  writeDirectory(join(directory, "above", "one"), (place) => mkdirSync(join(place, "in")));
  t.strictSame(readdirSync(join(directory, "above")), ["one"]);
  const fails = (): never => {
    throw Object.assign(new Error("full"), { code: "ENOSPC" });
  };
  t.throws(() => writeDirectory(join(directory, "link"), fails), { name: "UsageError", message: /cannot be written \(ENOSPC\)/ });
  t.strictSame(readdirSync(join(directory, "elsewhere")), ["new"]);
  t.throws(() => writeDirectory(join(directory, "file"), () => undefined), { name: "UsageError", message: /is no directory/ });
  t.equal(readFileSync(join(directory, "file"), "utf8"), "x");
  t.strictSame(readdirSync(directory).sort(), ["above", "elsewhere", "file", "link"]);
});
