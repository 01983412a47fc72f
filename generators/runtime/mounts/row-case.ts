import type { Attempt, FileEntry, Fixture, RuntimeCase } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import type { Config } from "../../../spec/runtime/config.js";
import { caseOf, containerOf, minimalConfig } from "../base.js";
import { compact } from "../choose.js";
import { ancestors } from "../filesystem/paths.js";
import { create } from "../steps.js";
import { mappings } from "./around.js";
import type { Place } from "./destinations.js";
import { inWords, mayRefuse, type Row } from "./rows.js";

/** No more operations than it takes to run the program. */
const STEPS: RuntimeCase["steps"] = [
  create(0),
  { op: "start", container: 0 },
  { op: "await", container: 0, until: "exit" },
  { op: "delete", container: 0 },
];

/** Each once, in their order. */
const unique = <T>(list: readonly T[]): T[] => [...new Map(list.map((each) => [JSON.stringify(each), each])).values()];

/** What has to be in the root file system, with the directories on the way; all of it is the container's root's. */
function rootfsOf(places: readonly Place[], owner: { readonly uid?: number; readonly gid?: number }): FileEntry[] {
  const made = new Map<string, FileEntry>();
  for (const entry of places.flatMap(({ rootfs }) => rootfs)) {
    for (const path of ancestors(entry.path).slice(0, -1)) if (!made.has(path)) made.set(path, { kind: "dir", path, ...owner });
    made.set(entry.path, entry.kind === "symlink" ? entry : { ...entry, ...owner });
  }
  return [...made.values()];
}

/** What shows what a mount is: what can be made or read in it, what kind of thing it is. */
function attempts({ source, kind }: Row, { path }: Place): Attempt[] {
  if (kind.type !== undefined) return kind.type === "tmpfs" ? [{ do: "create", path: `${path}/new` }] : [];
  if (source?.directory)
    return [
      { do: "read", path: `${path}/here` },
      { do: "create", path: `${path}/new-${path.split("/")[2]}` },
    ];
  return [{ do: "stat", path }];
}

function configOf(facts: RuntimeFacts, rows: readonly Row[], places: readonly Place[]): Config {
  const base = minimalConfig(facts.target.release);
  const { remapped, readonlyRoot, propagation } = rows[0]?.around ?? {};
  const mounts = rows.flatMap(({ kind, options, source }, at) => {
    const place = places[at];
    return place ? [...place.earlier, ...kind.mounts(place, options.options, source)] : [];
  });
  const namespaces = [...(base.linux?.namespaces ?? []), ...(remapped ? [{ type: "user" as const }] : [])];
  return {
    ...base,
    root: { path: "rootfs", ...compact({ readonly: readonlyRoot }) },
    mounts: [...(base.mounts ?? []), ...mounts],
    linux: { namespaces, ...(remapped ? mappings(facts) : {}), ...compact({ rootfsPropagation: propagation }) },
  };
}

/** A container with the mounts of these rows, each in a directory of its own; what is around them is the same for all. */
export function rowCase(facts: RuntimeFacts, rows: readonly Row[], aims: readonly string[]): RuntimeCase {
  const places = rows.map(({ destination, source, kind }, at) =>
    destination.of(`m/${at}`, kind.type !== undefined || (source?.directory ?? true)),
  );
  const config = configOf(facts, rows, places);
  const { uidMappings: [users] = [], gidMappings: [groups] = [] } = config.linux ?? {};
  const owner = users && groups ? { uid: users.hostID, gid: groups.hostID } : {};
  const [first, ...others] = rows;
  const reason = first && mayRefuse(first);
  const virtual: Place["rootfs"] = users ? ["proc", "sys", "dev"].map((path) => ({ kind: "dir", path })) : [];
  const directories: Place["rootfs"] = rows.map((_, at) => ({ kind: "dir", path: `m/${at}` }));
  const around = { fixtures: [], rootfs: [], bundle: [], attempts: [] };
  const fixtures: readonly Fixture[] = [
    ...rows.flatMap(({ source }) => source?.fixtures ?? []),
    ...places.flatMap((each) => each.fixtures),
  ];
  const drawn = caseOf(config, {
    title: first && others.length === 0 ? inWords(first) : `${rows.length} mounts`,
    aims,
    steps: STEPS,
    ...(reason === undefined ? {} : { mayRefuse: reason }),
  });
  return {
    ...drawn,
    fixtures: unique(fixtures),
    containers: [
      containerOf(
        config,
        {
          rootfs: rootfsOf(
            [{ destination: "", path: "", rootfs: [...virtual, ...directories], earlier: [], fixtures: [] }, ...places],
            owner,
          ),
          attempts: places.flatMap((place, at) => {
            const row = rows[at];
            return row ? attempts(row, place) : [];
          }),
        },
        around,
      ),
    ],
  };
}
