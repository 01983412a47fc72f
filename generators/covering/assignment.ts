import fc, { type Arbitrary } from "fast-check";
import { xorshift128plus } from "pure-rand/generator/xorshift128plus";

/** A value for each factor, by the index of its level. */
interface Made<T> {
  readonly row: readonly number[];
  readonly values: readonly fc.Value<T>[];
}

/** How the levels of all factors become values, and which rows can be. */
export interface Columns<T> {
  /** By factor and level. */
  readonly levels: readonly (readonly Arbitrary<T>[])[];
  /** Of a whole row, or of its beginning. */
  readonly allowed: (row: readonly number[]) => boolean;
}

/** The values of a row's levels. */
class Assignment<T> extends fc.Arbitrary<readonly T[]> {
  readonly #columns: Columns<T>;
  readonly #pick: (random: fc.Random) => readonly number[];

  constructor(columns: Columns<T>, pick: (random: fc.Random) => readonly number[]) {
    super();
    this.#columns = columns;
    this.#pick = pick;
  }

  #value(made: Made<T>): fc.Value<readonly T[]> {
    return new fc.Value(
      made.values.map(({ value }) => value),
      made,
    );
  }

  #draw(factor: number, level: number, random: fc.Random, bias: number | undefined): fc.Value<T> {
    const arbitrary = this.#columns.levels[factor]?.[level];
    if (!arbitrary) throw new Error(`factor ${factor} has no level ${level}`);
    return arbitrary.generate(random, bias);
  }

  override generate(random: fc.Random, bias: number | undefined): fc.Value<readonly T[]> {
    const row = this.#pick(random);
    return this.#value({ row, values: row.map((level, factor) => this.#draw(factor, level, random, bias)) });
  }

  override canShrinkWithoutContext(_value: unknown): _value is readonly T[] {
    return false;
  }

  override shrink(_value: readonly T[], context: unknown): fc.Stream<fc.Value<readonly T[]>> {
    return context === undefined ? fc.Stream.nil() : fc.stream(this.#simpler(context as Made<T>));
  }

  /** With many factors at their first level, then with one more, then with simpler values of the levels that are left. */
  *#simpler(made: Made<T>): IterableIterator<fc.Value<readonly T[]>> {
    const { row, values } = made;
    const active = row.flatMap((level, factor) => (level === 0 ? [] : [factor]));
    for (let size = active.length; size >= 1; size = Math.floor(size / 2))
      for (let from = 0; from < active.length; from += size) {
        const dropped = new Set(active.slice(from, from + size));
        const fewer = row.map((level, factor) => (dropped.has(factor) ? 0 : level));
        if (!this.#columns.allowed(fewer)) continue;
        const random = new fc.Random(xorshift128plus(0));
        yield this.#value({
          row: fewer,
          values: values.map((value, at) => (dropped.has(at) ? this.#draw(at, 0, random, undefined) : value)),
        });
      }
    for (const factor of active) {
      const arbitrary = this.#columns.levels[factor]?.[row[factor] ?? 0];
      const old = values[factor];
      if (!arbitrary || !old) continue;
      for (const value of arbitrary.shrink(old.value_, old.context)) yield this.#value({ row, values: values.with(factor, value) });
    }
  }
}

/** The values of one row, in the order of the factors. Shrinks by turning factors to their first levels, where that can be, then inside of levels. */
export const ofRow = <T>(columns: Columns<T>, row: readonly number[]): Arbitrary<readonly T[]> => new Assignment(columns, () => row);

/**
 * The values of a row that is drawn: a factor has another level than its first once in `oneIn`, or where those before it leave it no choice.
 * Shrinks alike.
 * @param usable the levels of each factor that can be had here
 */
export const ofAnyRow = <T>(columns: Columns<T>, usable: readonly (readonly number[])[], oneIn: number): Arbitrary<readonly T[]> =>
  new Assignment(columns, (random) => {
    const row: number[] = [];
    for (const levels of usable) {
      const other = levels[random.nextInt(0, levels.length - 1)] ?? 0;
      const wanted = random.nextInt(1, oneIn) === 1 ? other : 0;
      // What stands already may rule the first level out as well.
      row.push([wanted, ...levels].find((level) => columns.allowed([...row, level])) ?? 0);
    }
    return row;
  });
