import { caseOf, minimalConfig } from "../../generators/runtime/base.js";
import { sysctl } from "../../generators/runtime/sysctl.js";
import { type CheckResult, combine, equal } from "../check.js";
import { check, example, section, started, type View } from "./suite.js";

/** The file of a kernel parameter; a key with a slash may be meant in two ways. */
const fileOf = (key: string): string | undefined => (key.includes("/") ? undefined : `/proc/sys/${key.replaceAll(".", "/")}`);

const words = (text: string): string => text.trim().split(/\s+/).join(" ");

/** Nothing that the config mounts or masks hides the kernel's own files. */
const visible = (view: View, path: string): boolean =>
  !(view.config.linux?.maskedPaths ?? []).some((masked) => `${path}/`.startsWith(`${masked}/`)) &&
  !(view.config.mounts ?? []).some(({ destination }) => destination !== "/proc" && `${path}/`.startsWith(`${destination}/`)) &&
  (view.config.mounts ?? []).some(({ destination, type }) => destination === "/proc" && type === "proc");

/** What the program read from the files of the parameters. */
const applied = (view: View): CheckResult =>
  started(view) && view.case.control === undefined && view.container.configText === undefined
    ? combine(
        Object.entries(view.config.linux?.sysctl ?? {}).map(([key, value]) => {
          const path = fileOf(key);
          if (path === undefined || !visible(view, path)) return undefined;
          const at = (view.container.attempts ?? []).findIndex((attempt) => attempt.do === "read" && attempt.path === path);
          const result = view.probe?.attempts[at];
          return result?.errno === "0" && result.text !== undefined ? equal(words(result.text), words(value), key) : undefined;
        }),
      )
    : undefined;

export default section("Sysctl", [
  check("runtime.sysctl.set", applied),

  example("runtime.sysctl.set", ({ host, target }) =>
    sysctl(host, target.release)
      .filter((parameters) => Object.keys(parameters).length > 0)
      .map((parameters) => {
        const base = minimalConfig(target.release);
        return caseOf({ ...base, linux: { ...base.linux, sysctl: parameters } }, { title: "kernel parameters" });
      }),
  ),
]);
