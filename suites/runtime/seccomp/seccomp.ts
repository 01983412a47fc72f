import fc, { type Arbitrary } from "fast-check";
import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { BROKEN } from "../../../generators/runtime/invalid/broken.js";
import { faultCase, hasTabledFault, tabledFault } from "../../../generators/runtime/invalid/input.js";
import { architectures, seccompActions } from "../../../generators/runtime/seccomp/seccomp.js";
import type { RuntimeCase } from "../../../runners/runtime/case.js";
import type { Setting } from "../../../runners/runtime/target.js";
import { CALL_NAMES } from "../../../spec/runtime/call-names.js";
import type { Seccomp, SeccompRule } from "../../../spec/runtime/config.js";
import { has } from "../../../spec/runtime/releases.js";
import { syscallNumber } from "../../../spec/runtime/syscalls.js";
import { type CheckResult, combine, equal, expectThat } from "../../check.js";
import { refuses, SUBSET } from "../refusal.js";
import { type Check, check, example, section, started, type Unavailable, unavailable, type View } from "../suite.js";
import { type Tried, tried } from "./model.js";

/** A call that succeeds, or fails with ESRCH or EINVAL, whatever its arguments: every other outcome is the filter's. */
const HARMLESS = "getpgid";
const ERRNO_ENOSYS = "ENOSYS";

/** Errno numbers by name that the examples return. */
const ERRNOS: Readonly<Record<number, string>> = { 1: "EPERM", 13: "EACCES", 17: "EEXIST", 71: "EPROTO", 95: "EOPNOTSUPP" };

/** What the harmless call itself gives. */
const NATURAL: readonly string[] = ["0", "ESRCH", "EINVAL"];
/** No action is one that a runtime must support (config.md, valid values). */

/** What an action makes of a call: an errno by name, a signal that kills, what the call itself gives, or any errno but those. */
type Outcome = { readonly errno: string } | { readonly signal: string } | "passes" | "fails";

/** The outcome that an action has for a call, as far as it can be told. */
function outcome({ action, rule }: Tried, seccomp: Seccomp, release: string): Outcome | undefined {
  switch (action) {
    case "SCMP_ACT_ERRNO": {
      // Before errnoRet came, no sentence said which errno.
      if (!has(release, "linux.seccomp.errnoRet")) return "fails";
      const number = rule ? rule.errnoRet : seccomp.defaultErrnoRet;
      const errno = ERRNOS[number ?? 1];
      return errno === undefined ? undefined : { errno };
    }
    case "SCMP_ACT_TRACE":
      return { errno: ERRNO_ENOSYS };
    case "SCMP_ACT_KILL":
    case "SCMP_ACT_KILL_THREAD":
    case "SCMP_ACT_KILL_PROCESS":
    case "SCMP_ACT_TRAP":
      return { signal: "SIGSYS" };
    case "SCMP_ACT_ALLOW":
    case "SCMP_ACT_LOG":
      return "passes";
    default:
      return undefined;
  }
}

/** Judges one call by what the filter says to it. */
function judged(call: Tried, { config, target }: View): CheckResult {
  const seccomp = config.linux?.seccomp;
  const wanted = seccomp && outcome(call, seccomp, target.release);
  if (!wanted) return undefined;
  const { result } = call;
  const seen = { errno: result.errno, signal: result.exit?.signal ?? null };
  const described = `${call.name}(${call.args.join(", ")}): ${call.action}`;
  if (typeof wanted !== "string") {
    return "signal" in wanted
      ? equal(seen.signal, wanted.signal, described)
      : equal(seen, { errno: wanted.errno, signal: null }, described);
  }
  // Other calls may fail by themselves.
  if (call.name !== HARMLESS) return undefined;
  return wanted === "passes"
    ? expectThat(NATURAL.includes(result.errno) && seen.signal === null, "the call passes", seen, described)
    : expectThat(!NATURAL.includes(result.errno) && seen.signal === null, "the call fails", seen, described);
}

/** Judges the calls of a case that the filter picks. */
const calls = (id: string, wanted: (call: Tried) => boolean): Check =>
  check(`runtime.seccomp.${id}`, (view) =>
    combine(
      tried(view)
        .filter(wanted)
        .map((call) => judged(call, view)),
    ),
  );

const ACTIONS: Readonly<Record<string, string>> = {
  kill: "SCMP_ACT_KILL",
  "kill-process": "SCMP_ACT_KILL_PROCESS",
  "kill-thread": "SCMP_ACT_KILL_THREAD",
  trap: "SCMP_ACT_TRAP",
  errno: "SCMP_ACT_ERRNO",
  trace: "SCMP_ACT_TRACE",
  allow: "SCMP_ACT_ALLOW",
  log: "SCMP_ACT_LOG",
};
const OPERATORS = ["ne", "lt", "le", "eq", "ge", "gt", "masked-eq"] as const;
const operatorOf = (name: string): string => `SCMP_CMP_${name.toUpperCase().replace("-", "_")}`;

/** A container with that filter, whose probe calls the harmless call with these arguments, each alone. */
function filtered(setting: Setting, seccomp: Seccomp, title: string, args: readonly (readonly number[])[] = [[0]]): RuntimeCase {
  const base = minimalConfig(setting.target.release);
  const nr = syscallNumber(HARMLESS, setting.host.arch) ?? 0;
  return caseOf(
    { ...base, linux: { ...base.linux, seccomp } },
    { title, mayRefuse: SUBSET, attempts: args.map((own) => ({ do: "syscall", nr, args: own })) },
  );
}

/** Everything is allowed but what the rule says. */
const only = (rule: Omit<SeccompRule, "names">): Seccomp => ({
  defaultAction: "SCMP_ACT_ALLOW",
  syscalls: [{ names: [HARMLESS], ...rule }],
});

/** Everything fails but all calls that Linux has, without this one: a runtime needs many of them to get to the program. */
const allBut = (call: string): Seccomp => ({
  defaultAction: "SCMP_ACT_ERRNO",
  syscalls: [{ names: CALL_NAMES.filter((name) => name !== call), action: "SCMP_ACT_ALLOW" }],
});

const LARGE = 2 ** 33;

/** Values around the condition's, some of them beyond 32 bits. */
const around = (value: number): readonly (readonly number[])[] =>
  [0, 1, value - 1, value, value + 1, value + LARGE].filter((each) => each >= 0).map((each) => [each]);

const withErrno = (release: string, errnoRet: number) => (has(release, "linux.seccomp.errnoRet") ? { errnoRet } : {});

const REFUSED = [BROKEN.seccompDefaultMissing, BROKEN.seccompNames, BROKEN.seccompAction, BROKEN.seccompOperator, BROKEN.seccompErrno];

export default section("Seccomp", [
  ...Object.entries(ACTIONS).map(([id, action]) => calls(`action.${id}`, (call) => call.rule !== undefined && call.action === action)),
  ...Object.entries(ACTIONS).map(([id, action]) =>
    example(`runtime.seccomp.action.${id}`, (setting) =>
      seccompActions(setting.host, setting.target.release).some((known) => known === action)
        ? fc.constant(
            action === "SCMP_ACT_ALLOW"
              ? filtered(
                  setting,
                  {
                    defaultAction: "SCMP_ACT_ALLOW",
                    syscalls: [
                      { names: [HARMLESS], action },
                      { names: ["sysinfo"], action: "SCMP_ACT_ERRNO" },
                    ],
                  },
                  "the action SCMP_ACT_ALLOW",
                )
              : filtered(setting, only({ action }), `the action ${action}`),
          )
        : unavailable(`the kernel or the release has no ${action}`),
    ),
  ),
  ...OPERATORS.map((name) => calls(`operator.${name}`, ({ rule, name: call }) => call === HARMLESS && ruleWith(operatorOf(name), rule))),
  ...OPERATORS.map((name) =>
    check(`runtime.seccomp.operator.${name}`, (view) =>
      combine(
        tried(view)
          // Where the condition does not hold, the call must pass.
          .filter(({ rule, name: call }) => rule === undefined && call === HARMLESS)
          .filter(() =>
            view.config.linux?.seccomp?.syscalls?.some((rule) => rule.names.includes(HARMLESS) && ruleWith(operatorOf(name), rule)),
          )
          .map((call) => judged(call, view)),
      ),
    ),
  ),
  ...OPERATORS.map((name) =>
    example([`runtime.seccomp.operator.${name}`], (setting) =>
      fc.constantFrom(2, 5, 77, LARGE + 3).map((value) =>
        filtered(
          setting,
          only({
            action: "SCMP_ACT_ERRNO",
            args: [{ index: 0, value, op: operatorOf(name), ...(name === "masked-eq" ? { valueTwo: value } : {}) }],
          }),
          `the operator ${operatorOf(name)}`,
          around(value),
        ),
      ),
    ),
  ),
  calls("argument-index", ({ rule, name }) => name === HARMLESS && (rule?.args?.some(({ index }) => index > 0) ?? false)),
  check("runtime.seccomp.argument-index", (view) =>
    combine(
      tried(view)
        // The value in another argument than the condition's must not match.
        .filter(({ rule, name }) => rule === undefined && name === HARMLESS)
        .filter(() =>
          view.config.linux?.seccomp?.syscalls?.some(
            ({ names, args }) => names.includes(HARMLESS) && args?.length === 1 && args.some(({ index }) => index > 0),
          ),
        )
        .map((call) => judged(call, view)),
    ),
  ),
  example("runtime.seccomp.argument-index", (setting) =>
    fc
      .integer({ min: 1, max: 5 })
      .map((index) =>
        filtered(
          setting,
          only({ action: "SCMP_ACT_ERRNO", args: [{ index, value: 7, op: "SCMP_CMP_EQ" }] }),
          `an argument with index ${index}`,
          [Array.from({ length: 6 }, (_, at) => (at === index ? 7 : 0)), Array.from({ length: 6 }, (_, at) => (at === index ? 0 : 7))],
        ),
      ),
  ),
  calls("errno-ret", ({ rule }) => rule?.action === "SCMP_ACT_ERRNO" && rule.errnoRet !== undefined),
  calls("errno-ret-default", ({ rule }) => rule?.action === "SCMP_ACT_ERRNO" && rule.errnoRet === undefined),
  example("runtime.seccomp.errno-ret", (setting) =>
    fc
      .constantFrom(13, 17, 71, 95)
      .map((errno) =>
        filtered(setting, only({ action: "SCMP_ACT_ERRNO", ...withErrno(setting.target.release, errno) }), "an errno of its own"),
      ),
  ),
  example("runtime.seccomp.errno-ret-default", (setting) =>
    fc.constant(filtered(setting, only({ action: "SCMP_ACT_ERRNO" }), "no errno of its own")),
  ),
  calls("default-action", ({ rule }) => rule === undefined),
  example("runtime.seccomp.default-action", (setting) =>
    fc
      .constantFrom(
        ...(["SCMP_ACT_ERRNO", "SCMP_ACT_ALLOW", "SCMP_ACT_LOG"] as const).filter((action) =>
          seccompActions(setting.host, setting.target.release).includes(action),
        ),
      )
      .map((defaultAction) =>
        filtered(
          setting,
          defaultAction === "SCMP_ACT_ERRNO"
            ? allBut(HARMLESS)
            : { defaultAction, syscalls: [{ names: ["sysinfo"], action: "SCMP_ACT_ERRNO" }] },
          `the default action ${defaultAction}`,
        ),
      ),
  ),
  check("runtime.seccomp.default-errno-ret", (view) => {
    const seccomp = view.config.linux?.seccomp;
    if (seccomp?.defaultErrnoRet === undefined || seccomp.defaultAction !== "SCMP_ACT_ERRNO") return undefined;
    return combine(
      tried(view)
        .filter(({ rule }) => rule === undefined)
        .map((call) => judged(call, view)),
    );
  }),
  example("runtime.seccomp.default-errno-ret", (setting) =>
    fc
      .constantFrom(13, 71)
      .map((defaultErrnoRet) => filtered(setting, { ...allBut(HARMLESS), defaultErrnoRet }, "an errno of the default action")),
  ),
  check("runtime.seccomp.architectures", (view) => {
    const seccomp = view.config.linux?.seccomp;
    if (!seccomp?.architectures || seccomp.architectures.length === 0) return undefined;
    return combine(
      tried(view)
        .filter(({ rule }) => rule?.action === "SCMP_ACT_ERRNO")
        .map((call) => judged(call, view)),
    );
  }),
  example("runtime.seccomp.architectures", (setting): Arbitrary<RuntimeCase> | Unavailable => {
    const [native, ...others] = architectures(setting.host);
    if (native === undefined) return unavailable(`the suite knows no architectures for ${setting.host.arch}`);
    return fc
      .subarray(others)
      .map((rest) => filtered(setting, { ...only({ action: "SCMP_ACT_ERRNO" }), architectures: [native, ...rest] }, "architectures"));
  }),
  check("runtime.seccomp.flags", (view) => {
    const flags = view.config.linux?.seccomp?.flags ?? [];
    return flags.length > 0 && view.case.control === undefined && started(view) && view.probe ? { verdict: "pass" } : undefined;
  }),
  example("runtime.seccomp.flags", (setting) =>
    fc
      .constantFrom("SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_TSYNC")
      .map((flag) => filtered(setting, { ...only({ action: "SCMP_ACT_ERRNO" }), flags: [flag] }, `the flag ${flag}`)),
  ),
  ...REFUSED.map((id) => refuses(id)),
  ...REFUSED.map((id) =>
    example(id, ({ host, target }) =>
      hasTabledFault(host, target.release, id)
        ? tabledFault(host, target.release, id).map((fault) => faultCase(fault, host))
        : unavailable("the release has nothing that could be wrong in this way"),
    ),
  ),
]);

function ruleWith(op: string, rule: SeccompRule | undefined): boolean {
  return rule?.args?.length === 1 && rule.args[0]?.op === op;
}
