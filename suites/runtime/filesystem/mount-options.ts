/** config.md, "Linux mount options": those about one mount, and those of tmpfs. */
import fc, { type Arbitrary } from "fast-check";

import { oneOf, someOf } from "../../../generators/runtime/choose.js";
import { absolute } from "../../../generators/runtime/filesystem/paths.js";
import { id } from "../../../generators/runtime/process/user.js";
import { FIXTURES, type Fixture, type RuntimeCase } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import type { Mount } from "../../../spec/runtime/config.js";
import { isBind, MOUNT_OPTIONS, type MountOption } from "../../../spec/runtime/mount-options.js";
import { combine, type ExplainedResult, equal, expectThat, notApplicable } from "../../check.js";
import { check, type Example, example, firstRefusal, section, type Unavailable, type View } from "../suite.js";
import { ableToSetUid, among, mountCase, place, propAttempts, props, withoutKernel } from "./mount-cases.js";
import { foreignKernel, judgeOption, judgeRemount, optionId, telling } from "./mount-option-views.js";
import { eachPlaced, type Placed, remapped, tried } from "./mount-views.js";

/** The rows about a single mount, but for those about what is mounted, which have sections of their own. */
const ROWS = MOUNT_OPTIONS.filter(
  ({ kind, level, name, recursive }) =>
    !recursive && level !== "MAY" && name !== "remount" && (kind === "mount" || kind === "superblock" || kind === "invisible"),
);

/** A fresh tmpfs, a bind mount, or both. An option that takes away what no mount has by default shows on a tmpfs that it is known. */
function kindsOf(option: MountOption): Arbitrary<readonly ("fresh" | "bound")[]> {
  const suitsBind = option.name !== "defaults" && telling(option, { destination: "/", options: ["bind"] });
  if (!suitsBind) return fc.constant(["fresh"]);
  return option.shows.length > 0 ? someOf(["fresh", "bound"], 1) : oneOf([["fresh"], ["fresh", "bound"]]);
}

function optionCase(facts: RuntimeFacts, option: MountOption): Arbitrary<RuntimeCase> {
  return fc.tuple(kindsOf(option), place(), among(["bind"], option.name)).map(([kinds, path, options]) => {
    const made: Record<"fresh" | "bound", Mount> = {
      fresh: { destination: `${path}/fresh`, type: "tmpfs", source: "tmpfs", options: [option.name] },
      bound: { destination: `${path}/bound`, type: "none", source: `${FIXTURES}/source`, options },
    };
    const drawn = mountCase(
      facts,
      kinds.map((kind) => made[kind]),
      `mounts with the option ${option.name}`,
      {
        fixtures: kinds.includes("bound") ? props(facts, "source").map((entry): Fixture => ({ make: "entry", entry })) : [],
        attempts: kinds.flatMap((kind) =>
          propAttempts(facts, option.name, `${path}/${kind}`).filter((each) => kind === "bound" || each.do === "setuid-exec"),
        ),
      },
    );
    return option.name.endsWith("suid")
      ? { ...drawn, containers: drawn.containers.map((one) => ({ ...one, config: ableToSetUid(facts, one.config) })) }
      : drawn;
  });
}

const unavailableOption = (facts: RuntimeFacts, option: MountOption): Unavailable | undefined =>
  option.name.endsWith("symfollow") ? withoutKernel(facts, "5.10") : undefined;

/** One for each option: a runtime that does not know one of them still shows what it does with the others. */
const optionExample = (option: MountOption): Example =>
  example(optionId(option.name), (facts) => unavailableOption(facts, option) ?? optionCase(facts, option));

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** A size as tmpfs writes it: `64k`, `1m`. */
function bytes(text: string | undefined): number | undefined {
  const [, digits, unit = ""] = /^(\d+)([kmg]?)$/i.exec(text ?? "") ?? [];
  return digits === undefined ? undefined : Number(digits) * (UNITS[unit.toLowerCase()] ?? 1);
}

const optionValue = (options: readonly string[], key: string): string | undefined => {
  const values = options.filter((each) => each.startsWith(`${key}=`));
  return values.length === 1 ? values[0]?.slice(key.length + 1) : undefined;
};

interface Tmpfs {
  readonly options: readonly string[];
  readonly path: string;
  readonly top: NonNullable<Placed["top"]>;
}

/** Judges each mount of tmpfs by the options that it alone knows. */
const eachTmpfs = (view: View, judge: (mount: Tmpfs) => readonly ExplainedResult[]): ExplainedResult =>
  eachPlaced(view, ({ mount: { options = [], type }, path, top }) =>
    type === "tmpfs" && top && !isBind(options) && !options.includes("remount")
      ? combine(judge({ options, path, top }), NO_DATA)
      : notApplicable("no tmpfs of the config in the mount table"),
  );

const NO_DATA = "no option in the config that tmpfs alone knows and shows";

/** What tmpfs shows of its data, in numbers; it leaves out what is so by default. */
const SHOWN: Readonly<Record<string, (text: string | undefined) => number | undefined>> = {
  size: bytes,
  nr_inodes: bytes,
  mode: (text = "1777") => Number.parseInt(text, 8),
  uid: (text = "0") => Number(text),
  gid: (text = "0") => Number(text),
};

/** Options that tmpfs alone knows must have reached it: the mount table shows them as its superblock's. */
const asData = (view: View): ExplainedResult =>
  foreignKernel(view)
    ? notApplicable("the container's kernel is not the host's, and need not show options as Linux does")
    : eachTmpfs(view, ({ options, path, top }) =>
        Object.entries(SHOWN).map(([key, numberOf]) => {
          const text = optionValue(options, key);
          const expected = text === undefined ? undefined : numberOf(text);
          // What asks for no limit, or is no multiple of a page, shows in another way.
          if (expected === undefined || (key === "nr_inodes" && expected === 0)) return notApplicable(NO_DATA);
          if (key === "size" && (expected === 0 || expected % 65536 !== 0)) return notApplicable(NO_DATA);
          if ((key === "uid" || key === "gid") && !view.host.root)
            return notApplicable("owners show as the initial user namespace has them");
          return equal({ [key]: numberOf(optionValue(top.superOptions, key)) }, { [key]: expected }, `superblock options at ${path}`);
        }),
      );

/** A tmpfs belongs to whom its options say, and may be used by whom they say. */
const owned = (view: View): ExplainedResult =>
  eachTmpfs(view, ({ options, path }) => {
    const root = tried(view, "stat", path)?.stat;
    return (["mode", "uid", "gid"] as const).map((key) => {
      const text = optionValue(options, key);
      if (text === undefined) return notApplicable("no mode, uid or gid of a tmpfs in the config");
      return root
        ? equal({ [key]: root[key] }, { [key]: SHOWN[key]?.(text) }, `the root of the tmpfs at ${path}`)
        : notApplicable("the program did not look at the root of the tmpfs");
    });
  });

/** Modes that no mount point of a case has; other options of tmpfs beside. */
const tmpfsData = ({ host }: RuntimeFacts): Arbitrary<string[]> =>
  fc
    .tuple(oneOf(["700", "1777", "0750", "711"]), oneOf(["64k", "1m", "65536k"]), oneOf(["512", "4k"]), id(host), id(host))
    .chain(([mode, size, inodes, uid, gid]) =>
      someOf([`size=${size}`, `nr_inodes=${inodes}`, `uid=${uid}`, `gid=${gid}`], 1).map((others) => [`mode=${mode}`, ...others]),
    );

/** Options that do not contradict each other, several to a mount. */
const combined = (): Arbitrary<string[]> =>
  fc.shuffledSubarray(["ro", "nosuid", "nodev", "noexec", "noatime", "nodiratime", "private"], { minLength: 2 });

/** What options do, for those of which a runtime with one mistake forgets all. */
function kindOfOption({ name, kind, shows }: MountOption): string {
  if (kind !== "mount" || name === "defaults") return "options of a file system";
  if (name.includes("time") && !name.includes("dir")) return "options on access times";
  return shows.length > 0 && name !== "rw" ? "options that set a flag" : "options that take a flag away";
}

/** A refusal of what must be known: in a user namespace it has causes of its own, such as flags that are locked and were not kept. */
function refusedOptions(view: View): ExplainedResult {
  const { aims, mayRefuse, control } = view.testCase;
  const refusal = firstRefusal([view.create, view.start]);
  if (!aims.includes("runtime.mounts.options") || mayRefuse !== undefined || control !== undefined || !refusal || view.probe)
    return notApplicable("no refused mount in the config");
  const failed = expectThat(
    false,
    "the runtime creates and starts the container: its mounts are valid and the host has them",
    refusal.stderr,
  );
  return ofKind(remapped(view) ? "refused in a user namespace" : "refused", failed);
}

const ofKind = (kind: string, result: ExplainedResult): ExplainedResult => (result.verdict === "fail" ? { ...result, kind } : result);

const REMOUNTED = [["ro"], ["noexec", "nodev"], ["nosuid", "ro"], ["noatime"]];

export default section("Mount options", [
  ...ROWS.map((option) => check(optionId(option.name), (view) => judgeOption(option, view))),
  ...ROWS.map(optionExample),

  check(optionId("remount"), judgeRemount),
  example(optionId("remount"), (facts) =>
    fc.tuple(oneOf(REMOUNTED), place()).map(([options, destination]) => {
      const first: Mount = { destination, type: "tmpfs", source: "tmpfs" };
      return mountCase(facts, [first, { ...first, options: ["remount", ...options] }], "a tmpfs that is mounted again with other options");
    }),
  ),

  check("runtime.mounts.options", refusedOptions),
  check("runtime.mounts.options", (view) =>
    combine(
      MOUNT_OPTIONS.filter(({ kind, level, name }) => level === "MUST" && name !== "remount" && kind !== "propagation").map((option) =>
        ofKind(kindOfOption(option), judgeOption(option, view)),
      ),
      "no options that must be known",
    ),
  ),
  example("runtime.mounts.options", (facts) =>
    fc.tuple(combined(), combined(), place()).map(([fresh, bound, path]) =>
      mountCase(
        facts,
        [
          { destination: absolute(`${path}/fresh`), type: "tmpfs", source: "tmpfs", options: fresh },
          { destination: absolute(`${path}/bound`), type: "none", source: `${FIXTURES}/source`, options: ["bind", ...bound] },
        ],
        "mounts with several options",
      ),
    ),
  ),

  check("runtime.mounts.options", (view) => ofKind("the root of a tmpfs", owned(view))),
  check("runtime.mounts.unknown-options-as-data", asData),
  example(["runtime.mounts.unknown-options-as-data", "runtime.mounts.options"], (facts) =>
    fc.tuple(tmpfsData(facts), place()).map(([options, destination]) =>
      mountCase(facts, [{ destination, type: "tmpfs", source: "tmpfs", options }], "a tmpfs with options of its own", {
        attempts: [{ do: "stat", path: destination }],
      }),
    ),
  ),
]);
