import fc, { type Arbitrary } from "fast-check";

import { someOf } from "../choose.js";

const pathsBelow = (prefix: string): Arbitrary<string[]> => someOf([`/${prefix}/file.txt`, `/${prefix}/directory`, `/${prefix}-other.txt`]);

const both = (kernels: readonly string[], prefix: string): Arbitrary<string[]> =>
  fc.tuple(pathsBelow(prefix), someOf(kernels, 0, 3)).map(([ours, theirs]) => [...ours, ...theirs]);

/** `linux.maskedPaths`: files and directories of the case's own and of /proc, some of which no kernel has. */
export const maskedPaths = (): Arbitrary<string[]> =>
  both(["/proc/kcore", "/proc/timer_list", "/proc/bus", "/proc/oci-conform-has-no-such-file"], "masked");

/** `linux.readonlyPaths`. */
export const readonlyPaths = (): Arbitrary<string[]> => both(["/proc/sys", "/proc/irq", "/proc/bus"], "protected");
