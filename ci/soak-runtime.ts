import { runtimeOptions } from "../cli/commands/runtime/options.js";
import { testable } from "../cli/commands/runtime/runtime.js";
import { driverFor, preflightFor, RuntimeTarget, sandboxFor } from "../cli/commands/runtime/target.js";
import { runSuite, suiteOptionsFrom } from "../cli/session/run-suite.js";
import { agentPath, referencePath } from "../runners/runtime/build-native.js";
import { inProcess } from "../runners/runtime/reference.js";
import { loadCatalogue, RELEASES } from "../spec/catalogue.js";
import { runtimeSuite } from "../suites/runtime/index.js";
import { nextRound, roundOf, type Soak, type SoakRun } from "./soak-part.js";

/** A round has all examples, and general cases for so long. */
const ROUND_MS = 120_000;

/** The release by which a round is judged: every other round the newest, and each of the others in turn. */
const releaseOf = (round: number): string => (round % 2 === 0 ? RELEASES.at(-1) : RELEASES[((round - 1) / 2) % RELEASES.length]) ?? "1.0.0";

async function explore(run: SoakRun, bundled: boolean): Promise<void> {
  const catalogue = await loadCatalogue("runtime");
  const selected = testable(catalogue);
  const bin = referencePath();
  for (let round = 0, time = nextRound(run, ROUND_MS); time > 0; round++, time = nextRound(run, ROUND_MS)) {
    const [seed, out, release] = [run.seed(round), run.out(round), releaseOf(round)];
    // A fault has been shown with its first finding.
    const bail = run.fault === undefined ? [] : ["--bail"];
    const args = ["--time", `${time}ms`, "--keep", "--out", out, "--jobs", `${run.jobs}`, "--spec", release, ...bail];
    const options = runtimeOptions(args, run.jobs);
    if (!options) return;
    const plain = driverFor(bin, options);
    const driver = run.fault === undefined ? plain : { ...plain, argv: [...plain.argv, "--fault", run.fault] };
    const found = await preflightFor(bin, plain, options);
    const own = bundled ? await inProcess(driver, agentPath(), sandboxFor(driver, found), found.host, run.fault) : driver;
    const { signal } = run;
    const target = await RuntimeTarget.open({ bin, driver: own, found, jobs: options.jobs, given: options.given, signal });
    const results = await runSuite(runtimeSuite, target, { ...suiteOptionsFrom(options), selected, seed, signal }, []).finally(() =>
      target.close(),
    );
    const ended = roundOf(`release ${release}`, seed, out, results);
    run.tell(ended);
    if (run.fault !== undefined && ended.findings.length > 0) return;
  }
}

/** The bundled runtime, its configs lowered in this process, with cases of all kinds: whole configs, faults, lifecycles, callers at once. */
export const runtime: Soak = (run) => explore(run, true);

/** The same by its command line. */
export const runtimeCli: Soak = (run) => explore(run, false);
