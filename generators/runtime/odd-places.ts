import { posix } from "node:path";

import { FIXTURES, type FileEntry, type Fixture } from "../../runners/runtime/case.js";

/** Where links lead that lead out of a root file system: what stands there belongs to no container. */
const OUT = "out";

/** The directory to which links lead that stay inside. */
const REAL = "real";

/** What stands in a root file system in the place of a directory or a file. */
export interface Way {
  readonly name: string;
  /** Whether a runtime that follows it inside of the root file system comes to something. */
  readonly leads: "inside" | "out" | "nowhere";
  /** The entries for a place, a path without a leading slash; behind it stands a directory, or a file. */
  readonly entries: (place: string, kind: "dir" | "file") => readonly FileEntry[];
}

const target = (place: string): string => `${REAL}/${posix.basename(place)}`;

const behind = (place: string, kind: "dir" | "file"): readonly FileEntry[] =>
  kind === "dir"
    ? [
        { kind: "dir", path: target(place) },
        { kind: "file", path: `${target(place)}/here.txt`, content: `${place}/here.txt\n` },
      ]
    : [
        { kind: "dir", path: REAL },
        { kind: "file", path: target(place), content: `${place}\n` },
      ];

/** So many steps up come from the directory of a place to the root. */
const up = (place: string): string => "../".repeat(place.split("/").length - 1);

const link = (path: string, to: string): FileEntry => ({ kind: "symlink", path, target: to });

const outside = (kind: "dir" | "file"): string => (kind === "dir" ? OUT : `${OUT}.txt`);

export const INSIDE: Way = {
  name: "a link inside",
  leads: "inside",
  entries: (place, kind) => [...behind(place, kind), link(place, `${up(place)}${target(place)}`)],
};

export const ABSOLUTE: Way = {
  name: "an absolute link inside",
  leads: "inside",
  entries: (place, kind) => [...behind(place, kind), link(place, `/${target(place)}`)],
};

export const THROUGH: Way = {
  name: "a link to a link to a link",
  leads: "inside",
  entries: (place, kind) => [
    ...behind(place, kind),
    link("first", "/second"),
    link("second", target(place)),
    link(place, `${up(place)}first`),
  ],
};

export const LINK_OUT: Way = {
  name: "a link that climbs out",
  leads: "out",
  entries: (place, kind) => [link(place, `${up(place)}../../fixtures/${outside(kind)}`)],
};

export const ABSOLUTE_OUT: Way = {
  name: "a link by a path of the host",
  leads: "out",
  entries: (place, kind) => [link(place, `${FIXTURES}/${outside(kind)}`)],
};

export const NOWHERE: Way = { name: "a link that leads nowhere", leads: "nowhere", entries: (place) => [link(place, "nothing-is-here")] };

export const FILE: Way = {
  name: "a file",
  leads: "nowhere",
  entries: (place) => [{ kind: "file", path: place, content: "in the place of a directory\n" }],
};

export const MISSING: Way = { name: "nothing", leads: "nowhere", entries: (place) => [{ kind: "absent", path: place }] };

/** What stands outside: a directory with something in it, and a file. */
export const OUTSIDE: readonly Fixture[] = [
  { kind: "dir", path: OUT } as const,
  { kind: "dir", path: `${OUT}/directory` } as const,
  { kind: "file", path: `${OUT}/here.txt`, content: "nobody is to touch this\n" } as const,
  { kind: "symlink", path: `${OUT}/link`, target: "here.txt" } as const,
  { kind: "file", path: `${OUT}.txt`, content: "nobody is to touch this\n" } as const,
].map((entry) => ({ make: "entry", entry }));
