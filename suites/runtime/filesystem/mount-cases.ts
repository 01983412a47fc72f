import fc, { type Arbitrary } from "fast-check";
import { flag } from "../../../generators/choices.js";
import { type CaseOptions, caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { can } from "../../../generators/runtime/host.js";
import { grantable } from "../../../generators/runtime/process/capabilities.js";
import { create } from "../../../generators/runtime/steps.js";
import { type Attempt, FIXTURES, type FileEntry, type Fixture, type RuntimeCase, type Step } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import type { Config, Mount } from "../../../spec/runtime/config.js";
import { MS } from "../../../spec/runtime/mount-numbers.js";
import { atLeast } from "../../../spec/runtime/releases.js";
import { type Unavailable, unavailable } from "../suite.js";
import { PROPS } from "./mount-effects.js";

/** The minimal config with these mounts more. */
export function withMounts(release: string, mounts: readonly Mount[]): Config {
  const base = minimalConfig(release);
  return { ...base, mounts: [...(base.mounts ?? []), ...mounts] };
}

/** No more operations than it takes to run the program: there are many options. */
const BRIEF: readonly Step[] = [
  create(0),
  { op: "start", container: 0 },
  { op: "await", container: 0, until: "exit" },
  { op: "delete", container: 0 },
];

/** A container with these mounts, run without a look at its state. */
export const mountCase = (facts: RuntimeFacts, mounts: readonly Mount[], title: string, more: CaseOptions = {}): RuntimeCase =>
  caseOf(withMounts(facts.target.release, mounts), { title, steps: BRIEF, ...more });

/** The same with other parts of `linux`. */
export function mountCaseWith(
  facts: RuntimeFacts,
  mounts: readonly Mount[],
  linux: Partial<NonNullable<Config["linux"]>>,
  title: string,
  more: CaseOptions = {},
): RuntimeCase {
  const base = withMounts(facts.target.release, mounts);
  return caseOf({ ...base, linux: { ...base.linux, ...linux } }, { title, steps: BRIEF, ...more });
}

const { node, agent, link } = PROPS;

/** What a directory needs to show what its mount allows. Device nodes only where the harness can make some that work. */
export const props = (facts: RuntimeFacts, directory: string): readonly FileEntry[] => [
  { kind: "agent", path: `${directory}/${agent}` },
  { kind: "symlink", path: `${directory}/${link}`, target: "here" },
  ...(can(facts.host, "CAP_MKNOD")
    ? [{ kind: "node", path: `${directory}/${node}`, type: "c", major: 1, minor: 3, mode: 0o666 } satisfies FileEntry]
    : []),
];

const SETUID_NEEDS = ["CAP_SETUID", "CAP_SETGID"];
const canSetUid = ({ host }: RuntimeFacts): boolean => SETUID_NEEDS.every((name) => grantable(host).includes(name));

/** What is tried in a directory with these props, for an option (without its `r`); `create` is tried in every mount. */
export function propAttempts(facts: RuntimeFacts, option: string, directory: string): Attempt[] {
  switch (option.replace(/^no/, "")) {
    case "suid":
      return canSetUid(facts) ? [{ do: "setuid-exec", path: `${directory}/planted` }] : [];
    case "dev":
      return can(facts.host, "CAP_MKNOD") ? [{ do: "device", path: `${directory}/${node}`, mode: "r" }] : [];
    case "exec":
      return [{ do: "exec", path: `${directory}/${agent}`, args: ["agent", "euid"] }];
    case "symfollow":
      return [{ do: "read", path: `${directory}/${link}` }];
    case "ro":
    case "rw":
      return [{ do: "create", path: `${directory}/new` }];
    default:
      return [];
  }
}

/** To become another user, the program needs to be allowed to. */
export function ableToSetUid(facts: RuntimeFacts, config: Config): Config {
  if (!canSetUid(facts) || !config.process) return config;
  const [bounding, effective, permitted] = [SETUID_NEEDS, SETUID_NEEDS, SETUID_NEEDS];
  return { ...config, process: { ...config.process, capabilities: { bounding, effective, permitted } } };
}

/** The flags of mount(2) with which a mount has the opposite of a recursive option, where that is not how mounts are anyway. */
const OPPOSITE: Readonly<Record<string, number>> = {
  rrw: MS.RDONLY,
  rsuid: MS.NOSUID,
  rdev: MS.NODEV,
  rexec: MS.NOEXEC,
  rsymfollow: MS.NOSYMFOLLOW,
  ratime: MS.NOATIME,
  rrelatime: MS.NOATIME,
  rdiratime: MS.NODIRATIME,
  rnostrictatime: MS.STRICTATIME,
};

/** The flags with which a mount has the opposite of an option, recursive or not; undefined where that is how mounts are anyway. */
export const opposite = (name: string): number | undefined => OPPOSITE[name] ?? OPPOSITE[`r${name}`];

export const entries = (list: readonly FileEntry[]): readonly Fixture[] => list.map((entry) => ({ make: "entry", entry }));

/** A mounted directory with props, and with the opposite of the option in force. */
export const flaggedFixtures = (facts: RuntimeFacts, option: string, path: string): readonly Fixture[] => [
  { make: "mount", path, source: "tmpfs", type: "tmpfs", flags: 0, data: "mode=755" },
  ...entries([{ kind: "file", path: `${path}/here`, content: `${path}/here\n` }, ...props(facts, path)]),
  { make: "mount", path, source: "none", type: "none", flags: MS.REMOUNT | MS.BIND | (opposite(option) ?? 0) },
];

/** The directory that `treeFixtures` makes, and the mount inside. */
export const TREE = `${FIXTURES}/tree`;
export const SUB = "sub";

/** A mounted directory with another one mounted inside, each with props, and with the opposite of the option in force. */
export function treeFixtures(facts: RuntimeFacts, option = "", propagation?: "shared"): readonly Fixture[] {
  const mount = (path: string): Fixture => ({
    make: "mount",
    path,
    source: "tmpfs",
    type: "tmpfs",
    flags: 0,
    data: "mode=755",
    ...(propagation ? { propagation } : {}),
  });
  const filled = (path: string): Fixture[] => [
    mount(path),
    ...entries([{ kind: "file", path: `${path}/here`, content: `${path}/here\n` }, ...props(facts, path)]),
  ];
  const opposite = OPPOSITE[option];
  const changed = (path: string): Fixture[] =>
    opposite === undefined ? [] : [{ make: "mount", path, source: "none", type: "none", flags: MS.REMOUNT | MS.BIND | opposite }];
  return [...filled("tree"), ...filled(`tree/${SUB}`), ...changed(`tree/${SUB}`), ...changed("tree")];
}

/** A place for a mount. */
export const place = (): Arbitrary<string> => fc.constant("/mnt/one");

/** An option before or after others: its place does not matter. */
export const among = (others: readonly string[], option: string): Arbitrary<string[]> =>
  flag().map((first) => (first ? [option, ...others] : [...others, option]));

/** The lack of a kernel of at least that version. */
export const withoutKernel = ({ host }: RuntimeFacts, version: string): Unavailable | undefined =>
  atLeast(host.kernel, version) ? undefined : unavailable(`the kernel is older than ${version}`);
