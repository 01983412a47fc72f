import { minimalCase } from "../../../generators/runtime/base.js";
import { refusedLevels } from "../../../generators/runtime/factors/refused.js";
import { withPath } from "../../../generators/runtime/with-path.js";
import { agentPath } from "../../../runners/runtime/build-native.js";
import type { RuntimeCase } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import type { Observation, StepResult } from "../../../runners/runtime/observation.js";
import { Pool } from "../../../runners/runtime/pool.js";
import { type CgroupView, type Preflight, preflight, resolveProgram, splitCommand } from "../../../runners/runtime/preflight.js";
import type { SandboxOptions } from "../../../runners/runtime/protocol.js";
import type { Driver } from "../../../runners/runtime/script.js";
import { RELEASES } from "../../../spec/catalogue.js";
import { refused } from "../../../suites/runtime/suite.js";
import type { OptionValues } from "../../options/option-values.js";
import type { CaseFiles } from "../../session/stored-case.js";
import type { FailedCase, ReachedBy, Target, TargetDescription } from "../../session/target.js";
import { runtimeFiles } from "./files.js";
import type { RuntimeReach } from "./options.js";

/** The driver for a `--bin` value. @throws UsageError when there is no such program. */
export function driverFor(bin: string, options: Pick<RuntimeReach, "runtimeArg" | "timeout">): Driver {
  const [program = "", ...args] = splitCommand(bin);
  return { argv: [resolveProgram(program), ...args, ...options.runtimeArg], timeoutMs: options.timeout };
}

/** The views of cgroups to try: an ordinary user can show what is there, read-only, or hide it. */
const cgroupViews = (): readonly CgroupView[] => (process.geteuid?.() === 0 ? ["host", "v1", "v2", "none"] : ["host", "none"]);

/** Finds out what the target and the host can do. @throws Inconclusive */
export const preflightFor = (
  bin: string,
  driver: Driver,
  options: { readonly cgroup?: CgroupView; readonly spec?: string },
): Promise<Preflight> =>
  preflight({
    agent: agentPath(),
    name: bin,
    driver,
    views: options.cgroup === undefined ? cgroupViews() : [options.cgroup],
    minimal: minimalCase,
    helped: withPath,
    releases: RELEASES,
    expose: exposed(driver),
    ...(options.spec === undefined ? {} : { release: options.spec }),
  });

/** The target's program, if the sandbox's fresh /run would hide it. */
const exposed = (driver: Driver): readonly string[] =>
  driver.argv.slice(0, 1).filter((path) => path.startsWith("/run/") || path.startsWith("/var/run/"));

/** The sandbox of a target's workers. */
export const sandboxFor = (driver: Driver, found: Preflight): Omit<SandboxOptions, "cgroupName"> => ({
  cgroup: found.view,
  expose: exposed(driver),
});

/** The standard errors of the operations of a case, for people. */
const stderrOf = (results: readonly StepResult[]): string =>
  results
    .flatMap((result) => ("ran" in result && result.ran.stderr.trim() !== "" ? [`${result.op}: ${result.ran.stderr.trim()}`] : []))
    .join("\n")
    .slice(0, 4000);

/** What opens a runtime. */
export interface RuntimeToOpen {
  /** The value of `--bin`. */
  readonly bin: string;
  readonly driver: Driver;
  readonly found: Preflight;
  /** How many cases run at the same time. */
  readonly jobs: number;
  /** The options that reach it, as its user gave them. */
  readonly given: OptionValues;
  readonly signal: AbortSignal;
}

/** A runtime with a pool of workers that carry cases out on it. */
export class RuntimeTarget implements Target<RuntimeCase, Observation, RuntimeFacts> {
  readonly name: string;
  readonly options: ReachedBy;
  readonly lanes: number;
  readonly #toOpen: RuntimeToOpen;
  #facts: RuntimeFacts;
  readonly #pool: Pool;
  readonly #onAbort = (): void => void this.#pool.close();

  private constructor(toOpen: RuntimeToOpen, pool: Pool) {
    const { bin, found, given } = toOpen;
    const { bin: _all, ...others } = given;
    this.name = (splitCommand(bin)[0] ?? "target").replace(/^.*\//, "");
    this.#facts = { host: found.host, target: found.target };
    this.options = { given: { bin: [bin], ...others }, found: { spec: found.target.release, cgroup: found.view } };
    this.lanes = Pool.lanes(toOpen.jobs);
    this.#toOpen = toOpen;
    this.#pool = pool;
    toOpen.signal.addEventListener("abort", this.#onAbort, { once: true });
    // It may have come while the workers were starting.
    if (toOpen.signal.aborted) this.#onAbort();
  }

  /** Starts the workers; the signal ends them with all that they started. @throws SandboxFailed */
  static async open(toOpen: RuntimeToOpen): Promise<RuntimeTarget> {
    const { driver, found, jobs } = toOpen;
    return new RuntimeTarget(toOpen, await Pool.start(agentPath(), sandboxFor(driver, found), driver, jobs));
  }

  get facts(): RuntimeFacts {
    return this.#facts;
  }

  run(testCase: RuntimeCase): Promise<Observation> {
    return this.#pool.run(testCase);
  }

  /** Finds out which levels of the factors of configs the target does not take by themselves, so that combinations with them are not asked for. */
  async learnLevels(): Promise<void> {
    const { host, target } = this.#facts;
    const refuses = await refusedLevels({ host, release: target.release }, async (testCase) => {
      const { steps } = await this.run(target.needsPath ? withPath(testCase) : testCase);
      return steps.some((step) => (step.op === "create" || step.op === "start") && refused(step.ran));
    });
    this.#facts = { host, target: { ...target, refuses } };
  }

  describe(): TargetDescription {
    const { bin, driver, found } = this.#toOpen;
    const { target, host } = found;
    return {
      target: {
        name: bin,
        command: driver.argv.join(" "),
        version: target.version,
        spec: target.release,
        specReason: target.releaseReason,
      },
      host: { kernel: host.kernel, arch: host.arch, cgroup: found.view, cgroupReason: found.viewReason, root: host.root },
      ...(found.unseen.length > 0 ? { incomplete: found.unseen.map((reason) => ({ what: bin, reason })) } : {}),
    };
  }

  files(failed: FailedCase<RuntimeCase, Observation>): CaseFiles {
    const { driver, found } = this.#toOpen;
    return runtimeFiles(failed, driver, found.view);
  }

  /** The config of the first container: an object, or the raw text where it is no JSON. */
  input({ containers: [container] }: RuntimeCase): unknown {
    return container?.configText === undefined ? container?.config : container.configText;
  }

  output({ steps }: Observation): string {
    return stderrOf(steps);
  }

  async close(): Promise<void> {
    this.#toOpen.signal.removeEventListener("abort", this.#onAbort);
    await this.#pool.close();
  }
}
