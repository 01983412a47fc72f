import fc from "fast-check";

import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { faultCase, tabledFault } from "../../../generators/runtime/invalid/input.js";
import { bundleOf, FIXTURES, type Fixture, type RuntimeCase } from "../../../runners/runtime/case.js";
import type { Setting } from "../../../runners/runtime/target.js";
import { type CheckResult, expectThat } from "../../check.js";
import { refuses, SUBSET } from "../refusal.js";
import { check, example, section, type View } from "../suite.js";
import { inForce, mountTable, sourceMounts, topmost } from "./mount-views.js";

const id = (name: string): string => `runtime.rootfs-propagation.${name}`;
type Propagation = "shared" | "slave" | "private" | "unbindable";
const VALUES: readonly Propagation[] = ["shared", "slave", "private", "unbindable"];

/** What the mount table says of the root mount's propagation: `shared`, `master` (a slave's), `unbindable`. */
function words(view: View, value: Propagation): readonly string[] | undefined {
  const table = mountTable(view);
  const covered = (view.config.mounts ?? []).some(({ destination }) => /^\/*$/.test(destination));
  if (view.config.linux?.rootfsPropagation !== value || !table || !inForce(view) || covered) return undefined;
  return topmost(table, "/")?.optional.map((word) => word.split(":")[0] ?? word);
}

/** Whether the root file system lies on a mount that the runtime's namespace shares: only that has events for a slave. */
const onShared = (view: View): boolean =>
  sourceMounts(view, view.config.root?.path ?? "").some(
    ({ path, propagation }) => propagation === "shared" && view.config.root?.path === `${FIXTURES}/${path}`,
  );

const JUDGES: Readonly<Record<Propagation, (seen: readonly string[], view: View) => CheckResult>> = {
  shared: (seen) => expectThat(seen.includes("shared"), "shared", seen),
  slave: (seen, view) => {
    if (seen.includes("shared")) return expectThat(false, "no events from the container to the host: not shared", seen);
    return onShared(view) || seen.includes("master") ? expectThat(seen.includes("master"), "master", seen) : undefined;
  },
  private: (seen) => expectThat(!seen.includes("shared") && !seen.includes("master"), "neither shared nor master", seen),
  unbindable: (seen) => expectThat(seen.includes("unbindable"), "unbindable", seen),
};

/** The bundle's root file system once more, by a mount that the runtime's namespace shares. */
const SHARED: Fixture = {
  make: "mount",
  path: "root",
  source: `${bundleOf(0)}/rootfs`,
  type: "none",
  flags: 4096,
  propagation: "shared",
};

const propagated = ({ target }: Setting, value: Propagation, shared: boolean): RuntimeCase => {
  const base = minimalConfig(target.release);
  return caseOf(
    { ...base, ...(shared ? { root: { path: `${FIXTURES}/root` } } : {}), linux: { ...base.linux, rootfsPropagation: value } },
    { title: `a root file system whose propagation is ${value}`, mayRefuse: SUBSET, fixtures: shared ? [SHARED] : [] },
  );
};

export default section("Rootfs mount propagation", [
  ...VALUES.map((value) =>
    check(id(value), (view) => {
      const seen = words(view, value);
      return seen && JUDGES[value](seen, view);
    }),
  ),
  // A private root is one that does not stay shared or a slave; a slave needs a master.
  ...VALUES.map((value) =>
    example(id(value), (setting) =>
      value === "slave" ? fc.constant(propagated(setting, value, true)) : fc.boolean().map((shared) => propagated(setting, value, shared)),
    ),
  ),
  refuses(id("unknown-error")),
  example(id("unknown-error"), ({ host, target }) =>
    tabledFault(host, target.release, id("unknown-error")).map((fault) => faultCase(fault)),
  ),
]);
