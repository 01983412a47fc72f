import t from "tap";

import type { Ran } from "../../../runners/runtime/observation.js";
import printedFeatures from "../../../suites/runtime/features/features.js";
import recognizedFeatures from "../../../suites/runtime/features/recognized.js";
import { judge } from "../../../suites/runtime/judge.js";
import validValues from "../../../suites/runtime/valid-values.js";
import { type Both, judgesBothWays } from "./both.js";
import { type Canned, caseViewOf, configOf, factsOf, faulty, joined, ran, verdictBy } from "./fixture.js";

const features = joined(printedFeatures, recognizedFeatures);

const aimed = (id: string, create: Ran): Canned => {
  const canned = faulty(configOf(), create);
  const start = [
    { op: "start", container: 0 },
    { op: "start", ran: ran() },
  ] as const;
  return {
    ...canned,
    case: { control: configOf(), aims: [id] },
    steps: [...(canned.steps ?? []), ...(create.exit.kind === "exited" && create.exit.code === 0 ? [start] : [])],
  };
};
const refused = (id: string): Both => [id, aimed(id, ran(1)), aimed(id, ran(0))];
const runs = (id: string, canned: Canned = {}): Both => {
  const own = { aims: [id], ...canned.case };
  return [id, { ...canned, case: own }, { ...canned, case: own, create: ran(1), inside: null }];
};
const left = { processes: [], mounts: [], cgroups: ["/sys/fs/cgroup/memory/x"], interfaces: [], devices: [], stillKnown: [] };
const known = aimed("runtime.create.cannot-apply-no-container", ran(1));

const ROWS: readonly Both[] = [
  ...[
    "runtime.oci-version.semver",
    "runtime.oci-version.required",
    "runtime.root.required",
    "runtime.root.path-required",
    "runtime.root.path-must-exist",
    "runtime.process.cwd-absolute",
    "runtime.process.cwd-required",
    "runtime.process.args-required",
    "runtime.process.rlimits-unknown-type-error",
    "runtime.process.rlimits-duplicate-error",
    "runtime.personality.domain-unknown-error",
    "runtime.memory-policy.mode-unknown-error",
    "runtime.annotations.map-of-strings",
    "runtime.annotations.key-not-empty",
    "runtime.valid-values.invalid-refused",
    "runtime.create.cannot-apply-error",
    "runtime.valid-values.wrong-type-refused",
    "runtime.valid-values.malformed-json-refused",
    "runtime.lifecycle.environment-impossible-error",
    "runtime.bundle.config-json-at-root",
  ].map(refused),
  runs("runtime.oci-version.compatible-within-major"),
  runs("runtime.annotations.unknown-key-ignored", { config: configOf({ annotations: { "com.example.key": "value" } }) }),
  runs("runtime.annotations.empty-value", { config: configOf({ annotations: { "com.example.key": "" } }) }),
  runs("runtime.extensibility.unknown-property-ignored", {
    case: { control: configOf(), aims: ["runtime.extensibility.unknown-property-ignored"] },
  }),
  [
    "runtime.create.cannot-apply-no-container",
    known,
    {
      ...known,
      steps: (known.steps ?? []).map(([step, result]) =>
        step.op === "state" ? ([step, { op: "state", ran: ran(0), state: {} }] as const) : ([step, result] as const),
      ),
    },
  ],
  [
    "runtime.errors.environment-as-before",
    aimed("runtime.errors.environment-as-before", ran(1)),
    { ...aimed("runtime.errors.environment-as-before", ran(1)), observation: { leftovers: left } },
  ],
];

t.test("valid values", async (t) => judgesBothWays(t, validValues, ROWS));

t.test("a fault whose control was refused says nothing", async (t) => {
  const canned = aimed("runtime.oci-version.semver", ran(1));
  t.equal(verdictBy(validValues, "runtime.oci-version.semver", { ...canned, observation: { control: false } }), "skip");
});

const GOOD = {
  ociVersionMin: "1.0.0",
  ociVersionMax: "1.3.0",
  hooks: ["prestart"],
  mountOptions: ["ro"],
  annotations: { "com.example.key": "value" },
};
const printed = (parts: object): Canned => ({
  steps: [
    [
      { op: "raw", args: ["features"] },
      { op: "raw", ran: ran(0, JSON.stringify({ ...GOOD, ...parts })) },
    ],
  ],
});
const print = (id: string, bad: object): Both => [id, printed({}), printed(bad)];

t.test("features", async (t) => {
  const PRINTED: readonly Both[] = [
    print("runtime.features.schema", { hooks: "prestart" }),
    print("runtime.features.oci-version-order", { ociVersionMax: "0.9.0" }),
    print("runtime.features.known-properties-only", { unheardOf: true }),
    print("runtime.features.annotations-form", { annotations: { "": "value" } }),
    print("runtime.features.mount-options-no-data", { mountOptions: ["ro", "size"] }),
  ];
  const own = new Set(PRINTED.map(([id]) => id));
  judgesBothWays(t, { ...features, checks: features.checks.filter(({ id }) => own.has(id)) }, PRINTED);

  // Whatever else the features list is used in a config: it passes when that runs, and a refusal fails the case's aim.
  for (const { id } of features.checks.filter((check) => !own.has(check.id) && check.id !== "runtime.features.hooks")) {
    const verdict = (canned: Canned) => {
      const view = caseViewOf({ ...canned, case: { aims: [id] } });
      return judge(features.checks, view.testCase, view.observation, factsOf()).get(id)?.verdict;
    };
    t.equal(verdict({}), "pass", id);
    t.equal(verdict({ create: ran(1), inside: null }), "fail", id);
  }
  const hooked = {
    config: configOf({ hooks: { prestart: [{ path: "/a", args: ["agent", "hook", "--name", "prestart-0"] }] } }),
    case: { aims: ["runtime.features.hooks"] },
  };
  t.equal(verdictBy(features, "runtime.features.hooks", hooked), "fail");
});
