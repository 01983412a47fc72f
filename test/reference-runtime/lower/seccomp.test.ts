import fc from "fast-check";
import t from "tap";

import { ConfigError } from "../../../reference-runtime/errors.js";
import { lowerSeccomp } from "../../../reference-runtime/lower/seccomp.js";
import { CALL_NAMES } from "../../../spec/runtime/call-names.js";
import type { Seccomp, SeccompArg, SeccompRule } from "../../../spec/runtime/config.js";
import { type CallTable, callNumbers } from "../../../spec/runtime/syscall-numbers.js";
import { SYSCALLS } from "../../../spec/runtime/syscalls.js";
import {
  AARCH64,
  type Action,
  ALLOW,
  ARM,
  type Call,
  call,
  carries,
  errno,
  expected,
  holds,
  I386,
  KILL_PROCESS,
  lowered,
  NAMED_ACTIONS,
  NAMED_OPERATORS,
  run,
  verdictOf,
  X32_BIT,
  X86_64,
} from "./seccomp-law.js";

const NAMES = [
  "read",
  "write",
  "close",
  "ioctl",
  "openat",
  "getpid",
  "socket",
  "accept",
  "sendmsg",
  "socketcall",
  "semop",
  "shmctl",
  "ipc",
];
/** Calls without those that the model does not know as inner ones. */
const OTHER_NAMES = CALL_NAMES.filter(
  (name) => !/^(sem|shm|msg|send|recv|(get|set)sock|getpeername|socketpair|bind$|connect$|listen$|shutdown$|accept4$)/.test(name),
);
const VALUES = [0, 1, 2, 5, 16, 24, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 33 + 5, 2 ** 52, 2 ** 63];

const argument: fc.Arbitrary<SeccompArg> = fc.record(
  {
    index: fc.constantFrom(0, 0, 1, 5),
    op: fc.constantFrom(...NAMED_OPERATORS),
    value: fc.constantFrom(...VALUES),
    valueTwo: fc.constantFrom(...VALUES),
  },
  { requiredKeys: ["index", "op", "value"] },
);

const said = fc
  .tuple(fc.constantFrom<Action>(...NAMED_ACTIONS), fc.option(fc.constantFrom(0, 1, 13, 65535), { nil: undefined }))
  .map(([action, number]) => ({ action, number: carries(action) ? number : undefined }));

const rule: fc.Arbitrary<SeccompRule> = fc
  .record({
    names: fc.oneof(
      fc.array(fc.constantFrom(...NAMES, "no_such_call"), { minLength: 1, maxLength: 4 }),
      fc.array(fc.constantFrom(...OTHER_NAMES), {
        minLength: 1,
        maxLength: 99,
      }),
    ),
    said,
    args: fc.array(argument, { maxLength: 3 }),
  })
  .map(({ names, said: { action, number }, args }) => ({
    names,
    action,
    ...(number === undefined ? {} : { errnoRet: number }),
    ...(args.length === 0 ? {} : { args }),
  }));

const policy: fc.Arbitrary<Seccomp> = fc
  .tuple(
    said,
    fc.array(rule, { maxLength: 12 }),
    fc.option(fc.subarray(["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_ARM", "SCMP_ARCH_S390X"]), { nil: undefined }),
  )
  .map(([{ action, number }, syscalls, architectures]) => ({
    defaultAction: action,
    ...(number === undefined ? {} : { defaultErrnoRet: number }),
    ...(architectures ? { architectures } : {}),
    syscalls,
  }));

const TABLES: readonly CallTable[] = ["x86_64", "x86", "x32", "aarch64"];
const named = TABLES.flatMap((table) => NAMES.filter((name) => callNumbers(table).has(name)).map((name) => call(name, [], table)));
const anyCall: fc.Arbitrary<Call> = fc
  .tuple(
    fc.oneof(
      fc.constantFrom(...named),
      fc.record({
        arch: fc.constantFrom(X86_64, I386, AARCH64, ARM),
        nr: fc.oneof(
          fc.nat(470),
          fc.nat(550).map((nr) => X32_BIT + nr),
          fc.constantFrom(X32_BIT - 1, X32_BIT, 0xfffffffe, 0xffffffff),
        ),
      }),
    ),
    fc.array(fc.oneof(fc.constantFrom(...VALUES.map(BigInt)), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })), { minLength: 6, maxLength: 6 }),
  )
  .map(([{ arch, nr }, args]) => ({ arch, nr, args: args.map((arg) => (arch === I386 ? arg & 0xffffffffn : arg)) }));

t.test("a filter says what the policy says, whatever the policy and the call", async (t) => {
  const seen = new Set<number>();
  fc.assert(
    fc.property(policy, fc.array(anyCall, { minLength: 20, maxLength: 40 }), fc.constantFrom("x64", "arm64"), (seccomp, calls, host) => {
      const { program } = lowered(seccomp, host);
      for (const each of calls) {
        const { verdict } = run(program, each);
        seen.add(verdict);
        if (verdict !== expected(seccomp, each, host)) {
          throw new Error(`nr ${each.nr} arch ${each.arch} (${each.args}): ${verdict}, not ${expected(seccomp, each, host)}`);
        }
      }
    }),
    { numRuns: 500 },
  );
  t.ok(seen.size > 8, "all kinds of verdicts came up");
});

t.test("each operator compares 64 bits", async (t) => {
  const values = [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 33 - 1, 2 ** 33, 2 ** 33 + 1, 2 ** 53];
  const around = [...new Set(values.flatMap((value) => [BigInt(value), BigInt(value) + 1n, value === 0 ? 0n : BigInt(value) - 1n]))];
  const wrong: string[] = [];
  for (const op of NAMED_OPERATORS) {
    for (const value of values) {
      for (const valueTwo of op === "SCMP_CMP_MASKED_EQ" ? values : [0]) {
        const arg = { index: 3, op, value, valueTwo };
        const { program } = lowered({
          defaultAction: "SCMP_ACT_ALLOW",
          syscalls: [{ names: ["read"], action: "SCMP_ACT_ERRNO", args: [arg] }],
        });
        for (const own of around) {
          const { verdict } = run(program, call("read", [0n, 0n, 0n, own]));
          if (verdict !== (holds(arg, [0n, 0n, 0n, own]) ? errno(1) : ALLOW)) wrong.push(`${own} ${op} ${value} ${valueTwo}`);
        }
      }
    }
  }
  t.same(wrong, []);
});

t.test("the largest number of 64 bits, which JSON.parse rounds up", async (t) => {
  const args = [{ index: 0, op: "SCMP_CMP_EQ", value: Number("18446744073709551615") }];
  const seccomp: Seccomp = { defaultAction: "SCMP_ACT_ALLOW", syscalls: [{ names: ["read"], action: "SCMP_ACT_ERRNO", args }] };
  t.equal(verdictOf(seccomp, call("read", [2n ** 64n - 1n])), errno(1));
  t.equal(verdictOf(seccomp, call("read", [0n])), ALLOW);
});

t.test("many calls take few steps and long jumps", async (t) => {
  const split = (table: CallTable, odd: number): string[] =>
    [...callNumbers(table)].filter(([, nr]) => nr % 2 === odd).map(([name]) => name);
  const seccomp: Seccomp = {
    defaultAction: "SCMP_ACT_KILL",
    architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
    syscalls: [
      { names: split("x86_64", 0), action: "SCMP_ACT_ALLOW" },
      { names: split("x86_64", 1), action: "SCMP_ACT_ERRNO" },
    ],
  };
  const { program } = lowered(seccomp);
  let most = 0;
  for (const [name, nr] of callNumbers("x86_64")) {
    const { verdict, steps } = run(program, { arch: X86_64, nr, args: [] });
    most = Math.max(most, steps);
    if (verdict !== (nr % 2 === 0 ? ALLOW : errno(1))) t.fail(`${name}: ${verdict}`);
  }
  t.ok(most <= 20, `at most ${most} instructions a call`);
  for (const [name, nr] of callNumbers("x86")) {
    const native = callNumbers("x86_64").get(name);
    if (native === undefined) continue;
    const { verdict, steps } = run(program, { arch: I386, nr, args: [] });
    if (steps > 20 || verdict !== (native % 2 === 0 ? ALLOW : errno(1))) t.fail(`i386 ${name}: ${verdict} in ${steps}`);
  }
});

t.test("neighbours with the same outcome are one interval", async (t) => {
  const names = [...callNumbers("x86_64")].filter(([, nr]) => nr <= 334).map(([name]) => name);
  const { program } = lowered({ defaultAction: "SCMP_ACT_ERRNO", syscalls: [{ names, action: "SCMP_ACT_ALLOW" }] });
  t.ok(program.length / 8 < 16, `${program.length / 8} instructions`);
});

t.test("conditions for every call", async (t) => {
  const syscalls = [...callNumbers("x86_64")].map(([name, nr]) => ({
    names: [name],
    action: "SCMP_ACT_ERRNO",
    errnoRet: nr,
    args: [{ index: nr % 6, op: "SCMP_CMP_EQ", value: nr }],
  }));
  const { program } = lowered({ defaultAction: "SCMP_ACT_ALLOW", syscalls });
  const wrong: number[] = [];
  for (const nr of callNumbers("x86_64").values()) {
    const args = Array.from({ length: 6 }, (_, index) => (index === nr % 6 ? BigInt(nr) : 1000n));
    if (run(program, { arch: X86_64, nr, args }).verdict !== errno(nr)) wrong.push(nr);
    if (run(program, { arch: X86_64, nr, args: args.toReversed() }).verdict !== ALLOW) wrong.push(nr);
  }
  t.same(wrong, []);
});

t.test("which architectures are covered", async (t) => {
  const base: Seccomp = { defaultAction: "SCMP_ACT_ALLOW", syscalls: [{ names: ["getpid"], action: "SCMP_ACT_ERRNO" }] };
  const skipped: Call = { arch: X86_64, nr: 0xffffffff, args: [] };
  t.equal(verdictOf(base, call("getpid")), errno(1), "the host's own without being listed");
  t.equal(verdictOf(base, call("getpid", [], "x86")), KILL_PROCESS);
  t.equal(verdictOf(base, call("getpid", [], "x32")), KILL_PROCESS);
  t.equal(verdictOf(base, skipped), ALLOW, "a call that a tracer skipped");
  const both = { ...base, architectures: ["SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_MIPS"] };
  t.equal(verdictOf(both, call("getpid")), errno(1), "the host's own with others listed");
  t.equal(verdictOf(both, call("getpid", [], "x86")), errno(1));
  t.equal(verdictOf(both, call("read", [], "x86")), ALLOW);
  t.equal(verdictOf(both, call("getpid", [], "x32")), errno(1));
  t.equal(verdictOf(both, call("read", [], "x32")), ALLOW);
  t.equal(verdictOf(both, skipped), ALLOW);
  t.equal(verdictOf(base, call("getpid", [], "aarch64"), "arm64"), errno(1));
  t.equal(verdictOf({ ...base, architectures: ["SCMP_ARCH_ARM"] }, { arch: ARM, nr: 20, args: [] }, "arm64"), KILL_PROCESS);
});

t.test("rules for the same call", async (t) => {
  const equal = (value: number): SeccompArg => ({ index: 0, op: "SCMP_CMP_EQ", value });
  const names = ["read"];
  const seccomp: Seccomp = {
    defaultAction: "SCMP_ACT_ALLOW",
    syscalls: [
      { names, action: "SCMP_ACT_ERRNO", errnoRet: 2, args: [equal(2)] },
      { names, action: "SCMP_ACT_ERRNO", errnoRet: 3, args: [equal(3), equal(4)] },
      { names, action: "SCMP_ACT_ERRNO", errnoRet: 5 },
      { names, action: "SCMP_ACT_ERRNO", errnoRet: 6, args: [equal(6)] },
    ],
  };
  const got = [2n, 3n, 4n, 6n].map((arg) => verdictOf(seccomp, call("read", [arg])));
  t.same(got, [errno(2), errno(3), errno(3), errno(5)], "the first that matches; conditions on one argument are alternatives");
});

t.test("flags", async (t) => {
  const flags = (names?: string[], action = "SCMP_ACT_ERRNO", defaultAction = "SCMP_ACT_ALLOW"): number =>
    lowered({
      defaultAction,
      ...(names ? { flags: names.map((name) => `SECCOMP_FILTER_FLAG_${name}`) } : {}),
      syscalls: [{ names: ["read"], action }],
    }).flags;
  t.equal(flags(), 0);
  t.equal(flags(["TSYNC", "LOG", "SPEC_ALLOW"]), 7);
  t.equal(flags(["WAIT_KILLABLE_RECV"]), 0, "nobody to wait for");
  t.equal(flags(["WAIT_KILLABLE_RECV"], "SCMP_ACT_NOTIFY"), 40);
  t.equal(flags(["TSYNC"], "SCMP_ACT_NOTIFY"), 25);
  t.equal(flags([], "SCMP_ACT_ERRNO", "SCMP_ACT_NOTIFY"), 8);
});

t.test("what cannot be done is an error with its place", async (t) => {
  const read = { names: ["read"], action: "SCMP_ACT_ERRNO" };
  const wrong = (seccomp: Seccomp, path: string, arch = "x64"): void => {
    try {
      lowerSeccomp(seccomp, arch);
      t.fail(`no error at ${path}`);
    } catch (error) {
      t.equal(error instanceof ConfigError ? error.path : error, path);
    }
  };
  const allow = { defaultAction: "SCMP_ACT_ALLOW" };
  wrong(allow, "linux.seccomp", "mips");
  wrong({ defaultAction: "SCMP_ACT_NONE" }, "linux.seccomp.defaultAction");
  wrong({ ...allow, flags: ["NONE"] }, "linux.seccomp.flags[0]");
  wrong({ ...allow, syscalls: [read, { ...read, action: "x" }] }, "linux.seccomp.syscalls[1].action");
  wrong({ ...allow, syscalls: [{ ...read, args: [{ index: 0, op: "SCMP_CMP_NONE", value: 0 }] }] }, "linux.seccomp.syscalls[0].args[0].op");
  wrong(
    { ...allow, syscalls: [{ ...read, args: [{ index: 0, op: "SCMP_CMP_EQ", value: 2 ** 65 }] }] },
    "linux.seccomp.syscalls[0].args[0].value",
  );
  const many = Array.from({ length: 1500 }, (_, value) => ({ ...read, args: [{ index: 0, op: "SCMP_CMP_EQ", value }] }));
  wrong({ ...allow, syscalls: many }, "linux.seccomp.syscalls");
});

t.test("the numbers of system calls", async (t) => {
  const of = (name: string): unknown[] => TABLES.map((table) => callNumbers(table).get(name));
  t.same(of("read"), [0, 3, X32_BIT, 63]);
  t.same(of("ioctl"), [16, 54, X32_BIT + 514, 29]);
  t.same(of("open"), [2, 5, X32_BIT + 2, undefined]);
  t.same(of("uselib"), [134, 86, undefined, undefined]);
  t.same(of("newfstatat"), [262, undefined, X32_BIT + 262, 79]);
  t.same(of("clone3"), [435, 435, X32_BIT + 435, 435]);
  t.same(of("mseal"), [462, 462, X32_BIT + 462, 462]);
  for (const [name, { x86_64, aarch64 }] of Object.entries(SYSCALLS)) {
    t.same([callNumbers("x86_64").get(name), callNumbers("aarch64").get(name) ?? null], [x86_64, aarch64], name);
  }
  t.same(
    CALL_NAMES.filter((name) => !callNumbers("x86_64").has(name)),
    [],
  );
});
