/** Rules of ours: a container stays inside, and so does what a runtime does for it. */
import { posix } from "node:path";

import { absolute, isBelow } from "../../../generators/runtime/filesystem/paths.js";
import { bundleOf, CASE_DIR, type ContainerCase, FIXTURES, type RuntimeCase } from "../../../runners/runtime/case.js";
import type { OutsideChange } from "../../../runners/runtime/observation.js";
import type { Config, Mount } from "../../../spec/runtime/config.js";
import { isBind } from "../../../spec/runtime/mount-options.js";
import { combine, type ExplainedResult, expectThat, type Judgement, notApplicable, PASS, unless } from "../../check.js";
import { topmost, whyNoMountTable } from "../filesystem/mount-views.js";
import { whyNotAllDeleted } from "../robustness.js";
import { rootTreeOf } from "../root-tree.js";
import { type CaseView, check, checkCase, NO_REPORT, section, type View } from "../suite.js";
import { linkExamples } from "./links.js";
import { programExamples } from "./program.js";

/** The links of a case outside of its root file systems, by path. */
const linksOf = ({ containers, fixtures = [] }: RuntimeCase): ReadonlyMap<string, string> =>
  new Map(
    [
      ...containers.map(({ bundle = [] }, index) => [bundleOf(index), bundle] as const),
      [FIXTURES, fixtures.flatMap((each) => (each.make === "entry" ? [each.entry] : []))] as const,
    ].flatMap(([base, entries]) =>
      entries.flatMap((entry) => (entry.kind === "symlink" ? [[`${base}/${entry.path}`, entry.target] as const] : [])),
    ),
  );

/** A path with the links of the case on its way followed, a few times. */
function followed(links: ReadonlyMap<string, string>, path: string): string {
  let end = path;
  for (let times = 0; times < 8; times++) {
    const link = [...links.keys()].find((each) => isBelow(end, each));
    if (link === undefined) break;
    end = `${posix.resolve(posix.dirname(link), links.get(link) ?? "")}${end.slice(link.length)}`;
  }
  return end;
}

/** What the program may write to: the root file system, wherever that is, and what is mounted from elsewhere. */
function writable(testCase: RuntimeCase, index: number, { root, mounts = [] }: Config): readonly string[] {
  const sources = mounts.flatMap(({ source, options }) => (isBind(options) && source ? [source] : []));
  const links = linksOf(testCase);
  return [...(root ? [root.path] : []), ...sources].map((path) => followed(links, posix.resolve(bundleOf(index), path)));
}

/** What changed for a reason that lies in the case, or is told of by a rule of its own. */
function isAccounted({ testCase, observation: { leftovers } }: CaseView, { path }: OutsideChange): boolean {
  const { containers, steps } = testCase;
  const edits = steps.filter((step) => step.op === "edit");
  const given = steps.flatMap((step) => (step.op === "raw" ? step.args : []));
  return (
    containers.some(({ config }, index) => writable(testCase, index, config).some((each) => isBelow(path, each))) ||
    edits.some(
      ({ container, config }) =>
        path === `${bundleOf(container)}/config.json` || writable(testCase, container, config).some((each) => isBelow(path, each)),
    ) ||
    given.some((word) => word === path) ||
    leftovers.devices.some((changed) => changed.startsWith(`${path}: `))
  );
}

const kindOf = ({ before, after }: OutsideChange): "made" | "removed" | "changed" =>
  before === null ? "made" : after === null ? "removed" : "changed";

/** Fails by what came first: one cause makes, changes or removes several things. */
function judgeOutside(view: CaseView): Judgement {
  const changes = (view.observation.outside ?? []).filter((change) => !isAccounted(view, change));
  const [first] = changes;
  if (!first) return PASS;
  return {
    verdict: "fail",
    expected: `nothing is made, changed or removed in ${CASE_DIR} and /dev but in the root file systems and what is mounted in them`,
    actual: changes.slice(0, 20),
    kind: kindOf(first),
  };
}

/** The mounts of file systems by which the kernel tells of processes and devices. */
const kernels = ({ config: { mounts = [] } }: ContainerCase): readonly Mount[] =>
  mounts.filter(({ type, options }) => !isBind(options) && (type === "proc" || type === "sysfs"));

/** Such a mount, whose destination is a link in the root file system, stands on that path itself or nowhere. */
function judgeThroughLink(view: View, { destination, type = "" }: Mount): ExplainedResult {
  const path = absolute(destination);
  const { link, path: end } = rootTreeOf(view.container).resolve(path);
  if (link !== "last") return notApplicable("no link in the place where proc or sysfs is to be mounted");
  const table = view.probe?.mounts ?? [];
  if (topmost(table, path)?.type === type) return PASS;
  return topmost(table, end)?.type === type
    ? expectThat(false, `${type} at ${path}, or a refusal`, `${type} at ${end}, where the link in the place of ${path} leads`)
    : notApplicable(`no ${type} in the mount table, neither at ${path} nor where that leads`);
}

export default section("Outside of the container", [
  checkCase("robustness.outside-changed", (view) =>
    view.observation.outside === undefined
      ? notApplicable("nobody looked at what is outside of the containers")
      : unless(whyNotAllDeleted(view), () => judgeOutside(view)),
  ),
  check("robustness.cwd-outside", ({ probe }) => {
    if (!probe) return notApplicable(NO_REPORT);
    if (probe.cwd === null) return notApplicable("the program could not tell its working directory");
    // The kernel says so of a directory to which no way leads from the root.
    return expectThat(probe.cwd.startsWith("/"), "a working directory below the container's root", probe.cwd);
  }),
  check("robustness.proc-through-link", (view) =>
    unless(whyNoMountTable(view), () =>
      combine(
        kernels(view.container).map((mount) => judgeThroughLink(view, mount)),
        "no mount of proc or sysfs in the config",
      ),
    ),
  ),
  ...linkExamples,
  ...programExamples,
]);
