import fc, { type Arbitrary } from "fast-check";

import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { oneOf, someOf } from "../../../generators/runtime/choose.js";
import { hasNamespace, whyNoCgroups, whyNot } from "../../../generators/runtime/host.js";
import { faultCase, tabledFault } from "../../../generators/runtime/invalid/input.js";
import { pointer, put } from "../../../generators/runtime/json.js";
import { mappings } from "../../../generators/runtime/namespaces/mappings.js";
import { namespacePath } from "../../../generators/runtime/namespaces/namespaces.js";
import { lifecycle } from "../../../generators/runtime/steps.js";
import type { RuntimeCase } from "../../../runners/runtime/case.js";
import type { Setting } from "../../../runners/runtime/target.js";
import type { Config, Namespace, NamespaceType } from "../../../spec/runtime/config.js";
import { type CheckResult, equal, expectThat } from "../../check.js";
import { refuses } from "../refusal.js";
import { check, example, section, started, type Unavailable, unavailable, type View } from "../suite.js";
import { LINKS, NAMESPACE_TYPES, namespaceOf, statsOf } from "./links.js";

/** A config whose namespaces decide where its container is. */
const counts = (view: View): boolean =>
  view.case.control === undefined &&
  view.container.configText === undefined &&
  started(view) &&
  !view.case.steps.some(({ op }) => op === "edit");

/** Whether the config says so about the type: that it be new, the one at a path, or (not listed) the runtime's own. */
const wants = (view: View, type: NamespaceType, way: "new" | "joined" | "inherited"): boolean => {
  const found = (view.config.linux?.namespaces ?? []).find((entry) => entry.type === type);
  return counts(view) && way === (found === undefined ? "inherited" : found.path === undefined ? "new" : "joined");
};

/** A new namespace is not the runtime's. */
function isNew(view: View, type: NamespaceType): CheckResult {
  const own = namespaceOf(view, type);
  const runtime = view.host.outside.namespaces?.[LINKS[type]];
  if (!wants(view, type, "new") || own === undefined || runtime === undefined) return undefined;
  return expectThat(own !== runtime, `a new ${type} namespace, not the runtime's ${runtime}`, own);
}

/** The namespace that was looked at beforehand is the container's. */
function joined(view: View, type: NamespaceType): CheckResult {
  const path = (view.config.linux?.namespaces ?? []).find((entry) => entry.type === type)?.path;
  const inode = path === undefined ? undefined : statsOf(view, path)[0]?.ino;
  const own = namespaceOf(view, type);
  if (!wants(view, type, "joined") || inode === undefined || own === undefined) return undefined;
  return equal(own, `${LINKS[type]}:[${inode}]`);
}

function inherited(view: View, type: NamespaceType): CheckResult {
  const own = namespaceOf(view, type);
  const runtime = view.host.outside.namespaces?.[LINKS[type]];
  return !wants(view, type, "inherited") || own === undefined || runtime === undefined ? undefined : equal(own, runtime);
}

/**
 * As seen from within: the first process of a namespace of process ids has the id 1. In one of control groups nothing lies above the
 * container's own; that alone proves no namespace.
 */
function isolated(view: View, type: "pid" | "cgroup"): CheckResult {
  if (!wants(view, type, "new") || !view.probe) return undefined;
  if (type === "pid") return equal(view.probe.pid, 1);
  const above = Object.values(view.probe.cgroup ?? {}).filter((path) => path.startsWith("/.."));
  return above.length > 0 ? equal(above, [], "the container's cgroups lie within its cgroup namespace") : undefined;
}

const withNamespaces = (release: string, namespaces: readonly Namespace[]): Config => {
  const base = minimalConfig(release);
  return { ...base, linux: { ...base.linux, namespaces } };
};

const minimal = (release: string): readonly Namespace[] => minimalConfig(release).linux?.namespaces ?? [];

const held = (setting: Setting, config: Config, title: string): RuntimeCase => caseOf(config, { host: setting.host, hold: true, title });

/** The namespace to be joined is looked at first, so that it is known which one it is. */
function joining(setting: Setting, type: NamespaceType): RuntimeCase {
  const { release } = setting.target;
  const path = namespacePath(type);
  return caseOf(withNamespaces(release, [...minimal(release).filter((entry) => entry.type !== type), { type, path }]), {
    host: setting.host,
    hold: true,
    title: `a ${type} namespace that exists`,
    steps: [{ op: "stat", path }, ...lifecycle(0, { hold: true })],
  });
}

const lackOf = ({ host }: Setting, type: NamespaceType): Unavailable | undefined => {
  if (!hasNamespace(host, type)) return unavailable(`the kernel has no ${type} namespaces`);
  const why = type === "cgroup" ? whyNoCgroups(host) : undefined;
  return why === undefined ? undefined : unavailable(why);
};

/** A user namespace to join is made by the harness, and has its own root in it. */
const lackToJoin = (setting: Setting, type: NamespaceType): Unavailable | undefined => {
  const { host } = setting;
  const why = type === "user" && host.root ? whyNot(host, "CAP_SETFCAP", "making a user namespace that one may join") : undefined;
  return why === undefined ? lackOf(setting, type) : unavailable(why);
};

/** The minimal config with one namespace more. */
const added = (setting: Setting, type: NamespaceType): RuntimeCase =>
  held(setting, withNamespaces(setting.target.release, [...minimal(setting.target.release), { type }]), `a ${type} namespace`);

/** With a user namespace come its mappings, and a root file system that belongs to its root. */
const remapped = (setting: Setting): Arbitrary<RuntimeCase> =>
  mappings(setting.host, setting.target.release).map((maps) => {
    const base = withNamespaces(setting.target.release, [...minimal(setting.target.release), { type: "user" }]);
    return held(setting, { ...base, linux: { ...base.linux, ...maps } }, "a user namespace");
  });

const leftOut = (setting: Setting, types: readonly NamespaceType[]): RuntimeCase =>
  held(
    setting,
    withNamespaces(
      setting.target.release,
      minimal(setting.target.release).filter(({ type }) => !types.some((each) => each === type)),
    ),
    `the runtime's own namespaces: ${types.join(", ")}`,
  );

/** The minimal config with one namespace that must be refused. */
const faulty = (setting: Setting, requirement: string, description: string, fault: unknown): RuntimeCase => {
  const control = minimalConfig(setting.target.release);
  const path = ["linux", "namespaces", minimal(setting.target.release).length];
  return faultCase({ requirement, path: pointer(path), description, config: put(control, path, fault), control });
};

/** The types that some runtimes do not know at all. */
const LATER: readonly NamespaceType[] = ["cgroup", "time"];

const optional = (subject: RuntimeCase): RuntimeCase => ({ ...subject, mayRefuse: "each type of namespaces only SHOULD be supported" });

const id = (name: string): string => `runtime.namespaces.${name}`;
const BASIC = ["pid", "network", "mount", "ipc", "uts"] as const;
const FURTHER = ["cgroup", "time"] as const;
const TABLED = ["path-absolute", "path-wrong-type-error", "duplicate-error"] as const;

export default section("Namespaces", [
  ...NAMESPACE_TYPES.flatMap((type) => [
    check(id(`${type}-supported`), (view) => isNew(view, type)),
    check(id(`${type}-new`), (view) => isNew(view, type)),
    check(id(`${type}-join`), (view) => joined(view, type)),
    check(id(`${type}-inherited`), (view) => inherited(view, type)),
  ]),
  check(id("pid-supported"), (view) => isolated(view, "pid")),
  check(id("cgroup-supported"), (view) => isolated(view, "cgroup")),
  ...["path-absolute", "path-wrong-type-error", "duplicate-error", "type-required", "type-unknown-error"].map((name) => refuses(id(name))),

  example(
    BASIC.flatMap((type) => [id(`${type}-new`), id(`${type}-supported`)]),
    (setting) =>
      fc
        .shuffledSubarray([...minimal(setting.target.release)], { minLength: BASIC.length })
        .map((list) => held(setting, withNamespaces(setting.target.release, list), "new namespaces, in any order")),
  ),
  // Support of a type is a SHOULD: a runtime that refuses it fails that, and says nothing about what is new or joined.
  ...FURTHER.flatMap((type) => [
    example(id(`${type}-supported`), (setting) => lackOf(setting, type) ?? fc.constant(added(setting, type))),
    example(id(`${type}-new`), (setting) => lackOf(setting, type) ?? fc.constant(optional(added(setting, type)))),
  ]),
  example(id("user-supported"), (setting) => lackOf(setting, "user") ?? remapped(setting)),
  example(id("user-new"), (setting) => lackOf(setting, "user") ?? remapped(setting).map(optional)),
  // Apart, so that a runtime which can't join one of them still shows what it does with the others.
  ...NAMESPACE_TYPES.map((type) =>
    example(
      id(`${type}-join`),
      (setting) =>
        lackToJoin(setting, type) ?? fc.constant(LATER.includes(type) ? optional(joining(setting, type)) : joining(setting, type)),
    ),
  ),
  example(
    ["network", "ipc", "uts", "user", "cgroup"].map((type) => id(`${type}-inherited`)),
    (setting) => someOf(["network", "ipc", "uts"] as const, 3).map((types) => leftOut(setting, types)),
  ),
  example(
    id("time-inherited"),
    (setting) => lackOf(setting, "time") ?? someOf(["network", "ipc", "uts"] as const, 3).map((types) => leftOut(setting, types)),
  ),
  ...(["pid", "mount"] as const).map((type) => example(id(`${type}-inherited`), (setting) => fc.constant(leftOut(setting, [type])))),
  ...TABLED.map((name) =>
    example(id(name), ({ host, target }) => tabledFault(host, target.release, id(name)).map((fault) => faultCase(fault))),
  ),
  example(id("type-required"), (setting) =>
    oneOf([{}, { path: "/proc/self/ns/user" }]).map((fault) => faulty(setting, id("type-required"), "a namespace without type", fault)),
  ),
  example(id("type-unknown-error"), (setting) =>
    oneOf(["no-such", "USER", "net", ""]).map((type) =>
      faulty(setting, id("type-unknown-error"), "a namespace of an unknown type", { type }),
    ),
  ),
]);
