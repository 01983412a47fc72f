import type { Source } from "../../runners/streams.js";
import type { AnyCase, Example } from "../../suites/suite.js";

/** Why a run that is no fuzz run leaves out an example. */
const LEFT_TO_LUCK = "left to --time: what several callers do at the same time is a matter of luck";

/**
 * The examples of a suite as sources of cases, each with a stream of its own: those of the same aims are told apart by a number, so that
 * another example leaves the cases of the rest alone. Those whose cases are a matter of luck have none unless it is a fuzz run.
 */
export function sourcesOf<Case extends AnyCase, Facts>(
  { examples, numbersFirst }: { readonly examples: readonly Example<Case, Facts>[]; readonly numbersFirst?: true },
  facts: Facts,
  { fuzz }: { readonly fuzz: boolean },
): readonly Source<Case>[] {
  const counts = new Map<string, number>();
  return examples.map(({ aims, cases, byLuck }) => {
    const words = aims.join(" ");
    const number = (counts.get(words) ?? 0) + 1;
    counts.set(words, number);
    const made = byLuck && !fuzz ? { unavailable: LEFT_TO_LUCK } : cases(facts);
    return {
      name: number === 1 && !numbersFirst ? words : `${words} ${number}`,
      aims,
      cases: "unavailable" in made ? made : made.map((testCase) => ({ ...testCase, aims })),
    };
  });
}
