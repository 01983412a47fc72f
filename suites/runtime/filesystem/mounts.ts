/** config.md, "Mounts". */
import fc from "fast-check";

import { oneOf } from "../../../generators/choices.js";
import { absolute, isBelow, isFilePath } from "../../../generators/runtime/filesystem/paths.js";
import { faultCase, hasTabledFault, tabledFault } from "../../../generators/runtime/invalid/input.js";
import { FIXTURES } from "../../../runners/runtime/case.js";
import type { Mount } from "../../../spec/runtime/config.js";
import { isBind } from "../../../spec/runtime/mount-options.js";
import { combine, type ExplainedResult, equal, expectThat, notApplicable, unless } from "../../check.js";
import { refuses } from "../refusal.js";
import { check, example, section, unavailable, type View } from "../suite.js";
import { mountCase, place } from "./mount-cases.js";
import { behindLinks, kindOfSource, plainSource } from "./mount-sources.js";
import { changedLater, eachPlaced, isPlainKind, mountTable, type Placed, tried, whyNoMountTable, within } from "./mount-views.js";

/** Of the other types, a runtime makes what the host's cgroups and the container's namespaces allow. */
const TYPES = ["tmpfs", "proc", "devpts", "mqueue"];

const namespaced = ({ config }: View, type: string): boolean =>
  config.linux?.namespaces?.some((entry) => entry.type === type && entry.path === undefined) ?? false;

/** A file system of a namespace's own can be mounted as it is only where that namespace is new. */
const mountable = (view: View, { type }: Mount): boolean =>
  (type !== "proc" || namespaced(view, "pid")) && (type !== "mqueue" || namespaced(view, "ipc"));

/** What cannot be read to see that it is the source: it is known by its kind. */
const UNREADABLE: readonly string[] = ["fifo", "socket", "char", "block"];

/**
 * The file in a source that holds its own path, as the container reads it at the destination; or the kind of a source that cannot be read. What
 * is bind mounted on a bind mount again is another matter.
 */
function contentOf(view: View, { mount, path }: Pick<Placed, "mount" | "path">): ExplainedResult {
  const { source = "", options } = mount;
  if (!isBind(options)) return notApplicable("no bind mount in the config");
  const kind = kindOfSource(view, source);
  const stat = tried(view, "stat", path)?.stat;
  if (kind !== undefined && UNREADABLE.includes(kind) && stat) return equal(stat.type, kind, `what is at ${path}`);
  if (!plainSource(view, mount) || source === "")
    return notApplicable("the source of the bind mount is not a file or directory of the case");
  const real = behindLinks(view, source);
  const name = real.startsWith(`${FIXTURES}/`) ? real.slice(FIXTURES.length + 1) : real;
  const [inside, expected] = isFilePath(source) ? [path, name] : [`${path}/here`, `${name}/here`];
  const read = tried(view, "read", inside);
  if (!read || !["0", "ENOENT", "ENOTDIR", "EISDIR"].includes(read.errno))
    return notApplicable("the program did not read what the source holds");
  return equal(read.errno === "0" ? read.text : read.errno, `${expected}\n`, `the content of ${inside}`);
}

const NONE_IN_ANOTHER = "no mount in the config that lies in an earlier one, both of them plain";

/** A mount on or in an earlier one covers it: it is mounted on that one, not under it. */
function inOrder(view: View): ExplainedResult {
  const table = mountTable(view);
  const mounts = (view.config.mounts ?? []).map((mount) => ({ mount, path: absolute(mount.destination) }));
  const linked = (view.container.rootfs ?? []).some(({ kind }) => kind === "symlink");
  if (linked) return notApplicable("a destination may lead through a symbolic link");
  const at = (path: string) => table.filter(({ target }) => target === path);
  const usable = ({ mount, path }: (typeof mounts)[number]): boolean =>
    isPlainKind(mount) &&
    !mount.options?.includes("remount") &&
    !["/", "/dev"].includes(path) &&
    !changedLater(view, path) &&
    mounts.filter((other) => other.path === path).length === 1;
  return combine(
    mounts.flatMap((later, nth) =>
      mounts.slice(0, nth).map((earlier) => {
        if (!isBelow(later.path, earlier.path) || !usable(earlier) || !usable(later)) return notApplicable(NONE_IN_ANOTHER);
        const between = mounts.some(
          ({ path }) => path !== earlier.path && isBelow(path, earlier.path) && isBelow(later.path, path) && path !== later.path,
        );
        if (between) return notApplicable(NONE_IN_ANOTHER);
        const [outer] = at(earlier.path);
        const [inner] = at(later.path);
        if (!outer || !inner) return notApplicable("one of the mounts is not in the mount table");
        return expectThat(inner.parent === outer.id, `${later.path} is mounted on ${earlier.path}, which is listed before`, {
          outer,
          inner,
        });
      }),
    ),
    NONE_IN_ANOTHER,
  );
}

const NONE_COVERED = "no two bind mounts at one destination in the config";

/** Of several bind mounts at one place, the last one is seen. */
function lastWins(view: View): ExplainedResult {
  const mounts = (view.config.mounts ?? []).map((mount) => ({ mount, path: absolute(mount.destination) }));
  return combine(
    mounts.map(({ mount, path }, nth) => {
      const same = mounts.filter((other) => other.path === path);
      if (same.length < 2 || !same.every((other) => isBind(other.mount.options))) return notApplicable(NONE_COVERED);
      if (mounts.some((later, at) => at > nth && within(path, later.path))) return notApplicable(NONE_COVERED);
      return contentOf(view, { mount, path });
    }),
    NONE_COVERED,
  );
}

const bind = (destination: string, source: string): Mount => ({ destination, type: "none", source, options: ["bind"] });

const DUMMIES: readonly (string | undefined)[] = [undefined, "none", "bind", "tmpfs"];

const SOURCES = [
  ["absolute", "runtime.mounts.source-absolute"],
  ["relative", "runtime.mounts.source-relative"],
] as const;

export default section("Mounts", [
  check("runtime.mounts.listed-order", (view) => unless(whyNoMountTable(view), () => inOrder(view))),
  check("runtime.mounts.listed-order", (view) => unless(whyNoMountTable(view), () => lastWins(view))),
  example("runtime.mounts.listed-order", (facts) =>
    fc
      .tuple(place(), oneOf(["tmpfs", "bind"], "inner mount"))
      .map(([path, inner]) =>
        mountCase(
          facts,
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
  example("runtime.mounts.listed-order", (facts) =>
    fc
      .tuple(
        place(),
        oneOf(
          [
            ["a", "b"],
            ["b", "a"],
            ["c", "a", "b"],
          ],
          "sources",
        ),
      )
      .map(([path, sources]) =>
        mountCase(
          facts,
          sources.map((source) => bind(path, `${FIXTURES}/${source}`)),
          "several mounts at one place",
        ),
      ),
  ),

  check("runtime.mounts.additional", (view) =>
    eachPlaced(view, ({ mount, path, top }) =>
      mount.type === "cgroup" || mount.options?.includes("remount")
        ? notApplicable("no mount in the config but of cgroups, or with remount")
        : expectThat(top !== null, `a mount at ${path}`, null),
    ),
  ),
  check("runtime.mounts.type", (view) =>
    eachPlaced(view, ({ mount, path, top }) => {
      if (isBind(mount.options) || !TYPES.includes(mount.type ?? "") || !mountable(view, mount))
        return notApplicable(`no mount in the config of ${TYPES.join(", ")} that the container can have`);
      if (!top) return notApplicable("the mount is not in the mount table");
      return equal(top.type, mount.type, `the type of ${path}`);
    }),
  ),
  example(["runtime.mounts.additional", "runtime.mounts.type"], (facts) =>
    fc
      .tuple(
        oneOf(
          TYPES.filter((type) => facts.host.filesystems.includes(type)),
          "file system",
        ),
        place(),
      )
      .map(([type, path]) => mountCase(facts, [{ destination: path, type, source: type }], `a file system of the type ${type}`)),
  ),

  check("runtime.mounts.destination-relative", (view) =>
    eachPlaced(view, ({ mount, path, top }) =>
      mount.destination.startsWith("/")
        ? notApplicable("no relative destination in the config")
        : expectThat(top !== null, `a mount at ${path}`, null),
    ),
  ),
  example("runtime.mounts.destination-relative", (facts) =>
    oneOf(["mnt", "srv/data", "./mnt/data"], "destination").map((destination) =>
      mountCase(facts, [{ destination, type: "tmpfs", source: "tmpfs" }], "a mount with a relative destination"),
    ),
  ),

  check("runtime.mounts.source-absolute", (view) =>
    eachPlaced(view, (placed) =>
      placed.mount.source?.startsWith("/") ? contentOf(view, placed) : notApplicable("no absolute source in the config"),
    ),
  ),
  check("runtime.mounts.source-relative", (view) =>
    eachPlaced(view, (placed) =>
      placed.mount.source?.startsWith("/") ? notApplicable("no relative source in the config") : contentOf(view, placed),
    ),
  ),
  ...SOURCES.map(([kind, id]) =>
    example(id, (facts) =>
      fc
        .tuple(place(), oneOf(["source", "source.txt", "some/deep/source"], "source"))
        .map(([destination, source]) =>
          mountCase(facts, [bind(destination, kind === "absolute" ? `${FIXTURES}/${source}` : source)], `a bind mount of an ${kind} path`),
        ),
    ),
  ),

  check("runtime.mounts.bind-by-option", (view) => eachPlaced(view, (placed) => contentOf(view, placed))),
  example("runtime.mounts.bind-by-option", (facts) =>
    fc
      .tuple(place(), oneOf(DUMMIES, "type"), oneOf(["bind", "rbind"], "option"))
      .map(([destination, type, how]) =>
        mountCase(
          facts,
          [{ destination, ...(type === undefined ? {} : { type }), source: `${FIXTURES}/source`, options: [how] }],
          "a bind mount whose type means nothing",
        ),
      ),
  ),

  refuses("runtime.mounts.destination-required"),
  example("runtime.mounts.destination-required", ({ host, target }) =>
    hasTabledFault(host, target.release, "runtime.mounts.destination-required")
      ? tabledFault(host, target.release, "runtime.mounts.destination-required").map((fault) => faultCase(fault))
      : unavailable("there is no such fault"),
  ),
]);
