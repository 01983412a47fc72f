import fc, { type Arbitrary } from "fast-check";
import type { Entry } from "../../../runners/image/case.js";
import { partial } from "../../runtime/choose.js";

/** Some time in 2020: whole seconds, which every dialect can say. */
export const USUAL_TIME = 1_600_000_000;

/** What an entry says of its file besides kind and content; what is left out is usual. */
export type Attributes = Partial<Pick<Entry, "mode" | "uid" | "gid" | "mtime" | "nsec" | "uname" | "gname" | "xattrs">>;

/** Users: the greatest that octal holds and the one after it, and the greatest that the kernel takes. */
const ids = (): Arbitrary<number> => fc.constantFrom(1000, 1, 65_534, 2_097_151, 2_097_152, 4_294_967_294);

/** Times: the epoch, before it, and on both sides of what octal holds. */
const times = (): Arbitrary<number> => fc.constantFrom(1_500_000_000, 0, 1, -1, -1_000_000_000, 2 ** 31, 2 ** 33 - 1, 2 ** 33);

const XATTRS: readonly Readonly<Record<string, string>>[] = [
  { "user.a": "1" },
  { "user.a": "1", "user.b": "" },
  { "trusted.a": "x" },
  { "user.bytes": "\0\udcff\n=" },
  { "security.capability": "\x01\0\0\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0" },
];

/** Attributes of a regular file; shrinks to none. */
export const attributes = (): Arbitrary<Attributes> =>
  fc.oneof(
    { withCrossShrink: true },
    { weight: 2, arbitrary: fc.constant({}) },
    {
      weight: 1,
      arbitrary: partial({
        mode: fc.constantFrom(0o600, 0o755, 0o4755, 0o2755, 0o1777, 0o6711, 0, 0o7777),
        uid: ids(),
        gid: ids(),
        mtime: times(),
        nsec: fc.constantFrom(500_000_000, 1, 999_999_999),
        uname: fc.constantFrom("root", "daemon", "nobody-knows"),
        gname: fc.constantFrom("root", "daemon", "nobody-knows"),
        xattrs: fc.constantFrom(...XATTRS),
      }),
    },
  );
