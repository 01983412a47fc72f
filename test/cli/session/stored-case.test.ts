import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { caseFile, readJson, storedCases, storeFiles } from "../../../cli/session/stored-case.js";
import { minimalCase } from "../../../generators/runtime/base.js";
import { parseStored } from "../../../runners/stored-format.js";
import { runtimeSuite } from "../../../suites/runtime/index.js";

const titled = (title: string) => ({ "case.json": { ...minimalCase("1.0.0"), title } });
const text = (...path: string[]): string => readFileSync(join(...path), "utf8");

t.test("a stored case is a whole directory, made even where its parents are missing", async (t) => {
  const root = join(t.testdir(), "deep", "failures");
  const files = { ...titled("one"), "config.json": "{", "reproduce.sh": "#!/bin/sh\n", layout: (path: string) => mkdirSync(path) };
  const directory = storeFiles(root, "x-runtime.a", files);
  t.equal(directory, join(root, "x-runtime.a"));
  t.same(readdirSync(directory).sort(), ["case.json", "config.json", "layout", "reproduce.sh"]);
  t.same(JSON.parse(text(directory, "case.json")), files["case.json"]);
  t.equal(text(directory, "config.json"), "{", "text as it is");
  t.ok(statSync(join(directory, "reproduce.sh")).mode & 0o100, "the script can be executed");
  t.same(readdirSync(root), ["x-runtime.a"], "no temporary directory remains");
});

t.test("storing again replaces the directory as a whole", async (t) => {
  const root = t.testdir({ a: { "stray.txt": "x" } });
  storeFiles(root, "a", titled("first"));
  const directory = storeFiles(root, "a", titled("second"));
  t.match(text(directory, "case.json"), '"second"');
  t.notOk(existsSync(join(directory, "stray.txt")));
  t.same(readdirSync(root), ["a"]);
});

t.test("what is no case is refused with its path and what is wrong", async (t) => {
  const root = t.testdir({
    "broken.json": "{",
    "other.json": '{"format":"something"}',
    "null.json": "null",
    "half.json": '{"format":"oci-conform/runtime-case@1","containers":[]}',
    directory: {},
  });
  const refused = (name: string, message: RegExp): void => {
    const file = caseFile(join(root, name));
    try {
      parseStored(file, readJson(file), runtimeSuite.formats.case);
      t.fail(`${name} is taken`);
    } catch (thrown) {
      t.match(thrown, { name: "UsageError", message }, name);
      t.notMatch(String(thrown), /\n/, "one line");
    }
  };
  refused("broken.json", /broken\.json: not JSON/);
  refused("other.json", /other\.json: it is not a case of the runtime suite/);
  refused("null.json", /null\.json: it is not a case of the runtime suite/);
  refused("half.json", /half\.json: "title" is missing/);
  refused("missing.json", /missing\.json: cannot be read: no such file/);
  refused("directory", /directory\/case\.json: cannot be read: no such file/);
});

t.test("stored cases come by name; unreadable and unfinished ones, and those of others, are left out", async (t) => {
  const root = t.testdir({ junk: { "case.json": "{" }, other: { "case.json": '{"format":"oci-conform/image-case@1"}' }, "file.txt": "" });
  storeFiles(root, "b", titled("b"));
  storeFiles(root, "a", titled("a"));
  mkdirSync(join(root, "c.1.tmp"));
  writeFileSync(join(root, "c.1.tmp", "case.json"), JSON.stringify(titled("c")["case.json"]));
  t.same(
    storedCases(root, runtimeSuite).map(({ title }) => title),
    ["a", "b"],
  );
  t.same(storedCases(join(root, "nowhere"), runtimeSuite), []);
});
