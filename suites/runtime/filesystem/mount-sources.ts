import { posix } from "node:path";

import { fixturePath, isBelow } from "../../../generators/runtime/filesystem/paths.js";
import { FIXTURES, type FileEntry, type Fixture } from "../../../runners/runtime/case.js";
import type { StatResult } from "../../../runners/runtime/observation.js";
import type { Mount } from "../../../spec/runtime/config.js";
import { MS } from "../../../spec/runtime/mount-numbers.js";
import type { MountOption } from "../../../spec/runtime/mount-options.js";
import type { View } from "../suite.js";

type Case = Pick<View, "testCase">;
type MountFixture = Extract<Fixture, { make: "mount" }>;

/** The mounts that the case made at or below a source, before the container was created. */
export const sourceMounts = (view: Case, source: string): readonly MountFixture[] =>
  (view.testCase.fixtures ?? []).filter(
    (each): each is MountFixture => each.make === "mount" && isBelow(`${FIXTURES}/${each.path}`, source),
  );

/** The source of a bind mount is the case's own. */
export const ownSource = ({ source = "" }: Mount): boolean => !source.startsWith("/") || source.startsWith(`${FIXTURES}/`);

/** The same, and no mount of the case says how it may be used. */
export const plainSource = (view: Case, mount: Mount): boolean =>
  ownSource(mount) &&
  !(view.testCase.fixtures ?? []).some((each) => each.make === "mount" && isBelow(mount.source ?? "", `${FIXTURES}/${each.path}`));

/** The entry of the case at a path below FIXTURES, or undefined. */
function entryAt(view: Case, path: string): FileEntry | undefined {
  const below = fixturePath(path);
  const found = view.testCase.fixtures?.find((each) => each.make === "entry" && each.entry.path === below);
  return found?.make === "entry" ? found.entry : undefined;
}

/** Where a source leads, if it is a symbolic link of the case's. */
export function behindLinks(view: Case, source: string): string {
  const entry = entryAt(view, source);
  if (entry?.kind !== "symlink") return source;
  return entry.target.startsWith("/") ? entry.target : posix.join(posix.dirname(source), entry.target);
}

const NODES = { c: "char", b: "block", p: "fifo", s: "socket" } as const;

/** What kind of thing a source is, where the case made it. */
export function kindOfSource(view: Case, source: string): StatResult["type"] | undefined {
  const entry = entryAt(view, behindLinks(view, source));
  if (entry === undefined || entry.kind === "absent") return undefined;
  if (entry.kind === "node") return NODES[entry.type];
  return entry.kind === "agent" ? "file" : entry.kind;
}

/** The words by which the mount table shows the flags of mount(2). */
const WORDS: readonly (readonly [number, string])[] = [
  [MS.RDONLY, "ro"],
  [MS.NOSUID, "nosuid"],
  [MS.NODEV, "nodev"],
  [MS.NOEXEC, "noexec"],
  [MS.NOSYMFOLLOW, "nosymfollow"],
  [MS.NOATIME, "noatime"],
  [MS.NODIRATIME, "nodiratime"],
];

/** The mount of the case's on which a source lies: the words in force there, and whether its file system is read-only as a whole. */
export interface SourceFlags {
  readonly words: readonly string[];
  readonly frozen: boolean;
}

/** What the kernel does by itself. */
const NO_FLAGS: SourceFlags = { words: ["relatime"], frozen: false };

/** What holds on the mount on which a source lies, where the case made that mount. A plain source has no flags. */
export function sourceFlags(view: Case, source: string): SourceFlags {
  const real = behindLinks(view, source);
  const at = (view.testCase.fixtures ?? []).filter(
    (each): each is MountFixture => each.make === "mount" && isBelow(real, `${FIXTURES}/${each.path}`),
  );
  const depth = Math.max(...at.map(({ path }) => path.length));
  return at.filter(({ path }) => path.length === depth).reduce((before, { flags }) => changed(before, flags), NO_FLAGS);
}

function changed({ frozen }: SourceFlags, flags: number): SourceFlags {
  const words = WORDS.filter(([flag]) => (flags & flag) !== 0).map(([, word]) => word);
  const times = words.includes("noatime") || (flags & MS.STRICTATIME) !== 0 ? [] : ["relatime"];
  const whole = (flags & MS.BIND) === 0;
  return { words: [...words, ...times], frozen: whole ? (flags & MS.RDONLY) !== 0 : frozen };
}

/** Whether a source has by its own mount what an option takes away. */
export function takesAway(option: MountOption, { words }: SourceFlags): boolean {
  if (option.name === "nostrictatime") return !words.includes("relatime") && !words.includes("noatime");
  return option.hides.some((word) => words.includes(word));
}
