import fc from "fast-check";

import { oneOf } from "../../../generators/runtime/choose.js";
import { absolute, isBelow, isFilePath } from "../../../generators/runtime/filesystem/paths.js";
import { faultCase, hasTabledFault, tabledFault } from "../../../generators/runtime/invalid/input.js";
import { FIXTURES } from "../../../runners/runtime/case.js";
import type { Mount } from "../../../spec/runtime/config.js";
import { isBind } from "../../../spec/runtime/mount-options.js";
import { type CheckResult, combine, equal, expectThat } from "../../check.js";
import { refuses } from "../refusal.js";
import { check, example, section, unavailable, type View } from "../suite.js";
import { mountCase, place } from "./mount-cases.js";
import { changedLater, isPlainKind, mountTable, type Placed, placedMounts, plainSource, tried, within } from "./mount-views.js";

const id = (name: string): string => `runtime.mounts.${name}`;

const each = (view: View, judge: (placed: Placed) => CheckResult): CheckResult => combine(placedMounts(view).map(judge));

/** Of the other types, a runtime makes what the host's cgroups and the container's namespaces allow. */
const TYPES = ["tmpfs", "proc", "devpts", "mqueue"];

const namespaced = ({ config }: View, type: string): boolean =>
  config.linux?.namespaces?.some((entry) => entry.type === type && entry.path === undefined) ?? false;

/** A file system of a namespace's own can be mounted as it is only where that namespace is new. */
const mountable = (view: View, { type }: Mount): boolean =>
  (type !== "proc" || namespaced(view, "pid")) && (type !== "mqueue" || namespaced(view, "ipc"));

/**
 * The file in a source that holds its own path, as the container reads it at the destination; undefined when nobody looked. What
 * is bind mounted on a bind mount again is another matter.
 */
function contentOf(view: View, { mount, path }: Placed): CheckResult {
  const { source = "", options } = mount;
  if (!isBind(options) || !plainSource(view, mount) || source === "") return undefined;
  const own = source.startsWith(`${FIXTURES}/`) ? source.slice(FIXTURES.length + 1) : source;
  const [inside, expected] = isFilePath(source) ? [path, own] : [`${path}/here`, `${own}/here`];
  const read = tried(view, "read", inside);
  if (!read || !["0", "ENOENT", "ENOTDIR", "EISDIR"].includes(read.errno)) return undefined;
  return equal(read.errno === "0" ? read.text : read.errno, `${expected}\n`, `the content of ${inside}`);
}

/** A mount on or in an earlier one covers it: it is mounted on that one, not under it. */
function inOrder(view: View): CheckResult {
  const table = mountTable(view);
  const mounts = (view.config.mounts ?? []).map((mount) => ({ mount, path: absolute(mount.destination) }));
  const linked = (view.container.rootfs ?? []).some(({ kind }) => kind === "symlink");
  if (!table || linked) return undefined;
  const at = (path: string) => table.filter(({ target }) => target === path);
  const usable = ({ mount, path }: (typeof mounts)[number]): boolean =>
    isPlainKind(mount) &&
    !mount.options?.includes("remount") &&
    !["/", "/dev"].includes(path) &&
    !changedLater(view, path) &&
    mounts.filter((other) => other.path === path).length === 1;
  return combine(
    mounts.flatMap((later, nth) =>
      mounts.slice(0, nth).map((earlier): CheckResult => {
        const between = mounts.some(
          ({ path }) => path !== earlier.path && isBelow(path, earlier.path) && isBelow(later.path, path) && path !== later.path,
        );
        if (!usable(earlier) || !usable(later) || between || !isBelow(later.path, earlier.path)) return undefined;
        const [outer] = at(earlier.path);
        const [inner] = at(later.path);
        if (!outer || !inner) return undefined;
        return expectThat(inner.parent === outer.id, `${later.path} is mounted on ${earlier.path}, which is listed before`, {
          outer,
          inner,
        });
      }),
    ),
  );
}

/** Of several bind mounts at one place, the last one is seen. */
function lastWins(view: View): CheckResult {
  const mounts = view.config.mounts ?? [];
  if (!mountTable(view)) return undefined;
  return combine(
    mounts.map((mount, nth) => {
      const path = absolute(mount.destination);
      const same = mounts.filter(({ destination }) => absolute(destination) === path);
      const covered = mounts.slice(nth + 1).some(({ destination }) => within(path, absolute(destination)));
      if (same.length < 2 || covered || !same.every((one) => isBind(one.options))) return undefined;
      return contentOf(view, { mount, path, top: null, inner: [] });
    }),
  );
}

const bind = (destination: string, source: string): Mount => ({ destination, type: "none", source, options: ["bind"] });

const DUMMIES: readonly (string | undefined)[] = [undefined, "none", "bind", "tmpfs"];

export default section("Mounts", [
  check(id("listed-order"), inOrder),
  check(id("listed-order"), lastWins),
  example(id("listed-order"), (setting) =>
    fc
      .tuple(place(), oneOf(["tmpfs", "bind"]))
      .map(([path, inner]) =>
        mountCase(
          setting,
          [
            bind(path, `${FIXTURES}/outer`),
            inner === "bind"
              ? bind(`${path}/inner`, `${FIXTURES}/inner`)
              : { destination: `${path}/inner`, type: "tmpfs", source: "tmpfs" },
          ],
          "a mount inside of the one before",
          { bundle: [{ kind: "dir", path: "outer/inner" }] },
        ),
      ),
  ),
  example(id("listed-order"), (setting) =>
    fc.tuple(place(), fc.shuffledSubarray(["a", "b", "c"], { minLength: 2 })).map(([path, sources]) =>
      mountCase(
        setting,
        sources.map((source) => bind(path, `${FIXTURES}/${source}`)),
        "several mounts at one place",
      ),
    ),
  ),

  check(id("additional"), (view) =>
    each(view, ({ mount, path, top }) =>
      mount.type === "cgroup" || mount.options?.includes("remount") ? undefined : expectThat(top !== null, `a mount at ${path}`, null),
    ),
  ),
  check(id("type"), (view) =>
    each(view, ({ mount, path, top }) => {
      if (!top || isBind(mount.options) || !TYPES.includes(mount.type ?? "") || !mountable(view, mount)) return undefined;
      return equal(top.type, mount.type, `the type of ${path}`);
    }),
  ),
  example([id("additional"), id("type")], (setting) =>
    fc.tuple(fc.shuffledSubarray(["tmpfs", "devpts", "mqueue"], { minLength: 1 }), place()).map(([types, path]) =>
      mountCase(
        setting,
        types
          .filter((type) => setting.host.filesystems.includes(type))
          .map((type) => ({ destination: `${path}/${type}`, type, source: type })),
        "file systems of several types",
      ),
    ),
  ),

  check(id("destination-relative"), (view) =>
    each(view, ({ mount, path, top }) =>
      mount.destination.startsWith("/") ? undefined : expectThat(top !== null, `a mount at ${path}`, null),
    ),
  ),
  example(id("destination-relative"), (setting) =>
    oneOf(["mnt", "srv/data", "./mnt/data"]).map((destination) =>
      mountCase(setting, [{ destination, type: "tmpfs", source: "tmpfs" }], "a mount with a relative destination"),
    ),
  ),

  check(id("source-absolute"), (view) =>
    each(view, (placed) => (placed.mount.source?.startsWith("/") ? contentOf(view, placed) : undefined)),
  ),
  check(id("source-relative"), (view) =>
    each(view, (placed) => (placed.mount.source?.startsWith("/") ? undefined : contentOf(view, placed))),
  ),
  ...(["absolute", "relative"] as const).map((kind) =>
    example(id(`source-${kind}`), (setting) =>
      fc
        .tuple(place(), oneOf(["source", "source.txt", "some/deep/source"]))
        .map(([destination, source]) =>
          mountCase(
            setting,
            [bind(destination, kind === "absolute" ? `${FIXTURES}/${source}` : source)],
            `a bind mount of an ${kind} path`,
          ),
        ),
    ),
  ),

  check(id("bind-by-option"), (view) => each(view, (placed) => contentOf(view, placed))),
  example(id("bind-by-option"), (setting) =>
    fc
      .tuple(place(), oneOf(DUMMIES), oneOf(["bind", "rbind"]))
      .map(([destination, type, how]) =>
        mountCase(
          setting,
          [{ destination, ...(type === undefined ? {} : { type }), source: `${FIXTURES}/source`, options: [how] }],
          "a bind mount whose type means nothing",
        ),
      ),
  ),

  refuses(id("destination-required")),
  example(id("destination-required"), ({ host, target }) =>
    hasTabledFault(host, target.release, id("destination-required"))
      ? tabledFault(host, target.release, id("destination-required")).map((fault) => faultCase(fault))
      : unavailable("there is no such fault"),
  ),
]);
