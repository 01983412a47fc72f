/**
 * `npm run selftest [-- NAME…]`: runs the suite against the bundled runtime with each seeded fault, and says which requirement notices.
 * A fault that goes unnoticed is a hole in the suite; one that the host cannot show is listed with the reason.
 */
import { availableParallelism } from "node:os";
import { runtimeOptions } from "../cli/commands/runtime/options.js";
import { driverFor, preflightFor, RuntimeTarget, sandboxFor } from "../cli/commands/runtime/target.js";
import { runSuite, suiteOptionsFrom } from "../cli/session/run-suite.js";
import { FAULTS } from "../reference-runtime/faults/index.js";
import type { RequirementResult } from "../reports/results/results.js";
import { agentPath, referencePath } from "../runners/runtime/build-native.js";
import { inProcess } from "../runners/runtime/reference.js";
import { loadCatalogue } from "../spec/catalogue.js";
import { runtimeSuite } from "../suites/runtime/index.js";

type Noticed = "noticed" | "unnoticed" | "impossible";

/** What a run that is aimed at the broken requirement says of it. */
function verdictOf(result: RequirementResult | undefined): Noticed {
  if (result?.verdict === "fail") return "noticed";
  return result?.verdict === "skip" ? "impossible" : "unnoticed";
}

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.find((name) => !FAULTS.some((fault) => fault.name === name));
  if (unknown !== undefined) {
    process.stderr.write(`selftest: there is no fault ${unknown}\n`);
    return 64;
  }
  const catalogue = await loadCatalogue("runtime");
  const bin = referencePath();
  const options = runtimeOptions(["--cases", "0", "--timeout", "6s", "--out", ".oci-conform/selftest"], availableParallelism());
  if (!options) return 70;
  const driver = driverFor(bin, options);
  const found = await preflightFor(bin, driver, options);
  const counts: Record<Noticed, number> = { noticed: 0, unnoticed: 0, impossible: 0 };
  for (const fault of FAULTS.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const id = fault.requirement;
    const selected = [...catalogue].filter((requirement) => requirement.id === id);
    if (selected.length === 0) throw new Error(`the fault ${fault.name} breaks ${id}, which is not in the catalogue`);
    const faulty = { ...driver, argv: [...driver.argv, "--fault", fault.name] };
    const own = await inProcess(faulty, agentPath(), sandboxFor(driver, found), found.host, fault.name);
    const { signal } = new AbortController();
    const target = await RuntimeTarget.open({ bin, driver: own, found, jobs: options.jobs, given: options.given, signal });
    const { cases, ...covering } = suiteOptionsFrom(options);
    if (fault.together) await target.learnLevels();
    const aimed = { ...covering, ...(fault.together ? {} : { cases }), selected, seed: 20, signal, shrinkBudget: 40 };
    const [result] = (await runSuite(runtimeSuite, target, aimed, []).finally(() => target.close())).requirements;
    const verdict = verdictOf(result);
    counts[verdict]++;
    const word = { noticed: "ok", unnoticed: "not ok", impossible: "ok" }[verdict];
    const reason = verdict === "impossible" ? ` # SKIP ${result?.reason ?? ""}` : "";
    process.stdout.write(`${word} - ${fault.name}: ${id}${reason}\n`);
    if (verdict === "unnoticed") process.stdout.write(`# it says ${result?.verdict ?? "nothing"}, exercised ${result?.exercised ?? 0}\n`);
  }
  const possible = counts.noticed + counts.unnoticed;
  const share = possible === 0 ? 0 : Math.floor((100 * counts.noticed) / possible);
  process.stdout.write(
    `# ${counts.noticed} of ${possible} faults noticed (${share} %); ${counts.impossible} cannot be shown on this host\n`,
  );
  return counts.unnoticed === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
