import fc from "fast-check";
import t from "tap";

import { ConfigError } from "../../../reference-runtime/errors.js";
import { lowerDeviceRulesV1, lowerDeviceRulesV2 } from "../../../reference-runtime/lower/device-rules.js";
import type { DeviceRule } from "../../../spec/runtime/config.js";

/** What a process asks for; the access is some of `rwm`. */
interface Use {
  readonly type: string;
  readonly major: number;
  readonly minor: number;
  readonly access: string;
}

const TYPE: Readonly<Record<string, number>> = { b: 1, c: 2 };
const ACCESS: Readonly<Record<string, number>> = { m: 1, r: 2, w: 4 };

/** Runs a device program, refusing what the kernel's verifier would: other instructions, jumps out of it or back, a lost exit. */
function run(hex: string, { type, major, minor, access }: Use): boolean {
  const program = Buffer.from(hex, "hex");
  const context = Buffer.alloc(12);
  const asked = [...access].reduce((all, kind) => all | (ACCESS[kind] ?? 0), 0);
  context.writeUInt32LE((asked << 16) | (TYPE[type] ?? 0), 0);
  context.writeUInt32LE(major, 4);
  context.writeUInt32LE(minor, 8);
  const registers = new Map<number, bigint>();
  const get = (register: number): bigint => {
    const value = registers.get(register);
    if (value === undefined) throw new Error(`register ${register} was not set`);
    return value;
  };
  for (let at = 0; at < program.length / 8; at++) {
    const [code, pair] = [program.readUInt8(8 * at), program.readUInt8(8 * at + 1)];
    const [offset, number] = [program.readInt16LE(8 * at + 2), program.readInt32LE(8 * at + 4)];
    const [to, from] = [pair & 15, pair >> 4];
    const jump = (when: boolean): void => {
      if (offset < 0) throw new Error("a jump back");
      if (when) at += offset;
    };
    switch (code) {
      case 0x61:
        if (from !== 1) throw new Error("a load from elsewhere than the context");
        registers.set(to, BigInt(context.readUInt32LE(offset)));
        break;
      case 0xbf:
        registers.set(to, get(from));
        break;
      case 0xb7:
        registers.set(to, BigInt(number));
        break;
      case 0x57:
        registers.set(to, get(to) & BigInt.asUintN(64, BigInt(number)));
        break;
      case 0x77:
        registers.set(to, get(to) >> BigInt(number));
        break;
      case 0x05:
        jump(true);
        break;
      case 0x45:
        jump((get(to) & BigInt.asUintN(64, BigInt(number))) !== 0n);
        break;
      case 0x55:
        jump(get(to) !== BigInt.asUintN(64, BigInt(number)));
        break;
      case 0x95:
        return get(0) !== 0n;
      default:
        throw new Error(`instruction ${code.toString(16)}`);
    }
  }
  throw new Error("the program has no end");
}

/** Instructions that nothing leads to make the kernel refuse a program. */
function unreachable(hex: string): readonly number[] {
  const program = Buffer.from(hex, "hex");
  const reached = new Set<number>();
  const open = [0];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (reached.has(at)) continue;
    reached.add(at);
    const [code, offset] = [program.readUInt8(8 * at), program.readInt16LE(8 * at + 2)];
    if (code === 0x05) open.push(at + 1 + offset);
    else if (code !== 0x95) open.push(at + 1, ...(code === 0x45 || code === 0x55 ? [at + 1 + offset] : []));
  }
  return Array.from({ length: program.length / 8 }, (_, at) => at).filter((at) => !reached.has(at));
}

/** The list of a cgroup of v1, as security/device_cgroup.c keeps it. */
class DeviceList {
  #allowed = true;
  #exceptions = new Map<string, Set<string>>();

  write(file: string, line: string): void {
    const allow = file === "devices.allow";
    const [type = "", numbers = "", access = ""] = line.split(" ");
    if (type === "a") {
      this.#allowed = allow;
      this.#exceptions.clear();
      return;
    }
    if (!/^[bc] (\d+|\*):(\d+|\*) [rwm]+$/.test(line)) throw new Error(`the kernel does not take ${line}`);
    const key = `${type} ${numbers}`;
    const kept = this.#exceptions.get(key) ?? new Set();
    for (const kind of access) {
      if (allow === this.#allowed) kept.delete(kind);
      else kept.add(kind);
    }
    this.#exceptions.set(key, kept);
  }

  /** For one kind of access. */
  grants({ type, major, minor, access }: Use): boolean {
    const excepted = [...this.#exceptions].some(([key, kinds]) => {
      const [own, first, second] = key.split(/[ :]/);
      return own === type && kinds.has(access) && [String(major), "*"].includes(first ?? "") && [String(minor), "*"].includes(second ?? "");
    });
    return excepted !== this.#allowed;
  }
}

const DEFAULTS: ReadonlySet<string> = new Set(["1:3", "1:5", "1:7", "1:8", "1:9", "5:0", "5:1", "5:2"]);
const isDefault = ({ type, major, minor, access }: Use): boolean =>
  access === "m" || (type === "c" && (major === 136 || DEFAULTS.has(`${major}:${minor}`)));

const any = (value: number | undefined): boolean => value === undefined || value === -1;
const anyType = (type: string | undefined): boolean => type === undefined || type === "a";
const isAll = ({ type, major, minor, access }: DeviceRule): boolean =>
  anyType(type) && any(major) && any(minor) && ["r", "w", "m"].every((kind) => (access ?? "rwm").includes(kind));

/** The last rule about a kind of access decides; one that denies everything leaves the default devices. */
const allowedOne = (rules: readonly DeviceRule[], use: Use): boolean =>
  rules.reduce((verdict, rule) => {
    const about =
      (anyType(rule.type) || rule.type === use.type) &&
      (any(rule.major) || rule.major === use.major) &&
      (any(rule.minor) || rule.minor === use.minor) &&
      (rule.access ?? "rwm").includes(use.access);
    if (!about) return verdict;
    return rule.allow || (isAll(rule) && isDefault(use));
  }, true);
const allowed = (rules: readonly DeviceRule[], use: Use): boolean =>
  [...use.access].every((access) => allowedOne(rules, { ...use, access }));

const KINDS = ["r", "w", "m"];
const accesses = (minLength: number) => fc.subarray(KINDS, { minLength }).map((kinds) => kinds.join(""));
const majors = fc.constantFrom(1, 5, 10, 136, 240);
const minors = fc.constantFrom(0, 1, 2, 3);
const rule: fc.Arbitrary<DeviceRule> = fc
  .tuple(
    fc.record({ allow: fc.boolean() }),
    fc.record(
      {
        type: fc.constantFrom("a", "b", "c"),
        major: fc.oneof(fc.constant(-1), majors),
        minor: fc.oneof(fc.constant(-1), minors),
        access: fc.oneof(fc.constant("rwm"), accesses(0)),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([required, optional]) => ({ ...required, ...optional }));
const rules = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: rule },
    fc.boolean().map((allow): DeviceRule => ({ allow, access: "rwm" })),
  ),
  {
    minLength: 1,
    maxLength: 6,
  },
);
const use = (minLength: number, maxLength = 3): fc.Arbitrary<Use> =>
  fc.record({
    type: fc.constantFrom("b", "c"),
    major: majors,
    minor: minors,
    access: fc.subarray(KINDS, { minLength, maxLength }).map((kinds) => kinds.join("")),
  });

const listOf = (given: readonly DeviceRule[]): DeviceList => {
  const list = new DeviceList();
  for (const { file, value } of lowerDeviceRulesV1(given)) list.write(file, value);
  return list;
};

t.test("a program grants what the rules, in their order, allow", async (t) => {
  const seen = new Set<boolean>();
  fc.assert(
    fc.property(rules, fc.array(use(1), { minLength: 20, maxLength: 30 }), (given, uses) => {
      const program = lowerDeviceRulesV2(given);
      if (program === undefined) return given.every(({ access }) => access === "");
      for (const each of uses) {
        const granted = run(program, each);
        seen.add(granted);
        if (granted !== allowed(given, each)) throw new Error(`${JSON.stringify(each)}: ${granted}`);
      }
      return unreachable(program).length === 0;
    }),
    { numRuns: 500 },
  );
  t.equal(seen.size, 2);
});

t.test("the list of v1 grants the same, or the rules are refused", async (t) => {
  let refused = 0;
  let compared = 0;
  fc.assert(
    fc.property(rules, fc.array(use(1, 1), { minLength: 20, maxLength: 30 }), (given, uses) => {
      let list: DeviceList;
      try {
        list = listOf(given);
      } catch (error) {
        refused++;
        return error instanceof ConfigError;
      }
      compared++;
      for (const each of uses) {
        // Whether nodes may be made of devices that were denied by name, where all others may be made.
        if (each.access === "m" && given.some((one) => isAll(one) && !one.allow)) continue;
        if (list.grants(each) !== allowed(given, each)) throw new Error(JSON.stringify(each));
      }
      return true;
    }),
    { numRuns: 1000 },
  );
  t.ok(refused > 0 && compared > 300, `${refused} refused, ${compared} compared`);
});

const ALL: DeviceRule = { allow: true, access: "rwm" };
const NOTHING: DeviceRule = { allow: false, access: "rwm" };
const lines = (...given: DeviceRule[]): string[] => lowerDeviceRulesV1(given).map(({ file, value }) => `${file.slice(8)} ${value}`);

t.test("lines of v1", async (t) => {
  t.same(lines(ALL), ["allow a"]);
  t.same(lines(NOTHING, { allow: true, type: "b", major: 240, access: "mrr" }).toSpliced(1, 11), ["deny a", "allow b 240:* rm"]);
  t.same(lines({ allow: false, major: 4, access: "w" }), ["deny b 4:* w", "deny c 4:* w"], "`a` would be everything");
  t.same(lines({ allow: false, type: "a", access: "w" }), ["deny b *:* w", "deny c *:* w"]);
  t.same(
    lines(ALL, { allow: false, type: "c", major: 4, minor: 1 }, { allow: true, type: "c", major: 4, access: "r" }),
    ["allow a", "deny c 4:1 rwm", "allow c 4:1 r", "allow c 4:* r"],
    "an exception is taken back under its own numbers",
  );
  t.same(
    lowerDeviceRulesV1([ALL, { allow: false, major: 1 }]).map(({ from }) => from),
    ["linux.resources.devices[0]", "linux.resources.devices[1]", "linux.resources.devices[1]"],
  );
});

t.test("rules that v1 cannot hold", async (t) => {
  const path = "linux.resources.devices[2]";
  const wide = { allow: true, type: "c", major: 4, access: "rw" } as const;
  t.throws(() => lines(NOTHING, wide, { allow: false, type: "c", major: 4, minor: 1, access: "w" }), { name: "ConfigError", path });
  t.throws(() => lines(NOTHING, { allow: true, access: "m" }, { allow: false, type: "c", minor: 1, access: "m" }), {
    name: "ConfigError",
    path,
  });
  t.throws(() => lines(NOTHING, ALL, NOTHING, { allow: false, type: "c", major: 136, minor: 1 }), {
    name: "ConfigError",
    path: "linux.resources.devices[3]",
  });
  t.doesNotThrow(() => lines(NOTHING, { allow: false, type: "c", major: 10, minor: 1 }), "though its node may be made");
});

t.test("the default devices remain when everything is denied, unless they are denied themselves", async (t) => {
  const zero = { type: "c", major: 1, minor: 5, access: "rw" };
  const other = { ...zero, major: 240 };
  const program = lowerDeviceRulesV2([NOTHING]) ?? "";
  t.ok(run(program, zero));
  t.ok(run(program, { ...zero, major: 136, minor: 77 }));
  t.notOk(run(program, other));
  t.ok(run(program, { ...other, access: "m" }));
  t.notOk(run(program, { ...zero, type: "b" }));
  t.notOk(run(lowerDeviceRulesV2([NOTHING, { allow: false, type: "c", major: 1, minor: 5 }]) ?? "", zero));
  t.notOk(run(lowerDeviceRulesV2([{ allow: false, access: "rw" }]) ?? "", zero), "a rule that leaves something is taken by its word");
});

t.test("nothing to say, and what no device has", async (t) => {
  for (const given of [[], [{ allow: false, access: "" }]]) {
    t.equal(lowerDeviceRulesV2(given), undefined);
    t.same(lines(...given), []);
  }
  const wrong: readonly (readonly [string, DeviceRule])[] = [
    ["type", { allow: true, type: "x" }],
    ["major", { allow: true, major: -2 }],
    ["minor", { allow: true, minor: 2 ** 31 }],
  ];
  for (const [property, each] of wrong) {
    for (const lower of [lowerDeviceRulesV1, lowerDeviceRulesV2]) {
      t.throws(() => lower([each]), { name: "ConfigError", path: `linux.resources.devices[0].${property}` });
    }
  }
});
