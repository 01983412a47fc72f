import { readFileSync } from "node:fs";
import { join } from "node:path";
import { minimalCase } from "../generators/runtime/base.js";
import { anyCase } from "../generators/runtime/case.js";
import type { Progress, Reporter } from "../reports/reporter.js";
import { type Results, summarize } from "../reports/results.js";
import { HarnessError } from "../runners/errors.js";
import { type Execute, explore, inParallel, type Source } from "../runners/explore.js";
import type { Judged } from "../runners/outcome.js";
import { agentPath } from "../runners/runtime/build-native.js";
import type { RuntimeCase } from "../runners/runtime/case.js";
import type { Observation } from "../runners/runtime/observation.js";
import { Pool } from "../runners/runtime/pool.js";
import { type CgroupView, type Preflight, preflight, resolveProgram, splitCommand } from "../runners/runtime/preflight.js";
import type { SandboxOptions } from "../runners/runtime/protocol.js";
import type { Driver } from "../runners/runtime/script.js";
import { storedCases } from "../runners/runtime/store.js";
import type { Setting } from "../runners/runtime/target.js";
import { WorkerDied } from "../runners/runtime/worker.js";
import { type Shrunk, shrink } from "../runners/shrink.js";
import { compareReleases, RELEASES, type Requirement } from "../spec/catalogue.js";
import { checks, examples } from "../suites/runtime/index.js";
import { judge } from "../suites/runtime/judge.js";
import type { RuntimeOptions } from "./runtime-options.js";
import { applies, resultFor, storeFailure } from "./runtime-results.js";

/** Each requirement that the host allows is exercised at least so often. */
const AT_LEAST = 3;
const SHRINK_BUDGET = 60;
const CONFIRMATIONS = 3;

/** The driver for a `--bin` value. @throws UsageError when there is no such program. */
export function driverFor(bin: string, options: Pick<RuntimeOptions, "runtimeArg" | "timeout">): Driver {
  const [program = "", ...args] = splitCommand(bin);
  return { argv: [resolveProgram(program), ...args, ...options.runtimeArg], timeoutMs: options.timeout };
}

/** The views of cgroups to try: an ordinary user can show what is there, read-only, or hide it. */
const cgroupViews = (): readonly CgroupView[] => (process.geteuid?.() === 0 ? ["host", "v1", "v2", "none"] : ["host", "none"]);

/** Finds out what the target and the host can do. @throws Inconclusive, SandboxFailed */
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
 * is aimed at get an error, never a failure; `complaints` keeps the words.
 */
export function executor(pool: Pool, setting: Setting, complaints: string[]): Execute<RuntimeCase, Observation> {
  return async (subject): Promise<Judged<Observation>> => {
    try {
      const observation = await pool.run(subject);
      return { observation, outcomes: judge(checks, subject, observation, setting) };
    } catch (thrown) {
      if (!(thrown instanceof WorkerDied || thrown instanceof HarnessError)) throw thrown;
      const message = `${subject.title}: ${thrown.message}`;
      complaints.push(message);
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

/** A stored case may be of a release that this target does not know. */
const suits = ({ containers }: RuntimeCase, release: string): boolean =>
  containers.every(({ config: { ociVersion } }) => !/^\d+\.\d+\.\d+/.test(ociVersion) || compareReleases(ociVersion, release) <= 0);

/** The version of this tool, from its package. */
const toolVersion = (): string => {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  return typeof manifest === "object" && manifest !== null && "version" in manifest ? String(manifest.version) : "unknown";
};

/** Keeps a case with everything that failed in it, by its number in the run. */
function keep(run: TargetRun, number: number, subject: RuntimeCase, { observation, outcomes }: Judged<Observation>): void {
  for (const requirement of run.selected) {
    const outcome = outcomes.get(requirement.id);
    if (outcome?.verdict !== "fail") continue;
    storeFailure(join(run.options.out, "kept", String(number)), requirement, run, {
      case: subject,
      observation,
      expected: outcome.expected,
    });
  }
}

/** Explores one target, shrinks what failed, stores it, and gives the results. */
export async function runTarget(run: TargetRun, reporters: readonly Reporter[]): Promise<Results> {
  const { options, found, driver, signal } = run;
  const setting: Setting = { host: found.host, target: found.target };
  const begun = performance.now();
  const wanted = new Set(run.selected.filter((requirement) => applies(requirement, found.target.release)).map(({ id }) => id));
  const pool = await Pool.start(agentPath(), sandboxFor(driver, found), driver, options.jobs);
  const onAbort = (): void => void pool.close();
  signal.addEventListener("abort", onAbort, { once: true });
  // It may have come while the workers were starting.
  if (signal.aborted) onAbort();
  try {
    const complaints: string[] = [];
    let cases = 0;
    const judged = executor(pool, setting, complaints);
    const execute: typeof judged = async (subject) => {
      const number = ++cases;
      const result = await judged(subject);
      if (options.keep) keep(run, number, subject, result);
      return result;
    };
    const progress = (part: Progress): void => {
      for (const reporter of reporters) reporter.progress(part);
    };
    const root = join(options.out, "failures");
    const tallies = await explore(execute, {
      seed: run.seed,
      wanted,
      stored: storedCases(root).filter((subject) => suits(subject, found.target.release)),
      sources: sourcesFor(setting),
      general: generalCases(setting, options.time !== undefined),
      generalCases: options.cases,
      atLeast: AT_LEAST,
      jobs: options.jobs,
      ...(options.time === undefined ? {} : { until: Date.now() + options.time }),
      bail: options.bail,
      signal,
      onCase: (done, total, all) =>
        progress({ phase: "explore", done, total, findings: [...all.values()].filter(({ failures }) => failures > 0).length }),
    });
    const shrunk = new Map<string, Shrunk<RuntimeCase, Observation>>();
    const failing = [...tallies.values()].filter(({ worst }) => worst !== undefined);
    await inParallel(failing, options.jobs, signal, async ({ id, worst, others }) => {
      progress({ phase: "shrink", done: shrunk.size, total: failing.length, findings: failing.length, current: id });
      // A case that failed by luck must not hide one that always does.
      for (const failure of worst ? [worst, ...others] : []) {
        const small = await shrink(id, failure, execute, { budget: run.shrinkBudget ?? SHRINK_BUDGET, confirmations: CONFIRMATIONS, signal });
        if (!shrunk.has(id) || small.failed > 0) shrunk.set(id, small);
        if (small.failed > 0) break;
      }
    });
    const requirements = run.selected.map((requirement) =>
      resultFor(requirement, { tally: tallies.get(requirement.id), shrunk: shrunk.get(requirement.id), bin: run.bin, driver, found, root }),
    );
    return {
      format: "oci-conform/results@1",
      tool: { name: "oci-conform", version: toolVersion() },
      target: {
        name: run.bin,
        command: driver.argv.join(" "),
        version: found.target.version,
        spec: found.target.release,
        specReason: found.target.releaseReason,
      },
      host: { kernel: found.host.kernel, arch: found.host.arch, cgroup: found.view, root: found.host.root },
      seed: run.seed,
      cases,
      durationMs: Math.round(performance.now() - begun),
      ...(signal.aborted ? { interrupted: true } : {}),
      ...(complaints.length > 0 ? { complaints: [...new Set(complaints)] } : {}),
      summary: summarize(requirements),
      requirements,
    };
  } finally {
    signal.removeEventListener("abort", onAbort);
    await pool.close();
  }
}

const sourcesFor = (setting: Setting): Source<RuntimeCase>[] =>
  examples.map(({ ids, cases }) => {
    const made = cases(setting);
    return { name: ids.join(" "), ids, cases: "lack" in made ? made : made.map((subject) => ({ ...subject, aims: ids })) };
  });
