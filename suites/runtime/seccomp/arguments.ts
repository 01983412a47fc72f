/** config-linux.md, "Seccomp": conditions on the arguments of calls. */
import { groupsOf, oneOf } from "../../../generators/choices.js";
import { otherArguments } from "../../../generators/runtime/seccomp/arguments.js";
import type { RuntimeCase } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import type { SeccompArg, SeccompOperator, SeccompRule } from "../../../spec/runtime/config.js";
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

/** Values at the bounds of a signed and an unsigned word and of half a one, as far as JSON numbers hold them exactly. */
const VALUES = [2, 77, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 33 + 3] as const;

/** A condition: on one of the six arguments, with one of the values. */
interface Row {
  readonly index: number;
  readonly value: number;
}

/** Each value on each argument; six that follow one another are about six arguments. */
const ROWS: ReadonlyMap<string, Row> = new Map(
  VALUES.flatMap((_, shift) =>
    VALUES.map((_value, index): [string, Row] => {
      const value = VALUES[(index + shift) % VALUES.length] ?? 0;
      return [`argument ${index}, ${value}`, { index, value }];
    }),
  ),
);

const conditionOf = (op: SeccompOperator, { index, value }: Row): SeccompArg =>
  op === "SCMP_CMP_MASKED_EQ" ? { index, op, value, valueTwo: value } : { index, op, value };

/** Arguments around a condition's value, beside others for which the other conditions do not hold. */
function around(row: Row, quiet: readonly number[]): readonly (readonly number[])[] {
  const { value, index } = row;
  return [0, 1, value - 1, value, value + 1, value + 2 ** 34].filter((each) => each >= 0).map((each) => quiet.with(index, each));
}

/** Several rules with one condition each, and calls with arguments of which no more than one rule takes notice. */
function conditioned(facts: RuntimeFacts, op: SeccompOperator, rows: readonly Row[]): RuntimeCase {
  const conditions = rows.map((row) => conditionOf(op, row));
  const quiet = Array.from({ length: 6 }, (_, index) => {
    const own = conditions.filter((condition) => condition.index === index);
    return otherArguments(own)?.[index] ?? 0;
  });
  return filtered(
    facts,
    {
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: conditions.map((condition) => ({ names: [HARMLESS], action: "SCMP_ACT_ERRNO", args: [condition] })),
    },
    `the operator ${op}`,
    rows.flatMap((row) => around(row, quiet)),
  );
}

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
      groupsOf([...ROWS.keys()], VALUES.length, "condition").map((rows) =>
        conditioned(
          facts,
          op,
          rows.flatMap((row) => ROWS.get(row) ?? []),
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
    oneOf([1, 2, 3, 4, 5], "argument").map((index) =>
      filtered(
        facts,
        only({ action: "SCMP_ACT_ERRNO", args: [{ index, value: 7, op: "SCMP_CMP_EQ" }] }),
        `an argument with index ${index}`,
        [Array.from({ length: 6 }, (_, at) => (at === index ? 7 : 0)), Array.from({ length: 6 }, (_, at) => (at === index ? 0 : 7))],
      ),
    ),
  ),
]);
