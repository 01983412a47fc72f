import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";

import { minimalCase } from "../../../generators/runtime/base.js";
import type { RuntimeCase } from "../../../runners/runtime/case.js";
import type { Observation } from "../../../runners/runtime/observation.js";
import { readCase, type StoredCase, store, storedCases } from "../../../runners/runtime/store.js";
import { fakeHost } from "./host-fixture.js";

const observation: Observation = {
  format: "oci-conform/runtime-observation@1",
  steps: [],
  containers: [],
  seccomp: [],
  leftovers: { processes: [], mounts: [], cgroups: [], interfaces: [], devices: [], stillKnown: [] },
  control: null,
};

const storing = (subject: RuntimeCase): StoredCase => ({
  case: subject,
  observation,
  setting: {
    host: fakeHost(),
    target: { name: "x", argv: ["/x"], version: "", release: "1.0.0", releaseReason: "", features: null },
  },
  reproduce: { title: "title", requirement: "requirement", expected: "e", driver: { argv: ["/x"], timeoutMs: 1 }, view: "none" },
});

const titled = (title: string): RuntimeCase => ({ ...minimalCase("1.0.0"), title });
const json = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));

t.test("a stored case is a whole directory, made even where its parents are missing", async (t) => {
  const root = join(t.testdir(), "deep", "failures");
  const stored = storing(titled("one"));
  const directory = store(root, "x-runtime.a", stored);
  t.equal(directory, join(root, "x-runtime.a"));
  t.same(readdirSync(directory).sort(), ["case.json", "config.json", "observation.json", "reproduce.sh", "setting.json"]);
  t.same(json(join(directory, "case.json")), stored.case);
  t.same(json(join(directory, "observation.json")), observation);
  t.same(json(join(directory, "setting.json")), stored.setting);
  t.same(json(join(directory, "config.json")), stored.case.containers[0]?.config);
  t.ok(statSync(join(directory, "reproduce.sh")).mode & 0o100, "the script can be executed");
  t.same(readdirSync(root), ["x-runtime.a"], "no temporary directory remains");
});

t.test("storing again replaces the directory as a whole", async (t) => {
  const root = t.testdir({ a: { "stray.txt": "x" } });
  store(root, "a", storing(titled("first")));
  const directory = store(root, "a", storing(titled("second")));
  t.equal(readCase(directory).title, "second");
  t.notOk(existsSync(join(directory, "stray.txt")));
  t.same(readdirSync(root), ["a"]);
});

t.test("config.json is what the container got: raw text as it is, none where there was none", async (t) => {
  const root = t.testdir();
  const withText = (configText: string | null): RuntimeCase => {
    const subject = minimalCase("1.0.0");
    return { ...subject, containers: subject.containers.map((container) => ({ ...container, configText })) };
  };
  t.equal(readFileSync(join(store(root, "text", storing(withText("{"))), "config.json"), "utf8"), "{");
  t.notOk(existsSync(join(store(root, "none", storing(withText(null))), "config.json")));
});

t.test("a case is read from its directory or its file", async (t) => {
  const directory = store(t.testdir(), "a", storing(titled("one")));
  t.same(readCase(directory), titled("one"));
  t.same(readCase(join(directory, "case.json")), titled("one"));
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
    t.throws(() => readCase(join(root, name)), { name: "UsageError", message }, name);
    try {
      readCase(join(root, name));
    } catch (thrown) {
      t.notMatch(String(thrown), /\n/, "one line");
    }
  };
  refused("broken.json", /broken\.json: not JSON/);
  refused("other.json", /other\.json: it is not a case of the runtime suite/);
  refused("null.json", /null\.json: it is not a case of the runtime suite/);
  refused("half.json", /half\.json: "title" is missing/);
  refused("missing.json", /missing\.json: no such file/);
  refused("directory", /directory\/case\.json: no such file/);
});

t.test("stored cases come by name; unreadable and unfinished ones are left out", async (t) => {
  const root = t.testdir({ junk: { "case.json": "{" }, "file.txt": "" });
  store(root, "b", storing(titled("b")));
  store(root, "a", storing(titled("a")));
  mkdirSync(join(root, "c.1.tmp"));
  writeFileSync(join(root, "c.1.tmp", "case.json"), JSON.stringify(titled("c")));
  t.same(
    storedCases(root).map(({ title }) => title),
    ["a", "b"],
  );
  t.same(storedCases(join(root, "nowhere")), []);
});
