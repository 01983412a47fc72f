import fc, { type Arbitrary } from "fast-check";
import type { Entry, ImageCase } from "../../../runners/image/case.js";
import { imageOf } from "../base.js";

/** A stack of layers in a directory of its own, which does not disturb others in the same image. */
export interface Part {
  /** What it is, in a few words: alone, it is the title of its image. */
  readonly name: string;
  /** The entries of each layer, the lowest first; made when they are asked for, since there are many parts. */
  readonly layers: () => readonly (readonly Entry[])[];
}

/** The parts in one image, each layer the sum of theirs. */
function sideBySide(what: string, parts: readonly Part[]): ImageCase {
  const [only] = parts;
  const title = parts.length === 1 && only ? `${what}: ${only.name}` : `${parts.length} × ${what}`;
  const stacks = parts.map(({ layers }) => layers());
  const count = Math.max(0, ...stacks.map(({ length }) => length));
  const layers = Array.from({ length: count }, (_, at) => stacks.flatMap((stack) => stack[at] ?? []));
  return imageOf(title, layers);
}

/** Without some of the parts: halves first, then all but ever smaller shares. */
function* fewerParts(parts: readonly Part[]): Generator<readonly Part[]> {
  if (parts.length < 2) return;
  for (let size = Math.ceil(parts.length / 2); ; size = Math.ceil(size / 2)) {
    const halves = size * 2 >= parts.length;
    for (let from = 0; from < parts.length; from += size)
      yield halves ? parts.slice(from, from + size) : [...parts.slice(0, from), ...parts.slice(from + size)];
    if (size === 1) return;
  }
}

/** A part without a layer, or without an entry; those that mean nothing without the other are the model's to know. */
function* smallerPart({ name, layers }: Part): Generator<Part> {
  const stack = layers();
  const part = (smaller: readonly (readonly Entry[])[]): Part => ({ name, layers: () => smaller });
  if (stack.length > 1) for (const at of stack.keys()) yield part(stack.toSpliced(at, 1));
  for (const [at, entries] of stack.entries()) for (const index of entries.keys()) yield part(stack.with(at, entries.toSpliced(index, 1)));
}

function* simpler(parts: readonly Part[]): Generator<readonly Part[]> {
  const [only] = parts;
  if (parts.length > 1) yield* fewerParts(parts);
  else if (only) for (const part of smallerPart(only)) yield [part];
}

/** One image of many parts; carved out to the part, then to the layers and entries that matter. */
class SideBySide extends fc.Arbitrary<ImageCase> {
  readonly #what: string;
  readonly #parts: readonly Part[];

  constructor(what: string, parts: readonly Part[]) {
    super();
    this.#what = what;
    this.#parts = parts;
  }

  #value(parts: readonly Part[]): fc.Value<ImageCase> {
    return new fc.Value(sideBySide(this.#what, parts), parts);
  }

  override generate(): fc.Value<ImageCase> {
    return this.#value(this.#parts);
  }

  override canShrinkWithoutContext(_value: unknown): _value is ImageCase {
    return false;
  }

  override shrink(_value: ImageCase, context: unknown): fc.Stream<fc.Value<ImageCase>> {
    const parts = Array.isArray(context) ? (context as readonly Part[]) : [];
    return new fc.Stream(simpler(parts)).map((each) => this.#value(each));
  }
}

/**
 * One image of stacks of layers, each in a directory of its own. Shrinks by halves to the one that matters, and then to its layers and entries.
 * @param what what the parts are, in a few words
 */
export const manyStacks = (what: string, parts: readonly Part[]): Arbitrary<ImageCase> => new SideBySide(what, parts);
