import t from "tap";
import { runtimeFiles } from "../../../../cli/commands/runtime/files.js";
import { minimalCase } from "../../../../generators/runtime/base.js";
import type { RuntimeCase } from "../../../../runners/runtime/case.js";
import { loadCatalogue } from "../../../../spec/catalogue.js";

const requirement = (await loadCatalogue("runtime")).get("runtime.process.cwd");

t.test("config.json is what the container got: raw text as it is, none where there was none", async (t) => {
  if (!requirement) throw new TypeError("the requirement is in the catalogue");
  const filesOf = (configText: string | null | undefined) => {
    const minimal = minimalCase("1.0.0");
    const containers = minimal.containers.map((container) => (configText === undefined ? container : { ...container, configText }));
    const testCase: RuntimeCase = { ...minimal, title: "a title", containers };
    const outcome = { verdict: "fail", expected: "e", actual: "a" } as const;
    return runtimeFiles({ requirement, section: "https://example.org/#part", testCase, outcome }, { argv: ["/x"], timeoutMs: 1 }, "none");
  };
  t.match(filesOf(undefined)["config.json"], /"ociVersion": "1\.0\.0"/);
  t.equal(filesOf("{")["config.json"], "{");
  t.same(Object.keys(filesOf(null)), ["reproduce.sh"]);
  t.match(
    filesOf(null)["reproduce.sh"],
    /^# runtime\.process\.cwd: a title$[\s\S]*^# https:\/\/example\.org\/#part$[\s\S]*^# Expected: e$/m,
  );
});
