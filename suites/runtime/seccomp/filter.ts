import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import type { RuntimeCase } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import { CALL_NAMES } from "../../../spec/runtime/call-names.js";
import type { Seccomp, SeccompRule } from "../../../spec/runtime/config.js";
import { has } from "../../../spec/runtime/releases.js";
import { syscallNumber } from "../../../spec/runtime/syscalls.js";
import { combine, type ExplainedResult, equal, expectThat, notApplicable } from "../../check.js";
import { SUBSET } from "../refusal.js";
import { type Check, check, type View } from "../suite.js";
import { type Tried, tried } from "./model.js";

/** A call that succeeds, or fails with ESRCH or EINVAL, whatever its arguments: every other outcome is the filter's. */
export const HARMLESS = "getpgid";
const ERRNO_ENOSYS = "ENOSYS";

/** Further calls of which neither the program nor a runtime has need once the filter is loaded: one for each rule of a filter. */
export const CALLS = [HARMLESS, "sysinfo", "times", "setpriority", "sethostname", "setdomainname", "add_key", "chroot"] as const;

/** Errno numbers by name that the examples return. */
const ERRNOS: Readonly<Record<number, string>> = {
  1: "EPERM",
  5: "EIO",
  13: "EACCES",
  17: "EEXIST",
  38: "ENOSYS",
  71: "EPROTO",
  95: "EOPNOTSUPP",
  110: "ETIMEDOUT",
};

/** Those numbers. */
export const ERRNO_NUMBERS: readonly number[] = Object.keys(ERRNOS).map(Number);

/** What the harmless call itself gives. */
const NATURAL: readonly string[] = ["0", "ESRCH", "EINVAL"];

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
function judgeCall(call: Tried, { config, target }: View): ExplainedResult {
  const seccomp = config.linux?.seccomp;
  const expected = seccomp && outcome(call, seccomp, target.release);
  if (!expected) return notApplicable(`what ${call.action} makes of a call is not laid down, or cannot be told`);
  const { result } = call;
  const actual = { errno: result.errno, signal: result.exit?.signal ?? null };
  const described = `${call.name}(${call.args.join(", ")}): ${call.action}`;
  if (typeof expected !== "string") {
    return "signal" in expected
      ? equal(actual.signal, expected.signal, described)
      : equal(actual, { errno: expected.errno, signal: null }, described);
  }
  if (call.name !== HARMLESS) return notApplicable(`${call.name} may fail by itself`);
  return expected === "passes"
    ? expectThat(NATURAL.includes(result.errno) && actual.signal === null, "the call passes", actual, described)
    : expectThat(!NATURAL.includes(result.errno) && actual.signal === null, "the call fails", actual, described);
}

/** Judges the calls of a case that the filter picks; `none` says what the case lacks where there is none. */
export const eachCall = (id: string, none: string, filter: (call: Tried, seccomp: Seccomp) => boolean): Check =>
  check(id, (view) => {
    const { seccomp } = view.config.linux ?? {};
    if (!seccomp) return notApplicable("no seccomp in the config");
    return combine(
      tried(view)
        .filter((call) => filter(call, seccomp))
        .map((call) => judgeCall(call, view)),
      none,
    );
  });

/** A container with that filter, whose probe calls the harmless call with these arguments, each alone. */
export function filtered(facts: RuntimeFacts, seccomp: Seccomp, title: string, args: readonly (readonly number[])[] = [[0]]): RuntimeCase {
  const base = minimalConfig(facts.target.release);
  const nr = syscallNumber(HARMLESS, facts.host.arch) ?? 0;
  return caseOf(
    { ...base, linux: { ...base.linux, seccomp } },
    { title, mayRefuse: SUBSET, attempts: args.map((each) => ({ do: "syscall", nr, args: each })) },
  );
}

/** Everything is allowed but what the rule says. */
export const only = (rule: Omit<SeccompRule, "names">): Seccomp => ({
  defaultAction: "SCMP_ACT_ALLOW",
  syscalls: [{ names: [HARMLESS], ...rule }],
});

/** Everything fails but all calls that Linux has, without this one: a runtime needs many of them to get to the program. */
export const allBut = (call: string): Seccomp => ({
  defaultAction: "SCMP_ACT_ERRNO",
  syscalls: [{ names: CALL_NAMES.filter((name) => name !== call), action: "SCMP_ACT_ALLOW" }],
});
