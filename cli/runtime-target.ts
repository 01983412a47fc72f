import { readFileSync } from "node:fs";
import { join } from "node:path";
import { baseCase, minimalConfig } from "../generators/runtime/base.js";
import { anyCase } from "../generators/runtime/case.js";
import type { Reporter } from "../reports/reporter.js";
import type { Finding, RequirementResult, Results } from "../reports/results.js";
import { summarize } from "../reports/results.js";
import { HarnessError } from "../runners/errors.js";
import { type Execute, explore, inParallel, type Source, type Tally } from "../runners/explore.js";
import type { Judged } from "../runners/outcome.js";
import { agentPath } from "../runners/runtime/build-agent.js";
import type { RuntimeCase } from "../runners/runtime/case.js";
import type { Observation, StepResult } from "../runners/runtime/observation.js";
import { Pool } from "../runners/runtime/pool.js";
import { type Preflight, preflight, resolveProgram, splitCommand } from "../runners/runtime/preflight.js";
import type { Driver } from "../runners/runtime/script.js";
import { store, storedCases } from "../runners/runtime/store.js";
import type { Setting } from "../runners/runtime/target.js";
import { WorkerDied } from "../runners/runtime/worker.js";
import { type Shrunk, shrink } from "../runners/shrink.js";
import { type Catalogue, compareReleases, RELEASES, type Requirement, sectionUrl } from "../spec/catalogue.js";
import { checks, examples } from "../suites/runtime/index.js";
import { judge } from "../suites/runtime/judge.js";
import type { RuntimeOptions } from "./runtime-options.js";

/** Each requirement that the host allows is exercised at least so often. */
const AT_LEAST = 3;
const SHRINK_BUDGET = 60;
const CONFIRMATIONS = 3;

/** The driver for a `--bin` value. @throws UsageError when there is no such program. */
export function driverFor(bin: string, options: Pick<RuntimeOptions, "runtimeArg" | "timeout">): Driver {
  const [program = "", ...args] = splitCommand(bin);
  return { argv: [resolveProgram(program), ...args, ...options.runtimeArg], timeoutMs: options.timeout };
}

/** Finds out what the target and the host can do. @throws Inconclusive, SandboxFailed */
export const preflightFor = (bin: string, driver: Driver, options: RuntimeOptions): Promise<Preflight> =>
  preflight({
    agent: agentPath(),
    name: bin,
    driver,
    views: options.cgroup === undefined ? ["host", "v1", "v2", "none"] : [options.cgroup],
    minimal: (release) => baseCase(minimalConfig(release), "the minimal container"),
    releases: RELEASES,
    ...(options.spec === undefined ? {} : { release: options.spec }),
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
  readonly catalogue: Catalogue;
  readonly selected: readonly Requirement[];
  readonly options: RuntimeOptions;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** Explores one target, shrinks what failed, stores it, and gives the results. */
export async function runTarget(run: TargetRun, reporters: readonly Reporter[]): Promise<Results> {
  const { options, found, driver, signal } = run;
  const setting: Setting = { host: found.host, target: found.target };
  const begun = performance.now();
  const wanted = new Set(run.selected.filter((requirement) => applies(requirement, found.target.release)).map(({ id }) => id));
  const pool = await Pool.start(agentPath(), { cgroup: found.view }, driver, options.jobs);
  const onAbort = (): void => void pool.close();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const complaints: string[] = [];
    let cases = 0;
    const judged = executor(pool, setting, complaints);
    const execute: typeof judged = (subject) => {
      cases++;
      return judged(subject);
    };
    const progress = (part: Progress): void => {
      for (const reporter of reporters) reporter.progress(part);
    };
    const root = join(options.out, "failures");
    const tallies = await explore(execute, {
      seed: run.seed,
      wanted,
      stored: storedCases(root),
      sources: sourcesFor(setting),
      general: anyCase(setting.host, setting.target.release),
      generalCases: options.cases,
      atLeast: AT_LEAST,
      jobs: options.jobs,
      ...(options.time === undefined ? {} : { until: Date.now() + options.time }),
      bail: options.bail,
      signal,
      onCase: (done, total, all) => progress({ phase: "explore", done, total, findings: [...all.values()].filter(({ failures }) => failures > 0).length }),
    });
    const shrunk = new Map<string, Shrunk<RuntimeCase, Observation>>();
    const failing = [...tallies.values()].filter(({ worst }) => worst !== undefined);
    await inParallel(failing, options.jobs, signal, async ({ id, worst }) => {
      progress({ phase: "shrink", done: shrunk.size, total: failing.length, findings: failing.length, current: id });
      if (worst) shrunk.set(id, await shrink(id, worst, execute, { budget: SHRINK_BUDGET, confirmations: CONFIRMATIONS, signal }));
    });
    const requirements = run.selected.map((requirement) =>
      resultFor(requirement, { tally: tallies.get(requirement.id), shrunk: shrunk.get(requirement.id), run, root }),
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
  examples.map(({ ids, cases }, at) => {
    const made = cases(setting);
    return { name: `${ids[0]}#${at}`, ids, cases: "lack" in made ? made : made.map((subject) => ({ ...subject, aims: ids })) };
  });
