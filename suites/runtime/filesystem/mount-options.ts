/** config.md, "Linux mount options": those about one mount. */
import fc, { type Arbitrary } from "fast-check";

import { oneOf } from "../../../generators/choices.js";
import { hasNamespace } from "../../../generators/runtime/host.js";
import { lockedRows, RESTRICTIONS, restrictedRows } from "../../../generators/runtime/mounts/examples.js";
import { rowCase } from "../../../generators/runtime/mounts/row-case.js";
import { inWords, type Row } from "../../../generators/runtime/mounts/rows.js";
import { FIXTURES, type RuntimeCase } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import type { Mount } from "../../../spec/runtime/config.js";
import { MOUNT_OPTIONS, type MountOption } from "../../../spec/runtime/mount-options.js";
import { atLeast } from "../../../spec/runtime/releases.js";
import { combine, type ExplainedResult, expectThat, notApplicable } from "../../check.js";
import { check, type Example, example, firstRefusal, section, type Unavailable, unavailable, type View } from "../suite.js";
import {
  ableToSetUid,
  among,
  entries,
  flaggedFixtures,
  mountCase,
  opposite,
  place,
  propAttempts,
  props,
  withoutKernel,
} from "./mount-cases.js";
import { judgeOption, judgeRemount, optionId, telling } from "./mount-option-views.js";
import { remapped } from "./mount-views.js";

/** The rows about a single mount, but for those about what is mounted, which have sections of their own. */
const ROWS = MOUNT_OPTIONS.filter(
  ({ kind, level, name, recursive }) =>
    !recursive && level !== "MAY" && name !== "remount" && (kind === "mount" || kind === "superblock" || kind === "invisible"),
);

/** What has an option: a tmpfs, a bind mount, or one of a mount that has the opposite. */
type Kind = "fresh" | "bound" | "flagged";

/**
 * The kinds of mounts that show an option. One that takes away what no mount has by default shows on a tmpfs that it is known, and on what had it
 * before that it does something.
 */
function kindsOf(option: MountOption): readonly Kind[] {
  if (option.name === "defaults") return ["fresh"];
  const flagged: readonly Kind[] = opposite(option.name) === undefined ? [] : ["flagged"];
  return ["fresh", ...(telling(option, { destination: "/", options: ["bind"] }) ? (["bound"] as const) : []), ...flagged];
}

/** A mount of that kind with the option, and what shows that it has it. */
function optionCase(facts: RuntimeFacts, option: MountOption): Arbitrary<RuntimeCase> {
  return fc.tuple(oneOf(kindsOf(option), "kind of mount"), place(), among(["bind"], option.name)).map(([kind, path, options]) => {
    const mount: Mount =
      kind === "fresh"
        ? { destination: path, type: "tmpfs", source: "tmpfs", options: [option.name] }
        : { destination: path, type: "none", source: `${FIXTURES}/${kind}`, options };
    const drawn = mountCase(facts, [mount], `a mount with the option ${option.name}`, {
      fixtures: { fresh: [], bound: entries(props(facts, "bound")), flagged: flaggedFixtures(facts, option.name, "flagged") }[kind],
      attempts: propAttempts(facts, option.name, path).filter((each) => kind !== "fresh" || each.do === "setuid-exec"),
    });
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

/** Options that do not contradict each other, several to a mount. */
const SEVERAL = [
  ["ro", "nosuid", "nodev", "noexec"],
  ["noexec", "noatime", "nodiratime"],
  ["private", "nosuid", "ro"],
];

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

/** A container for each of these mounts. */
const eachRow = (facts: RuntimeFacts, rows: readonly Row[]): Arbitrary<RuntimeCase> =>
  oneOf(rows.map(inWords), "mount").map((name) =>
    rowCase(
      facts,
      rows.filter((row) => inWords(row) === name),
      [],
    ),
  );

const REMOUNTED = [["ro"], ["noexec", "nodev"], ["nosuid", "ro"], ["noatime"]];

export default section("Mount options", [
  ...ROWS.map((option) => check(optionId(option.name), (view) => judgeOption(option, view))),
  ...ROWS.map(optionExample),

  check(optionId("remount"), judgeRemount),
  example(optionId("remount"), (facts) =>
    fc.tuple(oneOf(REMOUNTED, "mount options"), place()).map(([options, destination]) => {
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
    fc.tuple(oneOf(SEVERAL, "mount options"), place()).map(([options, path]) =>
      mountCase(
        facts,
        [
          { destination: `${path}/fresh`, type: "tmpfs", source: "tmpfs", options },
          { destination: `${path}/bound`, type: "none", source: `${FIXTURES}/source`, options: ["bind", ...options] },
        ],
        "mounts with several options",
      ),
    ),
  ),
  example(["runtime.mounts.options", ...RESTRICTIONS.map(optionId)], (facts) => eachRow(facts, restrictedRows(facts))),
  example("runtime.mounts.options", (facts) =>
    hasNamespace(facts.host, "user") ? eachRow(facts, lockedRows(facts)) : unavailable("the kernel has no user namespaces"),
  ),
  example(optionId("rw"), (facts) =>
    oneOf(atLeast(facts.target.release, "1.1.0") && atLeast(facts.host.kernel, "5.12") ? ["ro", "rro"] : ["ro"], "outer option").map(
      (outer) =>
        mountCase(
          facts,
          [
            { destination: "/mnt/outer", type: "none", source: `${FIXTURES}/outer`, options: ["rbind", outer] },
            { destination: "/mnt/outer/inner", type: "none", source: `${FIXTURES}/inner`, options: ["bind", "rw"] },
          ],
          `a writable mount in one with ${outer}`,
          { fixtures: entries([{ kind: "dir", path: "outer/inner" }]) },
        ),
    ),
  ),
]);
