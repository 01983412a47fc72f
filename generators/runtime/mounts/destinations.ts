import type { FileEntry, Fixture } from "../../../runners/runtime/case.js";
import { FIXTURES } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import type { Mount } from "../../../spec/runtime/config.js";
import { has } from "../../../spec/runtime/releases.js";
import type { Level } from "../../covering/factors.js";

/** Something in the container's root: a directory, a file to mount upon, or a link. */
type Made =
  | { readonly kind: "dir" | "file"; readonly path: string }
  | { readonly kind: "symlink"; readonly path: string; readonly target: string };

/** What a destination is like. `at` is a directory of the root file system that nothing else is in, without a leading slash. */
export interface Destination extends Level {
  readonly of: (at: string, directory: boolean) => Place;
  /** Nothing is there: no sentence asks a runtime to make it. */
  readonly absent?: true;
}

/** Where a mount goes, and what has to be there. */
export interface Place {
  readonly destination: string;
  /** Where it comes to lie. */
  readonly path: string;
  readonly rootfs: readonly Made[];
  readonly earlier: readonly Mount[];
  readonly fixtures: readonly Fixture[];
}

const place = (destination: string, path: string, rootfs: readonly Made[] = []): Place => ({
  destination,
  path,
  rootfs,
  earlier: [],
  fixtures: [],
});

const point = (path: string, directory: boolean): Made => ({ kind: directory ? "dir" : "file", path });

/** In a directory of the case's that is bind mounted before, with these options. */
const inside = (name: string, ...options: string[]): Destination => ({
  name,
  of: (at, directory) => {
    const source = `outer-${at.replaceAll("/", "-")}`;
    const entry: FileEntry = directory ? { kind: "dir", path: `${source}/to`, mode: 0o777 } : { kind: "file", path: `${source}/to` };
    return {
      ...place(`/${at}/outer/to`, `/${at}/outer/to`, [{ kind: "dir", path: `${at}/outer` }]),
      earlier: [{ destination: `/${at}/outer`, type: "bind", source: `${FIXTURES}/${source}`, options: ["rbind", ...options] }],
      fixtures: [
        { make: "entry", entry: { kind: "dir", path: source, mode: 0o777 } },
        { make: "entry", entry },
      ],
    };
  },
});

const THERE: Destination = {
  name: "there",
  of: (at, directory) => place(`/${at}/to`, `/${at}/to`, [point(`${at}/to`, directory)]),
};

/** The kinds of destinations. */
export const destinations = ({ target }: RuntimeFacts): readonly Destination[] => [
  THERE,
  { name: "missing", absent: true, of: (at) => place(`/${at}/new/deep/to`, `/${at}/new/deep/to`) },
  {
    name: "a link",
    of: (at, directory) =>
      place(`/${at}/link`, `/${at}/to`, [point(`${at}/to`, directory), { kind: "symlink", path: `${at}/link`, target: `/${at}/to` }]),
  },
  {
    name: "behind a link",
    of: (at, directory) =>
      place(`/${at}/way/to`, `/${at}/real/to`, [
        { kind: "dir", path: `${at}/real` },
        point(`${at}/real/to`, directory),
        { kind: "symlink", path: `${at}/way`, target: "real" },
      ]),
  },
  {
    name: "a link that leads nowhere",
    absent: true,
    of: (at) => place(`/${at}/link`, `/${at}/nowhere`, [{ kind: "symlink", path: `${at}/link`, target: "nowhere" }]),
  },
  inside("in an earlier mount"),
  inside("in an earlier mount with ro", "ro"),
  {
    name: "relative",
    of: (at, directory) => ({ ...THERE.of(at, directory), destination: `${at}/to` }),
    ...(has(target.release, "mounts.destination=relative") ? {} : { excluded: "before 1.2.0 a destination had to be absolute" }),
  },
];

/** In a mount whose option reaches what is mounted inside: but not what is mounted later. */
export const inRecursivelyReadOnly = (): Destination => inside("in an earlier mount with rro", "rro");
