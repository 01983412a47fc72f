import fc from "fast-check";

import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { hasNamespace, lastId } from "../../../generators/runtime/host.js";
import { mappings } from "../../../generators/runtime/namespaces/mappings.js";
import { lifecycle } from "../../../generators/runtime/steps.js";
import { bundleOf } from "../../../runners/runtime/case.js";
import type { Setting } from "../../../runners/runtime/target.js";
import type { Config, IdMapping } from "../../../spec/runtime/config.js";
import { type CheckResult, combine, equal } from "../../check.js";
import { check, example, section, started, unavailable, type View } from "../suite.js";
import { statsOf } from "./links.js";

/** A map as `/proc/PID/uid_map` shows it, ranges that continue each other joined: the order and the cuts mean nothing. */
function normal(ranges: readonly (readonly [number, number, number])[]): readonly (readonly [number, number, number])[] {
  const joined: [number, number, number][] = [];
  for (const [inside, outside, size] of ranges.toSorted(([a], [b]) => a - b)) {
    const last = joined.at(-1);
    if (last && last[0] + last[2] === inside && last[1] + last[2] === outside) last[2] += size;
    else joined.push([inside, outside, size]);
  }
  return joined;
}

const asRanges = (list: readonly IdMapping[]): readonly (readonly [number, number, number])[] =>
  normal(list.map(({ containerID, hostID, size }) => [containerID, hostID, size]));

/** A container with a user namespace of its own, made as its config says. */
const remapped = ({ linux }: Config): boolean => (linux?.namespaces ?? []).some(({ type, path }) => type === "user" && path === undefined);

const counts = (view: View): boolean =>
  view.case.control === undefined && view.container.configText === undefined && remapped(view.config) && started(view);

function mapped(view: View, list: readonly IdMapping[] | undefined, key: "uidMap" | "gidMap"): CheckResult {
  const seen = view.snapshot?.[key] ?? view.probe?.[key];
  return !counts(view) || !list || list.length === 0 || !seen ? undefined : equal(normal(seen), asRanges(list));
}

const onHost = (list: readonly IdMapping[], id: number): number | undefined => {
  const range = list.find(({ containerID, size }) => id >= containerID && id < containerID + size);
  return range && range.hostID + id - range.containerID;
};

/** The program's ids within are the config's; on the host they are what these are mapped to. */
function translated(view: View, list: readonly IdMapping[] | undefined, kind: "uid" | "gid"): CheckResult {
  const wanted = view.config.process?.user?.[kind];
  const line = view.snapshot?.status[kind === "uid" ? "Uid" : "Gid"];
  if (!counts(view) || !list || wanted === undefined || line === undefined || !view.probe) return undefined;
  const outside = onHost(list, wanted);
  if (outside === undefined) return undefined;
  return equal({ within: view.probe[kind].real, host: Number(line.split(/\s+/)[0]) }, { within: wanted, host: outside });
}

const ROOTFS = `${bundleOf(0)}/rootfs`;
const OWNED = ["root-owned.txt", "user-owned.txt"] as const;
const LOOKED_AT = [ROOTFS, ...OWNED.map((name) => `${ROOTFS}/${name}`)];

/** Whoever owned the files of the root file system before, owns them while the container runs. */
const untouched = (view: View): CheckResult =>
  counts(view)
    ? combine(
        LOOKED_AT.map((path) => {
          const [before, after] = statsOf(view, path);
          return before && after && equal({ uid: after.uid, gid: after.gid }, { uid: before.uid, gid: before.gid }, path);
        }),
      )
    : undefined;

const remappedCase = (setting: Setting) =>
  fc.tuple(mappings(setting.host, setting.target.release), fc.integer({ min: 0, max: lastId(setting.host) })).map(([maps, id]) => {
    const base = minimalConfig(setting.target.release);
    const config: Config = {
      ...base,
      process: { cwd: "/", args: base.process?.args ?? [], user: { uid: id, gid: id } },
      linux: { ...maps, namespaces: [...(base.linux?.namespaces ?? []), { type: "user" }] },
    };
    const owner = Math.min(1000, lastId(setting.host));
    const looks = LOOKED_AT.map((path) => ({ op: "stat" as const, path }));
    const steps = lifecycle(0, { hold: true });
    const running = steps.findIndex(({ op }) => op === "look") + 1;
    return caseOf(config, {
      title: "a user namespace",
      hold: true,
      rootfs: [
        { kind: "file", path: OWNED[0] },
        { kind: "file", path: OWNED[1], uid: owner, gid: owner },
      ],
      steps: [...looks, ...steps.slice(0, running), ...looks, ...steps.slice(running)],
    });
  });

export default section("User namespace mappings", [
  check("runtime.mappings.uid", (view) => mapped(view, view.config.linux?.uidMappings, "uidMap")),
  check("runtime.mappings.uid", (view) => translated(view, view.config.linux?.uidMappings, "uid")),
  check("runtime.mappings.gid", (view) => mapped(view, view.config.linux?.gidMappings, "gidMap")),
  check("runtime.mappings.gid", (view) => translated(view, view.config.linux?.gidMappings, "gid")),
  check("runtime.mappings.ownership-unchanged", untouched),

  example(["runtime.mappings.uid", "runtime.mappings.gid", "runtime.mappings.ownership-unchanged"], (setting) =>
    hasNamespace(setting.host, "user") ? remappedCase(setting) : unavailable("the kernel has no user namespaces"),
  ),
]);
