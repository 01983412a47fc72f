import { join } from "node:path";
import { minimalCase } from "../../../generators/runtime/base.js";
import { anyCase } from "../../../generators/runtime/case.js";
import { withPath } from "../../../generators/runtime/with-path.js";
import type { Telling } from "../../../reports/reporter.js";
import type { Results } from "../../../reports/results/results.js";
import { Complaints } from "../../../runners/complaints.js";
import type { Execute, Source } from "../../../runners/explore.js";
import { interrupted } from "../../../runners/interrupt.js";
import type { Judged } from "../../../runners/outcome.js";
import { agentPath } from "../../../runners/runtime/build-native.js";
import type { RuntimeCase } from "../../../runners/runtime/case.js";
import type { Observation } from "../../../runners/runtime/observation.js";
import { Pool } from "../../../runners/runtime/pool.js";
import { type CgroupView, type Preflight, preflight, resolveProgram, splitCommand } from "../../../runners/runtime/preflight.js";
import type { SandboxOptions } from "../../../runners/runtime/protocol.js";
import type { Driver } from "../../../runners/runtime/script.js";
import { storedCases } from "../../../runners/runtime/store.js";
import type { Setting } from "../../../runners/runtime/target.js";
import { WorkerDied } from "../../../runners/runtime/worker.js";
import { compareReleases, RELEASES, type Requirement } from "../../../spec/catalogue.js";
import { HarnessError } from "../../../spec/errors.js";
import { checks, examples } from "../../../suites/runtime/index.js";
import { judge } from "../../../suites/runtime/judge.js";
import { howToRun, runSuite, SHELVES, shelfOf } from "../../session/run-suite.js";
import type { RuntimeOptions } from "./options.js";
import { findingFor, storeFailure } from "./results.js";

/** The driver for a `--bin` value. @throws UsageError when there is no such program. */
export function driverFor(bin: string, options: Pick<RuntimeOptions, "runtimeArg" | "timeout">): Driver {
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

/**
 * Carries cases out in a pool and judges them. When the harness itself fails on a case, the requirements that the case
 * is aimed at get an error, never a failure; `complaints` keeps the words, unless an interrupt is to blame.
 */
export function executor(pool: Pool, setting: Setting, complaints: Complaints, signal: AbortSignal): Execute<RuntimeCase, Observation> {
  return async (subject): Promise<Judged<Observation>> => {
    try {
      const observation = await pool.run(subject);
      return { observation, outcomes: judge(checks, subject, observation, setting) };
    } catch (thrown) {
      if (!(thrown instanceof WorkerDied || thrown instanceof HarnessError)) throw thrown;
      const message = `${subject.title}: ${thrown.message}`;
      if (!(await interrupted(signal))) complaints.add(message);
      return { observation: UNSEEN, outcomes: new Map(subject.aims.map((id) => [id, { verdict: "error", message }])) };
    }
  };
}

const UNSEEN: Observation = {
  format: "oci-conform/runtime-observation@1",
  steps: [],
  containers: [],
  seccomp: [],
  leftovers: { processes: [], mounts: [], cgroups: [], interfaces: [], devices: [], stillKnown: [] },
  control: null,
};

export interface TargetRun {
  readonly bin: string;
  readonly driver: Driver;
  readonly found: Preflight;
  readonly selected: readonly Requirement[];
  readonly options: RuntimeOptions;
  readonly seed: number;
  readonly signal: AbortSignal;
  /** At most so many runs to shrink a failing case, if not as many as usual. */
  readonly shrinkBudget?: number;
}

/** What operations at the same time come to is a matter of luck: that is for fuzz runs, so that others are repeatable. */
const generalCases = ({ host, target }: Setting, fuzz: boolean) =>
  anyCase(host, target.release).filter(({ steps }) => fuzz || steps.every(({ op }) => op !== "parallel"));

/** Why a requirement is not asked of a target that is judged by the release; undefined when it is. */
function notInForce({ since, until }: Requirement, release: string): string | undefined {
  if (since !== undefined && compareReleases(since, release) > 0) return `came with release ${since}; the target is judged by ${release}`;
  return until !== undefined && compareReleases(release, until) > 0
    ? `went after release ${until}; the target is judged by ${release}`
    : undefined;
}

/** A stored case may be of a release that this target does not know. */
const suits = ({ containers }: RuntimeCase, release: string): boolean =>
  containers.every(({ config: { ociVersion } }) => !/^\d+\.\d+\.\d+/.test(ociVersion) || compareReleases(ociVersion, release) <= 0);

/** Explores one target, shrinks what failed, stores it, and gives the results. */
export async function runTarget(run: TargetRun, reporters: readonly Telling[]): Promise<Results> {
  const { bin, options, found, driver, signal, selected, seed } = run;
  const setting: Setting = { host: found.host, target: found.target };
  const pool = await Pool.start(agentPath(), sandboxFor(driver, found), driver, options.jobs);
  const onAbort = (): void => void pool.close();
  signal.addEventListener("abort", onAbort, { once: true });
  // It may have come while the workers were starting.
  if (signal.aborted) onAbort();
  const complaints = new Complaints();
  const help = found.target.needsPath ? withPath : (subject: RuntimeCase): RuntimeCase => subject;
  try {
    const results = await runSuite<RuntimeCase, Observation>(
      {
        release: found.target.release,
        notAsked: (requirement) => notInForce(requirement, found.target.release),
        execute: executor(pool, setting, complaints, signal),
        lanes: Pool.lanes(options.jobs),
        // Which of several operations at the same time comes first is a matter of luck.
        lucky: ({ steps }) => steps.some(({ op }) => op === "parallel"),
        stored: SHELVES.flatMap((shelf) => storedCases(join(options.out, shelf))).filter((subject) => suits(subject, found.target.release)),
        sources: sourcesFor(setting).map((source) => ({
          ...source,
          cases: "lack" in source.cases ? source.cases : source.cases.map(help),
        })),
        general: generalCases(setting, options.time !== undefined).map(help),
        finding: (requirement, shrunk) => findingFor(requirement, { bin, driver, found, root: join(options.out, shelfOf(shrunk)) }, shrunk),
        ...(options.keep
          ? {
              keep: (requirement, number, subject, { observation }, expected) => {
                storeFailure(join(options.out, "kept", String(number)), requirement, run, { case: subject, observation, expected });
              },
            }
          : {}),
      },
      {
        selected,
        seed,
        signal,
        ...howToRun(options),
        ...(run.shrinkBudget === undefined ? {} : { shrinkBudget: run.shrinkBudget }),
      },
      reporters,
    );
    return {
      ...results,
      suite: "runtime",
      target: {
        name: bin,
        command: driver.argv.join(" "),
        version: found.target.version,
        spec: found.target.release,
        specReason: found.target.releaseReason,
      },
      host: {
        kernel: found.host.kernel,
        arch: found.host.arch,
        cgroup: found.view,
        cgroupReason: found.viewReason,
        root: found.host.root,
      },
      ...(found.unseen.length > 0 ? { incomplete: found.unseen.map((reason) => ({ what: bin, reason })) } : {}),
      ...complaints.inResults,
    };
  } finally {
    signal.removeEventListener("abort", onAbort);
    await pool.close();
  }
}

const sourcesFor = (setting: Setting): Source<RuntimeCase>[] =>
  examples.map(({ aims, cases }) => {
    const made = cases(setting);
    return {
      name: aims.join(" "),
      ids: aims,
      cases: "unavailable" in made ? { lack: made.unavailable } : made.map((subject) => ({ ...subject, aims })),
    };
  });
