import fc, { type Arbitrary } from "fast-check";
import { choose, type Table } from "../runners/choices.js";

/** A row in words: a text as it is, else as JSON. */
const inWords = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? typeof value));

/** Knows a table again by what it holds: arbitraries are made anew at each draw. */
function digest(words: readonly string[]): string {
  let hash = 0x811c9dc5;
  for (const word of words) for (let at = 0; at <= word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(36);
}

/** @param most how many rows share a case */
const tableOf = <T>(values: readonly T[], name: string | undefined, most: number, size: number, taken: Table["taken"]): Table => ({
  key: `${name ?? ""}*${most}/${values.length}/${digest(values.map(inWords))}`,
  ...(name === undefined ? {} : { name }),
  size,
  taken,
});

/** One of the values. */
class OneOf<T> extends fc.Arbitrary<T> {
  readonly #values: readonly T[];
  readonly #name: string | undefined;
  #table: Table | undefined;

  constructor(values: readonly T[], name: string | undefined) {
    super();
    this.#values = values;
    this.#name = name;
  }

  override generate(random: fc.Random): fc.Value<T> {
    const values = this.#values;
    this.#table ??= tableOf(values, this.#name, 1, values.length, (index) => ({ rows: [inWords(values[index])] }));
    const index = choose(random, this.#table);
    return new fc.Value(values[index] as T, index);
  }

  override canShrinkWithoutContext(value: unknown): value is T {
    return this.#values.some((each) => Object.is(each, value));
  }

  override shrink(value: T, context: unknown): fc.Stream<fc.Value<T>> {
    const [first] = this.#values;
    if (context === 0 || Object.is(value, first)) return fc.Stream.nil();
    return fc.Stream.of(new fc.Value(first as T, 0));
  }
}

/**
 * One of the values, as a *choice*: in the cases of an example each of them is taken at least once, whatever the seed. Shrinks to the first.
 * @param name what a row of the table is, in a word or two ("signal", "mount option"): then a finding lists the rows that fail
 * @throws on an empty list
 */
export function oneOf<const T>(values: readonly T[], name?: string): Arbitrary<T> {
  if (values.length === 0) throw new Error(`nothing to choose from${name === undefined ? "" : ` of ${name}`}`);
  return new OneOf(values, name);
}

/** Yes or no, as a choice; shrinks to no. */
export const flag = (name?: string): Arbitrary<boolean> => oneOf([false, true], name);

/** `arbitrary` or undefined, as a choice; shrinks to undefined first. */
export const maybe = <T>(arbitrary: Arbitrary<T>): Arbitrary<T | undefined> =>
  flag().chain((there): Arbitrary<T | undefined> => (there ? arbitrary : fc.constant(undefined)));

/** Rows that share a case. */
class Groups<T> extends fc.Arbitrary<readonly T[]> {
  readonly #groups: readonly (readonly T[])[];
  readonly #values: readonly T[];
  readonly #most: number;
  readonly #name: string | undefined;
  #table: Table | undefined;

  constructor(values: readonly T[], most: number, name: string | undefined) {
    super();
    this.#values = values;
    this.#most = most;
    this.#name = name;
    const groups = Math.ceil(values.length / most);
    const even = Math.ceil(values.length / groups);
    this.#groups = Array.from({ length: groups }, (_, at) => values.slice(at * even, (at + 1) * even)).filter(({ length }) => length > 0);
  }

  #at(index: number): readonly T[] {
    const [groups, values] = [this.#groups, this.#values];
    return groups[index] ?? values.slice(index - groups.length, index - groups.length + 1);
  }

  override generate(random: fc.Random): fc.Value<readonly T[]> {
    const [groups, values] = [this.#groups, this.#values];
    this.#table ??= tableOf(values, this.#name, this.#most, groups.length, (index) => ({
      rows: this.#at(index).map(inWords),
      alone: this.#at(index).map((each) => groups.length + values.indexOf(each)),
    }));
    return new fc.Value(this.#at(choose(random, this.#table)), undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is readonly T[] {
    return Array.isArray(value);
  }

  /** Halves, then all but one. */
  override shrink(rows: readonly T[]): fc.Stream<fc.Value<readonly T[]>> {
    if (rows.length <= 1) return fc.Stream.nil();
    const half = Math.ceil(rows.length / 2);
    const smaller = [rows.slice(0, half), rows.slice(half), ...(rows.length > 2 ? rows.map((_, at) => rows.toSpliced(at, 1)) : [])];
    return fc.Stream.of(...smaller.map((each) => new fc.Value(each, undefined)));
  }
}

/**
 * Up to so many of the rows of a table, which do not disturb one another in one case: each row is in some case of an example, whatever the seed.
 * When a case fails, each of its rows is tried by itself. Shrinks by leaving out.
 * @throws on an empty list
 */
export function groupsOf<const T>(values: readonly T[], most: number, name?: string): Arbitrary<readonly T[]> {
  if (values.length === 0) throw new Error(`nothing to choose from${name === undefined ? "" : ` of ${name}`}`);
  return new Groups(values, most, name);
}
