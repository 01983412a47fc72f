import t from "tap";
import { caseOf, get } from "../../../generators/registry/steps.js";
import { FAULTS } from "../../../reference-registry/faults/index.js";
import type { RegistryObservation } from "../../../runners/registry/observation.js";
import { loadCatalogue } from "../../../spec/catalogue.js";
import { checks, examples } from "../../../suites/registry/index.js";
import { judge } from "../../../suites/registry/judge.js";

const catalogue = await loadCatalogue("distribution");
const judged = new Set(checks.map(({ id }) => id));
const aimedAt = new Set(examples.flatMap(({ aims }) => aims));
const testable = [...catalogue]
  .filter((each) => each.testable === true && each.level !== "MAY" && each.binds !== "client")
  .map(({ id }) => id);

t.test("checks, examples and the law belong together", async (t) => {
  t.same(
    [...judged].filter((id) => !testable.includes(id)),
    [],
    "each check judges a statement that can be judged",
  );
  t.same(
    testable.filter((id) => !judged.has(id)),
    [],
    "each testable statement has a check",
  );
  t.same(
    [...aimedAt].filter((id) => !judged.has(id)),
    [],
    "each example is aimed at what has a check",
  );
  t.same(
    testable.filter((id) => !aimedAt.has(id)),
    [],
    "each testable statement has an example",
  );
});

/** What no fault of the bundled registry breaks, and why. */
const WITHOUT_FAULT: Readonly<Record<string, string>> = {
  "registry.manifest.get-digest-header-recommended": "the fault is that of the MUST which it became",
  "registry.blob.get-digest-header-recommended": "the fault is that of the MUST which it became",
  "registry.manifest.head-digest-header-recommended": "the fault is that of the MUST which it became",
  "registry.blob.head-digest-header-recommended": "the fault is that of the MUST which it became",
  "registry.manifest.head-content-length-recommended": "the fault is that of the MUST which it became",
  "registry.blob.head-content-length-recommended": "the fault is that of the MUST which it became",
  "robustness.registry.list-behind": "a choice shows it: lists that lag",
};

t.test("each check has a seeded fault that breaks its statement, or the reason why there is none", async (t) => {
  const broken = new Set(FAULTS.map(({ requirement }) => requirement));
  t.same([...judged].filter((id) => !broken.has(id)).sort(), Object.keys(WITHOUT_FAULT).sort());
});

t.test("each check that does not apply says why", async (t) => {
  const observation: RegistryObservation = {
    format: "oci-conform/registry-observation@1",
    exchanges: [
      {
        phase: "steps",
        client: 0,
        step: 0,
        uses: [],
        request: { method: "GET", url: "http://registry.test/other", headers: {}, body: null },
        response: { status: 200, headers: [], body: { size: 0, sha256: "", sha512: "", text: "" } },
        begunMs: 0,
        endedMs: 1,
      },
    ],
    untaken: [],
    contents: {},
    repositories: {},
  };
  const facts = { release: "head", choices: { push: true }, apis: [], ours: false } as const;
  const outcomes = judge(checks, caseOf("a request for nothing that the spec knows", {}, [get("/other")]), observation, facts);
  t.ok(outcomes.size < 20, "most do not apply");
  t.same(
    [...judged].filter((id) => !outcomes.has(id) && outcomes.notApplicable(id) === undefined),
    [],
  );
  t.equal(outcomes.notApplicable("registry.tags.list-ok"), "no request for a list of tags was answered");
});
