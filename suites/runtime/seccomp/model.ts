import { architectures } from "../../../generators/runtime/seccomp/seccomp.js";
import type { AttemptResult } from "../../../runners/runtime/observation.js";
import type { Seccomp, SeccompArg, SeccompRule } from "../../../spec/runtime/config.js";
import { SYSCALLS } from "../../../spec/runtime/syscalls.js";
import { oncePerView, type View } from "../suite.js";

/** A system call that the probe tried under a filter, and what the filter says to it. */
export interface Tried {
  readonly name: string;
  readonly args: readonly bigint[];
  readonly result: AttemptResult;
  /** The rule that matches; undefined when none does and the default action counts. */
  readonly rule: SeccompRule | undefined;
  readonly action: string;
}

/** Whether a condition holds for the arguments of a call; undefined for an operator that is none. */
function matches({ index, op, value, valueTwo = 0 }: SeccompArg, args: readonly bigint[]): boolean | undefined {
  const [actual, operand] = [args[index] ?? 0n, BigInt(value)];
  switch (op) {
    case "SCMP_CMP_NE":
      return actual !== operand;
    case "SCMP_CMP_LT":
      return actual < operand;
    case "SCMP_CMP_LE":
      return actual <= operand;
    case "SCMP_CMP_EQ":
      return actual === operand;
    case "SCMP_CMP_GE":
      return actual >= operand;
    case "SCMP_CMP_GT":
      return actual > operand;
    case "SCMP_CMP_MASKED_EQ":
      return (actual & operand) === BigInt(valueTwo);
    default:
      return undefined;
  }
}

const namesOf = (arch: "x86_64" | "aarch64"): ReadonlyMap<number | null, string> =>
  new Map(Object.entries(SYSCALLS).map(([name, numbers]) => [numbers[arch], name] as const));

const NAMES = { x86_64: namesOf("x86_64"), aarch64: namesOf("aarch64") };

const nameOf = (nr: number, arch: string): string | undefined => NAMES[arch === "x64" ? "x86_64" : "aarch64"].get(nr);

/** Conditions on the same argument: whether all or any of them count, the spec does not say. */
const isAmbiguous = ({ args = [] }: SeccompRule): boolean => new Set(args.map(({ index }) => index)).size < args.length;

/** The rule that decides; null where several could: what contradicting rules mean, the spec does not say. */
function ruleFor(seccomp: Seccomp, name: string, args: readonly bigint[]): SeccompRule | undefined | null {
  const rules = (seccomp.syscalls ?? []).filter(({ names }) => names.includes(name));
  if (rules.some(isAmbiguous)) return null;
  const matching = rules.filter((rule) => (rule.args ?? []).every((condition) => matches(condition, args) === true));
  return matching.length > 1 ? null : matching[0];
}

/**
 * The calls that the probe tried, each with the action that the filter has for it. Empty where the filter says nothing for
 * sure: the container did not run, the config is a fault, an attempt names a call by text, or the architectures leave out
 * the host's own.
 */
export const tried = oncePerView((view: View): readonly Tried[] => {
  const { probe, config, container, testCase, host } = view;
  const seccomp = config.linux?.seccomp;
  if (!probe || !seccomp || testCase.control !== undefined || container.configText !== undefined) return [];
  const [native] = architectures(host);
  if (seccomp.architectures?.length && (native === undefined || !seccomp.architectures.includes(native))) return [];
  return (container.attempts ?? []).flatMap((attempt, at): Tried[] => {
    const result = probe.attempts[at];
    if (attempt.do !== "syscall" || !result || attempt.args.some((arg) => typeof arg === "string")) return [];
    const name = nameOf(attempt.nr, host.arch);
    const args = attempt.args.map((arg) => BigInt(arg));
    const rule = name === undefined ? null : ruleFor(seccomp, name, args);
    return name === undefined || rule === null ? [] : [{ name, args, result, rule, action: rule?.action ?? seccomp.defaultAction }];
  });
});
