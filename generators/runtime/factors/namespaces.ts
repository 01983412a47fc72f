/** config-linux.md, "Namespaces", "User namespace mappings", "Offset for Time Namespace", and config.md, "Hostname", "Domainname". */
import fc from "fast-check";
import type { IdMapping, NamespaceType, TimeOffset } from "../../../spec/runtime/config.js";
import { oneOf } from "../../choices.js";
import { hasNamespace, idCount, lastId, whyNoCgroups, whyNot } from "../host.js";
import { namespacePath } from "../namespaces/namespaces.js";
import {
  all,
  type Factor,
  fixedLevel,
  inConfig,
  inLinux,
  type Level,
  level,
  notIn,
  type Setting,
  unchanged,
  withNamespace,
  withoutNamespace,
} from "./factor.js";

const NEW = "new";
const INHERITED = "the runtime's";
const JOINED = "by path";

const missing = ({ host }: Setting, type: NamespaceType): string | undefined =>
  hasNamespace(host, type) ? undefined : `the kernel has no ${type} namespaces`;

/** A namespace that the minimal config makes anew. */
const own = (type: NamespaceType): Factor => ({
  name: `${type} namespace`,
  levels: [
    unchanged(NEW),
    fixedLevel(INHERITED, withoutNamespace(type)),
    fixedLevel(JOINED, withNamespace({ type, path: namespacePath(type) })),
  ],
});

/** A namespace that the minimal config leaves as it is; a type that not every runtime knows. */
const added = (setting: Setting, type: NamespaceType, excluded?: string): Factor => ({
  name: `${type} namespace`,
  levels: [
    unchanged(INHERITED),
    fixedLevel(NEW, withNamespace({ type }), { excluded: missing(setting, type) ?? excluded }),
    fixedLevel(JOINED, withNamespace({ type, path: namespacePath(type) }), {
      excluded: missing(setting, type) ?? excluded,
    }),
  ],
});

const order = (): Factor => ({
  name: "order of namespaces",
  levels: [
    unchanged("as usual"),
    fixedLevel("backwards", (draft) => inLinux({ namespaces: [...(draft.config.linux?.namespaces ?? [])].reverse() })(draft)),
  ],
});

/** Ids from 0 on, in ranges that begin at these edges; each range lies further apart on the host. */
const ranges = (first: number, ...edges: readonly number[]): IdMapping[] =>
  edges.slice(0, -1).map((from, at) => ({ containerID: from, hostID: first + from + 1000 * at, size: (edges[at + 1] ?? from) - from }));

function users(setting: Setting): Factor {
  const { host } = setting;
  const total = lastId(host) + 1;
  const room = idCount(host) - total;
  const first = room <= 0 ? 0 : Math.min(room, 100_000);
  const narrow = missing(setting, "user") ?? (room - first < 3000 || total < 3000 ? "too few ids are mapped here" : undefined);
  const mapped = (name: string, uidMappings: IdMapping[], gidMappings: IdMapping[], excluded?: string): Level =>
    level(name, fc.constant(undefined), () => all(inLinux({ uidMappings, gidMappings }), withNamespace({ type: "user" })), {
      excluded: missing(setting, "user") ?? excluded,
    });
  const joinable = host.root ? whyNot(host, "CAP_SETFCAP", "making a user namespace that one may join") : undefined;
  return {
    name: "user namespace",
    levels: [
      unchanged(INHERITED),
      mapped("one range", ranges(first, 0, total), ranges(first, 0, total)),
      mapped("several ranges", ranges(first, 0, 1, 1000, total), ranges(first, 0, 1, 1000, total), narrow),
      mapped("other ranges of groups", ranges(first, 0, total), ranges(first + 1000, 0, 500, total), narrow),
      fixedLevel(JOINED, withNamespace({ type: "user", path: namespacePath("user") }), {
        excluded: missing(setting, "user") ?? joinable,
      }),
    ],
  };
}

function timeOffsets({ release }: Setting): Factor {
  const excluded = notIn(release, "linux.timeOffsets");
  const offsets: readonly TimeOffset[] = [{ secs: 1 }, { secs: 10_000_000, nanosecs: 999_999_999 }, { nanosecs: 1 }, { secs: -2 }];
  return {
    name: "time offsets",
    levels: [
      unchanged(),
      level("monotonic", oneOf(offsets), (monotonic) => inLinux({ timeOffsets: { monotonic } }), { excluded }),
      level("boottime", oneOf(offsets), (boottime) => inLinux({ timeOffsets: { boottime } }), { excluded }),
      level("both", oneOf(offsets), (each) => inLinux({ timeOffsets: { monotonic: each, boottime: { secs: 7 } } }), {
        excluded,
      }),
    ],
  };
}

const LABEL = "abcdefghijklmnopqrstuvwxyz0123456789";

const names = ({ release }: Setting): readonly Factor[] => [
  {
    name: "host name",
    levels: [
      unchanged(),
      level("a name", oneOf(["a", "host-1", "0"]), (hostname) => inConfig({ hostname })),
      level("with dots", oneOf(["a.b", "host.example.org"]), (hostname) => inConfig({ hostname })),
      fixedLevel("as long as can be", inConfig({ hostname: `${LABEL}${LABEL}`.slice(0, 64) })),
    ],
  },
  {
    name: "domain name",
    levels: [
      unchanged(),
      level("a name", oneOf(["example", "example.org", `${LABEL}${LABEL}`.slice(0, 64)]), (domainname) => inConfig({ domainname }), {
        excluded: notIn(release, "domainname"),
      }),
    ],
  },
];

/** The factors of namespaces and what belongs to them. */
export const ofNamespaces = (setting: Setting): readonly Factor[] => [
  own("network"),
  own("ipc"),
  own("uts"),
  own("pid"),
  added(setting, "cgroup", whyNoCgroups(setting.host)),
  added(setting, "time", notIn(setting.release, "linux.namespaces=time")),
  users(setting),
  order(),
  timeOffsets(setting),
  ...names(setting),
];
