import type { Attempt } from "../../../../runners/runtime/case.js";
import type { AttemptResult, MountInfo } from "../../../../runners/runtime/observation.js";
import type { Mount } from "../../../../spec/runtime/config.js";
import { type Canned, configOf } from "../fixture.js";

/** The root mount of every canned mount table; other mounts lie on it but for what the test says. */
export const ROOT: MountInfo = {
  id: 1,
  parent: 0,
  device: "0:1",
  root: "/rootfs",
  target: "/",
  options: ["rw", "relatime"],
  optional: [],
  type: "tmpfs",
  source: "tmpfs",
  superOptions: ["rw"],
};

/** A line of a canned mount table. */
export const line = (id: number, target: string, seen: Partial<MountInfo> = {}): MountInfo => ({
  ...ROOT,
  id,
  parent: 1,
  root: "/",
  target,
  ...seen,
});

/** A run of a container with these mounts, its mount table and what was tried. */
export const mounted = (
  mounts: readonly Mount[],
  table: readonly MountInfo[] | null,
  tries: readonly (readonly [Attempt, AttemptResult])[] = [],
  more: Canned = {},
): Canned => ({
  config: configOf({ mounts }),
  container: { attempts: tries.map(([attempt]) => attempt) },
  ...more,
  inside: { mounts: table === null ? null : [ROOT, ...table], attempts: tries.map(([, result]) => result), ...more.inside },
});

/** What becomes of a file that the program tried to make. */
export const made = (path: string, errno: string): readonly [Attempt, AttemptResult] => [{ do: "create", path }, { errno }];

export const tmpfs = (destination: string, ...options: string[]): Mount => ({ destination, type: "tmpfs", source: "tmpfs", options });
export const bound = (destination: string, source: string, ...options: string[]): Mount => ({
  destination,
  type: "none",
  source,
  options: ["bind", ...options],
});
