import { toBytes } from "../../../image-reader/bytes.js";
import type { Entry } from "../../../runners/image/case.js";

/*
 * What tools, kernels and file systems need not be able to hold. No sentence obliges anybody to: who says so and refuses is
 * honest. That it comes out as something else, such as root, is no refusal.
 */

/** The greatest id in 32 bits with a sign, as many languages have it. */
export const LAST_INT32 = 0x7fff_ffff;

/** Seconds since the epoch that a file system with 34 bits for them holds, such as ext4. */
const FIRST_TIME = -(2 ** 31);
const LAST_TIME = 2 ** 34 - 2 ** 31 - 1;

/** Linux's NAME_MAX, PATH_MAX and XATTR_SIZE_MAX, and the bits of device numbers. */
const MOST = { name: 255, path: 4095, xattr: 65_536, major: 0xfff, minor: 0xf_ffff } as const;

/** Whether a time is one that a file system may not hold. */
export const isFarTime = ({ mtime }: Entry): boolean => mtime < FIRST_TIME || mtime > LAST_TIME;

/** Why an entry may be beyond what can be held; undefined where it is not. */
export function beyondReach(entry: Entry): string | undefined {
  const { path, uid, gid, link = "", device, xattrs = {} } = entry;
  if (Math.max(uid, gid) > LAST_INT32) return "a user or group id beyond 31 bits, which not every tool holds";
  if (isFarTime(entry)) return "a time that not every file system holds";
  const names = toBytes(path).length > MOST.path ? [path] : path.split("/");
  if (names.some((name) => toBytes(name).length > MOST.name) || toBytes(link).length > MOST.path)
    return "a name that is longer than file systems hold";
  if (device && (device[0] > MOST.major || device[1] > MOST.minor)) return "a device number beyond the kernel's";
  if (Object.values(xattrs).some((value) => toBytes(value).length > MOST.xattr))
    return "an extended attribute that is longer than the kernel's limit";
  return undefined;
}
