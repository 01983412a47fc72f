import type { Arbitrary } from "fast-check";
import type { Factor } from "../generators/covering/factors.js";
import type { Excluded } from "../generators/covering/tuples.js";
import type { StoredFacts } from "../runners/stored-facts.js";
import type { StoredFormat } from "../runners/stored-format.js";
import type { Requirement, SpecName } from "../spec/requirement.js";
import type { Outcomes } from "./outcomes.js";

/** What every case has, whatever it is a case of. */
export interface AnyCase {
  /** Names what it is a case of, and the version of that form: `oci-conform/runtime-case@1`. */
  readonly format: string;
  readonly title: string;
  /** The requirements that it is made for; none for a general case. */
  readonly aims: readonly string[];
}

/** Why an example gives no cases here: what the host or the target lacks. */
export interface Unavailable {
  readonly unavailable: string;
}

/** A written example: cases aimed at some requirements. They are drawn several times, so let them vary where that means something. */
export interface Example<Case, Facts> {
  readonly aims: readonly string[];
  readonly cases: (facts: Facts) => Arbitrary<Case> | Unavailable;
  /** Luck decides the course of its cases, as it does where several callers are at work at the same time: only a fuzz run has them. */
  readonly byLuck?: true;
}

/** Rows of a covering array that share a case: one, or several that do not disturb one another. */
export interface CombinationRow<Case> {
  /** Of each row, the index of a level for each factor. */
  readonly covers: readonly (readonly number[])[];
  readonly cases: Arbitrary<Case>;
}

/**
 * Something that is covered by construction: all combinations of `strength` factors' levels that are possible stand in the rows, each of which
 * becomes a case. Of a table that is exhausted, the factors are its columns and the strength is how many there are.
 */
export interface Combinations<Case> {
  /** What the factors are of, in a word or two: "config", "mounts". No two of a suite have the same. */
  readonly name: string;
  readonly strength: number;
  readonly factors: readonly Factor[];
  readonly rows: readonly CombinationRow<Case>[];
  /** How many combinations are possible here: all that stand in the rows. */
  readonly possible: number;
  readonly excluded: readonly Excluded[];
}

/**
 * What is tested of a kind of target, and how it is judged: all that one machinery needs to explore, shrink, store, replay and judge again,
 * whatever the spec. A *case* is what to do, an *observation* what was seen, *facts* are what is known of target and host beforehand; all
 * three are plain JSON.
 */
export interface Suite<Case extends AnyCase, Observation, Facts> {
  /** The catalogue whose requirements it judges. */
  readonly spec: SpecName;
  /** What stored files look like; the edge validates by them. */
  readonly formats: {
    readonly case: StoredFormat<Case>;
    readonly observation: StoredFormat<Observation>;
    readonly facts: StoredFormat<StoredFacts<Facts>>;
  };
  readonly checks: readonly { readonly id: string }[];
  readonly examples: readonly Example<Case, Facts>[];
  /** Whether the stream of the first example of some aims is named by a number, as those of further ones are: a seed goes with such names. */
  readonly numbersFirst?: true;
  /** What is covered by construction, in each default run. None of it is aimed at a requirement, and no seed decides what it has. */
  combinations?(facts: Facts, strength: number): readonly Combinations<Case>[];
  /** Cases for which no requirement is the aim, at random. Only a fuzz run gets those whose course is a matter of luck: others are repeatable. */
  general(facts: Facts, options: { readonly fuzz: boolean }): Arbitrary<Case>;
  /** Judges an observation by every check. Pure. */
  judge(testCase: Case, observation: Observation, facts: Facts): Outcomes;
  /** The release of the spec that the target is judged by. */
  release(facts: Facts): string;
  /** Why a requirement is not asked of the target, in words; undefined when it is. */
  notApplicable(requirement: Requirement, facts: Facts): string | undefined;
  /** Why a stored case cannot be carried out on this target or by this version, in words; undefined when it can. */
  cannotRun?(testCase: Case, facts: Facts): string | undefined;
  /** Why an observation is not one of a case, in words; undefined when it may be. */
  notOf?(testCase: Case, observation: Observation): string | undefined;
  /**
   * Whether an observation shows nothing of the rows that share a case, as of an image that was refused for one of them. Then each half of them is
   * carried out by itself: those are the first two of the case's simpler neighbours.
   */
  showsNothing?(observation: Observation): boolean;
  /**
   * Whether luck plays a part in a case: then a smaller one must fail in two of three runs, and has ten to be confirmed in. Of examples it is so
   * with the cases of those that say so, and no others.
   */
  isNondeterministic?(testCase: Case): boolean;
}
