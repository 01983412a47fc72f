import fc, { type Arbitrary } from "fast-check";

import { caseOf, containerOf, minimalConfig } from "../../../generators/runtime/base.js";
import { cgroupsPath } from "../../../generators/runtime/cgroups/path.js";
import { oneOf } from "../../../generators/runtime/choose.js";
import { whyNoCgroups } from "../../../generators/runtime/host.js";
import { lifecycle } from "../../../generators/runtime/steps.js";
import type { RuntimeCase, Step } from "../../../runners/runtime/case.js";
import type { Setting } from "../../../runners/runtime/target.js";
import type { Config } from "../../../spec/runtime/config.js";
import { type CheckResult, combine, equal, expectThat } from "../../check.js";
import { type CaseView, check, checkCase, example, ok, section, started, type Unavailable, unavailableIf, type View } from "../suite.js";
import { directoryOf, hierarchies, type Place, placesOf } from "./places.js";

const configOf = (setting: Setting, path: string): Config => {
  const base = minimalConfig(setting.target.release);
  return { ...base, linux: { ...base.linux, cgroupsPath: path } };
};

/** The path, if it is absolute and not the root, of a container whose config alone says where it is. */
function absolutePath(view: View): string | undefined {
  const { cgroupsPath: path } = view.config.linux ?? {};
  const counts = view.case.control === undefined && view.container.configText === undefined && started(view);
  return counts && path?.startsWith("/") && path !== "/" ? path : undefined;
}

/** In every hierarchy in which it was moved, and in one at least, the container is where the path says. */
function placed(view: View): CheckResult {
  const path = absolutePath(view);
  const places = placesOf(view);
  if (path === undefined || !view.snapshot || places.length === 0) return undefined;
  const moved = places.filter((place) => place.moved);
  return expectThat(
    moved.length > 0 && moved.every((place) => place.path === path),
    `${path} from the mount point of each hierarchy`,
    Object.fromEntries(places.map((place) => [place.key, place.path])),
  );
}

/** Whether a directory was there at each of the `stat` steps of a case that name it, in order. */
const presence = (view: View, directory: string): readonly boolean[] =>
  view.case.steps.flatMap((step, at) => {
    const result = view.observation.steps[at];
    return step.op === "stat" && step.path === directory && result?.op === "stat" ? [result.got.ok] : [];
  });

/** Judges a cgroup of the container in each hierarchy by whether it was there before, while, and after the container was. */
function over(view: View, judged: (before: boolean, during: boolean, after: boolean, directory: string) => CheckResult): CheckResult {
  const path = absolutePath(view);
  const used = placesOf(view).filter((place: Place) => place.moved && place.path === path);
  return combine(
    used.map(({ mount }) => {
      const directory = directoryOf(mount, path ?? "");
      const [before, during, after] = presence(view, directory);
      return before === undefined || during === undefined || after === undefined ? undefined : judged(before, during, after, directory);
    }),
  );
}

/** The same path leads to the same places, whichever container it is. */
function consistent({ containers }: CaseView): CheckResult {
  const [first, ...others] = containers.filter((view) => view.config.linux?.cgroupsPath !== undefined && view.snapshot && started(view));
  if (!first || first.case.control !== undefined) return undefined;
  const same = others.filter((view) => view.config.linux?.cgroupsPath === first.config.linux?.cgroupsPath);
  const moved = placesOf(first).some((place) => place.moved);
  return moved ? combine(same.map((view) => equal(view.snapshot?.cgroup, first.snapshot?.cgroup))) : undefined;
}

/** The container's directory is looked at before, while and after it lives, in all hierarchies. */
function observed(setting: Setting, path: string, title: string, fixtures: readonly string[] = []): RuntimeCase {
  const stats = hierarchies(setting.host).map((mount): Step => ({ op: "stat", path: directoryOf(mount, path) }));
  const steps = lifecycle(0, { hold: true });
  const running = steps.findIndex(({ op }) => op === "look") + 1;
  return caseOf(configOf(setting, path), {
    title,
    hold: true,
    fixtures: fixtures.map((each) => ({ make: "cgroup", path: each })),
    steps: [...stats, ...steps.slice(0, running), ...stats, ...steps.slice(running), ...stats],
  });
}

/** Two containers with the same path, one after the other: at the same time, the second may be refused. */
function twice(setting: Setting, path: string): RuntimeCase {
  const first = caseOf(configOf(setting, path), { title: "two containers with the same cgroupsPath, one after the other", hold: true });
  return {
    ...first,
    containers: [...first.containers, containerOf(configOf(setting, path), { hold: true })],
    steps: [...first.steps, ...lifecycle(1, { hold: true })],
  };
}

const withCgroups = ({ host }: Setting, cases: Arbitrary<RuntimeCase>): Arbitrary<RuntimeCase> | Unavailable =>
  unavailableIf(whyNoCgroups(host), () => cases);

const name = (): Arbitrary<string> =>
  fc.string({ unit: oneOf([..."abcdef0123456789"]), minLength: 8, maxLength: 8 }).map((text) => `/oci-conform-${text}`);

export default section("Cgroups path", [
  check("runtime.cgroups.path-absolute", placed),
  checkCase("runtime.cgroups.path-consistent", consistent),
  check("runtime.cgroups.created", (view) =>
    over(view, (before, during, _, directory) => (before ? undefined : expectThat(during, `${directory} is made`, "it is not there"))),
  ),
  check("runtime.delete.resources-deleted", (view) =>
    ok(view.delete)
      ? over(view, (before, during, after, directory) =>
          before || !during ? undefined : expectThat(!after, `delete removes ${directory}, which create made`, "it is still there"),
        )
      : undefined,
  ),
  check("runtime.delete.foreign-resources-kept", (view) =>
    ok(view.delete)
      ? over(view, (before, _, after, directory) =>
          before ? expectThat(after, `delete keeps ${directory}, which was there before`, "it is gone") : undefined,
        )
      : undefined,
  ),

  example(["runtime.cgroups.path-absolute", "runtime.cgroups.created", "runtime.delete.resources-deleted"], (setting) =>
    withCgroups(
      setting,
      fc
        .tuple(name(), oneOf(["", "/child", "/child/grandchild"]))
        .map(([parent, child]) => observed(setting, `${parent}${child}`, "a cgroup")),
    ),
  ),
  example("runtime.delete.foreign-resources-kept", (setting) =>
    withCgroups(
      setting,
      name().map((path) => observed(setting, path, "a cgroup that is there before", [path])),
    ),
  ),
  example("runtime.cgroups.path-consistent", (setting) =>
    withCgroups(
      setting,
      cgroupsPath().map((path) => twice(setting, path)),
    ),
  ),
]);
