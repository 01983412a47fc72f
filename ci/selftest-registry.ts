/**
 * `npm run selftest:registry [-- NAME…]`: runs the suite against the bundled registry with each seeded fault, and says which requirement
 * notices. A fault that goes unnoticed is a hole in the suite.
 */
import { join } from "node:path";
import { registryOptions } from "../cli/commands/registry/options.js";
import { RegistryTarget } from "../cli/commands/registry/target.js";
import { runSuite, suiteOptionsFrom } from "../cli/session/run-suite.js";
import type { Fault } from "../reference-registry/faults/fault.js";
import { FAULTS } from "../reference-registry/faults/index.js";
import type { RequirementResult } from "../reports/results/results.js";
import type { Catalogue } from "../spec/catalogue.js";
import { Inconclusive } from "../spec/errors.js";
import { registrySuite } from "../suites/registry/index.js";
import { tryFaults } from "./selftest-faults.js";

const PASSWORD = "OCI_CONFORM_REGISTRY_PASSWORD";

/** What a run that is aimed at the broken requirement says of it. */
async function result(fault: Fault, catalogue: Catalogue, work: string): Promise<RequirementResult | string> {
  const requirement = catalogue.get(fault.requirement);
  if (!requirement) throw new Error(`the fault ${fault.name} breaks ${fault.requirement}, which is not in the catalogue`);
  const auth = fault.needs === "auth" ? ["--bundled-arg=--auth=basic", "--bundled-arg=--user=tester", "--user=tester"] : [];
  const out = join(work, fault.name);
  const options = registryOptions([
    ...(fault.shownBy === "combinations" ? [] : ["--cases", "20"]),
    // What is covered by construction would take its time from the races.
    ...(fault.shownBy === "races" ? ["--time", "10s"] : []),
    ...["--timeout", "2s", "--jobs", "2", "--out", out, "--spec", requirement.until ?? "head"],
    `--bundled-arg=--fault=${fault.name}`,
    ...auth,
  ]);
  if (!options) throw new Error("no options");
  try {
    const target = await RegistryTarget.open(options);
    try {
      const { signal } = new AbortController();
      const aimed = { ...suiteOptionsFrom(options), selected: [requirement], seed: 20, signal, shrinkBudget: 15 };
      const [found] = (await runSuite(registrySuite, target, aimed, [])).requirements;
      return found ?? "nothing";
    } finally {
      await target.close();
    }
  } catch (thrown) {
    if (thrown instanceof Inconclusive) return `inconclusive: ${thrown.message.split("\n")[1]?.trim() ?? thrown.message}`;
    throw thrown;
  }
}

process.env[PASSWORD] ??= "not a secret";
process.exitCode = await tryFaults(process.argv.slice(2), FAULTS, 2, result);
