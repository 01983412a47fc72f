import { lowerSeccomp } from "../../../reference-runtime/lower/seccomp.js";
import type { Seccomp, SeccompArg, SeccompRule } from "../../../spec/runtime/config.js";
import { type CallTable, callNumbers } from "../../../spec/runtime/syscall-numbers.js";

/* What a seccomp policy says of a call, and what a filter says of it: the one by the spec, the other by running it as the kernel would. */

/** A call as the kernel shows it to a filter. */
export interface Call {
  readonly arch: number;
  readonly nr: number;
  readonly args: readonly bigint[];
}

export const X86_64 = 0xc000003e;
export const I386 = 0x40000003;
export const AARCH64 = 0xc00000b7;
export const ARM = 0x40000028;
export const X32_BIT = 0x40000000;

export const ALLOW = 0x7fff0000;
export const KILL_PROCESS = 0x80000000;
export const errno = (number: number): number => 0x00050000 + number;

/** The step that the filter becomes. */
export function lowered(seccomp: Seccomp, arch = "x64"): { flags: number; program: Buffer } {
  const [only, ...others] = lowerSeccomp(seccomp, arch);
  if (only?.verb !== "seccomp" || others.length > 0) throw new Error("not one step with a filter");
  return { flags: only.args[0], program: Buffer.from(only.args[1], "hex") };
}

/** Runs a classic BPF program as the kernel would, with the checks that it makes first. */
export function run(program: Buffer, { arch, nr, args }: Call): { verdict: number; steps: number } {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(nr, 0);
  data.writeUInt32LE(arch, 4);
  data.writeBigUInt64LE(0x7f1234567890n, 8);
  args.forEach((arg, index) => {
    data.writeBigUInt64LE(arg, 16 + 8 * index);
  });
  const count = program.length / 8;
  let accumulator = 0;
  let steps = 0;
  for (let pc = 0; pc < count; pc++) {
    steps++;
    const [code, jt, jf] = [program.readUInt16LE(8 * pc), program.readUInt8(8 * pc + 2), program.readUInt8(8 * pc + 3)];
    const k = program.readUInt32LE(8 * pc + 4);
    switch (code) {
      case 0x20:
        if (k % 4 !== 0) throw new Error(`an unaligned load at ${pc}`);
        accumulator = data.readUInt32LE(k);
        break;
      case 0x54:
        accumulator = (accumulator & k) >>> 0;
        break;
      case 0x05:
        pc += k;
        break;
      case 0x15:
        pc += accumulator === k ? jt : jf;
        break;
      case 0x25:
        pc += accumulator > k ? jt : jf;
        break;
      case 0x35:
        pc += accumulator >= k ? jt : jf;
        break;
      case 0x06:
        return { verdict: k, steps };
      default:
        throw new Error(`no such instruction: ${code} at ${pc}`);
    }
  }
  throw new Error("the program has no end");
}

export const verdictOf = (seccomp: Seccomp, call: Call, arch = "x64"): number => run(lowered(seccomp, arch).program, call).verdict;

export function call(name: string, args: readonly bigint[] = [], table: CallTable = "x86_64"): Call {
  const nr = callNumbers(table).get(name);
  if (nr === undefined) throw new Error(`no call ${name} on ${table}`);
  const arch = table === "aarch64" ? AARCH64 : table === "x86" ? I386 : X86_64;
  return { arch, nr, args: args.map((arg) => (arch === I386 ? arg & 0xffffffffn : arg)) };
}

// --- The model: as plain as can be.

const ACTIONS = {
  SCMP_ACT_KILL: 0,
  SCMP_ACT_KILL_THREAD: 0,
  SCMP_ACT_KILL_PROCESS: KILL_PROCESS,
  SCMP_ACT_TRAP: 0x30000,
  SCMP_ACT_ERRNO: 0x50000,
  SCMP_ACT_TRACE: 0x7ff00000,
  SCMP_ACT_ALLOW: ALLOW,
  SCMP_ACT_LOG: 0x7ffc0000,
  SCMP_ACT_NOTIFY: 0x7fc00000,
} as const;
export type Action = keyof typeof ACTIONS;
export const NAMED_ACTIONS = Object.keys(ACTIONS) as Action[];
export const carries = (action: string): boolean => action === "SCMP_ACT_ERRNO" || action === "SCMP_ACT_TRACE";
export const says = (action: string, number = 1): number => ACTIONS[action as Action] + (carries(action) ? number : 0);

const OPERATORS = {
  SCMP_CMP_NE: (own: bigint, value: bigint) => own !== value,
  SCMP_CMP_LT: (own: bigint, value: bigint) => own < value,
  SCMP_CMP_LE: (own: bigint, value: bigint) => own <= value,
  SCMP_CMP_EQ: (own: bigint, value: bigint) => own === value,
  SCMP_CMP_GE: (own: bigint, value: bigint) => own >= value,
  SCMP_CMP_GT: (own: bigint, value: bigint) => own > value,
  SCMP_CMP_MASKED_EQ: (own: bigint, value: bigint, two: bigint) => (own & value) === two,
} as const;
type Operator = keyof typeof OPERATORS;
export const NAMED_OPERATORS = Object.keys(OPERATORS) as Operator[];

export const holds = ({ index, op, value, valueTwo = 0 }: SeccompArg, args: readonly bigint[]): boolean =>
  OPERATORS[op as Operator](args[index] ?? 0n, BigInt(value), BigInt(valueTwo));

function ruleHolds({ args = [] }: SeccompRule, given: readonly bigint[]): boolean {
  const repeated = args.some(({ index }, at) => args.slice(0, at).some((earlier) => earlier.index === index));
  return repeated ? args.some((arg) => holds(arg, given)) : args.every((arg) => holds(arg, given));
}

/** Those of the calls drawn below that i386 programs can also make through another (linux/net.h, linux/ipc.h). */
const INNER: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  socketcall: { 1: "socket", 5: "accept", 16: "sendmsg" },
  ipc: { 1: "semop", 24: "shmctl" },
};

function tableFor(arch: number, nr: number, listed: readonly string[], host: string): CallTable | undefined {
  if (host === "arm64") return arch === AARCH64 ? "aarch64" : undefined;
  if (arch === I386) return listed.includes("SCMP_ARCH_X86") ? "x86" : undefined;
  if (arch !== X86_64) return undefined;
  if (nr < X32_BIT || nr === 0xffffffff) return "x86_64";
  return listed.includes("SCMP_ARCH_X32") ? "x32" : undefined;
}

export function expected(seccomp: Seccomp, { arch, nr, args }: Call, host: string): number {
  const table = tableFor(arch, nr, seccomp.architectures ?? [], host);
  if (table === undefined) return KILL_PROCESS;
  const [name] = [...callNumbers(table)].find(([, number]) => number === nr) ?? [""];
  const inner = table === "x86" ? INNER[name]?.[String((args[0] ?? 0n) & 0xffffn)] : undefined;
  const otherwise = says(seccomp.defaultAction, seccomp.defaultErrnoRet);
  for (const rule of seccomp.syscalls ?? []) {
    const verdict = says(rule.action, rule.errnoRet);
    if (verdict === otherwise) continue;
    if (rule.names.includes(name) && ruleHolds(rule, args)) return verdict;
    if (inner !== undefined && rule.names.includes(inner) && (rule.args ?? []).length === 0) return verdict;
  }
  return otherwise;
}

// --- Policies and calls, drawn from few values so that they meet.
