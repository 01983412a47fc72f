/** config-linux.md, "Cgroups Path", and what runtime.md says of deleting what create made. */
import fc, { type Arbitrary } from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { caseOf, containerOf, minimalConfig } from "../../../generators/runtime/base.js";
import { cgroupsPath } from "../../../generators/runtime/cgroups/path.js";
import { whyNoCgroups } from "../../../generators/runtime/host.js";
import { lifecycle } from "../../../generators/runtime/steps.js";
import type { RuntimeCase, Step } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import type { Config } from "../../../spec/runtime/config.js";
import { combine, type ExplainedResult, equal, expectThat, notApplicable, unless } from "../../check.js";
import {
  type CaseView,
  type Check,
  check,
  checkCase,
  example,
  ok,
  section,
  started,
  type Unavailable,
  unavailableIf,
  type View,
  whyNotInForce,
} from "../suite.js";
import { directoryOf, hierarchies, type Place, placesOf } from "./places.js";

const configOf = (facts: RuntimeFacts, path: string): Config => {
  const base = minimalConfig(facts.target.release);
  return { ...base, linux: { ...base.linux, cgroupsPath: path } };
};

/** Judges a container whose config alone says where it is, by a path that is absolute and not the root. */
const byAbsolutePath = (view: View, judge: (path: string) => ExplainedResult): ExplainedResult => {
  const { cgroupsPath: path } = view.config.linux ?? {};
  if (!path?.startsWith("/") || path === "/") return notApplicable("no absolute cgroupsPath in the config, below the root");
  return unless(whyNotInForce(view), () => judge(path));
};

const UNSEEN = "nobody looked at where the container is in the mounted hierarchies";

/** In every hierarchy in which it was moved, and in one at least, the container is where the path says. */
function placed(view: View, path: string): ExplainedResult {
  const places = placesOf(view);
  if (!view.snapshot || places.length === 0) return notApplicable(UNSEEN);
  const moved = places.filter((place) => place.moved);
  return expectThat(
    moved.length > 0 && moved.every((place) => place.path === path),
    `${path} from the mount point of each hierarchy`,
    Object.fromEntries(places.map((place) => [place.key, place.path])),
  );
}

/** Whether a directory was there at each of the `stat` steps of a case that name it, in order. */
const presence = (view: View, directory: string): readonly boolean[] =>
  view.testCase.steps.flatMap((step, at) => {
    const result = view.observation.steps[at];
    return step.op === "stat" && step.path === directory && result?.op === "stat" ? [result.got.ok] : [];
  });

/** Whether a cgroup was there before, while, and after the container was. */
interface Presence {
  readonly directory: string;
  readonly before: boolean;
  readonly during: boolean;
  readonly after: boolean;
}

/** Judges the container's cgroup in each hierarchy by when it was there. */
const eachCgroup = (view: View, judge: (presence: Presence) => ExplainedResult): ExplainedResult =>
  byAbsolutePath(view, (path) =>
    combine(
      placesOf(view)
        .filter((place: Place) => place.moved && place.path === path)
        .map(({ mount }) => {
          const directory = directoryOf(mount, path);
          const [before, during, after] = presence(view, directory);
          return before === undefined || during === undefined || after === undefined
            ? notApplicable("nobody looked at the cgroup before, while and after the container was there")
            : judge({ directory, before, during, after });
        }),
      "the container was seen in no cgroup of that path",
    ),
  );

/** What becomes of a cgroup by a delete that succeeds. */
const afterDelete = (id: string, judge: (presence: Presence) => ExplainedResult): Check =>
  check(id, (view) => (ok(view.delete) ? eachCgroup(view, judge) : notApplicable("delete did not succeed")));

/** The same path leads to the same places, whichever container it is. */
function consistent({ containers }: CaseView): ExplainedResult {
  const [first, ...others] = containers.filter((view) => view.config.linux?.cgroupsPath !== undefined && view.snapshot && started(view));
  if (!first) return notApplicable("no container with a cgroupsPath that was looked at while it ran");
  if (first.testCase.control !== undefined) return notApplicable("the config is faulty on purpose");
  const same = others.filter((view) => view.config.linux?.cgroupsPath === first.config.linux?.cgroupsPath);
  const moved = placesOf(first).some((place) => place.moved);
  if (!moved) return notApplicable("the container was moved to no cgroup");
  return combine(
    same.map((view) => equal(view.snapshot?.cgroup, first.snapshot?.cgroup)),
    "no second container with the same cgroupsPath",
  );
}

/** The container's directory is looked at before, while and after it lives, in all hierarchies. */
function observed(facts: RuntimeFacts, path: string, title: string, fixtures: readonly string[] = []): RuntimeCase {
  const stats = hierarchies(facts.host).map((mount): Step => ({ op: "stat", path: directoryOf(mount, path) }));
  const steps = lifecycle(0, { hold: true });
  const running = steps.findIndex(({ op }) => op === "look") + 1;
  return caseOf(configOf(facts, path), {
    title,
    hold: true,
    fixtures: fixtures.map((each) => ({ make: "cgroup", path: each })),
    steps: [...stats, ...steps.slice(0, running), ...stats, ...steps.slice(running), ...stats],
  });
}

/** Two containers with the same path, one after the other: at the same time, the second may be refused. */
function twice(facts: RuntimeFacts, path: string): RuntimeCase {
  const first = caseOf(configOf(facts, path), { title: "two containers with the same cgroupsPath, one after the other", hold: true });
  return {
    ...first,
    containers: [...first.containers, containerOf(configOf(facts, path), { hold: true })],
    steps: [...first.steps, ...lifecycle(1, { hold: true })],
  };
}

const withCgroups = ({ host }: RuntimeFacts, cases: Arbitrary<RuntimeCase>): Arbitrary<RuntimeCase> | Unavailable =>
  unavailableIf(whyNoCgroups(host), () => cases);

const name = (): Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."abcdef0123456789"), minLength: 8, maxLength: 8 }).map((text) => `/oci-conform-${text}`);

const FOREIGN = "the cgroup was there before";

export default section("Cgroups path", [
  check("runtime.cgroups.path-absolute", (view) => byAbsolutePath(view, (path) => placed(view, path))),
  checkCase("runtime.cgroups.path-consistent", consistent),
  check("runtime.cgroups.created", (view) =>
    eachCgroup(view, ({ before, during, directory }) =>
      before ? notApplicable(FOREIGN) : expectThat(during, `${directory} is made`, "it is not there"),
    ),
  ),
  afterDelete("runtime.delete.resources-deleted", ({ before, during, after, directory }) => {
    if (before) return notApplicable(FOREIGN);
    if (!during) return notApplicable("create made no cgroup");
    return expectThat(!after, `delete removes ${directory}, which create made`, "it is still there");
  }),
  afterDelete("runtime.delete.foreign-resources-kept", ({ before, after, directory }) =>
    before
      ? expectThat(after, `delete keeps ${directory}, which was there before`, "it is gone")
      : notApplicable("the cgroup was not there before"),
  ),

  example(["runtime.cgroups.path-absolute", "runtime.cgroups.created", "runtime.delete.resources-deleted"], (facts) =>
    withCgroups(
      facts,
      fc
        .tuple(name(), oneOf(["", "/child", "/child/grandchild"], "level"))
        .map(([parent, child]) => observed(facts, `${parent}${child}`, "a cgroup")),
    ),
  ),
  example("runtime.delete.foreign-resources-kept", (facts) =>
    withCgroups(
      facts,
      name().map((path) => observed(facts, path, "a cgroup that is there before", [path])),
    ),
  ),
  example("runtime.cgroups.path-consistent", (facts) =>
    withCgroups(
      facts,
      cgroupsPath().map((path) => twice(facts, path)),
    ),
  ),
]);
