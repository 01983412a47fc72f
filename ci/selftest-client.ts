/**
 * `npm run selftest:client [-- NAME…]`: runs the client suite against the bundled client with each seeded fault, and says whether the requirement
 * that it breaks notices. A fault that goes unnoticed is a hole in the suite.
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { clientOptions, clientsOf, limitsFrom, releaseFor } from "../cli/commands/client/options.js";
import { ClientTarget } from "../cli/commands/client/target.js";
import { runSuite, suiteOptionsFrom } from "../cli/session/run-suite.js";
import type { Fault } from "../reference-client/faults/fault.js";
import { FAULTS } from "../reference-client/faults/index.js";
import type { RequirementResult } from "../reports/results/results.js";
import { Player } from "../runners/client/player.js";
import type { Catalogue } from "../spec/catalogue.js";
import { Inconclusive } from "../spec/errors.js";
import { clientSuite } from "../suites/client/index.js";
import { tryFaults } from "./selftest-faults.js";

/** Faults at a time. */
const AT_ONCE = availableParallelism();

/** What a run that is aimed at the broken requirement says of it. */
async function result(fault: Fault, catalogue: Catalogue, work: string): Promise<RequirementResult | string> {
  const requirement = catalogue.get(fault.requirement);
  if (!requirement) throw new Error(`the fault ${fault.name} breaks ${fault.requirement}, which is not in the catalogue`);
  const options = clientOptions(
    [
      // Who waits for a client that never ends waits for as short as may be.
      ...["--cases", "0", "--bail", "--jobs", "1", "--timeout", fault.requirement === "robustness.client.hang" ? "2s" : "20s"],
      ...["--out", join(work, fault.name), "--spec", requirement.until ?? "head", `--bundled-arg=--fault=${fault.name}`],
    ],
    1,
  );
  const [tool] = options ? clientsOf(options) : [];
  if (!options || !tool) throw new Error("no options");
  const { signal } = new AbortController();
  const limits = limitsFrom(options);
  try {
    const how = { release: releaseFor(tool, options), given: options.given, limits, signal };
    const target = await ClientTarget.open(tool, () => Player.open(tool, limits), how);
    try {
      const aimed = { ...suiteOptionsFrom(options), selected: [requirement], seed: 20, signal, shrinkBudget: 0 };
      const [found] = (await runSuite(clientSuite, target, aimed, [])).requirements;
      return found ?? "nothing";
    } finally {
      await target.close();
    }
  } catch (thrown) {
    if (thrown instanceof Inconclusive) return `inconclusive: ${thrown.message.split("\n")[0]}`;
    throw thrown;
  }
}

process.exitCode = await tryFaults(process.argv.slice(2), FAULTS, AT_ONCE, result);
