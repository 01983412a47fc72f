import fc, { type Arbitrary } from "fast-check";

/** Levels by factor. */
type Levels = readonly number[];

/** Rows of a covering array that share a case. Shrinks by leaving rows out, then takes the factors' simplest levels one after the other. */
class SharedRows extends fc.Arbitrary<readonly Levels[]> {
  private readonly rows: readonly Levels[];
  private readonly around: number;
  private readonly allowed: (levels: Levels) => boolean;

  constructor(rows: readonly Levels[], around: number, allowed: (levels: Levels) => boolean) {
    super();
    this.rows = rows;
    this.around = around;
    this.allowed = allowed;
  }

  override generate(): fc.Value<readonly Levels[]> {
    return new fc.Value(this.rows, undefined);
  }

  override canShrinkWithoutContext(_value: unknown): _value is readonly Levels[] {
    return false;
  }

  /** All rows with the simplest level of a factor, where it is one that each may have. */
  private simpler(rows: readonly Levels[], factor: number): readonly Levels[] | undefined {
    if (rows.every((levels) => levels[factor] === 0)) return undefined;
    const changed = rows.map((levels) => levels.with(factor, 0));
    return changed.every(this.allowed) ? changed : undefined;
  }

  override shrink(rows: readonly Levels[]): fc.Stream<fc.Value<readonly Levels[]>> {
    const count = rows[0]?.length ?? 0;
    const half = Math.ceil(rows.length / 2);
    const fewer =
      rows.length < 2
        ? []
        : [rows.slice(0, half), rows.slice(half), ...(rows.length > 2 ? rows.map((_, at) => rows.toSpliced(at, 1)) : [])];
    // What is around them is the same for all rows.
    const factors = Array.from({ length: count }, (_, factor) => factor).filter(
      (factor) => rows.length === 1 || factor >= count - this.around,
    );
    const simpler = factors.map((factor) => this.simpler(rows, factor)).filter((changed) => changed !== undefined);
    return fc.Stream.of(...[...fewer, ...simpler].map((each) => new fc.Value(each, undefined)));
  }
}

/**
 * These rows.
 * @param around how many factors, the last of a row, are the same for all of them
 * @param allowed whether a row may have these levels
 */
export const sharedRows = (rows: readonly Levels[], around: number, allowed: (levels: Levels) => boolean): Arbitrary<readonly Levels[]> =>
  new SharedRows(rows, around, allowed);
