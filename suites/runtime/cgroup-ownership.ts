import fc, { type Arbitrary } from "fast-check";

import { caseOf, minimalConfig } from "../../generators/runtime/base.js";
import { oneOf } from "../../generators/runtime/choose.js";
import { hasNamespace, lastId } from "../../generators/runtime/host.js";
import { lifecycle } from "../../generators/runtime/steps.js";
import type { RuntimeCase, Step } from "../../runners/runtime/case.js";
import type { Setting } from "../../runners/runtime/target.js";
import type { Config, Mount } from "../../spec/runtime/config.js";
import { all, equal, holds, type Judgement } from "../check.js";
import { directoryOf, hierarchies, type Place, placesOf } from "./cgroup-places.js";
import { statsOf } from "./namespace-links.js";
import { check, example, type Lack, lack, section, started, type View } from "./suite.js";

/** The kernel's list of files that may be given away, and what stands for it where there is none. */
const DELEGATE = "/sys/kernel/cgroup/delegate";
const FALLBACK = ["cgroup.procs", "cgroup.subtree_control", "cgroup.threads"] as const;
/** A file of every v2 cgroup that is on neither list. */
const KEPT = "cgroup.max.depth";

const hasOwnNamespace = ({ linux }: Config): boolean =>
  (linux?.namespaces ?? []).some(({ type, path }) => type === "cgroup" && path === undefined);

const cgroupMount = ({ mounts = [] }: Config): Mount | undefined =>
  mounts.find(({ source, destination }) => source === "cgroup" && destination === "/sys/fs/cgroup");

const writable = (config: Config): boolean => {
  const mount = cgroupMount(config);
  return mount !== undefined && !(mount.options ?? []).includes("ro");
};

/** A container whose user is not the runtime's: only then does a change of owner show. */
const counts = (view: View): boolean =>
  started(view) &&
  view.case.control === undefined &&
  view.container.configText === undefined &&
  (view.config.process?.user?.uid ?? 0) !== view.host.outside.uid.effective &&
  !(view.config.linux?.namespaces ?? []).some(({ type }) => type === "user");

const ownPlaces = (view: View): readonly Place[] =>
  placesOf(view).filter((place) => place.moved && place.path === view.config.linux?.cgroupsPath);

/** The owner of the container's cgroup, or of a file in it, while the container runs. */
const ownerOf = (view: View, { mount, path }: Place, file = ""): number | undefined =>
  statsOf(view, directoryOf(mount, `${path}/${file}`.replace(/\/$/, ""))).at(-1)?.uid;

/** The owner is the runtime's user in these hierarchies. */
const unchanged = (view: View, version: "cgroup" | "cgroup2" | null): Judgement | undefined =>
  all(
    ownPlaces(view)
      .filter(({ mount }) => version === null || mount.type === version)
      .map((place) => {
        const owner = ownerOf(view, place);
        return owner === undefined ? undefined : equal(owner, view.host.outside.uid.effective, `the owner of ${place.path} in ${place.mount.target}`);
      }),
  );

/** The container's cgroup of v2, if its owner was changed. */
const changedPlace = (view: View): Place | undefined =>
  ownPlaces(view).find((place) => place.mount.type === "cgroup2" && ownerOf(view, place) === view.config.process?.user?.uid);

/** Changed as all conditions for it are met, on v2. */
function changed(view: View): Judgement | undefined {
  if (!counts(view) || view.host.cgroup.mode !== "v2" || !hasOwnNamespace(view.config) || !writable(view.config)) return undefined;
  const [place] = ownPlaces(view);
  const owner = place && ownerOf(view, place);
  return owner === undefined ? undefined : equal(owner, view.config.process?.user?.uid, "the owner of the container's cgroup");
}

/** Files that are not on the list keep their owner, though the directory's was changed. */
function otherFiles(view: View): Judgement | undefined {
  const place = counts(view) ? changedPlace(view) : undefined;
  const owner = place && ownerOf(view, place, KEPT);
  return owner === undefined ? undefined : equal(owner, view.host.outside.uid.effective, `the owner of ${KEPT}`);
}

/** The files that are on every list change with the directory. */
function delegated(view: View): Judgement | undefined {
  const place = counts(view) ? changedPlace(view) : undefined;
  const owners = place && FALLBACK.map((file) => [file, ownerOf(view, place, file)] as const).filter(([, owner]) => owner !== undefined);
  if (!owners || owners.length === 0) return undefined;
  const user = view.config.process?.user?.uid;
  return holds(owners.every(([, owner]) => owner === user), `owned by ${user}`, Object.fromEntries(owners));
}

/** Something on the kernel's list is not in the cgroup, and the container came to be. */
function tolerated(view: View): Judgement | undefined {
  const place = counts(view) ? changedPlace(view) : undefined;
  const listed = view.case.steps.flatMap((step, at) => {
    const result = view.observation.steps[at];
    return step.op === "read" && step.path === DELEGATE && result?.op === "read" && result.got.ok ? result.got.value.trim().split("\n") : [];
  });
  return place && listed.some((file) => !view.host.cgroup.files.includes(file)) ? { verdict: "pass" } : undefined;
}

interface Conditions {
  readonly namespace: boolean;
  readonly mount: "rw" | "ro" | "none";
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
      options: ["nosuid", "noexec", "nodev", "relatime", ...(mount === "ro" ? ["ro"] : [])],
    },
  ];
  const config: Config = {
    ...base,
    mounts: [...(base.mounts ?? []), ...(mount === "none" ? [] : cgroups)],
    process: { cwd: "/", args: base.process?.args ?? [], user: { uid, gid: 0 } },
    linux: { namespaces: [...(base.linux?.namespaces ?? []), ...(namespace ? [{ type: "cgroup" }] : [])], cgroupsPath: path },
  };
  const stats = hierarchies(setting.host).flatMap((each): Step[] => [
    { op: "stat", path: directoryOf(each, path) },
    ...(each.type === "cgroup2" ? [...FALLBACK, KEPT].map((file): Step => ({ op: "stat", path: directoryOf(each, `${path}/${file}`) })) : []),
  ]);
  const steps = lifecycle(0, { hold: true });
  const running = steps.findIndex(({ op }) => op === "look") + 1;
  return caseOf(config, {
    title: "a cgroup for another user",
    hold: true,
    steps: [...steps.slice(0, running), ...stats, { op: "read", path: DELEGATE }, ...steps.slice(running)],
  });
}

const withCgroups = (setting: Setting, versions: readonly string[], conditions: readonly Conditions[]): Arbitrary<RuntimeCase> | Lack => {
  const { host } = setting;
  if (!versions.includes(host.cgroup.mode)) return lack(`the host's cgroups are not ${versions.join(" or ")}, but ${host.cgroup.mode}`);
  if (!hasNamespace(host, "cgroup")) return lack("the kernel has no cgroup namespaces");
  if (lastId(host) < 1) return lack("there is only one user id here");
  return fc
    .tuple(fc.string({ unit: oneOf([..."abcdef0123456789"]), minLength: 8, maxLength: 8 }), fc.integer({ min: 1, max: lastId(host) }), oneOf(conditions))
    .map(([leaf, uid, each]) => delegating(setting, `/oci-conform-${leaf}`, uid, each));
};

const id = (name: string): string => `runtime.cgroups.ownership-${name}`;
const ANY = ["v1", "v2", "hybrid"] as const;

export default section("Cgroup ownership", [
  check(id("v1-unchanged"), (view) => (counts(view) ? unchanged(view, "cgroup") : undefined)),
  check(id("needs-namespace"), (view) => (counts(view) && !hasOwnNamespace(view.config) ? unchanged(view, null) : undefined)),
  check(id("without-mount-unchanged"), (view) =>
    counts(view) && cgroupMount(view.config) === undefined ? unchanged(view, null) : undefined,
  ),
  check(id("with-writable-mount"), changed),
  check(id("with-writable-mount"), (view) => (counts(view) && !writable(view.config) ? unchanged(view, "cgroup2") : undefined)),
  check(id("only-delegatable-files"), delegated),
  check(id("other-files-unchanged"), otherFiles),
  check(id("missing-files-tolerated"), tolerated),

  example(id("v1-unchanged"), (setting) => withCgroups(setting, ["v1", "hybrid"], [{ namespace: true, mount: "rw" }])),
  example(id("needs-namespace"), (setting) => withCgroups(setting, ANY, [{ namespace: false, mount: "rw" }])),
  example(id("without-mount-unchanged"), (setting) => withCgroups(setting, ANY, [{ namespace: true, mount: "none" }])),
  example(id("with-writable-mount"), (setting) => withCgroups(setting, ["v2"], [{ namespace: true, mount: "ro" }])),
  example(["with-writable-mount", "only-delegatable-files", "other-files-unchanged", "missing-files-tolerated"].map(id), (setting) =>
    withCgroups(setting, ["v2"], [{ namespace: true, mount: "rw" }]),
  ),
]);
