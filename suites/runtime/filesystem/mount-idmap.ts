import { isDeepStrictEqual } from "node:util";
import fc, { type Arbitrary } from "fast-check";

import { caseOf, containerOf } from "../../../generators/runtime/base.js";
import { oneOf } from "../../../generators/runtime/choose.js";
import { absolute } from "../../../generators/runtime/filesystem/paths.js";
import { hasNamespace } from "../../../generators/runtime/host.js";
import { faultCase } from "../../../generators/runtime/invalid/input.js";
import { pointer, put, REMOVED } from "../../../generators/runtime/json.js";
import { lifecycle } from "../../../generators/runtime/steps.js";
import { type Attempt, FIXTURES, type Fixture, type RuntimeCase } from "../../../runners/runtime/case.js";
import type { Setting } from "../../../runners/runtime/target.js";
import type { IdMapping, Mount } from "../../../spec/runtime/config.js";
import { mountOption } from "../../../spec/runtime/mount-options.js";
import { type CheckResult, combine, equal, skip } from "../../check.js";
import { mustRefuse, refuses } from "../refusal.js";
import { check, checkCase, example, section, type Unavailable, unavailable, type View } from "../suite.js";
import { place, withMounts } from "./mount-cases.js";
import { shown } from "./mount-option-views.js";
import { inForce, placedMounts, remapped, tried } from "./mount-views.js";

const id = (name: string): string => `runtime.mounts.${name}`;

/** The owner of the files in the sources: not root, so that nothing else explains what is seen. */
const OWNER = { uid: 5, gid: 7 };
/** What the kernel shows for an id without a mapping. */
const OVERFLOW = 65534;
const SOURCE = `${FIXTURES}/mapped`;
const FILE = "owned";

const FIXTURE_FILES: readonly Fixture[] = [
  { make: "entry", entry: { kind: "dir", path: "mapped" } },
  { make: "entry", entry: { kind: "file", path: `mapped/${FILE}`, ...OWNER } },
  { make: "mount", path: "mapped/sub", source: "tmpfs", type: "tmpfs", flags: 0, data: "mode=755" },
  { make: "entry", entry: { kind: "file", path: `mapped/sub/${FILE}`, ...OWNER } },
];

/** The id that a mapping makes of one in it, or undefined. */
function mapped(mappings: readonly IdMapping[] | undefined, number: number, from: "containerID" | "hostID"): number | undefined {
  const to = from === "containerID" ? "hostID" : "containerID";
  const range = mappings?.find((each) => number >= each[from] && number < each[from] + each.size);
  return range && range[to] + (number - range[from]);
}

/** Who owns the file in a mapped mount, as the program must see it: by the mount's mapping, then by its user namespace's. */
function expectedOwner(view: View, mount: Mount): { readonly uid: number; readonly gid: number } | undefined {
  const { linux } = view.config;
  const through = (kind: "uid" | "gid"): number | undefined => {
    const outside = mapped(mount[`${kind}Mappings`], OWNER[kind], "containerID");
    return outside === undefined || !remapped(view) ? outside : mapped(linux?.[`${kind}Mappings`], outside, "hostID");
  };
  const [uid, gid] = [through("uid"), through("gid")];
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

/** Who owns it where nothing is mapped but by the container's user namespace; the kernel's own number where that has no id for it. */
const unmappedOwner = (view: View): { readonly uid: number; readonly gid: number } => {
  const seen = (kind: "uid" | "gid"): number =>
    remapped(view) ? (mapped(view.config.linux?.[`${kind}Mappings`], OWNER[kind], "hostID") ?? OVERFLOW) : OWNER[kind];
  return { uid: seen("uid"), gid: seen("gid") };
};

const wants = ({ options = [] }: Mount, name: string): boolean =>
  options.includes(name) && options.filter((each) => each === "idmap" || each === "ridmap").length === 1;

function owners(view: View): CheckResult {
  if (!inForce(view)) return undefined;
  return combine(
    (view.config.mounts ?? []).map((mount) => {
      const expected = expectedOwner(view, mount);
      if (mount.source !== SOURCE || !expected || !(wants(mount, "idmap") || wants(mount, "ridmap"))) return undefined;
      const path = absolute(mount.destination);
      const seen = [path, ...(wants(mount, "ridmap") ? [`${path}/sub`] : [])].map((each) => tried(view, "stat", `${each}/${FILE}`)?.stat);
      const found = seen.flatMap((stat) => (stat ? [{ uid: stat.uid, gid: stat.gid }] : []));
      // The sentence is about which mappings are used; that any are is asked of the options, and less strictly.
      if (found.length > 0 && found.every((owner) => isDeepStrictEqual(owner, unmappedOwner(view))))
        return skip("the target maps no ids of mounts");
      return combine(found.map((owner) => equal(owner, expected, `the owner of a file in ${path}`)));
    }),
  );
}

const inTable = (view: View, name: string): CheckResult =>
  combine(
    placedMounts(view).map(({ mount, top, inner }) => {
      const option = mountOption(name);
      if (!option || !top || !wants(mount, name) || !mount.uidMappings) return undefined;
      return combine([top, ...(option.recursive ? inner : [])].map((info) => shown(option, info, view)));
    }),
  );

const ranges = (): Arbitrary<IdMapping[]> =>
  oneOf([0, 1000, 100_000, 65536]).map((hostID) => [{ containerID: 0, hostID: hostID || 3000, size: 65536 }]);

const mappedMount = (destination: string, name: string, uidMappings: readonly IdMapping[], gidMappings = uidMappings): Mount => ({
  destination,
  type: "none",
  source: SOURCE,
  options: [name === "ridmap" ? "rbind" : "bind", name],
  uidMappings,
  gidMappings,
});

const looks = (destination: string): readonly Attempt[] => [
  { do: "stat", path: `${destination}/${FILE}` },
  { do: "stat", path: `${destination}/sub/${FILE}` },
];

const plainCase = (setting: Setting, name: string): Arbitrary<RuntimeCase> =>
  fc.tuple(place(), ranges(), ranges()).map(([destination, uids, gids]) =>
    caseOf(withMounts(setting.target.release, [mappedMount(destination, name, uids, gids)]), {
      title: `a bind mount with mapped ids (${name})`,
      fixtures: FIXTURE_FILES,
      attempts: looks(destination),
    }),
  );

/** In a container whose own mapping is another one: the file belongs to nobody it would belong to by that. */
const remappedCase = (setting: Setting): Arbitrary<RuntimeCase> =>
  fc.tuple(place(), oneOf([1000, 5000, 20_000])).map(([destination, shift]) => {
    const start = 200_000;
    const own: IdMapping[] = [{ containerID: 0, hostID: start, size: 65536 }];
    const base = withMounts(setting.target.release, [
      mappedMount(destination, "idmap", [{ containerID: 0, hostID: start + shift, size: 10_000 }]),
    ]);
    const namespaces = [...(base.linux?.namespaces ?? []), { type: "user" as const }];
    return caseOf(
      { ...base, linux: { ...base.linux, namespaces, uidMappings: own, gidMappings: own } },
      { title: "a bind mount with mapped ids in a container with other ones", fixtures: FIXTURE_FILES, attempts: looks(destination) },
    );
  });

/** No row of the table obliges a runtime to know the option. */
const ifSupported = (subject: RuntimeCase): RuntimeCase => ({ ...subject, mayRefuse: "it need not map the ids of mounts" });

const lackOf = ({ host }: Setting): Unavailable | undefined => {
  if (!host.root) return unavailable("only root can map the ids of a mount");
  return host.idmappedTmpfs ? undefined : unavailable("the kernel does not map the ids of tmpfs");
};

/** A mount that must be refused: one property of it is taken away or changed. */
function faulty(setting: Setting, name: string, description: string, path: string, value: unknown, control: Mount): RuntimeCase {
  const made = withMounts(setting.target.release, [control]);
  const place = ["mounts", 1, path];
  const config = put(made, place, value);
  const drawn = faultCase({ requirement: id(name), path: pointer(place), description, config, control: made });
  return { ...drawn, fixtures: [...(drawn.fixtures ?? []), ...FIXTURE_FILES] };
}

const WITHOUT = id("idmap-without-mappings-error");

/**
 * No row of the table obliges a runtime to know the option; one that does must refuse it without mappings. So a second container,
 * with mappings, is the witness that it does.
 */
function withoutMappings(setting: Setting, option: string): RuntimeCase {
  const mount = mappedMount("/mnt", option, [{ containerID: 0, hostID: 3000, size: 65536 }]);
  const { uidMappings: _uids, gidMappings: _gids, ...bare } = mount;
  const unmapped: Mount = { ...bare, options: bare.options?.slice(0, 1) ?? [] };
  const drawn = faulty(setting, "idmap-without-mappings-error", "ids to be mapped, but no mappings", "options", bare.options, unmapped);
  const witness = containerOf(withMounts(setting.target.release, [mount]), { attempts: looks("/mnt") });
  return { ...drawn, containers: [...drawn.containers, witness], steps: [...drawn.steps, ...lifecycle(1)] };
}

/** The program found the files in the mapped mount to belong to others than they do outside. */
const mapsIds = (view: View): boolean => {
  const stat = tried(view, "stat", `/mnt/${FILE}`)?.stat;
  return stat !== undefined && (stat.uid !== OWNER.uid || stat.gid !== OWNER.gid);
};

export default section("Mounts with mapped ids", [
  check(id("option.idmap"), (view) => inTable(view, "idmap")),
  check(id("option.ridmap"), (view) => inTable(view, "ridmap")),
  check(id("idmap-uses-given-mappings"), owners),
  example(id("option.idmap"), (setting) => lackOf(setting) ?? plainCase(setting, "idmap")),
  example(id("idmap-uses-given-mappings"), (setting) => lackOf(setting) ?? plainCase(setting, "idmap").map(ifSupported)),
  example(id("option.ridmap"), (setting) => lackOf(setting) ?? plainCase(setting, "ridmap")),
  example(id("idmap-uses-given-mappings"), (setting) =>
    hasNamespace(setting.host, "user")
      ? (lackOf(setting) ?? remappedCase(setting).map(ifSupported))
      : unavailable("the kernel has no user namespaces"),
  ),

  checkCase(WITHOUT, (view) => {
    const [fault, witness] = view.containers;
    if (!view.case.aims.includes(WITHOUT) || view.case.control === undefined || !fault || !witness) return undefined;
    return mapsIds(witness) ? mustRefuse(fault, { by: "create" }) : skip("the target does not map the ids of mounts, though it should");
  }),
  example(WITHOUT, (setting) => lackOf(setting) ?? oneOf(["idmap", "ridmap"]).map((option) => withoutMappings(setting, option))),
  ...(["uid", "gid"] as const).flatMap((kind) => {
    const name = `${kind}-mappings-need-${kind === "uid" ? "gid" : "uid"}-mappings`;
    const missing = kind === "uid" ? "gidMappings" : "uidMappings";
    return [
      refuses(id(name)),
      example(
        id(name),
        (setting) =>
          lackOf(setting) ??
          fc
            .tuple(oneOf(["idmap", "ridmap"]), ranges())
            .map(([option, maps]) =>
              faulty(setting, name, `a mount without ${missing}`, missing, REMOVED, mappedMount("/mnt", option, maps)),
            ),
      ),
    ];
  }),
]);
