/** config-linux.md, "Cgroup ownership". */
import fc, { type Arbitrary } from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { hasNamespace, lastId, whyNoCgroups } from "../../../generators/runtime/host.js";
import { lifecycle } from "../../../generators/runtime/steps.js";
import type { RuntimeCase, Step } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import type { Config, Mount } from "../../../spec/runtime/config.js";
import { combine, equal, notApplicable, unless } from "../../check.js";
import { statsOf } from "../namespaces/links.js";
import { type Check, check, example, section, type Unavailable, unavailable, type View, whyNotInForce } from "../suite.js";
import { directoryOf, hierarchies, type Place, placesOf } from "./places.js";

const hasOwnNamespace = ({ linux }: Config): boolean =>
  (linux?.namespaces ?? []).some(({ type, path }) => type === "cgroup" && path === undefined);

const cgroupMount = ({ mounts = [] }: Config): Mount | undefined =>
  mounts.find(({ source, destination }) => source === "cgroup" && destination === "/sys/fs/cgroup");

/** Why a change of owner would not show: it does in a container whose user is not the runtime's. Undefined where it would. */
function whyNotVisible(view: View): string | undefined {
  if ((view.config.process?.user?.uid ?? 0) === view.host.outside.uid.effective) return "the container's user is the runtime's";
  if ((view.config.linux?.namespaces ?? []).some(({ type }) => type === "user")) return "a user namespace in the config";
  return whyNotInForce(view);
}

const cgroupsOf = (view: View): readonly Place[] =>
  placesOf(view).filter((place) => place.moved && place.path === view.config.linux?.cgroupsPath);

/** The owner of the container's cgroup while the container runs. */
const ownerOf = (view: View, { mount, path }: Place): number | undefined => statsOf(view, directoryOf(mount, path)).at(-1)?.uid;

/** The owner is the runtime's user in hierarchies of a version, or in all. `whyNot` says why that is not required of a config. */
const checkUnchanged = (id: string, version: "cgroup" | null, whyNot: (config: Config) => string | undefined): Check =>
  check(id, (view) =>
    unless(whyNot(view.config) ?? whyNotVisible(view), () =>
      combine(
        cgroupsOf(view)
          .filter(({ mount }) => version === null || mount.type === version)
          .map((place) => {
            const owner = ownerOf(view, place);
            return owner === undefined
              ? notApplicable("nobody looked at the owner of the container's cgroup")
              : equal(owner, view.host.outside.uid.effective, `the owner of ${place.path} in ${place.mount.target}`);
          }),
        "the container was seen in no cgroup of its cgroupsPath",
      ),
    ),
  );

interface Conditions {
  readonly namespace: boolean;
  readonly mount: boolean;
}

/** A program that runs as another user, in a cgroup whose owners are looked at meanwhile. */
function delegating(facts: RuntimeFacts, path: string, uid: number, { namespace, mount }: Conditions): RuntimeCase {
  const base = minimalConfig(facts.target.release);
  const cgroups: readonly Mount[] = [
    { destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev", "ro"] },
    {
      destination: "/sys/fs/cgroup",
      type: "cgroup",
      source: "cgroup",
      options: ["nosuid", "noexec", "nodev", "relatime"],
    },
  ];
  const config: Config = {
    ...base,
    mounts: [...(base.mounts ?? []), ...(mount ? cgroups : [])],
    process: { cwd: "/", args: base.process?.args ?? [], user: { uid, gid: 0 } },
    linux: { namespaces: [...(base.linux?.namespaces ?? []), ...(namespace ? [{ type: "cgroup" }] : [])], cgroupsPath: path },
  };
  const stats = hierarchies(facts.host).map((each): Step => ({ op: "stat", path: directoryOf(each, path) }));
  const steps = lifecycle(0, { hold: true });
  const running = steps.findIndex(({ op }) => op === "look") + 1;
  return caseOf(config, {
    title: "a cgroup for another user",
    hold: true,
    steps: [...steps.slice(0, running), ...stats, ...steps.slice(running)],
  });
}

const withCgroups = (facts: RuntimeFacts, versions: readonly string[], conditions: Conditions): Arbitrary<RuntimeCase> | Unavailable => {
  const { host } = facts;
  const why = whyNoCgroups(host);
  if (why !== undefined) return unavailable(why);
  if (!versions.includes(host.cgroup.mode))
    return unavailable(`the host's cgroups are not ${versions.join(" or ")}, but ${host.cgroup.mode}`);
  if (!hasNamespace(host, "cgroup")) return unavailable("the kernel has no cgroup namespaces");
  if (lastId(host) < 1) return unavailable("there is only one user id here");
  return fc
    .tuple(
      fc.string({ unit: fc.constantFrom(..."abcdef0123456789"), minLength: 8, maxLength: 8 }),
      oneOf([...new Set([1, Math.min(1000, lastId(host)), lastId(host)])], "user"),
    )
    .map(([leaf, uid]) => delegating(facts, `/oci-conform-${leaf}`, uid, conditions));
};

const ANY = ["v1", "v2", "hybrid"] as const;

export default section("Cgroup ownership", [
  checkUnchanged("runtime.cgroups.ownership-v1-unchanged", "cgroup", () => undefined),
  checkUnchanged("runtime.cgroups.ownership-needs-namespace", null, (config) =>
    hasOwnNamespace(config) ? "a new cgroup namespace in the config" : undefined,
  ),
  checkUnchanged("runtime.cgroups.ownership-without-mount-unchanged", null, (config) =>
    cgroupMount(config) === undefined ? undefined : "a mount of cgroups in the config",
  ),

  example("runtime.cgroups.ownership-v1-unchanged", (facts) => withCgroups(facts, ["v1", "hybrid"], { namespace: true, mount: true })),
  example("runtime.cgroups.ownership-needs-namespace", (facts) => withCgroups(facts, ANY, { namespace: false, mount: true })),
  example("runtime.cgroups.ownership-without-mount-unchanged", (facts) => withCgroups(facts, ANY, { namespace: true, mount: false })),
]);
