import type { Seccomp, SeccompArg, SeccompRule } from "../../spec/runtime/config.js";
import { type CallTable, callNumbers, X32_BIT } from "../../spec/runtime/syscall-numbers.js";
import { ConfigError } from "../errors.js";
import { type Step, step } from "../plan.js";
import { type Condition, DATA, type Label, Program } from "./bpf.js";

const PATH = "linux.seccomp";
/** BPF_MAXINSNS. */
const MAX_INSTRUCTIONS = 4096;
const EPERM = 1;
const KILL_PROCESS = 0x80000000;
const NOTIFY = "SCMP_ACT_NOTIFY";

/** What the kernel takes for each action; ERRNO and TRACE carry a number in the low half. */
const VERDICTS: ReadonlyMap<string, number> = new Map([
  ["SCMP_ACT_KILL", 0],
  ["SCMP_ACT_KILL_THREAD", 0],
  ["SCMP_ACT_KILL_PROCESS", KILL_PROCESS],
  ["SCMP_ACT_TRAP", 0x00030000],
  ["SCMP_ACT_ERRNO", 0x00050000],
  [NOTIFY, 0x7fc00000],
  ["SCMP_ACT_TRACE", 0x7ff00000],
  ["SCMP_ACT_LOG", 0x7ffc0000],
  ["SCMP_ACT_ALLOW", 0x7fff0000],
]);

const FLAGS = { TSYNC: 1, LOG: 2, SPEC_ALLOW: 4, NEW_LISTENER: 8, TSYNC_ESRCH: 16, WAIT_KILLABLE_RECV: 32 } as const;

/** An architecture as the kernel names it to a filter, and the tables of calls that share this name, the first always counting. */
interface Audit {
  readonly token: number;
  readonly tables: readonly (readonly [architecture: string, table: CallTable])[];
}

/** What the kernels of a host can run, the host's own architecture first. 32-bit ARM has no table, so its calls get killed. */
const AUDITS: Readonly<Record<string, readonly Audit[]>> = {
  x64: [
    {
      token: 0xc000003e,
      tables: [
        ["SCMP_ARCH_X86_64", "x86_64"],
        ["SCMP_ARCH_X32", "x32"],
      ],
    },
    { token: 0x40000003, tables: [["SCMP_ARCH_X86", "x86"]] },
  ],
  arm64: [{ token: 0xc00000b7, tables: [["SCMP_ARCH_AARCH64", "aarch64"]] }],
};

/** One way to a verdict other than the default: all conditions hold. */
interface Alternative {
  readonly conditions: readonly Condition[];
  readonly verdict: number;
  /** The same for alternatives that are the same. */
  readonly key: string;
}

/**
 * i386 programs may also make these calls through socketcall(2) and ipc(2), numbered by the first argument, and have some of
 * them no other way. What a rule says of such a call holds there too; only its conditions cannot be carried over, since the
 * arguments then lie in memory.
 */
const MULTIPLEXED = new Map(
  Object.entries({
    socketcall:
      "- socket bind connect listen accept getsockname getpeername socketpair send recv sendto recvfrom shutdown setsockopt " +
      "getsockopt sendmsg recvmsg accept4 recvmmsg sendmmsg",
    ipc: "- semop semget semctl semtimedop - - - - - - msgsnd msgrcv msgget msgctl - - - - - - shmat shmdt shmget shmctl",
  })
    .flatMap(([call, names]) => names.split(" ").map((name, number) => [name, { call, number: BigInt(number) }] as const))
    .filter(([name]) => name !== "-"),
);

function verdictOf(action: string, errno: number | undefined, path: string): number {
  const base = VERDICTS.get(action);
  if (base === undefined) throw new ConfigError(path, `no such action: ${action}`);
  return action === "SCMP_ACT_ERRNO" || action === "SCMP_ACT_TRACE" ? (base | ((errno ?? EPERM) & 0xffff)) >>> 0 : base;
}

/** A number of 64 bits. JSON's numbers are doubles here: all of the last few that fit (2^64 - 1 above all) are read as 2^64. */
function word(value: number, path: string): bigint {
  const exact = BigInt(value);
  if (exact > 2n ** 64n) throw new ConfigError(path, "more than 64 bits");
  return exact === 2n ** 64n ? exact - 1n : exact;
}

const OPERATORS: readonly string[] = ["EQ", "NE", "LT", "LE", "GT", "GE", "MASKED_EQ"] satisfies Condition["op"][];
const isOperator = (op: string): op is Condition["op"] => OPERATORS.includes(op);

function conditionOf({ index, op, value, valueTwo = 0 }: SeccompArg, path: string): Condition {
  const name = op.replace(/^SCMP_CMP_/, "");
  if (!isOperator(name)) throw new ConfigError(`${path}.op`, `no such operator: ${op}`);
  return { index, op: name, value: word(value, `${path}.value`), operand: word(valueTwo, `${path}.valueTwo`) };
}

function alternative(conditions: readonly Condition[], verdict: number): Alternative {
  const parts = conditions.map(({ index, op, value, operand }) => `${index} ${op} ${value} ${operand}`);
  return { conditions, verdict, key: [verdict, ...parts].join() };
}

/** The alternatives that a rule stands for: one, or one for each condition where two are about the same argument (as in runc). */
function alternatives(rule: SeccompRule, verdict: number, path: string): Alternative[] {
  const conditions = (rule.args ?? []).map((arg, at) => conditionOf(arg, `${path}.args[${at}]`));
  const repeated = new Set(conditions.map(({ index }) => index)).size < conditions.length;
  return repeated ? conditions.map((condition) => alternative([condition], verdict)) : [alternative(conditions, verdict)];
}

/** A rule ready for every architecture; rules that only repeat the default action are left out. */
interface Prepared {
  readonly names: readonly string[];
  readonly alternatives: readonly Alternative[];
}

function prepare(seccomp: Seccomp, fallback: number): Prepared[] {
  return (seccomp.syscalls ?? []).flatMap((rule, at) => {
    const path = `${PATH}.syscalls[${at}]`;
    const verdict = verdictOf(rule.action, rule.errnoRet, `${path}.action`);
    // Checked even if the rule says nothing new.
    const own = alternatives(rule, verdict, path);
    return verdict === fallback ? [] : [{ names: rule.names, alternatives: own }];
  });
}

/** What is said of each call of a table, by number, the first listed first; names that the table lacks are no concern of it. */
function collect(rules: readonly Prepared[], table: CallTable, into: Map<number, Alternative[]>): void {
  const numbers = callNumbers(table);
  const add = (name: string, own: readonly Alternative[]): void => {
    const nr = numbers.get(name);
    if (nr === undefined) return;
    const before = into.get(nr) ?? [];
    // After one without conditions nothing can count any more, and before it nothing that says the same.
    if (before.at(-1)?.conditions.length === 0) return;
    const [first] = own;
    const differs = first?.conditions.length === 0 ? before.findLastIndex(({ verdict }) => verdict !== first.verdict) + 1 : before.length;
    into.set(nr, [...before.slice(0, differs), ...own]);
  };
  for (const { names, alternatives: own } of rules) {
    const [first] = own;
    for (const name of names) {
      add(name, own);
      const outer = table === "x86" && first?.conditions.length === 0 ? MULTIPLEXED.get(name) : undefined;
      if (!outer || !first) continue;
      // The high half of ipc's number is a version.
      add(outer.call, [alternative([{ index: 0, op: "MASKED_EQ", value: 0xffffn, operand: outer.number }], first.verdict)]);
    }
  }
}

/** The filter's program, growing from its end. */
class Filter {
  readonly program = new Program();
  readonly #fallback: Label;
  /** Code by what it decides: calls with the same rules share it, on all architectures. */
  readonly #known = new Map<string, Label>();

  constructor(fallback: number) {
    this.#fallback = this.program.verdict(fallback);
  }

  /** Code that tries the alternatives in their order. */
  #decide(choices: readonly Alternative[]): Label {
    const key = choices.map((choice) => choice.key).join(";");
    const label =
      this.#known.get(key) ??
      choices.reduceRight(
        (otherwise, { conditions, verdict }) =>
          conditions.reduceRight((met, condition) => this.program.condition(condition, met, otherwise), this.program.verdict(verdict)),
        this.#fallback,
      );
    this.#known.set(key, label);
    return label;
  }

  /** Code for the calls of an architecture. `strangers` is where numbers with the bit of x32 go if that is not covered. */
  #calls(choices: ReadonlyMap<number, readonly Alternative[]>, strangers: Label | undefined): Label {
    const decided = [...choices]
      .sort(([one], [other]) => one - other)
      .map(([nr, own]) => ({ start: nr, end: nr + 1, target: this.#decide(own) }));
    // -1 stands for no call: a tracer skips one so.
    if (strangers !== undefined) decided.push({ start: X32_BIT, end: 0xffffffff, target: strangers });
    const intervals = [{ start: 0, target: this.#fallback }];
    const put = (start: number, target: Label): void => {
      if (intervals.at(-1)?.start === start) intervals.pop();
      if (intervals.at(-1)?.target !== target) intervals.push({ start, target });
    };
    for (const { start, end, target } of decided) {
      put(start, target);
      put(end, this.#fallback);
    }
    return this.program.load(DATA.nr, this.program.search(intervals));
  }

  /** All of it, for the architectures that the host runs and that are covered. */
  build(audits: readonly Audit[], rules: readonly Prepared[], listed: ReadonlySet<string>): void {
    const kill = this.program.verdict(KILL_PROCESS);
    const [native] = audits;
    const start = audits.reduceRight((otherwise, audit) => {
      const tables = audit.tables.filter(([name], at) => (at === 0 && audit === native) || listed.has(name));
      if (tables.length === 0) return otherwise;
      const choices = new Map<number, Alternative[]>();
      for (const [, table] of tables) collect(rules, table, choices);
      return this.program.ifEqual(audit.token, this.#calls(choices, tables.length < audit.tables.length ? kill : undefined), otherwise);
    }, kill);
    this.program.load(DATA.arch, start);
  }
}

/** Whether any action hands calls to an agent, so that loading the filter gives a descriptor to listen at. */
export const notifies = ({ defaultAction, syscalls = [] }: Seccomp): boolean =>
  defaultAction === NOTIFY || syscalls.some(({ action }) => action === NOTIFY);

function flagsOf(seccomp: Seccomp): number {
  let flags: number = notifies(seccomp) ? FLAGS.NEW_LISTENER : 0;
  seccomp.flags?.forEach((name, at) => {
    switch (name) {
      case "SECCOMP_FILTER_FLAG_TSYNC":
        // Together with a listener the kernel takes it only with the other way of reporting a thread that cannot follow.
        flags |= notifies(seccomp) ? FLAGS.TSYNC | FLAGS.TSYNC_ESRCH : FLAGS.TSYNC;
        break;
      case "SECCOMP_FILTER_FLAG_LOG":
        flags |= FLAGS.LOG;
        break;
      case "SECCOMP_FILTER_FLAG_SPEC_ALLOW":
        flags |= FLAGS.SPEC_ALLOW;
        break;
      case "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV":
        // It is about the agent's work; without one there is nothing to wait for, and the kernel refuses it.
        if (notifies(seccomp)) flags |= FLAGS.WAIT_KILLABLE_RECV;
        break;
      default:
        throw new ConfigError(`${PATH}.flags[${at}]`, `no such flag: ${name}`);
    }
  });
  return flags;
}

/**
 * The steps for `linux.seccomp` on a host with that `process.arch`: the filter that says for every call what the first rule
 * that matches says, or the default action. Calls by an architecture that is not covered kill the process.
 */
export function lowerSeccomp(seccomp: Seccomp, arch: string): readonly Step[] {
  const audits = AUDITS[arch];
  if (!audits) throw new ConfigError(PATH, `no system calls are known for this host's architecture, ${arch}`);
  const flags = flagsOf(seccomp);
  const fallback = verdictOf(seccomp.defaultAction, seccomp.defaultErrnoRet, `${PATH}.defaultAction`);
  const filter = new Filter(fallback);
  filter.build(audits, prepare(seccomp, fallback), new Set(seccomp.architectures));
  const { program } = filter;
  if (program.length > MAX_INSTRUCTIONS) {
    throw new ConfigError(`${PATH}.syscalls`, `the filter takes ${program.length} instructions; the kernel takes ${MAX_INSTRUCTIONS}`);
  }
  return [step(PATH, "seccomp", flags, program.encode())];
}
