import type { DeviceRule } from "../../spec/runtime/config.js";
import { ConfigError } from "../errors.js";
import { EbpfProgram, R } from "./ebpf.js";
import { ROOT, type Write } from "./resource-writes.js";

/** The bits of an access, as the kernel's programs see them. */
const ACCESS = { m: 1, r: 2, w: 4 } as const;
const EVERY_ACCESS = 7;
const TYPES = { b: 1, c: 2 } as const;

/** A rule about devices of one type or of both, without anything unset; a number that is null stands for all. */
interface Plain {
  readonly allow: boolean;
  readonly type: keyof typeof TYPES | "a";
  readonly major: number | null;
  readonly minor: number | null;
  readonly access: number;
  readonly from: string;
  /** No rule of the config's, but what it gets with a rule that denies everything. */
  readonly supplied: boolean;
}

const number = (value: number | undefined, path: string): number | null => {
  if (value === undefined || value === -1) return null;
  if (value < 0 || value > 0x7fffffff) throw new ConfigError(path, "is no number of a device");
  return value;
};

const bits = (access: string): number => [...access].reduce((all, kind) => all | (kind in ACCESS ? ACCESS[kind as "r" | "w" | "m"] : 0), 0);

const typeOf = (type: string, path: string): Plain["type"] => {
  if (type === "a" || type === "b" || type === "c") return type;
  throw new ConfigError(path, `${JSON.stringify(type)} is no type of device`);
};

function plain({ allow, type = "a", major, minor, access = "rwm" }: DeviceRule, from: string): Plain {
  return {
    allow,
    type: typeOf(type, `${from}.type`),
    major: number(major, `${from}.major`),
    minor: number(minor, `${from}.minor`),
    access: bits(access),
    from,
    supplied: false,
  };
}

/** null, zero, full, random, urandom, tty, console, ptmx and the terminals behind it; and making nodes, which alone opens no device. */
const DEFAULTS: readonly DeviceRule[] = [
  { allow: true, type: "c", access: "m" },
  { allow: true, type: "b", access: "m" },
  ...[3, 5, 7, 8, 9].map((minor): DeviceRule => ({ allow: true, type: "c", major: 1, minor })),
  ...[0, 1, 2].map((minor): DeviceRule => ({ allow: true, type: "c", major: 5, minor })),
  { allow: true, type: "c", major: 136 },
];

const everything = ({ type, major, minor, access }: Plain): boolean =>
  type === "a" && major === null && minor === null && access === EVERY_ACCESS;

/**
 * The rules in their order. One that denies everything is about devices that nobody has thought of, not about those that every
 * container has: these are allowed right after it, so that whatever the config says next still holds.
 */
const withDefaults = (rules: readonly DeviceRule[]): readonly Plain[] =>
  rules.flatMap((rule, at) => {
    const made = plain(rule, `${ROOT}.devices[${at}]`);
    if (made.access === 0) return [];
    if (made.allow || !everything(made)) return [made];
    return [made, ...DEFAULTS.map((each) => ({ ...plain(each, made.from), supplied: true }))];
  });

const letters = (access: number): string => (["r", "w", "m"] as const).filter((kind) => access & ACCESS[kind]).join("");
const covers = (wide: number | null, narrow: number | null): boolean => wide === null || wide === narrow;
const meets = (one: number | null, other: number | null): boolean => one === null || other === null || one === other;

/** An entry of the list that v1 keeps: what differs from its default. */
interface Exception extends Plain {
  access: number;
}

/**
 * v1 keeps a default and a list of exceptions from it. A rule of the default's kind only takes back exceptions about the very same
 * numbers, so that those about some of the rule's devices must be taken back one by one; and no list can hold an exception from an
 * exception, where the kernel would ignore the rule.
 */
export function lowerDeviceRulesV1(rules: readonly DeviceRule[]): readonly Write[] {
  const writes: Write[] = [];
  const write = ({ allow, from }: Plain, value: string): void => {
    writes.push({ from, file: allow ? "devices.allow" : "devices.deny", value });
  };
  const line = ({ type, major, minor }: Plain, access: number): string => `${type} ${major ?? "*"}:${minor ?? "*"} ${letters(access)}`;
  let allowed = true;
  let exceptions: Exception[] = [];
  for (const rule of withDefaults(rules)) {
    if (everything(rule)) {
      write(rule, "a");
      allowed = rule.allow;
      exceptions = [];
      continue;
    }
    // The kernel takes `a` for everything, whatever the numbers and the accesses are.
    for (const type of rule.type === "a" ? (["b", "c"] as const) : [rule.type]) {
      const one: Plain = { ...rule, type };
      if (rule.allow !== allowed) exceptions.push({ ...one });
      else {
        for (const other of exceptions) {
          if (other.type !== type || !(other.access & one.access)) continue;
          if (!meets(one.major, other.major) || !meets(one.minor, other.minor)) continue;
          if (covers(one.major, other.major) && covers(one.minor, other.minor)) {
            write({ ...other, allow: one.allow, from: one.from }, line(other, other.access & one.access));
            other.access &= ~one.access;
          } else if (!other.supplied || other.major !== null) {
            // Nodes that may be made all the same do no harm, as they cannot be opened.
            throw new ConfigError(rule.from, "cgroup v1 cannot except some of the devices of an earlier rule");
          }
        }
      }
      write(one, line(one, one.access));
    }
  }
  return writes;
}

/** v2: what is asked for is looked up from the last rule to the first: each says yes or no to the accesses that it names. */
export function lowerDeviceRulesV2(rules: readonly DeviceRule[]): string | undefined {
  const all = withDefaults(rules);
  if (all.length === 0) return undefined;
  const program = new EbpfProgram();
  // struct bpf_cgroup_dev_ctx: the access in the high half of the first word, the type in the low one; then the two numbers.
  program.load(R.access, R.context, 0).move(R.type, R.access).and(R.type, 0xffff).shiftRight(R.access, 16);
  program.load(R.major, R.context, 4).load(R.minor, R.context, 8);
  const [first] = all.filter(everything).slice(-1);
  // Rules before one about everything say nothing, and the kernel takes no instructions that nothing leads to.
  const counting = first ? all.slice(all.lastIndexOf(first) + 1) : all;
  for (const rule of counting.toReversed()) {
    const tests = [
      ...(rule.type === "a" ? [] : [[R.type, TYPES[rule.type]] as const]),
      ...(rule.major === null ? [] : [[R.major, rule.major] as const]),
      ...(rule.minor === null ? [] : [[R.minor, rule.minor] as const]),
    ];
    program.whenAll(tests, (inner) => {
      if (rule.allow) inner.and(R.access, EVERY_ACCESS & ~rule.access).whenZero(R.access, (granted) => granted.exit(1));
      else inner.whenSet(R.access, rule.access, (refused) => refused.exit(0));
    });
  }
  return program.exit(first?.allow === false ? 0 : 1).encode();
}
