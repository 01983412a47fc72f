import { Arbitrary, type Random, Stream, Value } from "fast-check";
import type { RegistryCase, Step } from "../../runners/registry/case.js";

/** What of a case may still become less: how much each client does, then how many clients there are, then nothing. */
type Stage = "steps" | "clients" | "none";

/** A part of the clients, from everywhere in their list: those next to one another often do the same. */
const spread = (clients: readonly (readonly Step[])[], count: number): readonly (readonly Step[])[] =>
  Array.from({ length: count }, (_, at) => clients[Math.floor((at * clients.length) / count)] ?? []);

/**
 * Smaller cases of a stage, the smallest first: how often a race fails has to be found out by running it, and so costs as many requests as
 * the case has. From the smallest on, the search costs no more than a few runs of the case that it ends with. Two clients are the least that
 * can be in each other's way.
 */
function* smaller(subject: RegistryCase, stage: Stage): Generator<Value<RegistryCase>> {
  const { clients = [] } = subject;
  const longest = Math.max(0, ...clients.map((steps) => steps.length));
  for (let length = 1; stage === "steps" && 2 * length < longest; length *= 2)
    yield new Value({ ...subject, clients: clients.map((steps) => steps.slice(0, length)) }, "clients");
  for (let count = 2; stage !== "none" && count < clients.length; count *= 2)
    yield new Value({ ...subject, clients: spread(clients, count) }, "none");
}

/** The same cases, made smaller by leaving out clients and their steps, whatever sizes they are drawn with. */
class Dropping extends Arbitrary<RegistryCase> {
  readonly #cases: Arbitrary<RegistryCase>;

  constructor(cases: Arbitrary<RegistryCase>) {
    super();
    this.#cases = cases;
  }

  override generate(random: Random, bias: number | undefined): Value<RegistryCase> {
    return new Value(this.#cases.generate(random, bias).value, "steps");
  }

  override canShrinkWithoutContext(_value: unknown): _value is RegistryCase {
    return false;
  }

  override shrink(value: RegistryCase, context: unknown): Stream<Value<RegistryCase>> {
    return new Stream(smaller(value, context === "steps" || context === "clients" ? context : "none"));
  }
}

/** Cases of several clients at the same time: shrunk by dropping operations and clients, in a number of runs that their sizes bound. */
export const dropping = (cases: Arbitrary<RegistryCase>): Arbitrary<RegistryCase> => new Dropping(cases);
