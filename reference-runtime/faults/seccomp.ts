import type { Seccomp, SeccompAction, SeccompArg, SeccompOperator, SeccompRule } from "../../spec/runtime/config.js";
import { changed, dropped, type Fault, inLinux } from "./fault.js";

const inSeccomp = (name: string, requirement: string, change: (seccomp: Seccomp) => Seccomp): Fault =>
  inLinux(name, requirement, (linux) => (linux.seccomp ? { ...linux, seccomp: change(linux.seccomp) } : linux));

const inRules = (name: string, requirement: string, change: (rule: SeccompRule) => SeccompRule): Fault =>
  inSeccomp(name, requirement, (seccomp) => ({ ...seccomp, ...(seccomp.syscalls ? { syscalls: seccomp.syscalls.map(change) } : {}) }));

const inArguments = (name: string, requirement: string, change: (argument: SeccompArg) => SeccompArg): Fault =>
  inRules(name, requirement, (rule) => ({ ...rule, ...(rule.args ? { args: rule.args.map(change) } : {}) }));

/** Each action with one that it is mistaken for. */
const ACTIONS: readonly (readonly [name: string, action: SeccompAction, instead: SeccompAction])[] = [
  ["kill", "SCMP_ACT_KILL", "SCMP_ACT_ALLOW"],
  ["kill-process", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_ALLOW"],
  ["kill-thread", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_ALLOW"],
  ["trap", "SCMP_ACT_TRAP", "SCMP_ACT_ALLOW"],
  ["errno", "SCMP_ACT_ERRNO", "SCMP_ACT_ALLOW"],
  ["trace", "SCMP_ACT_TRACE", "SCMP_ACT_ALLOW"],
  ["log", "SCMP_ACT_LOG", "SCMP_ACT_ERRNO"],
  ["notify", "SCMP_ACT_NOTIFY", "SCMP_ACT_ALLOW"],
];

const OPERATORS: readonly (readonly [name: string, operator: SeccompOperator, instead: SeccompOperator])[] = [
  ["ne", "SCMP_CMP_NE", "SCMP_CMP_EQ"],
  ["lt", "SCMP_CMP_LT", "SCMP_CMP_LE"],
  ["le", "SCMP_CMP_LE", "SCMP_CMP_LT"],
  ["eq", "SCMP_CMP_EQ", "SCMP_CMP_NE"],
  ["ge", "SCMP_CMP_GE", "SCMP_CMP_GT"],
  ["gt", "SCMP_CMP_GT", "SCMP_CMP_GE"],
  ["masked-eq", "SCMP_CMP_MASKED_EQ", "SCMP_CMP_EQ"],
];

const withoutErrno = ({ errnoRet: _, ...rule }: SeccompRule): SeccompRule => rule;

const listened = (name: string, requirement: string, from: RegExp, to: string): Fault =>
  changed(name, requirement, "listener", (path, state) => [path, state.replace(from, to)]);

/** System call filters. */
export const SECCOMP_FAULTS: readonly Fault[] = [
  ...ACTIONS.map(([name, action, instead]) =>
    inRules(`seccomp-${name}-wrong`, `runtime.seccomp.action.${name}`, (rule) =>
      rule.action === action ? { ...withoutErrno(rule), action: instead } : rule,
    ),
  ),
  ...OPERATORS.map(([name, operator, instead]) =>
    inArguments(`seccomp-${name}-wrong-operator`, `runtime.seccomp.operator.${name}`, (argument) =>
      argument.op === operator ? { ...argument, op: instead } : argument,
    ),
  ),
  inArguments("seccomp-argument-index-ignored", "runtime.seccomp.argument-index", (argument) => ({
    ...argument,
    index: argument.index === 0 ? 1 : 0,
  })),
  inRules("seccomp-errno-wrong", "runtime.seccomp.errno-ret", withoutErrno),
  inRules("seccomp-errno-default-wrong", "runtime.seccomp.errno-ret-default", (rule) =>
    rule.action === "SCMP_ACT_ERRNO" ? { errnoRet: 38, ...rule } : rule,
  ),
  inSeccomp("seccomp-default-errno-wrong", "runtime.seccomp.default-errno-ret", ({ defaultErrnoRet: _, ...seccomp }) => seccomp),
  inSeccomp("seccomp-default-action-ignored", "runtime.seccomp.default-action", ({ defaultErrnoRet: _, ...seccomp }) => ({
    ...seccomp,
    defaultAction: "SCMP_ACT_ALLOW",
  })),
  listened("listener-without-descriptor-names", "runtime.seccomp-listener.seccomp-fd", /"fds":\[[^\]]*\],/, ""),
  listened("listener-without-version", "runtime.seccomp-listener.oci-version", /"ociVersion":"[^"]*",/, ""),
  listened("listener-with-pid-1", "runtime.seccomp-listener.pid", /@PID@/, "1"),
  listened("listener-without-metadata", "runtime.seccomp-listener.metadata", /,"metadata":"(?:[^"\\]|\\.)*"/, ""),
  listened("listener-without-state", "runtime.seccomp-listener.state", /,"state":@STATE@/, ""),
  listened("listener-not-json", "runtime.seccomp-listener.json-payload", /^\{/, "{{"),
  dropped("listener-not-served", "runtime.seccomp.action.notify", "listener"),
];
