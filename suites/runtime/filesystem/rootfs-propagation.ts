/** config-linux.md, "Rootfs Mount Propagation". */
import fc from "fast-check";

import { flag } from "../../../generators/choices.js";
import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { faultCase, tabledFault } from "../../../generators/runtime/invalid/input.js";
import { bundleOf, FIXTURES, type Fixture, type RuntimeCase } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import { type ExplainedResult, expectThat, notApplicable } from "../../check.js";
import { refuses, SUBSET } from "../refusal.js";
import { check, example, section, type View } from "../suite.js";
import { sourceMounts } from "./mount-sources.js";
import { mountTable, topmost, whyNoPropagation } from "./mount-views.js";

type Propagation = "shared" | "slave" | "private" | "unbindable";

const VALUES: readonly (readonly [string, Propagation])[] = [
  ["runtime.rootfs-propagation.shared", "shared"],
  ["runtime.rootfs-propagation.slave", "slave"],
  ["runtime.rootfs-propagation.private", "private"],
  ["runtime.rootfs-propagation.unbindable", "unbindable"],
];

/** Judges what the mount table says of the root mount's propagation: `shared`, `master` (a slave's), `unbindable`. */
function judgePropagation(view: View, value: Propagation): ExplainedResult {
  const covered = (view.config.mounts ?? []).some(({ destination }) => /^\/*$/.test(destination));
  if (view.config.linux?.rootfsPropagation !== value) return notApplicable(`the config's rootfsPropagation is not ${value}`);
  if (covered) return notApplicable("a mount on the root");
  const why = whyNoPropagation(view);
  if (why !== undefined) return notApplicable(why);
  const root = topmost(mountTable(view), "/");
  if (!root) return notApplicable("no root mount in the mount table");
  return JUDGES[value](
    root.optional.map((word) => word.split(":")[0] ?? word),
    view,
  );
}

/** Whether the root file system lies on a mount that the runtime's namespace shares: only that has events for a slave. */
const onShared = (view: View): boolean =>
  sourceMounts(view, view.config.root?.path ?? "").some(
    ({ path, propagation }) => propagation === "shared" && view.config.root?.path === `${FIXTURES}/${path}`,
  );

const JUDGES: Readonly<Record<Propagation, (words: readonly string[], view: View) => ExplainedResult>> = {
  shared: (words) => expectThat(words.includes("shared"), "shared", words),
  slave: (words, view) => {
    if (words.includes("shared")) return expectThat(false, "no events from the container to the host: not shared", words);
    return onShared(view) || words.includes("master")
      ? expectThat(words.includes("master"), "master", words)
      : notApplicable("no mount that the runtime's namespace shares, which a slave needs as master");
  },
  private: (words) => expectThat(!words.includes("shared") && !words.includes("master"), "neither shared nor master", words),
  unbindable: (words) => expectThat(words.includes("unbindable"), "unbindable", words),
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

const propagated = ({ target }: RuntimeFacts, value: Propagation, shared: boolean): RuntimeCase => {
  const base = minimalConfig(target.release);
  return caseOf(
    { ...base, ...(shared ? { root: { path: `${FIXTURES}/root` } } : {}), linux: { ...base.linux, rootfsPropagation: value } },
    { title: `a root file system whose propagation is ${value}`, mayRefuse: SUBSET, fixtures: shared ? [SHARED] : [] },
  );
};

export default section("Rootfs mount propagation", [
  ...VALUES.map(([id, value]) => check(id, (view) => judgePropagation(view, value))),
  // A private root is one that does not stay shared or a slave; a slave needs a master.
  ...VALUES.map(([id, value]) =>
    example(id, (facts) =>
      value === "slave" ? fc.constant(propagated(facts, value, true)) : flag().map((shared) => propagated(facts, value, shared)),
    ),
  ),
  refuses("runtime.rootfs-propagation.unknown-error"),
  example("runtime.rootfs-propagation.unknown-error", ({ host, target }) =>
    tabledFault(host, target.release, "runtime.rootfs-propagation.unknown-error").map((fault) => faultCase(fault)),
  ),
]);
