/** config.md, "Root", and config-linux.md, "Rootfs Mount Propagation", "Masked Paths", "Readonly Paths". */
import { bundleOf } from "../../../runners/runtime/case.js";
import type { Linux } from "../../../spec/runtime/config.js";
import { oneOf } from "../../choices.js";
import { all, around, type Edit, type Factor, fixedLevel, inConfig, inLinux, level, unchanged } from "./factor.js";

const inRoot =
  (part: { readonly path?: string; readonly readonly?: boolean }): Edit =>
  (draft) =>
    inConfig({ root: { path: "rootfs", ...draft.config.root, ...part } })(draft);

const path = (): Factor => ({
  name: "root",
  levels: [
    unchanged("relative"),
    fixedLevel("absolute", inRoot({ path: `${bundleOf(0)}/rootfs` })),
    level("an odd name", oneOf(["root fs", "rootfs é", "-r"]), (name) => all(inRoot({ path: name }), around({ rootfsName: name }))),
    level("dots on the way", oneOf(["./rootfs", "rootfs/.", "rootfs/../rootfs", "rootfs//"]), (name) => inRoot({ path: name })),
  ],
});

const readonly = (): Factor => ({
  name: "read-only root",
  levels: [unchanged(), ...[true, false].map((readonly) => fixedLevel(`${readonly}`, inRoot({ readonly })))],
});

const propagation = (): Factor => ({
  name: "propagation",
  levels: [
    unchanged(),
    ...(["private", "slave", "shared", "unbindable"] satisfies Linux["rootfsPropagation"][]).map((rootfsPropagation) =>
      fixedLevel(rootfsPropagation, inLinux({ rootfsPropagation })),
    ),
  ],
});

const covering = (name: string, property: "maskedPaths" | "readonlyPaths", prefix: string, kernels: readonly string[]): Factor => {
  const to = (list: readonly string[]): Edit => inLinux({ [property]: list });
  return {
    name,
    levels: [
      unchanged(),
      fixedLevel("a file", to([`/${prefix}-other.txt`])),
      fixedLevel("a directory", to([`/${prefix}/directory`])),
      fixedLevel("a file and its directory", to([`/${prefix}/file.txt`, `/${prefix}`])),
      level("of the kernel", oneOf(kernels), (each) => to([each])),
      fixedLevel("what is not there", to(["/proc/oci-conform-has-no-such-file", `/${prefix}/directory`])),
    ],
  };
};

/** The factors of the root file system and of paths in it. */
export const ofRoot = (): readonly Factor[] => [
  path(),
  readonly(),
  propagation(),
  covering("masked paths", "maskedPaths", "masked", ["/proc/kcore", "/proc/timer_list", "/proc/bus"]),
  covering("read-only paths", "readonlyPaths", "protected", ["/proc/sys", "/proc/irq", "/proc/bus"]),
];
