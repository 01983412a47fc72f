import type { Arbitrary } from "fast-check";
import type { Incomplete, ResultsHost, ResultsTarget } from "../../reports/results/results.js";
import type { Outcome } from "../../runners/outcome.js";
import type { Requirement } from "../../spec/requirement.js";
import type { OptionValues } from "../options/option-values.js";
import type { CaseFiles } from "./stored-case.js";

/** What the results say of a target and of where it ran. */
export interface TargetDescription {
  readonly target: ResultsTarget;
  readonly host: ResultsHost;
  /** How many requests it was sent so far. */
  readonly requests?: number;
  /** What of it cannot be tested. */
  readonly incomplete?: readonly Incomplete[];
}

/** A case that failed a requirement, and how it was judged. */
export interface FailedCase<Case, Observation> {
  readonly requirement: Requirement;
  /** The address of the sentence in the release; empty for a rule of ours. */
  readonly section: string;
  readonly testCase: Case;
  readonly observation: Observation;
  readonly outcome: Extract<Outcome, { verdict: "fail" }>;
}

/** The options that reach a target. */
export interface ReachedBy {
  /** Those by which its user reached it: a replay line has them all. Never a password. */
  readonly given: OptionValues;
  /** Those that were found to be right where the user said nothing, such as a view of cgroups: stored, so that a replay is the same. */
  readonly found: OptionValues;
}

/** One opened target of a suite: all that differs between a runtime, an image tool, a registry and a client of registries once it can be used. */
export interface Target<Case, Observation, Facts> {
  /** What the directories of its cases begin with: a program's name, a host's. */
  readonly name: string;
  readonly facts: Facts;
  readonly options: ReachedBy;
  /** How many cases it is to be given at the same time, if more than run at the same time: then none is waited for between two. */
  readonly lanes?: number;
  /** Carries a case out. @throws HarnessError when the harness itself fails at it */
  run(testCase: Case): Promise<Observation>;
  describe(): TargetDescription;
  /** What is stored with a failing case besides the case, the observation and the facts: reproduce.sh, and what helps to understand it. */
  files(failed: FailedCase<Case, Observation>): CaseFiles;
  /** The target's own words, for a finding; empty when it said nothing. */
  output(observation: Observation): string;
  /** The part of a case that a finding shows; undefined when its title says it all. */
  input?(testCase: Case): unknown;
  /** Why some requirements may not be exercised, though they are asked for. */
  readonly narrowed?: string;
  /** The only cases that it may be given, where the suite's own would change what must not be changed. */
  readonly only?: Arbitrary<Case>;
  /** Ends all that it started. */
  close(): Promise<void>;
}
