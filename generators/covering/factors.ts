/** One way in which a factor can stand. */
export interface Level {
  readonly name: string;
  /** Why it cannot stand so here, in words: what the host, the target or the release lacks. */
  readonly excluded?: string;
}

/** Something about a case that can stand in several ways. The first level is the simplest: usually nothing. */
export interface Factor<L extends Level = Level> {
  readonly name: string;
  readonly levels: readonly L[];
}

/** A factor, and those of its levels that are meant; all but its first where none is named. */
type Side = readonly [factor: string, ...levels: string[]];

/** Levels of two factors that no case can have together. */
export interface Conflict {
  readonly reason: string;
  readonly sides: readonly [Side, Side];
}

/** Says that what is named on one side cannot stand together with what is named on the other. */
export const conflict = (reason: string, one: Side, other: Side): Conflict => ({ reason, sides: [one, other] });

/** Where the levels of one side are. @throws on a name that is none */
function placesOf(factors: readonly Factor[], [name, ...levels]: Side): { readonly factor: number; readonly levels: readonly number[] } {
  const factor = factors.findIndex((each) => each.name === name);
  const known = factors[factor]?.levels.map((each) => each.name);
  if (!known) throw new Error(`a conflict is about the factor ${name}, which there is not`);
  if (levels.length === 0) return { factor, levels: known.map((_, at) => at).slice(1) };
  return {
    factor,
    levels: levels.map((level) => {
      const at = known.indexOf(level);
      if (at < 0) throw new Error(`a conflict is about the level ${level} of ${name}, which there is not`);
      return at;
    }),
  };
}

/** Says why two levels, by factor and index, cannot stand together; undefined where they can. */
export type Forbids = (factor: number, level: number, otherFactor: number, otherLevel: number) => string | undefined;

/** Looks conflicts up. @throws on a conflict about what there is not */
export function forbidding(factors: readonly Factor[], conflicts: readonly Conflict[]): Forbids {
  const first: number[] = [];
  let total = 0;
  for (const { levels } of factors) {
    first.push(total);
    total += levels.length;
  }
  const pair = (factor: number, level: number, otherFactor: number, otherLevel: number): number =>
    ((first[factor] ?? 0) + level) * total + (first[otherFactor] ?? 0) + otherLevel;
  const reasons = new Map<number, string>();
  for (const { reason, sides } of conflicts) {
    const [one, other] = [placesOf(factors, sides[0]), placesOf(factors, sides[1])];
    if (one.factor === other.factor) throw new Error(`a conflict is between levels of one factor: ${reason}`);
    for (const a of one.levels)
      for (const b of other.levels) {
        reasons.set(pair(one.factor, a, other.factor, b), reason);
        reasons.set(pair(other.factor, b, one.factor, a), reason);
      }
  }
  return (factor, level, otherFactor, otherLevel) => reasons.get(pair(factor, level, otherFactor, otherLevel));
}
