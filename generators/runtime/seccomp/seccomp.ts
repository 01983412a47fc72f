import fc, { type Arbitrary } from "fast-check";

import type { HostFacts } from "../../../runners/runtime/host.js";
import type { Seccomp, SeccompAction, SeccompArg, SeccompOperator, SeccompRule } from "../../../spec/runtime/config.js";
import { has } from "../../../spec/runtime/releases.js";
import { isSyscallName, type SyscallName, syscallNumber } from "../../../spec/runtime/syscalls.js";
import { maybe, oneOf } from "../../choices.js";
import { compact, rarely, record, someOf } from "../choose.js";

/** Calls that neither the probe nor a runtime between loading the filter and executing the program has need of. */
const FILTERABLE: readonly SyscallName[] = [
  "setpriority",
  "sethostname",
  "setdomainname",
  "times",
  "sysinfo",
  "getpgid",
  "add_key",
  "chroot",
  "symlinkat",
  "setxattr",
  "mkdirat",
];

/** The calls that filters are about on this host's architecture. */
export const filterable = (host: HostFacts): string[] =>
  FILTERABLE.filter((name) => isSyscallName(name) && syscallNumber(name, host.arch) !== null);

/** The kernel's word for each action (`actions_avail`). */
const KERNEL: Readonly<Record<SeccompAction, string>> = {
  SCMP_ACT_ERRNO: "errno",
  SCMP_ACT_ALLOW: "allow",
  SCMP_ACT_KILL: "kill_thread",
  SCMP_ACT_KILL_PROCESS: "kill_process",
  SCMP_ACT_KILL_THREAD: "kill_thread",
  SCMP_ACT_TRAP: "trap",
  SCMP_ACT_TRACE: "trace",
  SCMP_ACT_LOG: "log",
  SCMP_ACT_NOTIFY: "user_notif",
};

/** The actions that the kernel has and the release knows; `SCMP_ACT_NOTIFY`, which takes an agent to answer, is not among them. */
export const seccompActions = (host: HostFacts, release: string): SeccompAction[] =>
  (Object.keys(KERNEL) as SeccompAction[]).filter(
    (action) =>
      action !== "SCMP_ACT_NOTIFY" && host.seccompActions.includes(KERNEL[action]) && has(release, `linux.seccomp.action=${action}`),
  );

const OPERATORS: readonly SeccompOperator[] = [
  "SCMP_CMP_EQ",
  "SCMP_CMP_NE",
  "SCMP_CMP_LT",
  "SCMP_CMP_LE",
  "SCMP_CMP_GE",
  "SCMP_CMP_GT",
  "SCMP_CMP_MASKED_EQ",
];

/** Small numbers, and some that need more than 32 bits. */
const value = (): Arbitrary<number> =>
  fc.oneof({ withCrossShrink: true }, fc.nat(32), fc.nat(2 ** 31 - 1), fc.constantFrom(2 ** 32, 2 ** 32 + 5, 2 ** 40));

const argument = (): Arbitrary<SeccompArg> =>
  fc.tuple(fc.nat(5), oneOf(OPERATORS), value(), fc.nat(2 ** 31 - 1)).map(([index, op, first, second]): SeccompArg => {
    if (op !== "SCMP_CMP_MASKED_EQ") return { index, op, value: first };
    // What is compared with must lie within the mask, or the condition can never hold.
    return { index, op, value: first, valueTwo: Number(BigInt(second) & BigInt(first)) };
  });

/** Up to two conditions, on different arguments. */
export const seccompArgs = (): Arbitrary<SeccompArg[]> => fc.uniqueArray(argument(), { maxLength: 2, selector: ({ index }) => index });

function rules(host: HostFacts, release: string): Arbitrary<SeccompRule[]> {
  const actions = seccompActions(host, release).filter((action) => action !== "SCMP_ACT_ALLOW");
  if (actions.length === 0) return fc.constant([]);
  const errno = has(release, "linux.seccomp.errnoRet") ? rarely(fc.integer({ min: 1, max: 133 }), 3) : fc.constant(undefined);
  const rule = fc.tuple(someOf(filterable(host), 1, 2), oneOf(actions), errno, maybe(seccompArgs())).map(
    ([names, action, errnoRet, args]): SeccompRule => ({
      names,
      action,
      ...compact({ errnoRet: action === "SCMP_ACT_ERRNO" ? errnoRet : undefined, args: args?.length === 0 ? undefined : args }),
    }),
  );
  return fc.array(rule, { maxLength: 3 }).map(withoutOverlap);
}

/** A call stands in one rule only: what contradicting rules mean, the spec does not say. */
function withoutOverlap(drawn: readonly SeccompRule[]): SeccompRule[] {
  const namesBefore = new Set<string>();
  return drawn.flatMap((rule) => {
    const names = rule.names.filter((name) => !namesBefore.has(name));
    for (const name of names) namesBefore.add(name);
    return names.length === 0 ? [] : [{ ...rule, names }];
  });
}

const ARCHITECTURES: Readonly<Record<string, readonly string[]>> = {
  x64: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
  arm64: ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"],
};

/** The host's own architecture first, with those of its compatible programs. */
export const architectures = (host: HostFacts): readonly string[] => ARCHITECTURES[host.arch] ?? [];

/** `linux.seccomp`: everything is allowed but a few calls. */
export const seccomp = (host: HostFacts, release: string): Arbitrary<Seccomp> => {
  const [native, ...others] = architectures(host);
  return record({
    defaultAction: fc.constant("SCMP_ACT_ALLOW"),
    architectures:
      native === undefined
        ? fc.constant(undefined)
        : rarely(
            someOf(others).map((rest) => [native, ...rest]),
            3,
          ),
    flags: has(release, "linux.seccomp.flags")
      ? rarely(someOf(["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW"]), 12)
      : fc.constant(undefined),
    syscalls: rules(host, release),
  });
};
