/** Root file systems that have links, files or nothing where a runtime looks for directories: whatever stands there, it stays inside. */

import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";

import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { DEV } from "../../../generators/runtime/filesystem/mounts.js";
import { type HookKind, hookKinds, recordingHook } from "../../../generators/runtime/hooks.js";
import { whyNoDeviceNodes } from "../../../generators/runtime/host.js";
import {
  ABSOLUTE,
  ABSOLUTE_OUT,
  FILE,
  INSIDE,
  LINK_OUT,
  MISSING,
  NOWHERE,
  OUTSIDE,
  THROUGH,
  type Way,
} from "../../../generators/runtime/odd-places.js";
import { bundleOf, FIXTURES, type RuntimeCase } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import type { Config, Linux, Mount } from "../../../spec/runtime/config.js";
import { withMounts } from "../filesystem/mount-cases.js";
import { withHooks } from "../lifecycle/hook-runs.js";
import { type Example, example, unavailable, unavailableIf } from "../suite.js";

/** A place of a root file system with what stands there in this case, and what the config wants of it. */
interface Row {
  readonly name: string;
  readonly place: string;
  readonly kind: "dir" | "file";
  readonly way: Way;
  readonly mounts?: readonly Mount[];
  readonly linux?: Partial<Linux>;
}

/** As a text it is its name: that is what a finding lists. */
const rows = (place: string, ways: readonly Way[], rest: Partial<Omit<Row, "place" | "way">> = {}): readonly Row[] =>
  ways.map((way) => ({ kind: "dir", ...rest, name: `${way.name} at ${rest.name ?? `/${place}`}`, place, way }));

const SYS: Mount = { destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev", "ro"] };
const tmpfs = (destination: string): Mount => ({ destination, type: "tmpfs", source: "tmpfs" });
const bind = (destination: string, source: string): Mount => ({
  destination,
  type: "none",
  source: `${FIXTURES}/${source}`,
  options: ["bind"],
});

const OFTEN = [INSIDE, LINK_OUT, ABSOLUTE_OUT, NOWHERE];
const EVERY = [INSIDE, ABSOLUTE, THROUGH, LINK_OUT, ABSOLUTE_OUT, NOWHERE, FILE, MISSING];

/** What every image has, and runtimes fill. */
const USUAL: readonly Row[] = [
  ...rows("dev", EVERY),
  ...rows("dev", [INSIDE, LINK_OUT], { name: "/dev, where a tmpfs is mounted", mounts: DEV }),
  ...rows("proc", EVERY),
  ...rows("sys", [INSIDE, LINK_OUT, NOWHERE, MISSING], { mounts: [SYS] }),
  ...rows("etc", [...OFTEN, FILE, MISSING], {
    name: "/etc, where a file is mounted",
    mounts: [bind("/etc/here.txt", "mounted.txt")],
  }),
];

/** Where a mount's destination is, or a directory on its way. */
const DESTINATIONS: readonly Row[] = [
  ...rows("mnt/place", [INSIDE, ABSOLUTE, THROUGH, LINK_OUT, ABSOLUTE_OUT, NOWHERE], {
    name: "a mount's destination",
    mounts: [tmpfs("/mnt/place")],
  }),
  ...rows("srv", OFTEN, { name: "a directory above a mount's destination", mounts: [bind("/srv/place/below", "mounted")] }),
  ...rows("mnt/place.txt", OFTEN, {
    name: "the destination of a mounted file",
    kind: "file",
    mounts: [bind("/mnt/place.txt", "mounted.txt")],
  }),
];

const DEVICE = { type: "c", path: "/opt/device", major: 1, minor: 5, fileMode: 0o666, uid: 0, gid: 0 } as const;

const DEVICES: readonly Row[] = [
  ...rows("opt", OFTEN, { name: "the directory of a device", linux: { devices: [DEVICE] } }),
  ...rows("opt/device", [LINK_OUT, NOWHERE], { name: "the place of a device", kind: "file", linux: { devices: [DEVICE] } }),
];

/** Each is looked for when the root file system stands: no link leads anywhere else by then. */
const COVERED: readonly Row[] = [
  ...rows("opt/place.txt", [INSIDE, LINK_OUT], { name: "a masked path", kind: "file", linux: { maskedPaths: ["/opt/place.txt"] } }),
  ...rows("opt/place.txt", [INSIDE, LINK_OUT], { name: "a read-only path", kind: "file", linux: { readonlyPaths: ["/opt/place.txt"] } }),
];

function caseOfRow({ target }: RuntimeFacts, { name, place, kind, way, mounts = [], linux }: Row): RuntimeCase {
  const base = withMounts(target.release, mounts);
  const config: Config = linux ? { ...base, linux: { ...base.linux, ...linux } } : base;
  return caseOf(config, { title: name, rootfs: parents(place, way, kind), fixtures: OUTSIDE });
}

/** The directories above a place, unless they are in the root anyway, then what stands there. */
const parents = (place: string, way: Way, kind: Row["kind"]) => [
  ...(place.includes("/") ? [{ kind: "dir", path: place.slice(0, place.lastIndexOf("/")) } as const] : []),
  ...way.entries(place, kind),
];

const named = (table: readonly Row[]) => new Map(table.map((row) => [row.name, row]));

/** One case for each row. */
const each = (facts: RuntimeFacts, table: readonly Row[]) => {
  const byName = named(table);
  return oneOf([...byName.keys()], "place").map((name) => {
    const row = byName.get(name);
    return row ? caseOfRow(facts, row) : caseOf(minimalConfig(facts.target.release));
  });
};

/** How a config may name its root file system by way of links in the bundle. */
const ROOTS: Readonly<Record<string, { readonly path: string; readonly links: Readonly<Record<string, string>> }>> = {
  "a link": { path: `${bundleOf(0)}/link`, links: { link: "rootfs" } },
  "an absolute link": { path: `${bundleOf(0)}/link`, links: { link: `${bundleOf(0)}/rootfs` } },
  "a link to a link": { path: `${bundleOf(0)}/link`, links: { link: "other", other: "./rootfs" } },
  "a link above it": { path: `${bundleOf(0)}/way/rootfs`, links: { way: "." } },
};

const rooted = ({ target }: RuntimeFacts, name: string, prefix: string): RuntimeCase => {
  const { path = "rootfs", links = {} } = ROOTS[name] ?? {};
  return caseOf(
    { ...minimalConfig(target.release), root: { path: path.slice(prefix.length) } },
    {
      title: `root.path leads through ${name}`,
      bundle: Object.entries(links).map(([link, to]) => ({ kind: "symlink", path: link, target: to })),
    },
  );
};

/** A hook whose path is a link, in the runtime's namespace and in the container's. */
const linkedHook = ({ target }: RuntimeFacts, kind: HookKind): RuntimeCase => {
  const hook = recordingHook(kind, `${kind}-0`);
  const inside = kind === "startContainer";
  return caseOf(withHooks(target.release, { [kind]: [{ ...hook, path: inside ? "/.oci/hook" : `${FIXTURES}/hook` }] }), {
    title: `the path of a ${kind} hook is a link`,
    ...(inside
      ? { rootfs: [{ kind: "symlink", path: ".oci/hook", target: "agent" }] }
      : { fixtures: [{ make: "entry", entry: { kind: "symlink", path: "hook", target: hook.path } }] }),
  });
};

const OWN = ["robustness.outside-changed"] as const;

/** Odd root file systems, and odd ways to them. */
export const linkExamples: readonly Example[] = [
  example([...OWN, "robustness.proc-through-link"], (facts) => each(facts, USUAL)),
  example([...OWN, "runtime.mounts.additional", "runtime.mounts.source-absolute"], (facts) => each(facts, DESTINATIONS)),
  ...(["absolute", "relative"] as const).map((kind) =>
    example([`runtime.root.path-${kind}`, "robustness.outside-changed"], (facts) =>
      oneOf(Object.keys(ROOTS), "root.path").map((name) => rooted(facts, name, kind === "absolute" ? "" : `${bundleOf(0)}/`)),
    ),
  ),
  example(["runtime.lifecycle.prestart-invoked"], (facts) => fc.constant(linkedHook(facts, "prestart"))),
  example(["runtime.lifecycle.start-container-invoked"], (facts) =>
    hookKinds(facts.target.release).includes("startContainer")
      ? fc.constant(linkedHook(facts, "startContainer"))
      : unavailable(`release ${facts.target.release} has no startContainer hooks`),
  ),
  example([...OWN, "runtime.devices.available"], (facts) => unavailableIf(whyNoDeviceNodes(facts.host), () => each(facts, DEVICES))),
  example([...OWN, "runtime.masked-paths.unreadable", "runtime.readonly-paths.unwritable"], (facts) => each(facts, COVERED)),
];
