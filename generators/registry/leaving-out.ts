import { Arbitrary, Stream, Value } from "fast-check";
import type { RegistryCase, Step } from "../../runners/registry/case.js";
import { caseOf } from "./steps.js";

/** Steps that stay or go together, in the order in which they are taken. */
type Part = readonly Step[];

/** Fewer parts of a case: without a half, a quarter, … of them, then without each one. */
function* fewer(parts: readonly Part[]): Generator<readonly Part[]> {
  for (let size = Math.ceil(parts.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let from = parts.length - size; from > -size; from -= size) yield parts.toSpliced(Math.max(0, from), Math.min(size, size + from));
}

/** One case, which shrinks by leaving out parts of it, the last ones first. */
class LeavingOut extends Arbitrary<RegistryCase> {
  readonly #whole: RegistryCase;
  readonly #parts: readonly Part[];

  constructor(whole: RegistryCase, parts: readonly Part[]) {
    super();
    this.#whole = whole;
    this.#parts = parts;
  }

  override generate(): Value<RegistryCase> {
    return new Value(this.#whole, this.#parts);
  }

  override canShrinkWithoutContext(_value: unknown): _value is RegistryCase {
    return false;
  }

  override shrink(value: RegistryCase, context: unknown): Stream<Value<RegistryCase>> {
    if (!isParts(context)) return Stream.nil();
    const { contents } = value;
    return new Stream(
      (function* () {
        for (const parts of fewer(context)) if (parts.length > 0) yield new Value({ ...value, contents, steps: parts.flat() }, parts);
      })(),
    );
  }
}

const isParts = (context: unknown): context is readonly Part[] => Array.isArray(context);

/** A case of steps alone, made smaller by leaving out its parts. */
export const leavingOut = (title: string, contents: RegistryCase["contents"], parts: readonly (Step | Part)[]): Arbitrary<RegistryCase> => {
  const lists = parts.map((part): Part => ("length" in part ? part : [part])).filter(({ length }) => length > 0);
  return new LeavingOut(caseOf(title, contents, lists), lists);
};
