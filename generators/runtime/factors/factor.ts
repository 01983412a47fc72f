import fc, { type Arbitrary } from "fast-check";

import type { RefusedLevel } from "../../../runners/runtime/facts.js";
import type { HostFacts } from "../../../runners/runtime/host.js";
import type { Config, Linux, Mount, Namespace, Process, Resources } from "../../../spec/runtime/config.js";
import { has } from "../../../spec/runtime/releases.js";
import type { CaseOptions } from "../base.js";

/** A config and what surrounds it, while the levels of a row are put together. */
export interface Draft {
  readonly config: Config;
  readonly options: Pick<CaseOptions, "hold" | "umask" | "rootfsName">;
}

/** What a level does to a draft. */
export type Edit = (draft: Draft) => Draft;

/** One of the ways in which a factor can be had. */
export interface Level {
  readonly name: string;
  /** Why this host or release cannot satisfy it. */
  readonly excluded?: string;
  /** What it comes to in a row. Whatever matters is a choice. */
  readonly edits: Arbitrary<Edit>;
  /** What it comes to in configs at random, where there is more that it could be. */
  readonly atRandom?: Arbitrary<Edit>;
}

/** A section of the config, or something around it, that is had in different ways. The first level is the minimal config's: mostly nothing. */
export interface Factor {
  readonly name: string;
  readonly levels: readonly Level[];
}

/** What a level may say of itself. */
export interface LevelOptions<T> {
  readonly excluded?: string | undefined;
  /** Further values, for configs at random. */
  readonly wide?: Arbitrary<T>;
}

/** A level whose values are drawn. */
export const level = <T>(
  name: string,
  values: Arbitrary<T>,
  edit: (value: T) => Edit,
  { excluded, wide }: LevelOptions<T> = {},
): Level => ({
  name,
  ...(excluded === undefined ? {} : { excluded }),
  edits: values.map(edit),
  ...(wide ? { atRandom: fc.oneof({ withCrossShrink: true }, values, wide).map(edit) } : {}),
});

/** A level that is always the same. */
export const fixedLevel = (name: string, edit: Edit, options: LevelOptions<undefined> = {}): Level =>
  level(name, fc.constant(undefined), () => edit, options);

/** The level at which the config stays as it is. */
export const unchanged = (name = "none"): Level => fixedLevel(name, (draft) => draft);

/** What every area is given. */
export interface Setting {
  readonly host: HostFacts;
  readonly release: string;
  /** What the target does not take. */
  readonly refuses?: readonly RefusedLevel[];
}

/** Why a property is not to be had; undefined when the release has it. */
export const notIn = (release: string, property: string): string | undefined =>
  has(release, property) ? undefined : `release ${release} has no ${property}`;

const EMPTY: Process = { cwd: "/", user: { uid: 0, gid: 0 } };

/** Replaces parts of the config. */
export const inConfig =
  (part: Partial<Config>): Edit =>
  (draft) => ({ ...draft, config: { ...draft.config, ...part } });

/** Replaces properties of `process`. */
export const inProcess =
  (part: Partial<Process>): Edit =>
  (draft) =>
    inConfig({ process: { ...(draft.config.process ?? EMPTY), ...part } })(draft);

/** Replaces properties of `linux`. */
export const inLinux =
  (part: Partial<Linux>): Edit =>
  (draft) =>
    inConfig({ linux: { ...draft.config.linux, ...part } })(draft);

/** Replaces properties of `linux.resources`. */
export const inResources =
  (part: Partial<Resources>): Edit =>
  (draft) =>
    inLinux({ resources: { ...draft.config.linux?.resources, ...part } })(draft);

/** Adds mounts behind those that are there. */
export const addMounts =
  (...mounts: readonly Mount[]): Edit =>
  (draft) =>
    inConfig({ mounts: [...(draft.config.mounts ?? []), ...mounts] })(draft);

const listOf = ({ config }: Draft): readonly Namespace[] => config.linux?.namespaces ?? [];

/** Puts an entry in the place of that of the same type, else at the end. */
export const withNamespace =
  (entry: Namespace): Edit =>
  (draft) => {
    const list = listOf(draft);
    const at = list.findIndex(({ type }) => type === entry.type);
    return inLinux({ namespaces: at < 0 ? [...list, entry] : list.with(at, entry) })(draft);
  };

/** Leaves a type out of the list. */
export const withoutNamespace =
  (type: string): Edit =>
  (draft) =>
    inLinux({ namespaces: listOf(draft).filter((each) => each.type !== type) })(draft);

/** Sets what is not in the config. */
export const around =
  (options: Draft["options"]): Edit =>
  (draft) => ({ ...draft, options: { ...draft.options, ...options } });

/** Several edits, one after the other. */
export const all =
  (...edits: readonly Edit[]): Edit =>
  (draft) =>
    edits.reduce((made, edit) => edit(made), draft);
