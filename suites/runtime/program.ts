import fc from "fast-check";
import { caseOf, minimalCase, minimalConfig } from "../../generators/runtime/base.js";
import { equal } from "../check.js";
import { check, example, section } from "./suite.js";

export default section("File descriptors, bundle", [
  check("runtime.file-descriptors.only-standard", (view) => {
    if (!view.probe || view.case.control !== undefined) return undefined;
    const further = view.probe.fds.filter(({ fd }) => fd > 2);
    return equal(further, [], "descriptors beyond the standard ones");
  }),
  example("runtime.file-descriptors.only-standard", ({ target }) => fc.constant(minimalCase(target.release))),

  check("runtime.bundle.rootfs-from-root-path", (view) => {
    const path = view.config.root?.path;
    if (!view.probe || path === undefined || (view.container.rootfsName ?? "rootfs") !== path) return undefined;
    return path === "rootfs" ? undefined : { verdict: "pass" };
  }),
  example("runtime.bundle.rootfs-from-root-path", ({ target }) =>
    fc
      .constantFrom("tree", "root-file-system", "r")
      .map((name) =>
        caseOf(
          { ...minimalConfig(target.release), root: { path: name } },
          { title: "a root file system of another name", rootfsName: name },
        ),
      ),
  ),
]);
