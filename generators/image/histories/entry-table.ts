import type { Content, Entry, Header } from "../../../runners/image/case.js";
import { conflict } from "../../covering/factors.js";
import { type Attributes, USUAL_TIME } from "../layer/attributes.js";
import { dir, entryOf, file, hardlink } from "../layer/entries.js";
import { UNUSUAL } from "../layer/names.js";
import { styled } from "../layer/style.js";
import type { Part } from "./side-by-side.js";

/** A way in which something about an entry can be, by its name. The first of a factor is the simplest. */
type Levels<T> = readonly (readonly [name: string, value: T])[];

const named = <T>(values: readonly T[], name: (value: T) => string = String): Levels<T> => values.map((value) => [name(value), value]);

const octal = (value: number): string => value.toString(8).padStart(4, "0");

/** Each bit alone, none, all, and each combination of the three upper ones. */
const MODES = named(
  [
    0o644,
    0,
    1,
    2,
    4,
    8,
    16,
    32,
    64,
    128,
    256,
    0o7777,
    ...[1, 2, 3, 4, 5, 6, 7].map((upper) => (upper << 9) | 0o755),
    0o4000,
    0o2070,
    0o1700,
  ],
  octal,
);

/** The greatest that octal holds and the one after it, and the greatest that every tool has to hold. */
const IDS = named([0, 1000, 1, 65_534, 65_536, 2_097_151, 2_097_152, 2_147_483_647]);

/** The epoch, before it, on both sides of 31 and 32 bits, and of what octal holds. */
const TIMES = named([
  USUAL_TIME,
  ...[0, 1, -1, -1_000_000_000, -(2 ** 31), 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 33 - 1, 2 ** 33],
]);

const NANOSECONDS = named([0, 1, 500_000_000, 999_999_999]);

/** Capabilities of a file as the kernel stores them (VFS_CAP_REVISION_2). */
const CAPABILITY = "\x01\0\0\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

const XATTRS: Levels<Readonly<Record<string, string>>> = [
  ["none", {}],
  ["a user attribute", { "user.a": "1" }],
  ["two user attributes", { "user.a": "1", "user.b.c": "2" }],
  ["bytes in a user attribute", { "user.bytes": "\0\udcff\n=" }],
  ["a long user attribute", { "user.long": "x".repeat(2000) }],
  ["capabilities", { "security.capability": CAPABILITY }],
  ["capabilities and a user attribute", { "user.a": "1", "security.capability": CAPABILITY }],
];

const OWNERS = named(["", "root", "daemon", "nobody-knows"], (name) => (name === "" ? "none" : name));

/** What an entry makes. */
type Thing =
  | { readonly kind: "file" | "hardlink"; readonly content: Content }
  | { readonly kind: "symlink"; readonly link: string }
  | { readonly kind: "char" | "block"; readonly device: readonly [number, number] }
  | { readonly kind: "dir" | "fifo" };

const CONTENTS: Levels<Content> = [
  ["of a letter", "a"],
  ["that is empty", ""],
  ["of a NUL", "\0"],
  ["of bytes that are no UTF-8", "\udcff\udcfe"],
  ...[511, 512, 513, 10_240].map((size): [string, Content] => [`of ${size} bytes`, "x".repeat(size)]),
  [
    "of zeros, and something in between",
    {
      size: 70_000,
      data: [
        [0, "a"],
        [69_999, "z"],
      ],
    },
  ],
];

const TARGETS = ["a", "../a", "/a", "nowhere", ".", "./", "..", "a/b", "/", "t".repeat(101), "t".repeat(300), "a b\n", "\udcff"];
const DEVICES = [
  [1, 3],
  [1, 0],
  [255, 255],
  [4095, 1_048_575],
] as const;

const short = (text: string): string => JSON.stringify(text).slice(0, 20);

const FILES: Levels<Thing> = CONTENTS.map(([name, content]) => [`file ${name}`, { kind: "file", content }]);
const HARD_LINKS: Levels<Thing> = [["hard link to a file", { kind: "hardlink", content: "a" }]];
const DIRECTORIES: Levels<Thing> = [["directory", { kind: "dir" }]];
const OTHERS: Levels<Thing> = [
  ["FIFO", { kind: "fifo" }],
  ...TARGETS.map((link): [string, Thing] => [`symbolic link to ${short(link)}`, { kind: "symlink", link }]),
  ...(["char", "block"] as const).flatMap((kind) =>
    DEVICES.map((device): [string, Thing] => [`${kind} device ${device.join(":")}`, { kind, device }]),
  ),
];
const THINGS: Levels<Thing> = [...FILES, ...HARD_LINKS, ...DIRECTORIES, ...OTHERS];

const DIALECTS = named<Header["dialect"]>(["ustar", "pax", "gnu", "v7"]);
const ENDS = named<NonNullable<Header["ends"]>>(["nul", "space", "both"]);

/** How a path is written: as it is, with `./` before it, and a directory's with or without a slash at its end. */
const PATHS: Levels<{ readonly dot: boolean; readonly slash: boolean }> = [
  ["plain", { dot: false, slash: true }],
  ["no slash after a directory", { dot: false, slash: false }],
  ["./ before it", { dot: true, slash: true }],
  ["./ before it, no slash", { dot: true, slash: false }],
];

/** What becomes of it: it is all that there is; it comes over one with usual attributes, or one of another kind; one with usual attributes comes over it. */
const CHANGES = named(["alone", "over a usual one", "under a usual one", "over another kind"] as const);

/** What there is about an entry that can vary, and in which ways. */
const FACTORS = {
  thing: THINGS,
  name: named(["a", ...UNUSUAL], short),
  mode: MODES,
  uid: IDS,
  gid: IDS,
  mtime: TIMES,
  nanoseconds: NANOSECONDS,
  xattrs: XATTRS,
  uname: OWNERS,
  gname: OWNERS,
  dialect: DIALECTS,
  "ends of numbers": ENDS,
  path: PATHS,
  change: CHANGES,
} as const;

type FactorName = keyof typeof FACTORS;

const NAMES = Object.keys(FACTORS) as readonly FactorName[];

/** The factors as a covering array has them. */
export const ENTRY_FACTORS = NAMES.map((name) => ({ name, levels: FACTORS[name].map(([level]) => ({ name: level })) }));

const namesOf = <T>(levels: Levels<T>): string[] => levels.map(([name]) => name);

/** Attributes that not all things can have: the kernel knows no others of these. */
export const ENTRY_CONFLICTS = [
  conflict("user attributes are those of files and directories", ["xattrs", ...namesOf(XATTRS.slice(1))], ["thing", ...namesOf(OTHERS)]),
  conflict("capabilities are those of files", ["xattrs", ...namesOf(XATTRS.slice(5))], ["thing", ...namesOf(DIRECTORIES)]),
];

/** The values that a row of the covering array stands for. */
type Values = { readonly [Name in FactorName]: (typeof FACTORS)[Name][number][1] };

function valuesOf(row: readonly number[]): Values {
  const values = NAMES.map((name, at) => [name, FACTORS[name][row[at] ?? 0]?.[1]] as const);
  return Object.fromEntries(values) as unknown as Values;
}

/** What is not as usual, in words. */
const inWords = (row: readonly number[]): string =>
  NAMES.flatMap((name, at) => {
    const level = FACTORS[name][row[at] ?? 0]?.[0] ?? "";
    return name === "thing" ? [level] : (row[at] ?? 0) === 0 ? [] : [`${name} ${level}`];
  }).join(", ");

/** The entries that make such a thing; a directory has a file in it, and a hard link what it names. */
function made(directory: string, { name, thing }: Values, attributes: Attributes): Entry[] {
  const path = `${directory}/${name}`;
  switch (thing.kind) {
    case "dir":
      return [dir(path, attributes), file(`${path}/child`, "child")];
    case "hardlink": {
      const target = `${directory}/target`;
      return [file(target, thing.content, attributes), hardlink(path, target, attributes)];
    }
    default: {
      const { kind, ...more } = thing;
      return [entryOf(path, kind, { ...more, ...attributes })];
    }
  }
}

function layersOf(directory: string, values: Values): Entry[][] {
  const { uid, gid, mode, mtime, xattrs, uname, gname } = values;
  const attributes: Attributes = {
    ...{ uid, gid, mode, mtime },
    ...(values.nanoseconds > 0 ? { nsec: values.nanoseconds } : {}),
    ...(Object.keys(xattrs).length > 0 ? { xattrs } : {}),
    ...(uname === "" ? {} : { uname }),
    ...(gname === "" ? {} : { gname }),
  };
  const its = made(directory, values, attributes);
  const usual = made(directory, values, {});
  const path = `${directory}/${values.name}`;
  switch (values.change) {
    case "alone":
      return [its];
    case "over a usual one":
      return [usual, its];
    case "under a usual one":
      return [its, usual];
    case "over another kind":
      return [values.thing.kind === "dir" ? [file(path, "another kind")] : [dir(path), file(`${path}/child`, "child")], its];
  }
}

/** A row of the covering array as layers, in a directory of its own. */
export function entryPart(row: readonly number[], number: number): Part {
  const values = valuesOf(row);
  const style = { dialect: values.dialect, ends: values["ends of numbers"], order: "made" as const, ...values.path };
  return {
    name: inWords(row),
    layers: () => layersOf(`entry-${number}`, values).map((entries) => entries.map((entry) => styled(entry, style))),
  };
}

/** One of each thing that an entry can make, everything else about it usual. */
export const thingParts = (): readonly Part[] => THINGS.map((_, thing) => entryPart([thing], thing));
