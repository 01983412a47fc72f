import type { Source } from "../../runners/streams.js";
import type { AnyCase, Example } from "../../suites/suite.js";

/**
 * The examples of a suite as sources of cases, each with a stream of its own: those of the same aims are told apart by a number, so that
 * another example leaves the cases of the rest alone.
 */
export function sourcesOf<Case extends AnyCase, Facts>(
  { examples, numbersFirst }: { readonly examples: readonly Example<Case, Facts>[]; readonly numbersFirst?: true },
  facts: Facts,
): readonly Source<Case>[] {
  const counts = new Map<string, number>();
  return examples.map(({ aims, cases }) => {
    const words = aims.join(" ");
    const number = (counts.get(words) ?? 0) + 1;
    counts.set(words, number);
    const made = cases(facts);
    return {
      name: number === 1 && !numbersFirst ? words : `${words} ${number}`,
      aims,
      cases: "unavailable" in made ? made : made.map((testCase) => ({ ...testCase, aims })),
    };
  });
}
