/**
 * `npm run selftest:registry [-- NAME…]`: runs the suite against the bundled registry with each seeded fault, and says which requirement
 * notices. A fault that goes unnoticed is a hole in the suite.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { registryOptions } from "../cli/commands/registry/options.js";
import { RegistryTarget } from "../cli/commands/registry/target.js";
import { runSuite, suiteOptionsFrom } from "../cli/session/run-suite.js";
import type { Fault } from "../reference-registry/faults/fault.js";
import { FAULTS } from "../reference-registry/faults/index.js";
import type { RequirementResult } from "../reports/results/results.js";
import { inParallel } from "../runners/explore.js";
import { type Catalogue, loadCatalogue } from "../spec/catalogue.js";
import { Inconclusive } from "../spec/errors.js";
import { registrySuite } from "../suites/registry/index.js";

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

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.find((name) => !FAULTS.some((fault) => fault.name === name));
  if (unknown !== undefined) {
    process.stderr.write(`selftest: there is no fault ${unknown}\n`);
    return 64;
  }
  process.env[PASSWORD] ??= "not a secret";
  const catalogue = await loadCatalogue("distribution");
  const work = mkdtempSync(join(tmpdir(), "oci-conform-selftest-"));
  const faults = FAULTS.filter(({ name }) => names.length === 0 || names.includes(name));
  let noticed = 0;
  try {
    await inParallel(faults, 2, new AbortController().signal, async (fault) => {
      const found = await result(fault, catalogue, work);
      const good = typeof found !== "string" && found.verdict === "fail";
      if (good) noticed++;
      const how = typeof found === "string" ? ` (${found})` : "";
      process.stdout.write(`${good ? "ok" : "not ok"} - ${fault.name}: ${fault.requirement}${how}\n`);
      if (!good && typeof found !== "string")
        process.stdout.write(`# it says ${found.verdict}, exercised ${found.exercised}${found.reason ? `: ${found.reason}` : ""}\n`);
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  process.stdout.write(`# ${noticed} of ${faults.length} faults noticed (${Math.floor((100 * noticed) / Math.max(1, faults.length))} %)\n`);
  return noticed === faults.length ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
