import fc, { type Arbitrary } from "fast-check";
import { testable } from "../cli/commands/client/client.js";
import { clientOptions, clientsOf, limitsFrom, releaseFor } from "../cli/commands/client/options.js";
import { ClientTarget } from "../cli/commands/client/target.js";
import { runSuite, suiteOptionsFrom } from "../cli/session/run-suite.js";
import { combined, factorsOf } from "../generators/client/combinations.js";
import { allowed } from "../generators/client/deeds.js";
import { choices, general } from "../generators/client/general.js";
import type { ClientCase } from "../runners/client/case.js";
import { Player } from "../runners/client/player.js";
import { loadCatalogue } from "../spec/catalogue.js";
import { RELEASES } from "../spec/distribution/releases.js";
import { clientSuite } from "../suites/client/index.js";
import { nextRound, roundOf, type Soak, type SoakRun } from "./soak-part.js";

/** How long a round takes. */
const ROUND_MS = 30_000;

/** The release by which a round is judged: every other one the newest, and each of them in turn. */
const releaseOf = (round: number): string => (round % 2 === 0 ? "head" : (RELEASES[((round - 1) / 2) % RELEASES.length] ?? "head"));

/** The same case, where the registry also does what it may, and chooses otherwise. */
const besides = (testCase: ClientCase): Arbitrary<ClientCase> =>
  fc.record({ more: fc.array(allowed(testCase.tls === true), { maxLength: 2 }), chosen: choices(2) }).map(({ more, chosen }) => {
    const behaviours = [...(testCase.behaviours ?? []), ...more];
    const all = [...new Set([...(testCase.choices ?? []), ...chosen])];
    return {
      ...testCase,
      aims: [],
      title: `${testCase.title}, and more`,
      ...(behaviours.length > 0 ? { behaviours } : {}),
      ...(all.length > 0 ? { choices: all } : {}),
    };
  });

/**
 * The suite, whose general cases are also its own examples, and rows of what is covered by construction, with more on top.
 * @param whole whether the examples and the rows come first as they are
 */
const suiteFor = (whole: boolean): typeof clientSuite => ({
  ...clientSuite,
  ...(whole ? {} : { examples: [], combinations: () => [] }),
  general: (facts) => {
    const made = clientSuite.examples.flatMap(({ cases }) => {
      const arbitrary = cases(facts);
      return "unavailable" in arbitrary ? [] : [arbitrary];
    });
    const row = fc.tuple(...factorsOf(facts).map(({ levels }) => fc.nat(levels.length - 1)));
    return fc.oneof(
      { arbitrary: general(facts), weight: 3 },
      { arbitrary: fc.oneof(...made).chain(besides), weight: 2 },
      { arbitrary: row.chain((levels) => combined(levels, facts)).chain(besides), weight: 1 },
    );
  },
});

async function explore(run: SoakRun, round: number, time: number): Promise<void> {
  const [seed, out, release] = [run.seed(round), run.out(round), releaseOf(round)];
  const fault = run.fault === undefined ? [] : [`--bundled-arg=--fault=${run.fault}`];
  const options = clientOptions(
    ["--spec", release, "--time", `${time}ms`, "--jobs", `${run.jobs}`, "--keep", "--out", out, ...fault],
    run.jobs,
  );
  const [tool] = options ? clientsOf(options) : [];
  if (!options || !tool) return;
  const { signal } = run;
  const limits = limitsFrom(options);
  const how = { release: releaseFor(tool, options), given: options.given, limits, signal };
  const target = await ClientTarget.open(tool, () => Player.open(tool, limits), how);
  try {
    const selected = testable(await loadCatalogue("distribution"));
    const results = await runSuite(suiteFor(round === 1), target, { ...suiteOptionsFrom(options), selected, seed, signal }, []);
    run.tell(roundOf(`release ${release}`, seed, out, results));
  } finally {
    await target.close();
  }
}

/** The bundled client with registries that do anything: what they may in pairs and triples, what they may not, and with choices made otherwise. */
export const client: Soak = async (run) => {
  for (let round = 0, time = nextRound(run, ROUND_MS); time > 0; round++, time = nextRound(run, ROUND_MS)) await explore(run, round, time);
};
