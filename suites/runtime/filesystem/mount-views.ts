import { posix } from "node:path";

import { absolute, ancestors, isBelow } from "../../../generators/runtime/filesystem/paths.js";
import type { Attempt } from "../../../runners/runtime/case.js";
import type { AttemptResult, MountInfo } from "../../../runners/runtime/observation.js";
import type { Mount } from "../../../spec/runtime/config.js";
import { isBind } from "../../../spec/runtime/mount-options.js";
import { combine, type ExplainedResult, unless } from "../../check.js";
import { NO_REPORT, oncePerView, type View, whyNotInForce } from "../suite.js";

const listed = (view: View, type: string) => view.config.linux?.namespaces?.find((each) => each.type === type);

/** The container has a user namespace of its own, new or joined. */
export const remapped = (view: View): boolean => listed(view, "user") !== undefined;

/** Why it cannot be told that the program saw what the config alone says; undefined where it reported, and the config was in force until then. */
export const whyNotReported = oncePerView(
  (view: View): string | undefined =>
    whyNotInForce(view) ??
    (view.testCase.steps.some(({ op }) => op === "edit") ? "config.json was changed" : undefined) ??
    (view.probe === null ? NO_REPORT : undefined),
);

/** Why the mount table that the program saw may hold other things than the config says; undefined where it holds just those. */
export const whyNoMountTable = oncePerView((view: View): string | undefined => {
  const namespace = listed(view, "mount");
  if (namespace === undefined || namespace.path !== undefined) return "no new mount namespace in the config";
  return whyNotReported(view) ?? (view.probe?.mounts ? undefined : "the program could not read its mount table");
});

/** Why how a mount propagates is not up to the config alone: in a user namespace of its own the kernel makes slaves of what was shared. */
export const whyNoPropagation = (view: View): string | undefined =>
  whyNoMountTable(view) ?? (remapped(view) ? "a user namespace in the config" : undefined);

/** The mount table as the program saw it before any attempt; empty where it may hold other things than the config says. */
export const mountTable = (view: View): readonly MountInfo[] => (whyNoMountTable(view) === undefined ? (view.probe?.mounts ?? []) : []);

/** A mount of the config, and what the mount table has at its destination. */
export interface Placed {
  readonly mount: Mount;
  /** The destination, absolute. */
  readonly path: string;
  /** The mount on top at the destination, or null when nothing is mounted there. */
  readonly top: MountInfo | null;
  /** The mounts below the destination that the config has not put there itself. */
  readonly inner: readonly MountInfo[];
}

/** The one of several mounts at a path that is not covered by another of them. */
export function topmost(table: readonly MountInfo[], path: string): MountInfo | null {
  const there = table.filter(({ target }) => target === path);
  return there.find(({ id }) => !there.some(({ parent }) => parent === id)) ?? null;
}

/** Whether a path lies in a directory, or is that directory; all paths lie in the root. */
export const within = (path: string, directory: string): boolean => directory === "/" || isBelow(path, directory);

/** As many links as the kernel follows on the way to one place. */
const MOST_LINKS = 40;

/** The symbolic links that the case has put into the root file system, by their paths. */
const linksOf = oncePerView(
  (view: View): ReadonlyMap<string, string> =>
    new Map(
      (view.container.rootfs ?? []).flatMap((entry) => (entry.kind === "symlink" ? [[absolute(entry.path), entry.target] as const] : [])),
    ),
);

/** Where a destination leads by the links of the case; undefined where that cannot be told. */
export function throughLinks(view: View, destination: string): string | undefined {
  const links = linksOf(view);
  let path = absolute(destination);
  if (links.size === 0) return path;
  for (let followed = 0; followed <= MOST_LINKS; followed++) {
    const link = ancestors(path)
      .map((each) => `/${each}`)
      .find((each) => links.has(each));
    if (link === undefined) return path;
    const target = links.get(link) ?? "";
    const from = target.startsWith("/") ? "/" : posix.dirname(link);
    path = posix.join("/", from, target, path.slice(link.length));
  }
  return undefined;
}

/** The absolute place of a mount, or undefined where links lead there and an earlier mount may cover one of them. */
function placeOf(view: View, { destination }: Mount, earlier: readonly Mount[]): string | undefined {
  const path = absolute(destination);
  const real = throughLinks(view, path);
  if (real === path) return path;
  const covers = earlier.some((mount) => {
    const place = throughLinks(view, mount.destination);
    return place === undefined || within(path, place) || (real !== undefined && within(real, place));
  });
  return covers ? undefined : real;
}

/** Where a runtime mounts something of its own accord once the mounts are made. */
const ownPlaces = (view: View): readonly string[] => [
  ...(view.config.linux?.maskedPaths ?? []),
  ...(view.config.linux?.readonlyPaths ?? []),
  "/dev",
];

/** Masked or made read-only after it was mounted, or something inside of it. */
export const changedLater = (view: View, path: string): boolean =>
  ownPlaces(view).some((each) => each !== "/dev" && (isBelow(path, each) || isBelow(each, path)));

/**
 * The mounts of the config whose place in the table can be told: each the only one at its destination, not covered by a later
 * one, not touched by masked or read-only paths, not below /proc or /sys.
 */
const placedMounts = oncePerView((view: View): readonly Placed[] => {
  const table = mountTable(view);
  const mounts = view.config.mounts ?? [];
  if (whyNoMountTable(view) !== undefined) return [];
  const places = mounts.map((mount, at) => placeOf(view, mount, mounts.slice(0, at)));
  return mounts.flatMap((mount, at): Placed[] => {
    const path = places[at];
    if (path === undefined) return [];
    // Where one of them lies is not known: it may lie on any.
    const covered = places.some((other, nth) => nth > at && (other === undefined || within(path, other)));
    const twice = places.some((other, nth) => nth < at && other === path);
    const virtual = path === "/" || (["/proc", "/sys"].some((each) => isBelow(path, each)) && path !== "/proc" && path !== "/sys");
    if (covered || twice || virtual || changedLater(view, path)) return [];
    const others = places.filter((each) => each !== undefined && each !== path && isBelow(each, path)) as readonly string[];
    const inner = table.filter(({ target }) => target !== path && isBelow(target, path) && !others.some((each) => isBelow(target, each)));
    return [{ mount, path, top: topmost(table, path), inner }];
  });
});

/** Judges each mount of the config whose place in the mount table can be told. */
export const eachPlaced = (view: View, judge: (placed: Placed) => ExplainedResult): ExplainedResult =>
  unless(whyNoMountTable(view), () =>
    combine(placedMounts(view).map(judge), "no mount in the config whose place in the mount table can be told"),
  );

/** Bind mounts, and tmpfs with nothing in it: of these the config says all that there is to know. */
export const isPlainKind = ({ type, options }: Mount): boolean => isBind(options) || type === "tmpfs";

/** The attempts of a container with their results. */
export const tries = oncePerView((view: View): readonly { readonly attempt: Attempt; readonly result: AttemptResult }[] =>
  (view.container.attempts ?? []).flatMap((attempt, at) => {
    const result = view.probe?.attempts[at];
    return result ? [{ attempt, result }] : [];
  }),
);

/** The result of the first attempt of a kind at a path. */
export const tried = (view: View, kind: Attempt["do"], path: string): AttemptResult | undefined =>
  tries(view).find(({ attempt }) => attempt.do === kind && "path" in attempt && attempt.path === path)?.result;
