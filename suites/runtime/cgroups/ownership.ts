import fc, { type Arbitrary } from "fast-check";

import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { oneOf } from "../../../generators/runtime/choose.js";
import { hasNamespace, lastId, whyNoCgroups } from "../../../generators/runtime/host.js";
import { lifecycle } from "../../../generators/runtime/steps.js";
import type { RuntimeCase, Step } from "../../../runners/runtime/case.js";
import type { Setting } from "../../../runners/runtime/target.js";
import type { Config, Mount } from "../../../spec/runtime/config.js";
import { type CheckResult, combine, equal } from "../../check.js";
import { statsOf } from "../namespaces/links.js";
import { check, example, section, started, type Unavailable, unavailable, type View } from "../suite.js";
import { directoryOf, hierarchies, type Place, placesOf } from "./places.js";

const hasOwnNamespace = ({ linux }: Config): boolean =>
  (linux?.namespaces ?? []).some(({ type, path }) => type === "cgroup" && path === undefined);

const cgroupMount = ({ mounts = [] }: Config): Mount | undefined =>
  mounts.find(({ source, destination }) => source === "cgroup" && destination === "/sys/fs/cgroup");

/** A container whose user is not the runtime's: only then does a change of owner show. */
const counts = (view: View): boolean =>
  started(view) &&
  view.case.control === undefined &&
  view.container.configText === undefined &&
  (view.config.process?.user?.uid ?? 0) !== view.host.outside.uid.effective &&
  !(view.config.linux?.namespaces ?? []).some(({ type }) => type === "user");

const ownPlaces = (view: View): readonly Place[] =>
  placesOf(view).filter((place) => place.moved && place.path === view.config.linux?.cgroupsPath);

/** The owner of the container's cgroup while the container runs. */
const ownerOf = (view: View, { mount, path }: Place): number | undefined => statsOf(view, directoryOf(mount, path)).at(-1)?.uid;

/** The owner is the runtime's user in these hierarchies. */
const unchanged = (view: View, version: "cgroup" | "cgroup2" | null): CheckResult =>
  combine(
    ownPlaces(view)
      .filter(({ mount }) => version === null || mount.type === version)
      .map((place) => {
        const owner = ownerOf(view, place);
        return owner === undefined
          ? undefined
          : equal(owner, view.host.outside.uid.effective, `the owner of ${place.path} in ${place.mount.target}`);
      }),
  );

interface Conditions {
  readonly namespace: boolean;
  readonly mount: boolean;
}

/** A program that runs as another user, in a cgroup whose owners are looked at meanwhile. */
function delegating(setting: Setting, path: string, uid: number, { namespace, mount }: Conditions): RuntimeCase {
  const base = minimalConfig(setting.target.release);
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
  const stats = hierarchies(setting.host).map((each): Step => ({ op: "stat", path: directoryOf(each, path) }));
  const steps = lifecycle(0, { hold: true });
  const running = steps.findIndex(({ op }) => op === "look") + 1;
  return caseOf(config, {
    title: "a cgroup for another user",
    hold: true,
    steps: [...steps.slice(0, running), ...stats, ...steps.slice(running)],
  });
}

const withCgroups = (setting: Setting, versions: readonly string[], conditions: Conditions): Arbitrary<RuntimeCase> | Unavailable => {
  const { host } = setting;
  const why = whyNoCgroups(host);
  if (why !== undefined) return unavailable(why);
  if (!versions.includes(host.cgroup.mode))
    return unavailable(`the host's cgroups are not ${versions.join(" or ")}, but ${host.cgroup.mode}`);
  if (!hasNamespace(host, "cgroup")) return unavailable("the kernel has no cgroup namespaces");
  if (lastId(host) < 1) return unavailable("there is only one user id here");
  return fc
    .tuple(fc.string({ unit: oneOf([..."abcdef0123456789"]), minLength: 8, maxLength: 8 }), fc.integer({ min: 1, max: lastId(host) }))
    .map(([leaf, uid]) => delegating(setting, `/oci-conform-${leaf}`, uid, conditions));
};

const id = (name: string): string => `runtime.cgroups.ownership-${name}`;
const ANY = ["v1", "v2", "hybrid"] as const;

export default section("Cgroup ownership", [
  check(id("v1-unchanged"), (view) => (counts(view) ? unchanged(view, "cgroup") : undefined)),
  check(id("needs-namespace"), (view) => (counts(view) && !hasOwnNamespace(view.config) ? unchanged(view, null) : undefined)),
  check(id("without-mount-unchanged"), (view) =>
    counts(view) && cgroupMount(view.config) === undefined ? unchanged(view, null) : undefined,
  ),

  example(id("v1-unchanged"), (setting) => withCgroups(setting, ["v1", "hybrid"], { namespace: true, mount: true })),
  example(id("needs-namespace"), (setting) => withCgroups(setting, ANY, { namespace: false, mount: true })),
  example(id("without-mount-unchanged"), (setting) => withCgroups(setting, ANY, { namespace: true, mount: false })),
]);
