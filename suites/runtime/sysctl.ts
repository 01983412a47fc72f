/** config-linux.md, "Sysctl". */
import fc from "fast-check";
import { groupsOf, oneOf } from "../../generators/choices.js";
import { caseOf, minimalConfig } from "../../generators/runtime/base.js";
import { SYSCTLS } from "../../generators/runtime/sysctl.js";
import { combine, equal, notApplicable, unless } from "../check.js";
import { check, example, section, type View, whyNotInForce } from "./suite.js";

/** The file of a kernel parameter; a key with a slash may be meant in two ways. */
const fileOf = (key: string): string | undefined => (key.includes("/") ? undefined : `/proc/sys/${key.replaceAll(".", "/")}`);

const words = (text: string): string => text.trim().split(/\s+/).join(" ");

/** Nothing that the config mounts or masks hides the kernel's own files. */
const visible = (view: View, path: string): boolean =>
  !(view.config.linux?.maskedPaths ?? []).some((masked) => `${path}/`.startsWith(`${masked}/`)) &&
  !(view.config.mounts ?? []).some(({ destination }) => destination !== "/proc" && `${path}/`.startsWith(`${destination}/`)) &&
  (view.config.mounts ?? []).some(({ destination, type }) => destination === "/proc" && type === "proc");

export default section("Sysctl", [
  // What the program read from the files of the parameters.
  check("runtime.sysctl.set", (view) =>
    unless(whyNotInForce(view), () =>
      combine(
        Object.entries(view.config.linux?.sysctl ?? {}).map(([key, value]) => {
          const path = fileOf(key);
          if (path === undefined) return notApplicable(`${key} may be meant in two ways`);
          if (!visible(view, path)) return notApplicable(`the config does not show the kernel's own ${path}`);
          const at = (view.container.attempts ?? []).findIndex((attempt) => attempt.do === "read" && attempt.path === path);
          const result = view.probe?.attempts[at];
          return result?.errno === "0" && result.text !== undefined
            ? equal(words(result.text), words(value), key)
            : notApplicable(`the program did not read ${path}`);
        }),
        "no sysctl in the config",
      ),
    ),
  ),

  example("runtime.sysctl.set", ({ target }) =>
    fc.tuple(groupsOf(Object.keys(SYSCTLS), 40, "parameter"), oneOf([0, 1, 2] as const)).map(([keys, at]) => {
      const base = minimalConfig(target.release);
      const sysctl = Object.fromEntries(keys.map((key) => [key, SYSCTLS[key]?.[at] ?? ""]));
      return caseOf({ ...base, linux: { ...base.linux, sysctl } }, { title: "kernel parameters" });
    }),
  ),
]);
