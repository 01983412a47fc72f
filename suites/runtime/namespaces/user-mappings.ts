/** config-linux.md, "User namespace mappings". */
import fc from "fast-check";

import { oneOf } from "../../../generators/choices.js";
import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { hasNamespace, lastId } from "../../../generators/runtime/host.js";
import { longestMappings, mappingTable } from "../../../generators/runtime/namespaces/mappings.js";
import { withNamespace } from "../../../generators/runtime/namespaces/namespaces.js";
import { lifecycle } from "../../../generators/runtime/steps.js";
import { bundleOf } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import type { Config, IdMapping } from "../../../spec/runtime/config.js";
import { combine, type ExplainedResult, equal, notApplicable, unless } from "../../check.js";
import { check, example, NO_REPORT, section, unavailable, type View, whyNotInForce } from "../suite.js";
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

/** Why the container has no user namespace of its own, made as its config says; undefined where it has. */
const whyNotRemapped = (view: View): string | undefined =>
  (view.config.linux?.namespaces ?? []).some(({ type, path }) => type === "user" && path === undefined)
    ? whyNotInForce(view)
    : "no new user namespace in the config";

const mapped = (view: View, list: readonly IdMapping[] = [], key: "uidMap" | "gidMap"): ExplainedResult =>
  unless(whyNotRemapped(view), () => {
    const actual = view.snapshot?.[key] ?? view.probe?.[key];
    if (list.length === 0) return notApplicable("no mappings in the config");
    return actual ? equal(normal(actual), asRanges(list)) : notApplicable("the container's mappings were not seen");
  });

const onHost = (list: readonly IdMapping[], id: number): number | undefined => {
  const range = list.find(({ containerID, size }) => id >= containerID && id < containerID + size);
  return range && range.hostID + id - range.containerID;
};

/** The program's ids within are the config's; on the host they are what these are mapped to. */
const translated = (view: View, list: readonly IdMapping[] = [], kind: "uid" | "gid"): ExplainedResult =>
  unless(whyNotRemapped(view), () => {
    const within = view.config.process?.user?.[kind];
    if (within === undefined) return notApplicable(`no ${kind} in the config`);
    const outside = onHost(list, within);
    if (outside === undefined) return notApplicable(`the ${kind} has no mapping in the config`);
    const line = view.snapshot?.status[kind === "uid" ? "Uid" : "Gid"];
    if (line === undefined) return notApplicable("nobody looked at the process from outside");
    if (!view.probe) return notApplicable(NO_REPORT);
    return equal({ within: view.probe[kind].real, host: Number(line.split(/\s+/)[0]) }, { within, host: outside });
  });

const ROOTFS = `${bundleOf(0)}/rootfs`;
const OWNED = ["root-owned.txt", "user-owned.txt"] as const;
const LOOKED_AT = [ROOTFS, ...OWNED.map((name) => `${ROOTFS}/${name}`)];

/** Whoever owned the files of the root file system before, owns them while the container runs. */
const untouched = (view: View): ExplainedResult =>
  unless(whyNotRemapped(view), () =>
    combine(
      LOOKED_AT.map((path) => {
        const [before, after] = statsOf(view, path);
        return before && after
          ? equal({ uid: after.uid, gid: after.gid }, { uid: before.uid, gid: before.gid }, path)
          : notApplicable("nobody looked at the root file system before and while the container ran");
      }),
      "no file of the root file system",
    ),
  );

const remappedCase = (facts: RuntimeFacts) =>
  fc
    .tuple(
      oneOf(mappingTable(facts.host), "map"),
      oneOf(
        [0, 1, 2, 1000, 65535].filter((id) => id <= lastId(facts.host)),
        "user",
      ),
      withNamespace(minimalConfig(facts.target.release).linux?.namespaces ?? [], { type: "user" }),
    )
    .map(([maps, id, namespaces]) => {
      const base = minimalConfig(facts.target.release);
      const config: Config = {
        ...base,
        process: { cwd: "/", args: base.process?.args ?? [], user: { uid: id, gid: id } },
        linux: { ...maps, namespaces },
      };
      const owner = Math.min(1000, lastId(facts.host));
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

  example(["runtime.mappings.uid", "runtime.mappings.gid", "runtime.mappings.ownership-unchanged"], (facts) =>
    hasNamespace(facts.host, "user") ? remappedCase(facts) : unavailable("the kernel has no user namespaces"),
  ),
  example(["runtime.mappings.uid", "runtime.mappings.gid"], ({ host, target }) => {
    const maps = longestMappings(host);
    if (!hasNamespace(host, "user")) return unavailable("the kernel has no user namespaces");
    if (maps === undefined) return unavailable("the caller has too few ids for as many mappings as the kernel takes");
    const base = minimalConfig(target.release);
    const namespaces = [...(base.linux?.namespaces ?? []), { type: "user" as const }];
    return fc.constant(caseOf({ ...base, linux: { ...maps, namespaces } }, { title: "as many mappings as the kernel takes", hold: true }));
  }),
]);
