/** config.md, "Linux mount options": idmap and ridmap. */
import { isDeepStrictEqual } from "node:util";
import fc, { type Arbitrary } from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { caseOf, containerOf } from "../../../generators/runtime/base.js";
import { absolute } from "../../../generators/runtime/filesystem/paths.js";
import { hasNamespace } from "../../../generators/runtime/host.js";
import { faultCase } from "../../../generators/runtime/invalid/input.js";
import { pointer, put, REMOVED } from "../../../generators/runtime/json.js";
import { lifecycle } from "../../../generators/runtime/steps.js";
import { type Attempt, FIXTURES, type Fixture, type RuntimeCase } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import type { IdMapping, Mount } from "../../../spec/runtime/config.js";
import { mountOption } from "../../../spec/runtime/mount-options.js";
import { combine, type ExplainedResult, equal, notApplicable, skip, unless } from "../../check.js";
import { mustRefuse, refuses } from "../refusal.js";
import { check, checkCase, example, section, type Unavailable, unavailable, type View } from "../suite.js";
import { place, withMounts } from "./mount-cases.js";
import { optionId, shown } from "./mount-option-views.js";
import { eachPlaced, remapped, tried, whyNotReported } from "./mount-views.js";

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
  const within = (kind: "uid" | "gid"): number =>
    remapped(view) ? (mapped(view.config.linux?.[`${kind}Mappings`], OWNER[kind], "hostID") ?? OVERFLOW) : OWNER[kind];
  return { uid: within("uid"), gid: within("gid") };
};

const asksFor = ({ options = [] }: Mount, name: string): boolean =>
  options.includes(name) && options.filter((each) => each === "idmap" || each === "ridmap").length === 1;

const NOT_MAPPED = "no mount with mapped ids in the config whose files' owners are known";

const judgeOwners = (view: View): ExplainedResult =>
  combine(
    (view.config.mounts ?? []).map((mount) => {
      const expected = expectedOwner(view, mount);
      if (mount.source !== SOURCE || !expected || !(asksFor(mount, "idmap") || asksFor(mount, "ridmap"))) return notApplicable(NOT_MAPPED);
      const path = absolute(mount.destination);
      const stats = [path, ...(asksFor(mount, "ridmap") ? [`${path}/sub`] : [])].map(
        (each) => tried(view, "stat", `${each}/${FILE}`)?.stat,
      );
      const owners = stats.flatMap((stat) => (stat ? [{ uid: stat.uid, gid: stat.gid }] : []));
      // The sentence is about which mappings are used; that any are is asked of the options, and less strictly.
      if (owners.length > 0 && owners.every((owner) => isDeepStrictEqual(owner, unmappedOwner(view))))
        return skip("the target maps no ids of mounts");
      return combine(
        owners.map((owner) => equal(owner, expected, `the owner of a file in ${path}`)),
        "the program did not look at the files of the mount",
      );
    }),
    NOT_MAPPED,
  );

const inTable = (view: View, name: "idmap" | "ridmap"): ExplainedResult =>
  eachPlaced(view, ({ mount, top, inner }) => {
    const option = mountOption(name);
    if (!option || !asksFor(mount, name) || !mount.uidMappings) return notApplicable(`no mount with ${name} and mappings in the config`);
    if (!top) return notApplicable("the mount is not in the mount table");
    return combine(
      [top, ...(option.recursive ? inner : [])].map((info) => shown(option, info, view)),
      "the mount is not in the mount table",
    );
  });

const ranges = (): Arbitrary<IdMapping[]> =>
  oneOf([0, 1000, 100_000, 65536], "first id").map((hostID) => [{ containerID: 0, hostID: hostID || 3000, size: 65536 }]);

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

const plainCase = (facts: RuntimeFacts, name: string): Arbitrary<RuntimeCase> =>
  fc.tuple(place(), ranges(), ranges()).map(([destination, uids, gids]) =>
    caseOf(withMounts(facts.target.release, [mappedMount(destination, name, uids, gids)]), {
      title: `a bind mount with mapped ids (${name})`,
      fixtures: FIXTURE_FILES,
      attempts: looks(destination),
    }),
  );

/** In a container whose own mapping is another one: the file belongs to nobody it would belong to by that. */
const remappedCase = (facts: RuntimeFacts): Arbitrary<RuntimeCase> =>
  fc.tuple(place(), oneOf([1000, 5000, 20_000], "first id")).map(([destination, shift]) => {
    const start = 200_000;
    const maps: IdMapping[] = [{ containerID: 0, hostID: start, size: 65536 }];
    const base = withMounts(facts.target.release, [
      mappedMount(destination, "idmap", [{ containerID: 0, hostID: start + shift, size: 10_000 }]),
    ]);
    const namespaces = [...(base.linux?.namespaces ?? []), { type: "user" as const }];
    return caseOf(
      { ...base, linux: { ...base.linux, namespaces, uidMappings: maps, gidMappings: maps } },
      { title: "a bind mount with mapped ids in a container with other ones", fixtures: FIXTURE_FILES, attempts: looks(destination) },
    );
  });

/** No row of the table obliges a runtime to know the option. */
const ifSupported = (testCase: RuntimeCase): RuntimeCase => ({ ...testCase, mayRefuse: "it need not map the ids of mounts" });

const unavailableHere = ({ host }: RuntimeFacts): Unavailable | undefined => {
  if (!host.root) return unavailable("only root can map the ids of a mount");
  return host.idmappedTmpfs ? undefined : unavailable("the kernel does not map the ids of tmpfs");
};

/** A mount that must be refused: one property of it is taken away or changed. */
function faulty(facts: RuntimeFacts, requirement: string, description: string, path: string, value: unknown, control: Mount): RuntimeCase {
  const made = withMounts(facts.target.release, [control]);
  const place = ["mounts", 1, path];
  const config = put(made, place, value);
  const drawn = faultCase({ requirement, path: pointer(place), description, config, control: made });
  return { ...drawn, fixtures: [...(drawn.fixtures ?? []), ...FIXTURE_FILES] };
}

const WITHOUT = "runtime.mounts.idmap-without-mappings-error";

/**
 * No row of the table obliges a runtime to know the option; one that does must refuse it without mappings. So a second container,
 * with mappings, is the witness that it does.
 */
function withoutMappings(facts: RuntimeFacts, option: string): RuntimeCase {
  const mount = mappedMount("/mnt", option, [{ containerID: 0, hostID: 3000, size: 65536 }]);
  const { uidMappings: _uids, gidMappings: _gids, ...bare } = mount;
  const unmapped: Mount = { ...bare, options: bare.options?.slice(0, 1) ?? [] };
  const drawn = faulty(facts, WITHOUT, "ids to be mapped, but no mappings", "options", bare.options, unmapped);
  const witness = containerOf(withMounts(facts.target.release, [mount]), { attempts: looks("/mnt") });
  return { ...drawn, containers: [...drawn.containers, witness], steps: [...drawn.steps, ...lifecycle(1)] };
}

/** The program found the files in the mapped mount to belong to others than they do outside. */
const mapsIds = (view: View): boolean => {
  const stat = tried(view, "stat", `/mnt/${FILE}`)?.stat;
  return stat !== undefined && (stat.uid !== OWNER.uid || stat.gid !== OWNER.gid);
};

/** What a mount with mappings of one kind needs. */
const NEEDED = [
  ["runtime.mounts.uid-mappings-need-gid-mappings", "gidMappings"],
  ["runtime.mounts.gid-mappings-need-uid-mappings", "uidMappings"],
] as const;

export default section("Mounts with mapped ids", [
  check(optionId("idmap"), (view) => inTable(view, "idmap")),
  check(optionId("ridmap"), (view) => inTable(view, "ridmap")),
  check("runtime.mounts.idmap-uses-given-mappings", (view) => unless(whyNotReported(view), () => judgeOwners(view))),
  example(optionId("idmap"), (facts) => unavailableHere(facts) ?? plainCase(facts, "idmap")),
  example("runtime.mounts.idmap-uses-given-mappings", (facts) => unavailableHere(facts) ?? plainCase(facts, "idmap").map(ifSupported)),
  example(optionId("ridmap"), (facts) => unavailableHere(facts) ?? plainCase(facts, "ridmap")),
  example("runtime.mounts.idmap-uses-given-mappings", (facts) =>
    hasNamespace(facts.host, "user")
      ? (unavailableHere(facts) ?? remappedCase(facts).map(ifSupported))
      : unavailable("the kernel has no user namespaces"),
  ),

  checkCase(WITHOUT, (view) => {
    const [fault, witness] = view.containers;
    if (!view.testCase.aims.includes(WITHOUT) || view.testCase.control === undefined || !fault || !witness)
      return notApplicable("no mount with idmap and no mappings, beside one with them");
    return mapsIds(witness) ? mustRefuse(fault, { by: "create" }) : skip("the target does not map the ids of mounts, though it should");
  }),
  example(
    WITHOUT,
    (facts) => unavailableHere(facts) ?? oneOf(["idmap", "ridmap"], "mount option").map((option) => withoutMappings(facts, option)),
  ),
  ...NEEDED.flatMap(([id, missing]) => [
    refuses(id),
    example(
      id,
      (facts) =>
        unavailableHere(facts) ??
        fc
          .tuple(oneOf(["idmap", "ridmap"], "mount option"), ranges())
          .map(([option, maps]) => faulty(facts, id, `a mount without ${missing}`, missing, REMOVED, mappedMount("/mnt", option, maps))),
    ),
  ]),
]);
