/** config-linux.md, "Seccomp": actions, and the errno that they return. */
import fc from "fast-check";
import { groupsOf, oneOf } from "../../../generators/choices.js";
import { seccompActions } from "../../../generators/runtime/seccomp/seccomp.js";
import { has } from "../../../spec/runtime/releases.js";
import { example, section, unavailable } from "../suite.js";
import { allBut, CALLS, ERRNO_NUMBERS, eachCall, filtered, HARMLESS, only } from "./filter.js";

/** The actions by requirement. */
const ACTIONS = [
  ["runtime.seccomp.action.kill", "SCMP_ACT_KILL"],
  ["runtime.seccomp.action.kill-process", "SCMP_ACT_KILL_PROCESS"],
  ["runtime.seccomp.action.kill-thread", "SCMP_ACT_KILL_THREAD"],
  ["runtime.seccomp.action.trap", "SCMP_ACT_TRAP"],
  ["runtime.seccomp.action.errno", "SCMP_ACT_ERRNO"],
  ["runtime.seccomp.action.trace", "SCMP_ACT_TRACE"],
  ["runtime.seccomp.action.allow", "SCMP_ACT_ALLOW"],
  ["runtime.seccomp.action.log", "SCMP_ACT_LOG"],
] as const;

const withErrno = (release: string, errnoRet: number) => (has(release, "linux.seccomp.errnoRet") ? { errnoRet } : {});

const NO_ERRNO_RULE = "the program made no call that a rule with SCMP_ACT_ERRNO decides";
const NO_DEFAULT = "the program made no call that the default action decides";

export default section("Seccomp actions", [
  ...ACTIONS.map(([id, action]) =>
    eachCall(
      id,
      `the program made no call that a rule with ${action} decides`,
      (call) => call.rule !== undefined && call.action === action,
    ),
  ),
  ...ACTIONS.map(([id, action]) =>
    example(id, (facts) =>
      seccompActions(facts.host, facts.target.release).some((known) => known === action)
        ? fc.constant(
            action === "SCMP_ACT_ALLOW"
              ? filtered(
                  facts,
                  {
                    defaultAction: "SCMP_ACT_ALLOW",
                    syscalls: [
                      { names: [HARMLESS], action },
                      { names: ["sysinfo"], action: "SCMP_ACT_ERRNO" },
                    ],
                  },
                  "the action SCMP_ACT_ALLOW",
                )
              : filtered(facts, only({ action }), `the action ${action}`),
          )
        : unavailable(`the kernel or the release has no ${action}`),
    ),
  ),
  eachCall(
    "runtime.seccomp.errno-ret",
    `${NO_ERRNO_RULE}, with errnoRet`,
    ({ rule }) => rule?.action === "SCMP_ACT_ERRNO" && rule.errnoRet !== undefined,
  ),
  eachCall(
    "runtime.seccomp.errno-ret-default",
    `${NO_ERRNO_RULE}, without errnoRet`,
    ({ rule }) => rule?.action === "SCMP_ACT_ERRNO" && rule.errnoRet === undefined,
  ),
  example("runtime.seccomp.errno-ret", (facts) =>
    groupsOf(ERRNO_NUMBERS, CALLS.length, "errno").map((numbers) =>
      filtered(
        facts,
        {
          defaultAction: "SCMP_ACT_ALLOW",
          syscalls: numbers.map((errno, at) => ({
            names: [CALLS[at] ?? HARMLESS],
            action: "SCMP_ACT_ERRNO",
            ...withErrno(facts.target.release, errno),
          })),
        },
        "errnos of its own",
        [],
      ),
    ),
  ),
  example("runtime.seccomp.errno-ret-default", (facts) =>
    fc.constant(filtered(facts, only({ action: "SCMP_ACT_ERRNO" }), "no errno of its own")),
  ),
  eachCall("runtime.seccomp.default-action", NO_DEFAULT, ({ rule }) => rule === undefined),
  example("runtime.seccomp.default-action", (facts) =>
    oneOf(
      (["SCMP_ACT_ERRNO", "SCMP_ACT_ALLOW", "SCMP_ACT_LOG"] as const).filter((action) =>
        seccompActions(facts.host, facts.target.release).includes(action),
      ),
      "action",
    ).map((defaultAction) =>
      filtered(
        facts,
        defaultAction === "SCMP_ACT_ERRNO"
          ? allBut(HARMLESS)
          : { defaultAction, syscalls: [{ names: ["sysinfo"], action: "SCMP_ACT_ERRNO" }] },
        `the default action ${defaultAction}`,
      ),
    ),
  ),
  eachCall(
    "runtime.seccomp.default-errno-ret",
    `${NO_DEFAULT}, with defaultErrnoRet`,
    ({ rule }, { defaultAction, defaultErrnoRet }) =>
      rule === undefined && defaultErrnoRet !== undefined && defaultAction === "SCMP_ACT_ERRNO",
  ),
  example("runtime.seccomp.default-errno-ret", (facts) =>
    oneOf(ERRNO_NUMBERS, "errno").map((defaultErrnoRet) =>
      filtered(facts, { ...allBut(HARMLESS), defaultErrnoRet }, "an errno of the default action"),
    ),
  ),
]);
