import { posix } from "node:path";

import type { Attempt } from "../../../runners/runtime/case.js";
import type { AttemptResult } from "../../../runners/runtime/observation.js";
import { type MountOption, plainName } from "../../../spec/runtime/mount-options.js";
import { combine, type ExplainedResult, expectThat, notApplicable } from "../../check.js";
import type { View } from "../suite.js";
import { tries } from "./mount-views.js";

/** What a case puts into a directory to see what its mount allows: a device, a program, a symbolic link. */
export const PROPS = { node: "node", agent: "agent", link: "link" } as const;

type Effect = (attempt: Attempt, result: AttemptResult, view: View) => "allowed" | "denied" | undefined;

/** An attempt works, or ends with the error by which the kernel enforces the option. */
const errnos =
  (kind: Attempt["do"], denial: string, name?: string): Effect =>
  (attempt, { errno }) => {
    if (attempt.do !== kind || !("path" in attempt) || (name !== undefined && posix.basename(attempt.path) !== name)) return undefined;
    return errno === "0" ? "allowed" : errno === denial ? "denied" : undefined;
  };

/** A program that belongs to root, set-uid, run by another user: the user that it becomes tells whether the bit counts. */
const setUid: Effect = (attempt, { value }, view) => {
  if (attempt.do !== "setuid-exec" || view.config.process?.noNewPrivileges) return undefined;
  return value === 0 ? "allowed" : value === 65534 ? "denied" : undefined;
};

// Of what the case itself has put there, it is known that nothing else stands in the way.
const DEVICE = errnos("device", "EACCES", PROPS.node);
const EXEC = errnos("exec", "EACCES", PROPS.agent);
const LINK = errnos("read", "ELOOP", PROPS.link);
const CREATE = errnos("create", "EROFS");

/** How what an option allows or denies shows in what the program can do. */
const EFFECTS: Readonly<Record<string, readonly [Effect, "allowed" | "denied"]>> = {
  rw: [CREATE, "allowed"],
  ro: [CREATE, "denied"],
  suid: [setUid, "allowed"],
  nosuid: [setUid, "denied"],
  dev: [DEVICE, "allowed"],
  nodev: [DEVICE, "denied"],
  exec: [EXEC, "allowed"],
  noexec: [EXEC, "denied"],
  symfollow: [LINK, "allowed"],
  nosymfollow: [LINK, "denied"],
};

const UNTRIED = "the program tried nothing that the option allows or denies";

/** What was tried right in one of the directories. */
export function judgeEffects(option: MountOption, view: View, directories: readonly string[]): ExplainedResult {
  const row = EFFECTS[plainName(option)];
  if (!row) return notApplicable(UNTRIED);
  const [effect, expected] = row;
  return combine(
    tries(view).map(({ attempt, result }) => {
      if (!("path" in attempt) || !directories.includes(posix.dirname(attempt.path))) return notApplicable(UNTRIED);
      const actual = effect(attempt, result, view);
      return actual === undefined
        ? notApplicable(UNTRIED)
        : expectThat(actual === expected, `${attempt.do} ${attempt.path}: ${expected}`, actual, result.errno);
    }),
    UNTRIED,
  );
}

/** Whether what a program can do shows the option. */
export const hasEffect = (option: MountOption): boolean => plainName(option) in EFFECTS;
