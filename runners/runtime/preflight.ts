import { accessSync, constants, statSync } from "node:fs";
import { delimiter, resolve } from "node:path";
import { Inconclusive, UsageError } from "../../spec/errors.js";
import { idOf, type RuntimeCase } from "./case.js";
import type { TargetFacts } from "./facts.js";
import { followed, followedBest } from "./follow.js";
import type { HostFacts } from "./host.js";
import { hostFacts } from "./host-facts.js";
import type { Observation, Ran, StepResult } from "./observation.js";
import { parsed } from "./observe.js";
import type { SandboxOptions } from "./protocol.js";
import { runCase } from "./run-case.js";
import type { Driver } from "./script.js";
import { SandboxFailed, Worker } from "./worker.js";

export type CgroupView = SandboxOptions["cgroup"];

/** What preflight found out. */
export interface Preflight {
  /** How the target is called, and how its containers are followed. */
  readonly driver: Driver;
  readonly host: HostFacts;
  readonly target: TargetFacts;
  readonly view: CgroupView;
  /** Why that view, when not the first one tried. */
  readonly viewReason: string;
  /** What of the target's containers cannot be seen, so that nothing is judged by it. */
  readonly unseen: readonly string[];
}

export interface PreflightOptions {
  readonly agent: string;
  /** The value of `--bin`. */
  readonly name: string;
  readonly driver: Driver;
  /** Paths that the sandbox's fresh /run would hide. */
  readonly expose: readonly string[];
  /** The views to try, in order. */
  readonly views: readonly CgroupView[];
  /** The smallest case, for a release: everything that works at all must run it to its end. */
  readonly minimal: (release: string) => RuntimeCase;
  /** The same case with PATH in the environment, for a target that runs nothing without. */
  readonly helped: (testCase: RuntimeCase) => RuntimeCase;
  /** The releases of the spec, oldest first. */
  readonly releases: readonly string[];
  /** The release that the user asked for. */
  readonly release?: string;
  /** It is enough that there is something to judge, whatever else was wrong: that is for the checks to find. */
  readonly wrongly?: true;
}

/** A word of a command: any run of plain characters and quoted parts. A quote that is never closed is a plain character. */
const WORD = /(?:"[^"]*"|'[^']*'|\S)+/g;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;

/** Splits `runsc --ignore-cgroups` like a shell would, as far as words and quotes go. */
export const splitCommand = (command: string): string[] =>
  [...command.matchAll(WORD)].map(([word]) =>
    word.replaceAll(/"([^"]*)"|'([^']*)'/g, (_, double: string | undefined, single: string | undefined) => double ?? single ?? ""),
  );

/** Finds the program by path or in PATH. @throws UsageError when it is not there or cannot be executed. */
export function resolveProgram(program: string, option = "--bin"): string {
  const candidates = program.includes("/")
    ? [resolve(program)]
    : (process.env.PATH ?? "").split(delimiter).map((directory) => resolve(directory, program));
  const found = candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return statSync(path).isFile();
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new UsageError(`${option} ${program}: no such executable${program.includes("/") ? "" : " in PATH"}`);
  return found;
}

const said = (ran: Ran): string => {
  const text = (ran.stderr.trim() || ran.stdout.trim()).slice(-1500);
  if (ran.exit.kind === "timeout") return `did not end in time${text && `: ${text}`}`;
  if (ran.exit.kind === "signaled") return `was killed by ${ran.exit.signal}${text && `: ${text}`}`;
  if (ran.exit.kind === "unstartable") return `could not be executed: ${ran.exit.errno}`;
  return `exited ${ran.exit.code}${text ? `: ${text}` : " without a word"}`;
};

/** What kept the minimal case from running to its end, or undefined. */
export function obstacle(testCase: RuntimeCase, seen: Observation): { readonly reason: string; readonly hang: boolean } | undefined {
  for (const [at, step] of testCase.steps.entries()) {
    const result: StepResult | undefined = seen.steps[at];
    if (!result || !("ran" in result) || step.op === "state") continue;
    if (result.ran.exit.kind === "exited" && result.ran.exit.code === 0) {
      if (step.op === "create" && seen.containers[0]?.pid === null) {
        return { reason: "create succeeded, but wrote no PID file (--pid-file), and state names no pid", hang: false };
      }
      continue;
    }
    return { reason: `${step.op} ${said(result.ran)}`, hang: result.ran.exit.kind === "timeout" };
  }
  if (!seen.containers[0]?.inside) return { reason: "all operations succeeded, but the container's program never reported", hang: false };
  return undefined;
}

/** Create and start worked, and a `state` told of the container: the target runs containers, whether or not their programs are heard of. */
export function isTold({ steps }: Observation): boolean {
  const began = steps.filter(({ op }) => op === "create" || op === "start");
  return (
    began.every((step) => "ran" in step && worked(step.ran)) &&
    steps.some((step) => step.op === "state" && isObject(step.state) && step.state.id === idOf(0) && typeof step.state.status === "string")
  );
}

interface Problem {
  readonly reason: string;
  readonly hang: boolean;
  /** There is something to judge nonetheless. */
  readonly judgeable: boolean;
}

/** What keeps the target from being judged by such cases. */
function problemOf({ wrongly }: PreflightOptions, testCase: RuntimeCase, seen: Observation): Problem | undefined {
  const judgeable = seen.containers[0]?.inside != null || isTold(seen);
  const problem = wrongly && judgeable ? undefined : obstacle(testCase, seen);
  return problem && { ...problem, judgeable };
}

/** Carries a case out. */
const obstacleTo = async (worker: Worker, options: PreflightOptions, testCase: RuntimeCase): Promise<Problem | undefined> =>
  problemOf(options, testCase, await runCase(worker, testCase, options.driver));

/** Runs the operation outside of any case. */
async function ask(worker: Worker, driver: Driver, args: readonly string[]): Promise<Ran | null> {
  const [answer] = await worker.run([
    { do: "run", argv: [...driver.argv, ...args], timeoutMs: driver.timeoutMs, slot: -1, umask: 0o022, cwd: "/", background: "" },
    { do: "clean" },
  ]);
  if (answer?.kind !== "ran") return null;
  return { ...answer, stdout: answer.stdout.toString("utf8"), stderr: answer.stderr.toString("utf8") };
}

const worked = (ran: Ran | null): ran is Ran => ran?.exit.kind === "exited" && ran.exit.code === 0;

/**
 * Looks for a cgroup view in which the target runs the minimal case, if need be with PATH in its environment, then collects the facts of
 * host and target.
 * @throws Inconclusive when no view works: with the target's own words, or the step of the sandbox that failed.
 */
export async function preflight(options: PreflightOptions): Promise<Preflight> {
  const obstacles: Obstacle[] = [];
  const plain = await inSomeView(options, obstacles);
  if (plain) return plain;
  const helped = obstacles.some(({ reason, ofTarget }) => ofTarget && reason.includes("PATH"))
    ? await inSomeView({ ...options, minimal: (release) => options.helped(options.minimal(release)) }, [])
    : undefined;
  const wrongly = helped || !obstacles.some(({ judgeable }) => judgeable) ? undefined : await inSomeView({ ...options, wrongly: true }, []);
  if (!helped) return wrongly ?? nothingWorks(options.name, obstacles);
  const { target } = helped;
  const releaseReason = `${target.releaseReason}; it runs nothing without PATH in process.env, so that every case sets it`;
  return { ...helped, target: { ...target, releaseReason, needsPath: true } };
}

/** What kept a view from being used: its sandbox could not be made, or the target did not run in it. */
interface Obstacle {
  readonly view: CgroupView;
  readonly reason: string;
  readonly ofTarget: boolean;
  /** There is something to judge nonetheless. */
  readonly judgeable: boolean;
}

const inWords = ({ view, reason }: Obstacle): string => `${view} view: ${reason}`;

/** What was expected, and which option may help. */
function helpFor(obstacles: readonly Obstacle[]): string {
  const reasons = obstacles.map(({ reason }) => reason).join(" ");
  const hints = [
    ...(/cgroup/i.test(reasons) ? ["--cgroup VIEW (host, v1, v2, none) says what it sees of cgroups"] : []),
    ...(/permission|not permitted|EPERM|EACCES|must be root/i.test(reasons) && process.geteuid?.() !== 0 ? ["it may want root"] : []),
    "arguments that go before every operation stand in --bin, such as --bin 'runsc --network=none --ignore-cgroups'",
  ];
  return `expected: create --bundle DIR --pid-file FILE ID, start, state and delete exit 0, and the program's output is create's; ${hints.join("; ")}`;
}

/** @throws Inconclusive always: in one line where there was no sandbox to run the target in. */
function nothingWorks(name: string, obstacles: readonly Obstacle[]): never {
  const [first] = obstacles;
  if (first && obstacles.every(({ ofTarget, reason }) => !ofTarget && reason === first.reason)) throw new Inconclusive(first.reason);
  const told = obstacles.map(inWords).join("\n  ");
  throw new Inconclusive(
    obstacles.some(({ ofTarget }) => ofTarget)
      ? `${name} cannot run the minimal container:\n  ${told}\n  ${helpFor(obstacles)}`
      : `no sandbox can be made:\n  ${told}`,
  );
}

/** Tries one view after the other. What kept the case from running goes to `obstacles`. */
async function inSomeView(options: PreflightOptions, obstacles: Obstacle[]): Promise<Preflight | undefined> {
  for (const view of options.views) {
    let worker: Worker;
    try {
      worker = await Worker.start({
        agent: options.agent,
        cgroup: view,
        expose: options.expose,
        cgroupName: `oci-conform-${process.pid}-preflight`,
      });
    } catch (thrown) {
      if (!(thrown instanceof SandboxFailed)) throw thrown;
      obstacles.push({ view, reason: thrown.message, ofTarget: false, judgeable: false });
      continue;
    }
    try {
      const testCase = options.minimal("1.0.0");
      const { driver, seen, unseen } = await followedBest(worker, options.driver, testCase);
      const problem = problemOf(options, testCase, seen);
      if (!problem) {
        const host = await hostFacts(worker);
        const target = await targetFacts(worker, { ...options, driver });
        return { driver, host, target, view, viewReason: obstacles.map(inWords).join("; "), unseen };
      }
      obstacles.push({ view, reason: problem.reason, ofTarget: true, judgeable: problem.judgeable });
      if (problem.hang) break;
    } finally {
      await worker.close();
    }
  }
  return undefined;
}

async function targetFacts(worker: Worker, options: PreflightOptions): Promise<TargetFacts> {
  const version = await ask(worker, options.driver, ["--version"]);
  const answered = await ask(worker, options.driver, ["features"]);
  const features = worked(answered) ? parsed(answered.stdout) : null;
  const text = worked(version) ? version.stdout : "";
  const found =
    options.release === undefined
      ? await newestRelease(worker, options, declaredRelease(features, text))
      : await askedRelease(worker, options, options.release);
  const releaseReason = [found.releaseReason, ...followed(options.driver)].join("; ");
  return {
    name: options.name,
    argv: options.driver.argv,
    version: text.split("\n")[0]?.trim() ?? "",
    features,
    ...found,
    releaseReason,
    ...(options.driver.pidFromState ? { pidFromState: true } : {}),
  };
}

/** @throws Inconclusive when the target refuses every config of the release that the user asks for. */
async function askedRelease(
  worker: Worker,
  options: PreflightOptions,
  release: string,
): Promise<Pick<TargetFacts, "release" | "releaseReason">> {
  const testCase = options.minimal(release);
  const problem = await obstacleTo(worker, options, testCase);
  if (problem) throw new Inconclusive(`${options.name} does not take configs of release ${release}: ${problem.reason}`);
  return { release, releaseReason: "asked for by --spec" };
}

/** The release that the target itself names: `features`' ociVersionMax, else `spec: X` in its version text. */
export function declaredRelease(features: unknown, version: string): string | undefined {
  const max = typeof features === "object" && features !== null && "ociVersionMax" in features ? features.ociVersionMax : undefined;
  const text = typeof max === "string" ? max : /\bspec:\s*(\S+)/i.exec(version)?.[1];
  return /^\d+\.\d+\.\d+/.exec(text ?? "")?.[0];
}

/**
 * The newest release whose number the target accepts in `ociVersion`. A target that also accepts a release that does not
 * exist does not look at the number: then what it declares counts.
 */
async function newestRelease(
  worker: Worker,
  options: PreflightOptions,
  declared: string | undefined,
): Promise<Pick<TargetFacts, "release" | "releaseReason">> {
  const accepts = async (ociVersion: string): Promise<boolean> => {
    const testCase = options.minimal(ociVersion);
    return (await obstacleTo(worker, options, testCase)) === undefined;
  };
  const newest = options.releases.at(-1) ?? "1.0.0";
  if (await accepts("99.0.0")) {
    const known = declared === undefined ? undefined : options.releases.findLast((release) => !isNewer(release, declared));
    return known === undefined
      ? { release: newest, releaseReason: "it accepts any ociVersion and declares none" }
      : { release: known, releaseReason: `it accepts any ociVersion, and declares ${declared}` };
  }
  for (const release of options.releases.toReversed()) {
    if (await accepts(release)) return { release, releaseReason: "the newest that it accepts" };
  }
  return { release: "1.0.0", releaseReason: "the only one that it accepts" };
}

const isNewer = (a: string, b: string): boolean => {
  const [left, right] = [a.split(".").map(Number), b.split(".").map(Number)];
  const at = left.findIndex((part, index) => part !== right[index]);
  return at >= 0 && (left[at] ?? 0) > (right[at] ?? 0);
};
