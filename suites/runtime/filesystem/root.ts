import fc from "fast-check";

import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { oneOf } from "../../../generators/runtime/choose.js";
import { absolute } from "../../../generators/runtime/filesystem/paths.js";
import { bundleOf, type RuntimeCase } from "../../../runners/runtime/case.js";
import type { Setting } from "../../../runners/runtime/target.js";
import type { Config, Root } from "../../../spec/runtime/config.js";
import { type CheckResult, combine, expectThat } from "../../check.js";
import { check, example, section, type View } from "../suite.js";
import { inForce, topmost, tries } from "./mount-views.js";

/** The agent is in the root file system of this bundle and nowhere else: that it ran shows which directory is the root. */
const ranFrom = (view: View, kind: "absolute" | "relative"): CheckResult => {
  const path = view.config.root?.path;
  return path !== undefined && path.startsWith("/") === (kind === "absolute") && inForce(view) ? { verdict: "pass" } : undefined;
};

/** Files right in the root that the program tried to make: nothing is mounted there. */
const creations = (view: View): readonly string[] => {
  const covered = (view.config.mounts ?? []).some(({ destination }) => absolute(destination) === "/");
  if (!inForce(view) || covered) return [];
  return tries(view).flatMap(({ attempt, result }) => (attempt.do === "create" && /^\/[^/]+$/.test(attempt.path) ? [result.errno] : []));
};

/** What the mount table says of the root; a program that has no root mount in sight can still try. */
const rootOptions = (view: View): readonly string[] | undefined => {
  const covered = (view.config.mounts ?? []).some(({ destination }) => absolute(destination) === "/");
  return inForce(view) && !covered && view.probe?.mounts ? topmost(view.probe.mounts, "/")?.options : undefined;
};

/** Errors other than EROFS come of permissions, and say nothing. */
const judgeRoot = (view: View, readonly: boolean): CheckResult =>
  combine(
    creations(view).map((errno) =>
      errno === "0" || errno === "EROFS"
        ? expectThat((errno === "EROFS") === readonly, readonly ? "EROFS" : "a new file", errno)
        : undefined,
    ),
  );

const rooted = ({ target }: Setting, root: Root): Config => ({ ...minimalConfig(target.release), root });

const NAMES = ["rootfs", "root-fs", "some/deep/root", "r"];

const named = (setting: Setting, path: (name: string) => string, title: string) =>
  oneOf(NAMES).map((name): RuntimeCase => caseOf(rooted(setting, { path: path(name) }), { rootfsName: name, title }));

export default section("Root", [
  check("runtime.root.path-relative", (view) => ranFrom(view, "relative")),
  check("runtime.root.path-absolute", (view) => ranFrom(view, "absolute")),
  example("runtime.root.path-relative", (setting) => named(setting, (name) => name, "a relative path to the root file system")),
  example("runtime.root.path-absolute", (setting) =>
    named(setting, (name) => `${bundleOf(0)}/${name}`, "an absolute path to the root file system"),
  ),

  check("runtime.root.readonly", (view) => {
    if (view.config.root?.readonly !== true) return undefined;
    const options = rootOptions(view);
    return combine([judgeRoot(view, true), options && expectThat(options.includes("ro"), "a read-only root mount", options)]);
  }),
  check("runtime.root.writable-by-default", (view) => (view.config.root?.readonly ? undefined : judgeRoot(view, false))),
  example("runtime.root.readonly", (setting) =>
    fc.boolean().map((mounted) => {
      const config = rooted(setting, { path: "rootfs", readonly: true });
      const mounts = [...(config.mounts ?? []), { destination: "/mnt/data", type: "tmpfs", source: "tmpfs" }];
      return caseOf(mounted ? { ...config, mounts } : config, { title: "a read-only root file system" });
    }),
  ),
  example("runtime.root.writable-by-default", (setting) =>
    oneOf<Partial<Root>>([{}, { readonly: false }]).map((part) =>
      caseOf(rooted(setting, { path: "rootfs", ...part }), {
        title: "a writable root file system",
        attempts: [{ do: "create", path: "/new" }],
      }),
    ),
  ),
]);
