import type { RequirementResult, Results } from "../../../reports/results/results.js";
import { broken, every, failed, NASTY, nasty, ours, passed, resultsOf, skipped, stopped, unexercised, warned } from "../fixture.js";

export const expectedFailure: RequirementResult = {
  ...failed,
  id: "runtime.process.expected",
  title: "What is known to fail.",
  expected: { reason: "the kernel is too old", issue: "https://example.org/issues/7" },
};
export const optional: RequirementResult = { ...failed, id: "runtime.hooks.optional", level: "MAY" };
export const flaky: RequirementResult = {
  ...failed,
  id: "runtime.hooks.flaky",
  finding: { ...(failed.finding ?? { expected: 1, actual: 2, case: "", replay: "" }), confirmed: { failed: 2, runs: 6 }, flaky: 1 / 3 },
};
/** A finding of the kind that images have: no config, no directory, and places. */
export const placed: RequirementResult = {
  ...failed,
  id: "runtime.hooks.placed",
  failures: 7,
  exercised: 9,
  finding: {
    expected: "each path once",
    actual: "the path again",
    case: "./layout",
    replay: "oci-conform image ./layout",
    places: ["/config/digest (byte 12)", "/layers/0 (byte 48)"],
  },
};
const optionalPass: RequirementResult = { ...passed, id: "runtime.user.umask", level: "SHOULD", title: "The program has the umask." };

/** Results of a target of that name. */
export const named = (name: string, requirements: readonly RequirementResult[], more: Partial<Results> = {}): Results => {
  const results = resultsOf(requirements, more);
  return { ...results, target: { ...results.target, name, command: `/usr/bin/${name}`, version: `${name} version 1.0.0` } };
};

/** Every kind of verdict, and all that can be said of a run. */
export const full: Results = named("runc", [...every, expectedFailure, optional, flaky, placed, optionalPass], {
  ...stopped,
  jobs: 2,
  shard: { index: 2, count: 4 },
  complaints: ["a case could not be prepared"],
  baseline: {
    file: "expected.yaml",
    stale: [
      { id: passed.id, line: 12, verdict: "pass", reason: "it passes now" },
      { id: skipped.id, line: 14, verdict: "skip", reason: "no controller: cpu" },
    ],
  },
});

/** A target that is better in one requirement, worse in another, and was not asked all. */
export const other: Results = named("crun", [
  { ...failed, id: passed.id },
  { ...passed, id: failed.id },
  { ...unexercised, id: skipped.id, reason: "no case" },
  ours,
  broken,
  warned,
  optionalPass,
]);

/** A target of which every word is hostile. */
export const hostile: Results = {
  ...resultsOf([nasty, { ...skipped, reason: NASTY }, { ...expectedFailure, expected: { reason: NASTY, issue: "javascript:alert(1)" } }], {
    complaints: [NASTY],
    baseline: { file: NASTY, stale: [{ id: "runtime.process.cwd", line: 1, verdict: "error", reason: NASTY }] },
  }),
  target: { name: NASTY, command: NASTY, version: NASTY, spec: NASTY, specReason: NASTY, declaredSpec: NASTY, choices: NASTY },
  host: { kernel: NASTY, arch: NASTY, cgroup: NASTY, cgroupReason: NASTY, root: false },
};

/** A run as large as they come: 480 requirements of which 60 fail, with long configs, words and output. */
export function large(name: string): Results {
  const config = {
    ociVersion: "1.2.0",
    annotations: Object.fromEntries(Array.from({ length: 450 }, (_, at) => [`org.example.${at}`, `the value of the annotation ${at}`])),
  };
  const requirements = Array.from({ length: 480 }, (_, at): RequirementResult => {
    const id = `runtime.area-${Math.floor(at / 12)}.a-requirement-with-a-name-${at}`;
    const common = { ...passed, id, title: `What requirement ${at} says of runtimes, in the number of words that such a sentence has.` };
    const section = `https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#section-${at}`;
    if (at % 8 !== 0)
      return at % 4 === 1 ? { ...common, section, verdict: "skip", exercised: 0, reason: "the host lacks it" } : { ...common, section };
    const output = `${name}: something was not found\n`.repeat(20);
    const directory = `.oci-conform/failures/${name}-${id}`;
    const replay = `oci-conform replay ${directory} --bin '${name}'`;
    const finding = { ...failed.finding, expected: { a: at }, actual: { a: name }, case: "a case", config, output, directory, replay };
    return { ...common, section, verdict: "fail", failures: 2, finding };
  });
  return named(name, requirements);
}
