/** config-linux.md, "Seccomp": conditions on the arguments of calls. */
import fc from "fast-check";
import type { SeccompRule } from "../../../spec/runtime/config.js";
import { example, section } from "../suite.js";
import { eachCall, filtered, HARMLESS, only } from "./filter.js";

/** The operators by requirement. */
const OPERATORS = [
  ["runtime.seccomp.operator.ne", "SCMP_CMP_NE"],
  ["runtime.seccomp.operator.lt", "SCMP_CMP_LT"],
  ["runtime.seccomp.operator.le", "SCMP_CMP_LE"],
  ["runtime.seccomp.operator.eq", "SCMP_CMP_EQ"],
  ["runtime.seccomp.operator.ge", "SCMP_CMP_GE"],
  ["runtime.seccomp.operator.gt", "SCMP_CMP_GT"],
  ["runtime.seccomp.operator.masked-eq", "SCMP_CMP_MASKED_EQ"],
] as const;

const LARGE = 2 ** 33;

/** Values around the condition's, some of them beyond 32 bits. */
const around = (value: number): readonly (readonly number[])[] =>
  [0, 1, value - 1, value, value + 1, value + LARGE].filter((each) => each >= 0).map((each) => [each]);

/** The rule is about the harmless call, and has one condition, with this operator. */
const isWith = (op: string, { names, args = [] }: SeccompRule): boolean =>
  names.includes(HARMLESS) && args.length === 1 && args[0]?.op === op;

/** The rule is about the harmless call, and has one condition, on another argument than the first. */
const isOnLater = ({ names, args = [] }: SeccompRule): boolean =>
  names.includes(HARMLESS) && args.length === 1 && args.some(({ index }) => index > 0);

export default section("Seccomp arguments", [
  ...OPERATORS.flatMap(([id, op]) => [
    eachCall(
      id,
      `the program made no call that a condition with ${op} alone decides`,
      ({ rule, name }) => name === HARMLESS && rule !== undefined && isWith(op, rule),
    ),
    // Where the condition does not hold, the call must pass.
    eachCall(
      id,
      `the program made no call for which a condition with ${op} alone does not hold`,
      ({ rule, name }, { syscalls = [] }) => name === HARMLESS && rule === undefined && syscalls.some((each) => isWith(op, each)),
    ),
  ]),
  ...OPERATORS.map(([id, op]) =>
    example([id], (facts) =>
      fc.constantFrom(2, 5, 77, LARGE + 3).map((value) =>
        filtered(
          facts,
          only({
            action: "SCMP_ACT_ERRNO",
            args: [{ index: 0, value, op, ...(op === "SCMP_CMP_MASKED_EQ" ? { valueTwo: value } : {}) }],
          }),
          `the operator ${op}`,
          around(value),
        ),
      ),
    ),
  ),
  eachCall(
    "runtime.seccomp.argument-index",
    "the program made no call that a condition on a later argument decides",
    ({ rule, name }) => name === HARMLESS && (rule?.args?.some(({ index }) => index > 0) ?? false),
  ),
  // The value in another argument than the condition's must not match.
  eachCall(
    "runtime.seccomp.argument-index",
    "the program made no call for which a condition on a later argument does not hold",
    ({ rule, name }, { syscalls = [] }) => name === HARMLESS && rule === undefined && syscalls.some(isOnLater),
  ),
  example("runtime.seccomp.argument-index", (facts) =>
    fc
      .integer({ min: 1, max: 5 })
      .map((index) =>
        filtered(
          facts,
          only({ action: "SCMP_ACT_ERRNO", args: [{ index, value: 7, op: "SCMP_CMP_EQ" }] }),
          `an argument with index ${index}`,
          [Array.from({ length: 6 }, (_, at) => (at === index ? 7 : 0)), Array.from({ length: 6 }, (_, at) => (at === index ? 0 : 7))],
        ),
      ),
  ),
]);
