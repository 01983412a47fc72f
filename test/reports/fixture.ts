import { Writable } from "node:stream";
import type { Reporter, RunInfo } from "../../reports/reporter.js";
import { type BaselineUse, type RequirementResult, type Results, summarize } from "../../reports/results/results.js";

/** A stream that remembers; a terminal of so many columns when it is told to be one. */
export class Screen extends Writable {
  text = "";
  readonly isTTY?: true;
  readonly columns?: number;

  constructor(columns?: number) {
    super({ decodeStrings: false });
    if (columns === undefined) return;
    this.isTTY = true;
    this.columns = columns;
  }

  override _write(chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    this.text += String(chunk);
    done();
  }
}

/** Text with all that could break a format: quotes, markup, directives, escapes, colours, new lines, what XML forbids. */
export const NASTY =
  'a\\b # SKIP "q" \'s\' <x a="1">&amp;</x> ]]> \u001b[31mred\u0000\u2028\ud800 --- {\n  ...\nnot ok 7 - forged\n1..1\nBail out! {';

const base = {
  section: "https://example.org/spec.md#part",
  title: "What is required.",
  exercised: 3,
  cases: 4,
  failures: 0,
  durationMs: 1500,
};

export const passed: RequirementResult = { ...base, id: "runtime.process.cwd", level: "MUST", verdict: "pass" };
export const failed: RequirementResult = {
  ...base,
  id: "runtime.process.umask",
  level: "MUST",
  verdict: "fail",
  failures: 2,
  finding: {
    expected: 18,
    actual: { umask: 63 },
    note: "asked for 022",
    case: "a umask and nothing else",
    config: { ociVersion: "1.0.0", process: { user: { umask: 18 } } },
    directory: ".oci-conform/failures/runc-umask",
    replay: "oci-conform replay .oci-conform/failures/runc-umask --bin 'runc'",
    confirmed: { failed: 3, runs: 3 },
  },
};
export const warned: RequirementResult = { ...failed, id: "runtime.hooks.warned", level: "SHOULD" };
export const ours: RequirementResult = { ...failed, id: "robustness.hang", level: "ROBUSTNESS", section: "" };
export const skipped: RequirementResult = {
  ...base,
  id: "runtime.cgroups.v2",
  level: "MUST",
  verdict: "skip",
  exercised: 0,
  reason: "no controller: cpu",
};
/** A failure that no run made to confirm it repeated. */
export const unconfirmed: RequirementResult = {
  ...failed,
  id: "runtime.process.seldom",
  verdict: "unconfirmed",
  reason: "failed in 2 of 3 cases, but in none of 3 runs that were to confirm it",
  finding: {
    expected: 18,
    actual: 63,
    case: "a umask and nothing else",
    directory: ".oci-conform/unconfirmed/runc-umask",
    replay: "oci-conform replay .oci-conform/unconfirmed/runc-umask --bin 'runc'",
    confirmed: { failed: 0, runs: 3 },
  },
};
export const unexercised: RequirementResult = {
  ...base,
  id: "runtime.cgroups.rdma",
  level: "SHOULD",
  verdict: "unexercised",
  exercised: 0,
  reason: "no case of this run exercised it",
};
export const broken: RequirementResult = {
  ...base,
  id: "runtime.state.pid",
  level: "MUST",
  verdict: "error",
  exercised: 0,
  reason: "a check threw",
};
export const nasty: RequirementResult = {
  ...failed,
  id: "runtime.mounts.nasty",
  title: NASTY,
  finding: {
    expected: NASTY,
    actual: undefined,
    note: NASTY,
    case: NASTY,
    config: NASTY,
    directory: NASTY,
    replay: NASTY,
    confirmed: { failed: 1, runs: 3 },
    flaky: 1 / 3,
    output: NASTY,
  },
};
export const nastySkip: RequirementResult = { ...skipped, id: "runtime.mounts.skip", reason: NASTY };

/** A failure that the baseline lists. */
export const known: RequirementResult = {
  ...failed,
  id: "runtime.mounts.known",
  expected: { reason: "the kernel lacks it", issue: "https://example.org/issues/7" },
};
export const nastyKnown: RequirementResult = { ...nasty, id: "runtime.mounts.nasty-known", expected: { reason: NASTY, issue: NASTY } };
/** One stale line that passed, and one that was not tested. */
export const stale: BaselineUse = {
  file: "ci/baseline.yaml",
  stale: [
    { id: "runtime.process.cwd", line: 12, verdict: "pass", reason: "it passed in 3 cases" },
    { id: "runtime.cgroups.v2", line: 14, verdict: "skip", reason: "no controller: cpu" },
  ],
};
export const nastyBaseline: BaselineUse = { file: NASTY, stale: [{ id: NASTY, line: 3, verdict: "pass", reason: NASTY }] };

/** One of each verdict and level. */
export const every: readonly RequirementResult[] = [
  passed,
  failed,
  warned,
  ours,
  unconfirmed,
  skipped,
  unexercised,
  broken,
  nasty,
  nastySkip,
];

export const run: RunInfo = {
  spec: "runtime",
  target: { name: "runc", version: "runc version 1.1.5", release: "1.1.0", releaseReason: "the newest that it accepts" },
  host: { kernel: "6.1.0", cgroup: "v1", root: true },
  viewReason: "",
  seed: 20,
  jobs: 2,
};

/** What an interrupt makes of results. */
export const stopped = { interrupted: true, incomplete: [{ what: "runc", reason: "interrupted after 60 cases" }] } as const;

export const resultsOf = (requirements: readonly RequirementResult[], more: Partial<Results> = {}): Results => ({
  format: "oci-conform/results@1",
  suite: "runtime",
  tool: { name: "oci-conform", version: "0.1.0" },
  target: {
    name: "runc",
    command: "/usr/sbin/runc",
    version: "runc version 1.1.5",
    spec: "1.1.0",
    specReason: "the newest that it accepts",
  },
  host: { kernel: "6.1.0", arch: "x86_64", cgroup: "v1", root: true },
  seed: 20,
  cases: 60,
  durationMs: 2500,
  summary: summarize(requirements),
  requirements,
  ...more,
});

/** Takes a reporter through a whole run. */
export async function play(reporter: Reporter, results: Results): Promise<void> {
  reporter.begin(run);
  reporter.progress({ phase: "explore", done: 1, total: 2, findings: 0 });
  for (const result of results.requirements) reporter.requirement(result);
  await reporter.end(results);
}
