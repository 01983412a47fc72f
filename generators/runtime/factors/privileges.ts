/** config.md, "Capabilities" and noNewPrivileges, and config-linux.md, "Seccomp": what the program may do. */
import fc from "fast-check";

import { FIXTURES } from "../../../runners/runtime/case.js";
import type { CapabilitySets, Seccomp, SeccompAction, SeccompRule } from "../../../spec/runtime/config.js";
import { oneOf } from "../../choices.js";
import { grantable } from "../process/capabilities.js";
import { architectures, filterable, seccompActions, seccomp as wideSeccomp } from "../seccomp/seccomp.js";
import { type Edit, type Factor, fixedLevel, inLinux, inProcess, type Level, level, notIn, type Setting, unchanged } from "./factor.js";

/** What engines usually leave. */
const USUAL = [
  "CAP_CHOWN",
  "CAP_DAC_OVERRIDE",
  "CAP_FOWNER",
  "CAP_FSETID",
  "CAP_KILL",
  "CAP_SETGID",
  "CAP_SETUID",
  "CAP_SETPCAP",
  "CAP_NET_BIND_SERVICE",
  "CAP_SYS_CHROOT",
];

/** Sets as execve(2) leaves them: it gives root all that is bounding, and other users what is ambient. */
const capable =
  (bounding: readonly string[], inheritable: readonly string[] = [], ambient: readonly string[] = []): Edit =>
  (draft) => {
    const kept = draft.config.process?.user.uid === 0 ? bounding : ambient;
    const capabilities: CapabilitySets = { bounding, effective: kept, inheritable, permitted: kept, ambient };
    return inProcess({ capabilities })(draft);
  };

function capabilities({ host }: Setting): Factor {
  const every = grantable(host);
  const usual = USUAL.filter((name) => every.includes(name));
  const excluded = every.length > 0 ? undefined : "the harness has no capabilities to hand on";
  return {
    name: "capabilities",
    levels: [
      unchanged(),
      fixedLevel("no capability", capable([])),
      fixedLevel("the usual", capable(usual), { excluded }),
      level("one", oneOf(every.length > 0 ? every : [""]), (name) => capable([name], [name], [name]), { excluded }),
      fixedLevel("inheritable", capable(usual, usual), { excluded }),
      fixedLevel("some ambient", capable(every, usual, usual.slice(0, 3)), { excluded }),
      fixedLevel("all, all ambient", capable(every, every, every), { excluded }),
    ],
  };
}

const noNewPrivileges = (): Factor => ({
  name: "no new privileges",
  levels: [unchanged(), ...[true, false].map((noNewPrivileges) => fixedLevel(`${noNewPrivileges}`, inProcess({ noNewPrivileges })))],
});

const filter = (rules: readonly SeccompRule[], more: Partial<Seccomp> = {}): Edit =>
  inLinux({ seccomp: { defaultAction: "SCMP_ACT_ALLOW", ...more, ...(rules.length > 0 ? { syscalls: rules } : {}) } });

function seccomp({ host, release }: Setting): Factor {
  const actions = seccompActions(host, release);
  const calls = filterable(host);
  const errno = "SCMP_ACT_ERRNO";
  const unfilterable = calls.length === 0 ? "none of the calls that filters are about is known for this architecture" : undefined;
  const without = (action: SeccompAction): string | undefined =>
    unfilterable ?? (actions.includes(action) ? undefined : `the kernel or release ${release} has no ${action}`);
  const call = oneOf(calls.length > 0 ? calls : [""]);
  const acting = (name: string, wanted: readonly SeccompAction[]): Level => {
    const known = wanted.filter((action) => without(action) === undefined);
    return level(name, fc.tuple(oneOf(known.length > 0 ? known : wanted), call), ([action, each]) => filter([{ names: [each], action }]), {
      excluded: known.length > 0 ? undefined : without(wanted[0] ?? errno),
    });
  };
  const [native, ...others] = architectures(host);
  return {
    name: "seccomp",
    levels: [
      unchanged(),
      level("no rules", fc.constant<Seccomp>({ defaultAction: "SCMP_ACT_ALLOW" }), (seccomp) => inLinux({ seccomp }), {
        wide: wideSeccomp(host, release),
      }),
      level("calls that fail", call, (name) => filter([{ names: [name], action: errno }]), { excluded: without(errno) }),
      level("an errno of its own", oneOf([1, 38, 133]), (errnoRet) => filter([{ names: calls, action: errno, errnoRet }]), {
        excluded: without(errno) ?? notIn(release, "linux.seccomp.errnoRet"),
      }),
      level(
        "arguments",
        oneOf([
          { index: 0, value: 5, op: "SCMP_CMP_EQ" },
          { index: 1, value: 2 ** 32 + 5, op: "SCMP_CMP_GE" },
          { index: 5, value: 6, valueTwo: 2, op: "SCMP_CMP_MASKED_EQ" },
        ]),
        (condition) => filter([{ names: ["getpgid"], action: errno, args: [condition] }]),
        { excluded: without(errno) },
      ),
      level(
        "architectures",
        oneOf([[native ?? ""], [native ?? "", ...others]]),
        (list) => filter([{ names: calls.slice(0, 2), action: errno }], { architectures: list }),
        { excluded: without(errno) ?? (native === undefined ? "no name is known for this architecture" : undefined) },
      ),
      level(
        "flags",
        oneOf([
          ["SECCOMP_FILTER_FLAG_LOG"],
          ["SECCOMP_FILTER_FLAG_SPEC_ALLOW"],
          ["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW"],
        ]),
        (flags) => filter([{ names: calls.slice(0, 1), action: errno }], { flags }),
        { excluded: without(errno) ?? notIn(release, "linux.seccomp.flags") },
      ),
      acting("a deadly action", ["SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_TRAP"]),
      acting("an action that is told of", ["SCMP_ACT_LOG", "SCMP_ACT_TRACE"]),
      level(
        "a listener",
        fc.constant(`${FIXTURES}/seccomp.sock`),
        (listenerPath) => filter([{ names: ["getpgid"], action: "SCMP_ACT_NOTIFY" }], { listenerPath }),
        {
          excluded:
            notIn(release, "linux.seccomp.listenerPath") ??
            (host.seccompActions.includes("user_notif") ? undefined : "the kernel has no seccomp notifications"),
        },
      ),
    ],
  };
}

/** The factors of capabilities, privileges and filters. */
export const ofPrivileges = (setting: Setting): readonly Factor[] => [capabilities(setting), noNewPrivileges(), seccomp(setting)];
