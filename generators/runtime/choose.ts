import fc, { type Arbitrary } from "fast-check";
import { maybe } from "../choices.js";

/** `arbitrary` once in `1 / oneIn`, else undefined; shrinks to undefined first. */
export const rarely = <T>(arbitrary: Arbitrary<T>, oneIn = 6): Arbitrary<T | undefined> =>
  fc.oneof({ withCrossShrink: true }, { weight: oneIn - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

/** Some of the values in their order; shrinks by leaving out. */
export const someOf = <T>(values: readonly T[], minLength = 0, maxLength = values.length): Arbitrary<T[]> =>
  fc.subarray([...values], { minLength: Math.min(minLength, values.length), maxLength: Math.min(maxLength, values.length) });

type Possible<T> = { readonly [Key in keyof T]: T[Key] | undefined };
type Present<T> = { [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key] } & {
  [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>;
};

/** The object without its undefined properties: cases are JSON. */
export const compact = <T extends object>(value: Possible<T>): Present<T> =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Present<T>;

type Arbitraries<T> = { [Key in keyof T]: Arbitrary<T[Key]> };

/** An object with these properties, without those that come out undefined; shrinks one property after the other. */
export const record = <T extends object>(properties: Arbitraries<T>): Arbitrary<Present<T>> =>
  fc.record(properties, { noNullPrototype: true }).map((value) => compact<T>(value));

/** An object with some of these properties, each present half of the time; shrinks by leaving out. */
export const partial = <T extends object>(properties: Arbitraries<T>) => fc.record(properties, { requiredKeys: [], noNullPrototype: true });

/** A map with some of these entries, each present half of the time; shrinks by leaving out. */
export const someEntries = <T>(entries: Readonly<Record<string, Arbitrary<T>>>): Arbitrary<Record<string, T>> =>
  fc
    .tuple(...Object.entries(entries).map(([key, value]) => maybe(value.map((each): [string, T] => [key, each]))))
    .map((chosen) => Object.fromEntries(chosen.filter((entry) => entry !== undefined)));

/** CPUs or memory nodes as a list such as `0-1,3`. */
export function listText(numbers: readonly number[]): string {
  const sorted = [...numbers].sort((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const number of sorted) {
    const last = ranges.at(-1);
    if (last && last[1] + 1 === number) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(",");
}
