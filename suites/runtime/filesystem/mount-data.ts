/** config.md, "Linux mount options": those that a file system alone knows. */
import { groupsOf } from "../../../generators/choices.js";
import { lastId } from "../../../generators/runtime/host.js";
import type { RuntimeCase } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import type { Mount } from "../../../spec/runtime/config.js";
import { isBind } from "../../../spec/runtime/mount-options.js";
import { atLeast } from "../../../spec/runtime/releases.js";
import { combine, type ExplainedResult, equal, notApplicable } from "../../check.js";
import { check, example, section, type View } from "../suite.js";
import { mountCase } from "./mount-cases.js";
import { foreignKernel } from "./mount-option-views.js";
import { eachPlaced, type Placed, remapped, tried } from "./mount-views.js";

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** A size as tmpfs writes it: `64k`, `1m`. */
function bytes(text: string): number | undefined {
  const [, digits, unit = ""] = /^(\d+)([kmg]?)$/i.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * (UNITS[unit.toLowerCase()] ?? 1);
}

const octal = (text: string): number => Number.parseInt(text, 8);

/** What hides processes of others, by number as older kernels have it, and by name. */
const HIDING: readonly string[] = ["off", "noaccess", "invisible", "", "ptraceable"];
const hiding = (text: string): string => (/^\d$/.test(text) ? (HIDING[Number(text)] ?? text) : text);

/** How the value of an option is read, and what it is where the mount table says nothing. */
interface Datum {
  readonly read: (text: string) => number | string | undefined;
  readonly otherwise?: string;
  /** An id, which shows as the initial user namespace has it. */
  readonly id?: true;
}

const ID: Datum = { read: Number, otherwise: "0", id: true };

/** What file systems show of their own options. */
const DATA: Readonly<Record<string, Readonly<Record<string, Datum>>>> = {
  tmpfs: {
    size: { read: bytes },
    nr_inodes: { read: bytes },
    mode: { read: octal, otherwise: "1777" },
    uid: ID,
    gid: ID,
  },
  proc: {
    hidepid: { read: hiding, otherwise: "off" },
    subset: { read: (text) => text },
    gid: ID,
  },
  devpts: {
    mode: { read: octal, otherwise: "600" },
    ptmxmode: { read: octal, otherwise: "0" },
    max: { read: Number },
    uid: ID,
    gid: ID,
  },
};

/** The value of an option that is given once. */
const optionValue = (options: readonly string[], key: string): string | undefined => {
  const values = options.filter((each) => each.startsWith(`${key}=`));
  return values.length === 1 ? values[0]?.slice(key.length + 1) : undefined;
};

interface Seen {
  readonly type: string;
  readonly options: readonly string[];
  readonly path: string;
  readonly top: NonNullable<Placed["top"]>;
}

const NO_DATA = "no option in the config that a file system alone knows and shows";

/** Judges each new file system of the config by the options that it alone knows. */
const eachFresh = (view: View, judge: (mount: Seen) => readonly ExplainedResult[]): ExplainedResult =>
  eachPlaced(view, ({ mount: { options = [], type = "" }, path, top }) =>
    type in DATA && top?.type === type && !isBind(options) && !options.includes("remount")
      ? combine(judge({ type, options, path, top }), NO_DATA)
      : notApplicable("no file system of the config that has such options in the mount table"),
  );

/** Options that a file system alone knows must have reached it: the mount table shows them as its superblock's. */
const asData = (view: View): ExplainedResult =>
  foreignKernel(view)
    ? notApplicable("the container's kernel is not the host's, and need not show options as Linux does")
    : eachFresh(view, ({ type, options, path, top }) =>
        Object.entries(DATA[type] ?? {}).map(([key, { read, otherwise, id }]) => {
          const text = optionValue(options, key);
          const expected = text === undefined ? undefined : read(text);
          // What asks for no limit, or is no multiple of a page, shows in another way.
          if (expected === undefined || (key === "nr_inodes" && expected === 0)) return notApplicable(NO_DATA);
          if (key === "size" && (expected === 0 || Number(expected) % 65536 !== 0)) return notApplicable(NO_DATA);
          if (id && (!view.host.root || remapped(view))) return notApplicable("owners show as the initial user namespace has them");
          const shown = optionValue(top.superOptions, key) ?? otherwise;
          return equal({ [key]: shown && read(shown) }, { [key]: expected }, `superblock options at ${path}`);
        }),
      );

/** A tmpfs belongs to whom its options say, and may be used by whom they say. */
const owned = (view: View): ExplainedResult =>
  eachFresh(view, ({ type, options, path }) => {
    const root = tried(view, "stat", path)?.stat;
    return (["mode", "uid", "gid"] as const).map((key) => {
      const text = type === "tmpfs" ? optionValue(options, key) : undefined;
      if (text === undefined) return notApplicable("no mode, uid or gid of a tmpfs in the config");
      if (!root) return notApplicable("the program did not look at the root of the tmpfs");
      const failed = equal({ [key]: root[key] }, { [key]: DATA.tmpfs?.[key]?.read(text) }, `the root of the tmpfs at ${path}`);
      return failed.verdict === "fail" ? { ...failed, kind: "the root of a tmpfs" } : failed;
    });
  });

/** Options of tmpfs; the modes are such that no mount point of a case has. */
const TMPFS = [
  ...["mode=700", "mode=1777", "mode=0750", "mode=711", "size=64k", "size=1m", "size=65536k", "nr_inodes=512", "nr_inodes=4k"],
  ...["uid=5", "gid=7", "mode=0750,size=1m,nr_inodes=4k,uid=65534,gid=1"],
];

/** Options of the other file systems. Before Linux 5.8 all of a PID namespace's were one. */
const KERNEL: readonly (readonly [type: string, options: readonly string[]])[] = [
  ["devpts", ["newinstance,mode=620", "newinstance,mode=0600,ptmxmode=0666", "newinstance,ptmxmode=0600,gid=5", "mode=620,max=64"]],
  ["proc", ["hidepid=2", "hidepid=invisible", "hidepid=noaccess,gid=5", "hidepid=4", "subset=pid", "subset=pid,hidepid=1"]],
];

const fresh = (type: string, options: string, at: number): Mount => ({
  destination: `/mnt/${at}`,
  type,
  source: type,
  options: options.split(","),
});

/** Of the ids that there are, the nearest. */
const idsOf = ({ host }: RuntimeFacts, options: string): string =>
  options.replace(/\b([ug]id)=(\d+)/g, (_, key, id) => `${key}=${Math.min(Number(id), lastId(host))}`);

const cases = (facts: RuntimeFacts, type: string, options: readonly string[]) =>
  groupsOf(options, 4, `options of ${type}`).map(
    (chosen): RuntimeCase =>
      mountCase(
        facts,
        chosen.map((each, at) => fresh(type, idsOf(facts, each), at)),
        `${type} with options of its own`,
        { attempts: type === "tmpfs" ? chosen.map((_, at) => ({ do: "stat", path: `/mnt/${at}` })) : [] },
      ),
  );

export default section("Options of file systems", [
  check("runtime.mounts.options", owned),
  check("runtime.mounts.unknown-options-as-data", asData),
  example(["runtime.mounts.unknown-options-as-data", "runtime.mounts.options"], (facts) => cases(facts, "tmpfs", TMPFS)),
  ...KERNEL.map(([type, options]) =>
    example("runtime.mounts.unknown-options-as-data", (facts) =>
      cases(facts, type, type === "proc" && !atLeast(facts.host.kernel, "5.8") ? options.slice(0, 1) : options),
    ),
  ),
]);
