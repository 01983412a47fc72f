import { Arbitrary, type Random, Stream, Value } from "fast-check";
import type { RegistryCase, Step } from "../../runners/registry/case.js";

/** Cases with fewer clients, then with fewer steps of each client: halves first. */
function* fewer(subject: RegistryCase): Generator<RegistryCase> {
  const { clients = [] } = subject;
  const without = (from: number, to: number): readonly (readonly Step[])[] => [...clients.slice(0, from), ...clients.slice(to)];
  for (let part = clients.length >> 1; part >= 1; part >>= 1) {
    for (let at = 0; at + part <= clients.length && clients.length - part >= 1; at += part)
      yield { ...subject, clients: without(at, at + part) };
  }
  if (clients.some((steps) => steps.length > 1))
    yield { ...subject, clients: clients.map((steps) => steps.slice(0, Math.ceil(steps.length / 2))) };
  for (const [at, steps] of clients.entries()) {
    if (steps.length < 2) continue;
    yield { ...subject, clients: clients.map((each, index) => (index === at ? steps.slice(0, Math.ceil(steps.length / 2)) : each)) };
    yield { ...subject, clients: clients.map((each, index) => (index === at ? steps.slice(0, -1) : each)) };
  }
}

/** The same cases, made smaller by leaving out clients and their steps, whatever sizes they are drawn with. */
class Dropping extends Arbitrary<RegistryCase> {
  readonly #cases: Arbitrary<RegistryCase>;

  constructor(cases: Arbitrary<RegistryCase>) {
    super();
    this.#cases = cases;
  }

  override generate(random: Random, bias: number | undefined): Value<RegistryCase> {
    return new Value(this.#cases.generate(random, bias).value, undefined);
  }

  override canShrinkWithoutContext(_value: unknown): _value is RegistryCase {
    return false;
  }

  override shrink(value: RegistryCase): Stream<Value<RegistryCase>> {
    return new Stream(
      (function* () {
        for (const smaller of fewer(value)) yield new Value(smaller, undefined);
      })(),
    );
  }
}

/** Cases of several clients at the same time: shrunk by dropping clients and operations. */
export const dropping = (cases: Arbitrary<RegistryCase>): Arbitrary<RegistryCase> => new Dropping(cases);
