import { FIXTURES } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import type { Mount } from "../../../spec/runtime/config.js";
import { whyNoCgroups } from "../host.js";
import type { Destination, Place } from "./destinations.js";
import type { Kind } from "./rows.js";
import type { Source } from "./sources.js";

const bound = (how: "bind" | "rbind", { destination }: Place, options: readonly string[], source: Source | undefined): Mount => ({
  destination,
  // The type of a bind mount is a dummy.
  type: how === "bind" ? "bind" : "none",
  source: `${FIXTURES}/${source?.path ?? ""}`,
  options: [how, ...options],
});

/** Bind mounts. */
export const BINDS: readonly Kind[] = [
  { name: "bind", mounts: (place, options, source) => [bound("bind", place, options, source)] },
  { name: "rbind", mounts: (place, options, source) => [bound("rbind", place, [...options].reverse(), source)] },
  {
    name: "remount of a bind mount",
    mounts: (place, options, source) => [
      bound("bind", place, [], source),
      { ...bound("bind", place, [], source), options: ["bind", "remount", ...options] },
    ],
  },
];

export const RBIND: readonly Kind[] = BINDS.filter(({ name }) => name === "rbind");

const TYPES = ["tmpfs", "proc", "sysfs", "devpts", "mqueue", "cgroup"] as const;

/** Where the host's mount of a file system is, of which a new one in a user namespace may show no more. */
const OUTSIDE: Readonly<Record<string, string>> = { proc: "/proc", sysfs: "/sys" };

const outsideOf = ({ host }: RuntimeFacts, type: string): readonly string[] | undefined =>
  host.outside.mounts?.findLast(({ target }) => target === OUTSIDE[type])?.options;

function whyNoType(facts: RuntimeFacts, type: (typeof TYPES)[number]): string | undefined {
  const { host } = facts;
  if (type === "sysfs" && !host.root && outsideOf(facts, type)?.includes("ro"))
    return "the host's /sys is read-only, and so must be what a user namespace sees of it";
  if (type === "cgroup") return whyNoCgroups(host);
  return host.filesystems.includes(type) ? undefined : `the kernel has no ${type}`;
}

const fresh = (type: string): Kind => ({
  name: type,
  type,
  mounts: ({ destination }, options) => [{ destination, type, source: type, ...(options.length > 0 ? { options } : {}) }],
});

/** File systems of the kernel's, made anew; those of which each mount has a superblock of its own, or the container's alone, also mounted again. */
export const fileSystems = (facts: RuntimeFacts): readonly Kind[] =>
  TYPES.flatMap((type): Kind[] => {
    const why = whyNoType(facts, type);
    const outside = outsideOf(facts, type);
    const lacking = {
      ...(why === undefined ? {} : { excluded: why }),
      ...(outside ? { outside, always: !facts.host.root } : {}),
    };
    const made = { ...fresh(type), ...lacking };
    return type !== "tmpfs" && type !== "proc"
      ? [made]
      : [
          made,
          {
            ...made,
            name: `remount of ${type}`,
            mounts: (place, options, source) => [
              ...fresh(type).mounts(place, [], source),
              { destination: place.destination, type, source: type, options: ["remount", ...options] },
            ],
          },
        ];
  });

/** Whether a destination is one on which a file system of the kernel's own is mounted only where it is no link, in some runtimes. */
export const isLinked = ({ name }: Destination): boolean => name.includes("link");
