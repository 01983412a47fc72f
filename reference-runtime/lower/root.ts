import type { Config } from "../../spec/runtime/config.js";
import { MS, PROPAGATION } from "../../spec/runtime/mount-numbers.js";
import { ConfigError } from "../errors.js";
import { resolve } from "../paths.js";
import { type Step, step } from "../plan.js";
import { hasOwn } from "./namespaces.js";

/** The root file system and how it is entered. */
export function lowerRoot({ root, linux }: Config, bundle: string): Step[] {
  if (!root) throw new ConfigError("root", "is missing");
  const own = hasOwn(linux, "mount");
  const propagation = linux?.rootfsPropagation;
  const before = own && propagation !== "shared" ? MS.REC | MS.SLAVE : 0;
  return [
    step("root.path", "root", resolve(bundle, root.path), before),
    ...(root.readonly ? [step("root.readonly", "root-readonly")] : []),
    step("linux.namespaces", "enter", own ? "pivot" : "chroot"),
    step("linux.rootfsPropagation", "root-propagation", PROPAGATION[propagation ?? "private"] ?? 0),
  ];
}
