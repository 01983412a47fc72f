/** config.md, "Root". */
import { flag, oneOf } from "../../../generators/choices.js";
import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { absolute } from "../../../generators/runtime/filesystem/paths.js";
import { bundleOf, type RuntimeCase } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import type { Config, Root } from "../../../spec/runtime/config.js";
import { combine, type ExplainedResult, expectThat, notApplicable, PASS, unless } from "../../check.js";
import { type Check, check, example, section, type View } from "../suite.js";
import { topmost, tries, whyNotReported } from "./mount-views.js";

/** The agent is in the root file system of this bundle and nowhere else: that it ran shows which directory is the root. */
const ranFrom = (id: string, kind: "absolute" | "relative"): Check =>
  check(id, (view) => {
    const path = view.config.root?.path;
    if (path === undefined || path.startsWith("/") !== (kind === "absolute")) return notApplicable(`no ${kind} root.path in the config`);
    return unless(whyNotReported(view), () => PASS);
  });

/** Why what the program found at the root says nothing about the root file system; undefined where it does. */
const whyNotSeen = (view: View): string | undefined =>
  (view.config.mounts ?? []).some(({ destination }) => absolute(destination) === "/") ? "a mount on the root" : whyNotReported(view);

/** Files right in the root that the program tried to make. Errors other than EROFS come of permissions, and say nothing. */
const judgeCreations = (view: View, readonly: boolean): ExplainedResult =>
  combine(
    tries(view).map(({ attempt, result: { errno } }) => {
      if (attempt.do !== "create" || !/^\/[^/]+$/.test(attempt.path))
        return notApplicable("the program did not try to make a file in the root");
      return errno === "0" || errno === "EROFS"
        ? expectThat((errno === "EROFS") === readonly, readonly ? "EROFS" : "a new file", errno)
        : notApplicable(`${errno} comes of permissions`);
    }),
    "the program did not try to make a file in the root",
  );

/** What the mount table says of the root; a program that has no root mount in sight can still try. */
function judgeReadonlyMount(view: View): ExplainedResult {
  const options = view.probe?.mounts ? topmost(view.probe.mounts, "/")?.options : undefined;
  return options
    ? expectThat(options.includes("ro"), "a read-only root mount", options)
    : notApplicable("no root mount in the mount table");
}

const rooted = ({ target }: RuntimeFacts, root: Root): Config => ({ ...minimalConfig(target.release), root });

const NAMES = ["rootfs", "root-fs", "some/deep/root", "r", "with a space", ".hidden", "caf\u00e9"];

const named = (facts: RuntimeFacts, path: (name: string) => string, title: string) =>
  oneOf(NAMES, "path").map((name): RuntimeCase => caseOf(rooted(facts, { path: path(name) }), { rootfsName: name, title }));

export default section("Root", [
  ranFrom("runtime.root.path-relative", "relative"),
  ranFrom("runtime.root.path-absolute", "absolute"),
  example("runtime.root.path-relative", (facts) => named(facts, (name) => name, "a relative path to the root file system")),
  example("runtime.root.path-absolute", (facts) =>
    named(facts, (name) => `${bundleOf(0)}/${name}`, "an absolute path to the root file system"),
  ),

  check("runtime.root.readonly", (view) => {
    if (view.config.root?.readonly !== true) return notApplicable("the config's root is not readonly");
    return unless(whyNotSeen(view), () => combine([judgeCreations(view, true), judgeReadonlyMount(view)], "nothing to look at"));
  }),
  check("runtime.root.writable-by-default", (view) =>
    view.config.root?.readonly
      ? notApplicable("the config's root is readonly")
      : unless(whyNotSeen(view), () => judgeCreations(view, false)),
  ),
  example("runtime.root.readonly", (facts) =>
    flag().map((mounted) => {
      const config = rooted(facts, { path: "rootfs", readonly: true });
      const mounts = [...(config.mounts ?? []), { destination: "/mnt/data", type: "tmpfs", source: "tmpfs" }];
      return caseOf(mounted ? { ...config, mounts } : config, { title: "a read-only root file system" });
    }),
  ),
  example("runtime.root.writable-by-default", (facts) =>
    oneOf<Partial<Root>>([{}, { readonly: false }]).map((part) =>
      caseOf(rooted(facts, { path: "rootfs", ...part }), {
        title: "a writable root file system",
        attempts: [{ do: "create", path: "/new" }],
      }),
    ),
  ),
]);
