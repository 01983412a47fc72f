import type { Step } from "../../runners/runtime/case.js";

export interface LifecycleOptions {
  /** The container's `hold`: the program waits for SIGTERM, so that the container can be looked at while it runs. */
  readonly hold?: boolean;
  /** The cgroup files to look at while it runs; implies nothing without `hold`. */
  readonly cgroupFiles?: readonly string[];
  /** The console fixture's path. */
  readonly console?: string;
  /** umask of the process that calls create. */
  readonly umask?: number;
}

type CreateStep = Extract<Step, { op: "create" }>;

/** The `create` of a container. */
export const create = (container: number, options: Omit<CreateStep, "op" | "container"> = {}): Step => ({
  op: "create",
  container,
  ...options,
});

/**
 * The whole life of a container, with its state after every operation: created, started, (looked at and terminated, if it
 * holds,) ended, deleted; the last `state` must find nothing.
 */
export function lifecycle(container = 0, options: LifecycleOptions = {}): Step[] {
  const { hold = false, cgroupFiles, console, umask } = options;
  const running: Step[] = [
    { op: "await", container, until: "ready" },
    { op: "look", container, ...(cgroupFiles === undefined || cgroupFiles.length === 0 ? {} : { cgroupFiles }) },
    { op: "state", container },
    { op: "kill", container, signal: "TERM" },
  ];
  return [
    create(container, { ...(console === undefined ? {} : { console }), ...(umask === undefined ? {} : { umask }) }),
    { op: "state", container },
    { op: "start", container },
    ...(hold ? running : []),
    { op: "await", container, until: "exit" },
    ...ending(container),
  ];
}

/** Deletes a container that has ended; its state before and after. */
export const ending = (container = 0): Step[] => [
  { op: "state", container },
  { op: "delete", container },
  { op: "state", container },
];

/**
 * What a case does with a config that must be refused: whatever came of it is removed. With `start`, the refusal may wait
 * until then: properties of `process` need not be applied before, and some hooks run no sooner.
 */
export const refusal = (container = 0, options: Omit<CreateStep, "op" | "container"> & { readonly start?: boolean } = {}): Step[] => {
  const { start, ...rest } = options;
  return [
    create(container, rest),
    { op: "state", container },
    ...(start ? [{ op: "start", container } satisfies Step] : []),
    { op: "delete", container, force: true },
  ];
};
