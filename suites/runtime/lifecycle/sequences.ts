/** runtime.md, "Lifecycle" and "Operations": all short sequences of operations on one container, in each status. */
import { allSequences, LONGEST, MOVES, STATUSES, sequenceCases } from "../../../generators/runtime/sequences.js";
import type { RuntimeCase } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import type { Combinations } from "../../suite.js";

/** A sequence may have ended before the last of the columns. */
const ENDED = "nothing more";

const COLUMNS = Array.from({ length: LONGEST }, (_, at) => ({
  name: `operation ${at + 1}`,
  levels: [ENDED, ...MOVES].map((name) => ({ name })),
}));

/** All sequences as what is covered by construction: its columns are the status in which a sequence begins, and its operations. */
export function operationSequences({ target: { release } }: RuntimeFacts): readonly Combinations<RuntimeCase>[] {
  const found = allSequences();
  const part: Combinations<RuntimeCase> = {
    name: "operations",
    strength: 1 + LONGEST,
    factors: [{ name: "status", levels: STATUSES.map((name) => ({ name })) }, ...COLUMNS],
    rows: sequenceCases(release, found.sequences).map(({ sequences, cases }) => ({
      covers: sequences.flatMap(({ covers }) =>
        covers.map(({ status, moves }) => [
          STATUSES.indexOf(status),
          ...COLUMNS.map((_, at) => {
            const move = moves[at];
            return move === undefined ? 0 : MOVES.indexOf(move) + 1;
          }),
        ]),
      ),
      cases,
    })),
    possible: found.possible,
    excluded: found.excluded,
  };
  return [part];
}
