/** config-linux.md, "Masked Paths", "Readonly Paths", "Mount Label". */
import { groupsOf, oneOf } from "../../../generators/choices.js";
import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { isBelow } from "../../../generators/runtime/filesystem/paths.js";
import { faultCase, tabledFault } from "../../../generators/runtime/invalid/input.js";
import type { RuntimeCase } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import type { Linux } from "../../../spec/runtime/config.js";
import { combine, type ExplainedResult, expectThat, notApplicable, PASS, unless } from "../../check.js";
import { refuses } from "../refusal.js";
import { check, type Example, example, section, unavailable, type View } from "../suite.js";
import { eachPlaced, tries, whyNotReported } from "./mount-views.js";

/** What the case has put into the root file system at a path, so that it is known to be readable but for the mask. */
const holdsContent = (view: View, path: string): boolean =>
  (view.container.rootfs ?? []).some((entry) => {
    if (entry.kind === "file" && `/${entry.path}` === path) return (entry.content ?? "") !== "";
    return entry.path.length > path.length && isBelow(`/${entry.path}`, path);
  });

/** Nothing of a file or directory may be read; that it is empty, or cannot be opened, is the same. */
function unreadable(view: View): ExplainedResult {
  const { maskedPaths = [] } = view.config.linux ?? {};
  if (maskedPaths.length === 0) return notApplicable("no maskedPaths in the config");
  return combine(
    tries(view).map(({ attempt, result }) => {
      if ((attempt.do !== "read" && attempt.do !== "list") || !maskedPaths.includes(attempt.path))
        return notApplicable("the program did not try to read a masked path");
      const [errno, content] = [result.errno, attempt.do === "read" ? (result.text ?? "") : (result.names ?? [])];
      if (errno === "0" && content.length > 0) return expectThat(false, `nothing can be read of ${attempt.path}`, content);
      // What was not there, or is of the other kind, says nothing; nor does what nobody could have read.
      return ["ENOENT", "EISDIR", "ENOTDIR"].includes(errno) || !holdsContent(view, attempt.path)
        ? notApplicable("nothing is known to be at the masked path that could have been read")
        : PASS;
    }),
    "the program did not try to read a masked path",
  );
}

/** EROFS is what a read-only path answers; other errors come of permissions. */
function unwritable(view: View): ExplainedResult {
  const { readonlyPaths = [], maskedPaths = [] } = view.config.linux ?? {};
  if (readonlyPaths.length === 0) return notApplicable("no readonlyPaths in the config");
  return combine(
    tries(view).map(({ attempt, result: { errno } }) => {
      if (attempt.do !== "write" && attempt.do !== "create") return notApplicable("the program did not try to write");
      const { path } = attempt;
      if (!readonlyPaths.some((each) => isBelow(path, each)) || maskedPaths.some((each) => isBelow(path, each)))
        return notApplicable("the program did not try to write to a read-only path");
      return errno === "0" || errno === "EROFS"
        ? expectThat(errno === "EROFS", `${attempt.do} ${path}: EROFS`, errno === "0" ? "it worked" : errno)
        : notApplicable(`${errno} comes of permissions`);
    }),
    "the program did not try to write",
  );
}

/** On a host with SELinux the file systems that were made for the container carry the label as their context. */
function labelled(view: View): ExplainedResult {
  const label = view.config.linux?.mountLabel;
  if (label === undefined || label === "") return notApplicable("no mountLabel in the config");
  if (!view.host.selinux) return notApplicable("the host has no SELinux");
  return eachPlaced(view, ({ mount, path, top }) => {
    if (mount.type !== "tmpfs" || !top) return notApplicable("no tmpfs of the config in the mount table");
    const options = top.superOptions.join(",").replaceAll('"', "");
    return expectThat(options.includes(`context=${label}`), `context=${label} at ${path}`, options);
  });
}

const covering = ({ target }: RuntimeFacts, linux: Partial<Linux>, title: string): RuntimeCase => {
  const base = minimalConfig(target.release);
  return caseOf({ ...base, linux: { ...base.linux, ...linux } }, { title });
};

const tabled = (id: string): Example =>
  example(id, ({ host, target }) => tabledFault(host, target.release, id).map((fault) => faultCase(fault)));

/** Files and directories, at the top and deep below, of which none lies below another. */
const PATHS = [
  "/covered/file.txt",
  "/covered/directory",
  "/top.txt",
  "/top",
  "/some/deep/directory",
  "/with a space/file.txt",
  "/caf\u00e9",
];

const LABELS = ["system_u:object_r:container_file_t:s0:c715,c811", "system_u:object_r:container_file_t:s0"];

export default section("Masked paths, readonly paths, mount label", [
  check("runtime.masked-paths.unreadable", (view) => unless(whyNotReported(view), () => unreadable(view))),
  example("runtime.masked-paths.unreadable", (facts) =>
    groupsOf(PATHS, PATHS.length, "path").map((maskedPaths) => covering(facts, { maskedPaths }, "masked paths")),
  ),
  refuses("runtime.masked-paths.absolute"),
  tabled("runtime.masked-paths.absolute"),

  check("runtime.readonly-paths.unwritable", (view) => unless(whyNotReported(view), () => unwritable(view))),
  example("runtime.readonly-paths.unwritable", (facts) =>
    groupsOf(PATHS, PATHS.length, "path").map((readonlyPaths) => covering(facts, { readonlyPaths }, "read-only paths")),
  ),
  refuses("runtime.readonly-paths.absolute"),
  tabled("runtime.readonly-paths.absolute"),

  check("runtime.mount-label.set", labelled),
  example("runtime.mount-label.set", (facts) =>
    facts.host.selinux
      ? oneOf(LABELS, "label").map((mountLabel) => {
          const base = minimalConfig(facts.target.release);
          const mounts = [...(base.mounts ?? []), { destination: "/mnt/data", type: "tmpfs", source: "tmpfs" }];
          return caseOf({ ...base, mounts, linux: { ...base.linux, mountLabel } }, { title: "a label for the mounts" });
        })
      : unavailable("the host has no SELinux"),
  ),
]);
