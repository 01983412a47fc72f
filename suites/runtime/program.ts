/** runtime-linux.md, "File descriptors", and bundle.md. */
import fc from "fast-check";
import { oneOf } from "../../generators/choices.js";
import { caseOf, minimalCase, minimalConfig } from "../../generators/runtime/base.js";
import { equal, notApplicable, PASS } from "../check.js";
import { check, example, NO_REPORT, section } from "./suite.js";

export default section("File descriptors, bundle", [
  check("runtime.file-descriptors.only-standard", (view) => {
    if (view.testCase.control !== undefined) return notApplicable("the config is faulty on purpose");
    if (!view.probe) return notApplicable(NO_REPORT);
    const further = view.probe.fds.filter(({ fd }) => fd > 2);
    return equal(further, [], "descriptors beyond the standard ones");
  }),
  example("runtime.file-descriptors.only-standard", ({ target }) => fc.constant(minimalCase(target.release))),

  check("runtime.bundle.rootfs-from-root-path", (view) => {
    const path = view.config.root?.path;
    if (path === undefined || path === "rootfs" || path !== view.container.rootfsName)
      return notApplicable("no root file system of another name than rootfs");
    return view.probe ? PASS : notApplicable(NO_REPORT);
  }),
  example("runtime.bundle.rootfs-from-root-path", ({ target }) =>
    oneOf(["tree", "root-file-system", "r"]).map((name) =>
      caseOf({ ...minimalConfig(target.release), root: { path: name } }, { title: "a root file system of another name", rootfsName: name }),
    ),
  ),
]);
