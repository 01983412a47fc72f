import { FIXTURES, type FileEntry, type Fixture } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import { MS } from "../../../spec/runtime/mount-numbers.js";
import { atLeast } from "../../../spec/runtime/releases.js";
import type { Level } from "../../covering/factors.js";
import { whyNoDeviceNodes } from "../host.js";

/** What a bind mount is made of, and what a case needs for it. */
export interface Source extends Level {
  /** Below FIXTURES. */
  readonly path: string;
  readonly directory: boolean;
  /** The flags that the mount has on which it lies, in the words of mount options, and those of the mounts inside. */
  readonly flags: readonly string[];
  readonly inside?: readonly string[];
  /** Other mounts lie inside. */
  readonly tree?: true;
  readonly fixtures: readonly Fixture[];
}

const entry = (made: FileEntry): Fixture => ({ make: "entry", entry: made });
const file = (path: string): Fixture => entry({ kind: "file", path, content: `${path}\n`, mode: 0o666 });
const directory = (path: string): Fixture[] => [entry({ kind: "dir", path, mode: 0o777 }), file(`${path}/here`)];
const link = (path: string, target: string): Fixture => entry({ kind: "symlink", path, target });
const node = (path: string, type: "c" | "p" | "s"): Fixture => entry({ kind: "node", path, type, major: 1, minor: 3, mode: 0o666 });

const tmpfs = (path: string): Fixture[] => [
  { make: "mount", path, source: "tmpfs", type: "tmpfs", flags: 0, data: "mode=777" },
  file(`${path}/here`),
];
/** Gives a mount flags of its own, as who mounted it may have: of the mount, and not of its file system. */
const flagged = (path: string, flags: number): Fixture => ({
  make: "mount",
  path,
  source: "none",
  type: "none",
  flags: MS.REMOUNT | MS.BIND | flags,
});
const bound = (path: string, source: string): Fixture => ({
  make: "mount",
  path,
  source: `${FIXTURES}/${source}`,
  type: "none",
  flags: MS.BIND,
});

const SEVERAL = ["ro", "nosuid", "nodev", "noexec", "noatime"];
const SEVERAL_FLAGS = MS.RDONLY | MS.NOSUID | MS.NODEV | MS.NOEXEC | MS.NOATIME;

const FLAGS: readonly (readonly [string, number])[] = [
  ["ro", MS.RDONLY],
  ["nosuid", MS.NOSUID],
  ["nodev", MS.NODEV],
  ["noexec", MS.NOEXEC],
  ["noatime", MS.NOATIME],
  ["strictatime", MS.STRICTATIME],
  ["nodiratime", MS.NODIRATIME],
  ["nosymfollow", MS.NOSYMFOLLOW],
];

const THINGS = [
  ["FIFO", "p"],
  ["socket", "s"],
  ["device", "c"],
] as const;

const plain = { flags: [] } as const;
const DIRECTORY: Source = { name: "a directory", path: "plain", directory: true, ...plain, fixtures: directory("plain") };
const FILE: Source = { name: "a file", path: "plain.txt", directory: false, ...plain, fixtures: [file("plain.txt")] };
const things = (facts: RuntimeFacts): readonly Source[] =>
  THINGS.map(([name, type]) => {
    const why = type === "c" ? whyNoDeviceNodes(facts.host) : undefined;
    return {
      name: `a ${name}`,
      path: `things/${name}`,
      directory: false,
      ...plain,
      fixtures: [entry({ kind: "dir", path: "things" }), node(`things/${name}`, type)],
      ...(why === undefined ? {} : { excluded: why }),
    };
  });

/** A symbolic link to a source: to every second by a relative path. */
const linkTo = (source: Source, at: number): Source => ({
  ...source,
  name: `a link to ${source.name}`,
  path: `links/${source.path.replaceAll("/", "-")}`,
  fixtures: [
    ...source.fixtures,
    entry({ kind: "dir", path: "links" }),
    link(`links/${source.path.replaceAll("/", "-")}`, at % 2 === 0 ? `../${source.path}` : `${FIXTURES}/${source.path}`),
  ],
});

const onMount = ({ host }: RuntimeFacts): readonly Source[] =>
  FLAGS.map(([name, flags]) => ({
    name: `a mount with ${name}`,
    path: `on-${name}`,
    directory: true,
    flags: [name],
    fixtures: [...tmpfs(`on-${name}`), flagged(`on-${name}`, flags)],
    ...(name === "nosymfollow" && !atLeast(host.kernel, "5.10") ? { excluded: "the kernel is older than 5.10" } : {}),
  }));

const several = [...tmpfs("on-several"), file("on-several/file.txt"), node("on-several/fifo", "p"), flagged("on-several", SEVERAL_FLAGS)];
const ON_SEVERAL: readonly Source[] = [
  { name: "a mount with several flags", path: "on-several", directory: true, flags: SEVERAL, fixtures: several },
  { name: "a file on a mount with several flags", path: "on-several/file.txt", directory: false, flags: SEVERAL, fixtures: several },
  { name: "a FIFO on a mount with several flags", path: "on-several/fifo", directory: false, flags: SEVERAL, fixtures: several },
];

const TREE: Source = {
  name: "a tree of mounts",
  path: "tree",
  directory: true,
  ...plain,
  tree: true,
  fixtures: [...tmpfs("tree"), ...tmpfs("tree/sub"), ...tmpfs("tree/sub/deeper")],
};
const FLAGGED_TREE: Source = {
  name: "a tree of mounts, those inside with several flags",
  path: "flagged-tree",
  directory: true,
  ...plain,
  inside: SEVERAL,
  tree: true,
  fixtures: [...tmpfs("flagged-tree"), ...tmpfs("flagged-tree/sub"), flagged("flagged-tree/sub", SEVERAL_FLAGS)],
};
/** What is no directory is mounted inside. */
const ODD_TREE: Source = {
  name: "a tree of mounted files, FIFOs and sockets",
  path: "odd-tree",
  directory: true,
  ...plain,
  tree: true,
  fixtures: [
    entry({ kind: "dir", path: "parts" }),
    file("parts/file"),
    node("parts/fifo", "p"),
    node("parts/socket", "s"),
    ...tmpfs("odd-tree"),
    file("odd-tree/file"),
    node("odd-tree/fifo", "p"),
    file("odd-tree/socket"),
    bound("odd-tree/file", "parts/file"),
    bound("odd-tree/fifo", "parts/fifo"),
    bound("odd-tree/socket", "parts/socket"),
  ],
};

/** What bind mounts can be made of. */
export const sources = (facts: RuntimeFacts): readonly Source[] => {
  const kinds = [DIRECTORY, FILE, ...things(facts)];
  return [...kinds, ...kinds.map(linkTo), ...onMount(facts), ...ON_SEVERAL, TREE, FLAGGED_TREE, ODD_TREE];
};

/** What shows whether an option reaches what is mounted inside of the source, and sources for which that makes no difference. */
export const treeSources = (facts: RuntimeFacts): readonly Source[] => [
  TREE,
  FLAGGED_TREE,
  ODD_TREE,
  DIRECTORY,
  FILE,
  ...things(facts),
  ...ON_SEVERAL.slice(0, 1),
];

const shared = (source: Source): Source => ({
  ...source,
  name: source.name.replace(/^a /, "a shared "),
  path: `shared-${source.path}`,
  fixtures: source.fixtures.map((each): Fixture => {
    if (each.make === "entry") return { make: "entry", entry: { ...each.entry, path: `shared-${each.entry.path}` } };
    return each.make === "mount" ? { ...each, path: `shared-${each.path}`, propagation: "shared" } : each;
  }),
});

/** What a bind mount can get its propagation from. */
export const propagating = (facts: RuntimeFacts): readonly Source[] => [
  DIRECTORY,
  FILE,
  ...things(facts).slice(0, 1),
  linkTo(DIRECTORY, 0),
  TREE,
  shared(TREE),
  shared(FLAGGED_TREE),
  ...ON_SEVERAL.slice(0, 1),
];
