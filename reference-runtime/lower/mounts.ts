import type { Config, IdMapping, Mount } from "../../spec/runtime/config.js";
import { ATTR, MS, PROPAGATION } from "../../spec/runtime/mount-numbers.js";
import { ConfigError } from "../errors.js";
import type { Host } from "../host.js";
import { basename, isAbsolute, join, resolve } from "../paths.js";
import { type Step, step } from "../plan.js";
import { MEANINGS } from "./mount-flags.js";
import type { Target } from "./target.js";

/** A mount's options, sorted by what they are. */
interface Options {
  readonly bind: "bind" | "rbind" | undefined;
  readonly remount: boolean;
  readonly idmap: "idmap" | "ridmap" | undefined;
  readonly copyUp: boolean;
  /** Flags of mount(2). */
  readonly flags: number;
  /** For mount_setattr(2): of the mount, and of all below. */
  readonly attributes: readonly [set: number, clear: number];
  readonly recursive: readonly [set: number, clear: number];
  readonly propagation: readonly number[];
  readonly data: string;
}

const merge = ([set, clear]: readonly [number, number], [more, less]: readonly [number, number]): readonly [number, number] => [
  (set & ~less) | more,
  (clear & ~more) | less,
];

/** The later of two that contradict each other holds. */
function sort(options: readonly string[]): Options {
  let flags = 0;
  let attributes: readonly [number, number] = [0, 0];
  let below: readonly [number, number] = [0, 0];
  const propagation: number[] = [];
  const data: string[] = [];
  for (const option of options) {
    const meaning = MEANINGS.get(option);
    const spread = PROPAGATION[option.replace(/^r(?=shared|slave|private|unbindable)/, "")];
    if (meaning) {
      flags = (flags & ~(meaning.clear ?? 0)) | (meaning.set ?? 0);
      if (meaning.attributes && meaning.recursive) below = merge(below, meaning.attributes);
      else if (meaning.attributes) attributes = merge(attributes, meaning.attributes);
    } else if (spread !== undefined) propagation.push(spread | (option.startsWith("r") ? MS.REC : 0));
    else if (!["bind", "rbind", "remount", "idmap", "ridmap", "tmpcopyup"].includes(option)) data.push(option);
  }
  return {
    bind: options.includes("rbind") ? "rbind" : options.includes("bind") ? "bind" : undefined,
    remount: options.includes("remount"),
    idmap: options.includes("ridmap") ? "ridmap" : options.includes("idmap") ? "idmap" : undefined,
    copyUp: options.includes("tmpcopyup"),
    flags,
    attributes,
    recursive: below,
    propagation,
    data: data.join(","),
  };
}

const text = (mappings: readonly IdMapping[]): string =>
  mappings.map(({ containerID, hostID, size }) => `${containerID}:${hostID}:${size}`).join(",");

function idmap(mount: Mount, options: Options, { linux }: Config, from: string): Step[] {
  if (!options.idmap && !mount.uidMappings) return [];
  const recursive = options.idmap === "ridmap" ? 1 : 0;
  const users = linux?.namespaces?.find(({ type }) => type === "user");
  const uids = mount.uidMappings ?? linux?.uidMappings;
  const gids = mount.gidMappings ?? linux?.gidMappings;
  if (uids?.length && gids?.length) return [step(`${from}.uidMappings`, "idmap", mount.destination, recursive, text(uids), text(gids))];
  if (users?.path !== undefined) return [step(`${from}.options`, "idmap", mount.destination, recursive, users.path, users.path)];
  throw new ConfigError(`${from}.options`, "an id-mapped mount needs mappings, its own or the container's");
}

/** What is done to a mount once it is there. */
function then(mount: Mount, options: Options, from: string): Step[] {
  const set = (recursive: 0 | 1, [on, off]: readonly [number, number]): Step[] =>
    on === 0 && off === 0 ? [] : [step(`${from}.options`, "mount-attributes", mount.destination, recursive, on, off)];
  return [
    ...set(1, options.recursive),
    ...(options.bind ? set(0, options.attributes) : []),
    ...options.propagation.map((flags) => step(`${from}.options`, "propagate", mount.destination, flags)),
  ];
}

/** The container's cgroup in each hierarchy where it has one of its own, by mount point. */
type OwnCgroups = ReadonlyMap<string, string>;

/**
 * The hierarchies of v1 in a tmpfs of their own, as the host shows them; of v2 the one. Without a cgroup namespace the kernel would show
 * all of a hierarchy: there the container's own cgroup is what is mounted.
 */
function cgroups(mount: Mount, options: Options, host: Host, own: OwnCgroups, from: string): Step[] {
  const { destination } = mount;
  const bound = (place: string, at: string): Step[] | undefined => {
    const directory = own.get(place);
    if (directory === undefined) return undefined;
    const attributes = step(`${from}.options`, "mount-attributes", at, 0, ...options.attributes);
    return [step(`${from}.type`, "bind", directory, at, 0), ...(options.attributes.some((mask) => mask !== 0) ? [attributes] : [])];
  };
  if (!host.cgroups.some(({ kind }) => kind === "v1")) {
    const [place] = host.cgroups;
    return (
      (place && bound(place.mount, destination)) ?? [
        step(`${from}.type`, "mount", "cgroup2", mount.source ?? "cgroup", destination, options.flags, ""),
      ]
    );
  }
  const hierarchies = host.cgroups.flatMap(({ kind, controllers, mount: place }): Step[] => {
    const at = join(destination, basename(place));
    const made = step(
      `${from}.type`,
      "mount",
      kind === "v2" ? "cgroup2" : "cgroup",
      "cgroup",
      at,
      options.flags,
      kind === "v2" ? "" : controllers.join(","),
    );
    return bound(place, at) ?? [made];
  });
  const links = host.cgroups.flatMap(({ kind, controllers, mount: place }) =>
    kind === "v1" && controllers.length > 1
      ? controllers
          .filter((name) => name !== basename(place))
          .map((name) => step(`${from}.type`, "symlink", basename(place), join(destination, name)))
      : [],
  );
  return [step(`${from}.type`, "mount", "tmpfs", "tmpfs", destination, options.flags & ~MS.RDONLY, "mode=755"), ...hierarchies, ...links];
}

/** File systems without a context for all their files: the policy labels each. */
const LABELLED_BY_POLICY: ReadonlySet<string> = new Set(["proc", "sysfs", "mqueue"]);

/** `linux.mountLabel` as a mount option, unless the mount's own options have a context. In quotes, since categories are parted by commas. */
function context(type: string, { data }: Options, { linux }: Config): string | undefined {
  const label = linux?.mountLabel;
  if (!label || LABELLED_BY_POLICY.has(type) || /(^|,)context=/.test(data)) return undefined;
  if (label.includes('"')) throw new ConfigError("linux.mountLabel", "contains a quotation mark");
  return `context="${label}"`;
}

function lowerMount(mount: Mount, at: number, config: Config, target: Target, own: OwnCgroups): Step[] {
  const from = `mounts[${at}]`;
  const options = sort(mount.options ?? []);
  const { destination } = mount;
  if (options.remount) {
    const changed: readonly [number, number] = options.attributes;
    const attributes = changed[0] || changed[1] ? [step(`${from}.options`, "mount-attributes", destination, 0, ...changed)] : [];
    const file = options.bind ? [] : [step(`${from}.options`, "remount", destination, options.flags, options.data)];
    return [...file, ...(options.bind ? attributes : []), ...then(mount, { ...options, bind: undefined }, from)];
  }
  if (options.bind) {
    if (!mount.source) throw new ConfigError(`${from}.source`, "a bind mount needs a source");
    const source = isAbsolute(mount.source) ? mount.source : resolve(target.bundle, mount.source);
    return [
      step(`${from}.source`, "bind", source, destination, options.bind === "rbind" ? 1 : 0),
      ...idmap(mount, options, config, from),
      ...then(mount, options, from),
    ];
  }
  if (!mount.type) throw new ConfigError(`${from}.type`, "is missing, and the mount is no bind mount");
  if (mount.type === "cgroup" || mount.type === "cgroup2") {
    return [...cgroups(mount, options, target.host, own, from), ...then(mount, options, from)];
  }
  // What is copied must be written first.
  const late = options.copyUp && (options.flags & MS.RDONLY) !== 0;
  const label = context(mount.type, options, config);
  const data = label === undefined ? options.data : [options.data, label].filter(Boolean).join(",");
  return [
    step(
      label === undefined ? from : `${from} with linux.mountLabel`,
      "mount",
      mount.type,
      mount.source ?? mount.type,
      destination,
      late ? options.flags & ~MS.RDONLY : options.flags,
      data,
    ),
    ...idmap(mount, options, config, from),
    ...(options.copyUp ? [step(`${from}.options`, "copy-up", destination)] : []),
    ...(late ? [step(`${from}.options`, "mount-attributes", destination, 0, ATTR.RDONLY, 0)] : []),
    ...then(mount, options, from),
  ];
}

/** The mounts in their order (config.md, Mounts); `groups` are the steps of the container's cgroups. @throws ConfigError */
export function lowerMounts(config: Config, target: Target, groups: readonly Step[]): Step[] {
  const namespace = config.linux?.namespaces?.some(({ type }) => type === "cgroup") ?? false;
  const own = new Map(groups.flatMap((each) => (each.verb === "cgroup" && !namespace ? [[each.args[2], each.args[1]] as const] : [])));
  return (config.mounts ?? []).flatMap((mount, at) => lowerMount(mount, at, config, target, own));
}
