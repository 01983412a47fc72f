import type { Config, Linux, Mount, Process } from "../../spec/runtime/config.js";
import type { Plan, Step, Verbs } from "../plan.js";

/** A requirement broken on purpose, to see whether the suite notices. */
export interface Fault {
  readonly name: string;
  /** The id of the requirement that it breaks. */
  readonly requirement: string;
  /** Changes the config before it is lowered. */
  readonly config?: (config: Config) => Config;
  /** Changes the plan. A fault that changes neither is the core's own, and only its name goes along. */
  readonly plan?: (plan: Plan) => Plan;
  /** It takes two properties that no example has together: only what is covered by construction shows it. */
  readonly together?: true;
  /** What is wrong at such a place is accepted: the container runs as if it were not there. */
  readonly accepts?: RegExp;
}

const fault = (name: string, requirement: string, rest: Omit<Fault, "name" | "requirement"> = {}): Fault => ({
  name,
  requirement,
  ...rest,
});

/** A fault of the core's own. */
export const inCore = (name: string, requirement: string): Fault => fault(name, requirement);

export const inConfig = (name: string, requirement: string, config: (config: Config) => Config): Fault =>
  fault(name, requirement, { config });

export const inProcess = (name: string, requirement: string, change: (process: Process) => Process): Fault =>
  inConfig(name, requirement, (config) => (config.process ? { ...config, process: change(config.process) } : config));

export const inLinux = (name: string, requirement: string, change: (linux: Linux) => Linux): Fault =>
  inConfig(name, requirement, (config) => (config.linux ? { ...config, linux: change(config.linux) } : config));

export const inMounts = (name: string, requirement: string, change: (mounts: readonly Mount[]) => readonly Mount[]): Fault =>
  inConfig(name, requirement, (config) => (config.mounts ? { ...config, mounts: change(config.mounts) } : config));

export const inPlan = (name: string, requirement: string, plan: (plan: Plan) => Plan): Fault => fault(name, requirement, { plan });

/** Steps of that verb are left out: all, or those that the test picks. */
export const dropped = (name: string, requirement: string, verb: keyof Verbs, test: (step: Step) => boolean = () => true): Fault =>
  inPlan(name, requirement, (plan) => plan.filter((step) => step.verb !== verb || !test(step)));

/** The arguments of steps of that verb are changed. */
export const changed = <V extends keyof Verbs>(
  name: string,
  requirement: string,
  verb: V,
  change: (...args: Verbs[V]) => Readonly<Verbs[V]>,
): Fault =>
  inPlan(name, requirement, (plan) =>
    plan.map((step) => (step.verb === verb ? ({ ...step, args: change(...(step.args as unknown as Verbs[V])) } as unknown as Step) : step)),
  );

export const accepting = (name: string, requirement: string, accepts: RegExp): Fault => fault(name, requirement, { accepts });
