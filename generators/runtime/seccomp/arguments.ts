import type { SeccompArg } from "../../../spec/runtime/config.js";

/** A value that the condition holds for, or null. */
function matching({ op, value, valueTwo = 0 }: SeccompArg): number | null {
  switch (op) {
    case "SCMP_CMP_NE":
    case "SCMP_CMP_GT":
      return value + 1;
    case "SCMP_CMP_LT":
      return value > 0 ? value - 1 : null;
    case "SCMP_CMP_LE":
    case "SCMP_CMP_EQ":
    case "SCMP_CMP_GE":
      return value;
    case "SCMP_CMP_MASKED_EQ":
      return (BigInt(valueTwo) & ~BigInt(value)) === 0n ? valueTwo : null;
    default:
      return null;
  }
}

/** A value that the condition does not hold for, or null. */
function other({ op, value, valueTwo = 0 }: SeccompArg): number | null {
  switch (op) {
    case "SCMP_CMP_NE":
    case "SCMP_CMP_GT":
    case "SCMP_CMP_LT":
      return value;
    case "SCMP_CMP_LE":
    case "SCMP_CMP_EQ":
      return value + 1;
    case "SCMP_CMP_GE":
      return value > 0 ? value - 1 : null;
    case "SCMP_CMP_MASKED_EQ": {
      const mask = BigInt(value);
      return mask === 0n ? null : Number(BigInt(valueTwo) ^ (mask & -mask));
    }
    default:
      return null;
  }
}

/** Arguments of a system call, up to the highest index named, that meet all conditions of a rule; null when there are none. */
export function matchingArguments(conditions: readonly SeccompArg[]): number[] | null {
  const args: number[] = [];
  for (const condition of conditions) {
    const value = matching(condition);
    if (value === null) return null;
    while (args.length <= condition.index) args.push(0);
    args[condition.index] = value;
  }
  return args;
}

/** The same, but the first condition does not hold; null for a rule without conditions. */
export function otherArguments(conditions: readonly SeccompArg[]): number[] | null {
  const [first] = conditions;
  const args = matchingArguments(conditions);
  const value = first && other(first);
  if (!first || !args || value === null || value === undefined) return null;
  args[first.index] = value;
  return args;
}
