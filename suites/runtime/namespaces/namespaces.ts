/** config-linux.md, "Namespaces". */
import fc, { type Arbitrary } from "fast-check";

import { oneOf } from "../../../generators/choices.js";
import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { hasNamespace, whyNoCgroups, whyNot } from "../../../generators/runtime/host.js";
import { faultCase, tabledFault } from "../../../generators/runtime/invalid/input.js";
import { pointer, put } from "../../../generators/runtime/json.js";
import { alsoInUserNamespace, mappingTable } from "../../../generators/runtime/namespaces/mappings.js";
import { namespacePath, withNamespace } from "../../../generators/runtime/namespaces/namespaces.js";
import { lifecycle } from "../../../generators/runtime/steps.js";
import type { RuntimeCase } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import type { Config, Namespace, NamespaceType } from "../../../spec/runtime/config.js";
import { type ExplainedResult, equal, expectThat, notApplicable, unless } from "../../check.js";
import { refuses } from "../refusal.js";
import { type Check, check, example, NO_REPORT, section, type Unavailable, unavailable, type View, whyNotInForce } from "../suite.js";
import { LINKS, NAMESPACE_TYPES, namespaceOf, statsOf } from "./links.js";

const entryOf = ({ config }: View, type: NamespaceType): Namespace | undefined =>
  (config.linux?.namespaces ?? []).find((entry) => entry.type === type);

/** What the config may say about a type: that it be new, the one at a path, or (not listed) the runtime's own. */
type Origin = "new" | "joined" | "inherited";

const originOf = (entry: Namespace | undefined): Origin =>
  entry === undefined ? "inherited" : entry.path === undefined ? "new" : "joined";

const ORIGINS: Readonly<Record<Origin, (type: NamespaceType) => string>> = {
  new: (type) => `no new ${type} namespace in the config`,
  joined: (type) => `no ${type} namespace with a path in the config`,
  inherited: (type) => `the config lists the ${type} namespace`,
};

/** Why the config does not decide that the container is in such a namespace; undefined where it does. */
function whyNotOf(view: View, type: NamespaceType, origin: Origin): string | undefined {
  if (originOf(entryOf(view, type)) !== origin) return ORIGINS[origin](type);
  return view.testCase.steps.some(({ op }) => op === "edit") ? "config.json was changed" : whyNotInForce(view);
}

/** Judges the container's namespace of a type, which the config wants to be so. */
const judgeNamespace = (
  view: View,
  type: NamespaceType,
  origin: Origin,
  judge: (container: string, runtime: string) => ExplainedResult,
): ExplainedResult =>
  unless(whyNotOf(view, type, origin), () => {
    const container = namespaceOf(view, type);
    const runtime = view.host.outside.namespaces?.[LINKS[type]];
    if (container === undefined) return notApplicable(`the container's ${type} namespace was not seen`);
    return runtime === undefined ? notApplicable(`the runtime's ${type} namespace is not known`) : judge(container, runtime);
  });

/** A new namespace is not the runtime's. */
const checkNew = (id: string, type: NamespaceType): Check =>
  check(id, (view) =>
    judgeNamespace(view, type, "new", (container, runtime) =>
      expectThat(container !== runtime, `a new ${type} namespace, not the runtime's ${runtime}`, container),
    ),
  );

/** The namespace that was looked at beforehand is the container's. */
const checkJoined = (id: string, type: NamespaceType): Check =>
  check(id, (view) =>
    unless(whyNotOf(view, type, "joined"), () => {
      const path = entryOf(view, type)?.path;
      const inode = path === undefined ? undefined : statsOf(view, path)[0]?.ino;
      const container = namespaceOf(view, type);
      if (inode === undefined) return notApplicable("the namespace at the path was not looked at before");
      if (container === undefined) return notApplicable(`the container's ${type} namespace was not seen`);
      return equal(container, `${LINKS[type]}:[${inode}]`);
    }),
  );

const checkInherited = (id: string, type: NamespaceType): Check =>
  check(id, (view) => judgeNamespace(view, type, "inherited", (container, runtime) => equal(container, runtime)));

/**
 * As seen from within: the first process of a namespace of process ids has the id 1. In one of control groups nothing lies above the
 * container's own; that alone proves no namespace.
 */
const checkIsolated = (id: string, type: "pid" | "cgroup"): Check =>
  check(id, (view) =>
    unless(whyNotOf(view, type, "new"), () => {
      if (!view.probe) return notApplicable(NO_REPORT);
      if (type === "pid") return equal(view.probe.pid, 1);
      const above = Object.values(view.probe.cgroup ?? {}).filter((path) => path.startsWith("/.."));
      return above.length > 0
        ? equal(above, [], "the container's cgroups lie within its cgroup namespace")
        : notApplicable("that nothing lies above the container's cgroup proves no namespace");
    }),
  );

const withNamespaces = (release: string, namespaces: readonly Namespace[]): Config => {
  const base = minimalConfig(release);
  return { ...base, linux: { ...base.linux, namespaces } };
};

const minimal = (release: string): readonly Namespace[] => minimalConfig(release).linux?.namespaces ?? [];

const held = (facts: RuntimeFacts, config: Config, title: string): RuntimeCase => caseOf(config, { host: facts.host, hold: true, title });

/** The namespace to be joined is looked at first, so that it is known which one it is. */
function joining(facts: RuntimeFacts, type: NamespaceType): Arbitrary<RuntimeCase> {
  const { release } = facts.target;
  const path = namespacePath(type);
  const others = minimal(release).filter((entry) => entry.type !== type);
  return withNamespace(others, { type, path }).map((list) =>
    caseOf(withNamespaces(release, list), {
      host: facts.host,
      hold: true,
      title: `a ${type} namespace that exists`,
      steps: [{ op: "stat", path }, ...lifecycle(0, { hold: true })],
    }),
  );
}

const unavailableType = ({ host }: RuntimeFacts, type: NamespaceType): Unavailable | undefined => {
  if (!hasNamespace(host, type)) return unavailable(`the kernel has no ${type} namespaces`);
  const why = type === "cgroup" ? whyNoCgroups(host) : undefined;
  return why === undefined ? undefined : unavailable(why);
};

/** A user namespace to join is made by the harness, and has its own root in it. */
const unavailableToJoin = (facts: RuntimeFacts, type: NamespaceType): Unavailable | undefined => {
  const { host } = facts;
  const why = type === "user" && host.root ? whyNot(host, "CAP_SETFCAP", "making a user namespace that one may join") : undefined;
  return why === undefined ? unavailableType(facts, type) : unavailable(why);
};

/** The minimal config with one namespace more. */
const added = (facts: RuntimeFacts, type: NamespaceType): Arbitrary<RuntimeCase> =>
  withNamespace(minimal(facts.target.release), { type })
    .chain((namespaces) => alsoInUserNamespace(facts.host, { ...minimalConfig(facts.target.release).linux, namespaces }))
    .map((linux) => held(facts, { ...minimalConfig(facts.target.release), linux }, `a ${type} namespace`));

/** With a user namespace come its mappings, and a root file system that belongs to its root. */
const remapped = (facts: RuntimeFacts): Arbitrary<RuntimeCase> =>
  fc.tuple(oneOf(mappingTable(facts.host)), withNamespace(minimal(facts.target.release), { type: "user" })).map(([maps, list]) => {
    const base = withNamespaces(facts.target.release, list);
    return held(facts, { ...base, linux: { ...base.linux, ...maps } }, "a user namespace");
  });

const leftOut = (facts: RuntimeFacts, types: readonly NamespaceType[]): RuntimeCase =>
  held(
    facts,
    withNamespaces(
      facts.target.release,
      minimal(facts.target.release).filter(({ type }) => !types.some((each) => each === type)),
    ),
    `the runtime's own namespaces: ${types.join(", ")}`,
  );

/** The minimal config with one namespace that must be refused. */
const faulty = (facts: RuntimeFacts, requirement: string, description: string, fault: unknown): RuntimeCase => {
  const control = minimalConfig(facts.target.release);
  const path = ["linux", "namespaces", minimal(facts.target.release).length];
  return faultCase({ requirement, path: pointer(path), description, config: put(control, path, fault), control });
};

/** The types that some runtimes do not know at all. */
const LATER: readonly NamespaceType[] = ["cgroup", "time"];

const optional = (testCase: RuntimeCase): RuntimeCase => ({ ...testCase, mayRefuse: "each type of namespaces only SHOULD be supported" });

/** What is required of each type of namespaces. */
const IDS: Readonly<Record<NamespaceType, { supported: string; new: string; join: string; inherited: string }>> = {
  pid: {
    supported: "runtime.namespaces.pid-supported",
    new: "runtime.namespaces.pid-new",
    join: "runtime.namespaces.pid-join",
    inherited: "runtime.namespaces.pid-inherited",
  },
  network: {
    supported: "runtime.namespaces.network-supported",
    new: "runtime.namespaces.network-new",
    join: "runtime.namespaces.network-join",
    inherited: "runtime.namespaces.network-inherited",
  },
  mount: {
    supported: "runtime.namespaces.mount-supported",
    new: "runtime.namespaces.mount-new",
    join: "runtime.namespaces.mount-join",
    inherited: "runtime.namespaces.mount-inherited",
  },
  ipc: {
    supported: "runtime.namespaces.ipc-supported",
    new: "runtime.namespaces.ipc-new",
    join: "runtime.namespaces.ipc-join",
    inherited: "runtime.namespaces.ipc-inherited",
  },
  uts: {
    supported: "runtime.namespaces.uts-supported",
    new: "runtime.namespaces.uts-new",
    join: "runtime.namespaces.uts-join",
    inherited: "runtime.namespaces.uts-inherited",
  },
  user: {
    supported: "runtime.namespaces.user-supported",
    new: "runtime.namespaces.user-new",
    join: "runtime.namespaces.user-join",
    inherited: "runtime.namespaces.user-inherited",
  },
  cgroup: {
    supported: "runtime.namespaces.cgroup-supported",
    new: "runtime.namespaces.cgroup-new",
    join: "runtime.namespaces.cgroup-join",
    inherited: "runtime.namespaces.cgroup-inherited",
  },
  time: {
    supported: "runtime.namespaces.time-supported",
    new: "runtime.namespaces.time-new",
    join: "runtime.namespaces.time-join",
    inherited: "runtime.namespaces.time-inherited",
  },
};
/** Each entry once at each place, and everything backwards. */
const ordersOf = <T>(list: readonly T[]): readonly (readonly T[])[] => [
  list,
  list.toReversed(),
  ...list.slice(1).map((_, at) => [...list.slice(at + 1), ...list.slice(0, at + 1)]),
];

/** Of the types without which a container can do: all, and all but one. */
const SUBSETS: readonly (readonly NamespaceType[])[] = [
  ["network", "ipc", "uts"],
  ["network", "ipc"],
  ["network", "uts"],
  ["ipc", "uts"],
];

const BASIC = ["pid", "network", "mount", "ipc", "uts"] as const;
const FURTHER = ["cgroup", "time"] as const;
const TABLED = ["runtime.namespaces.path-absolute", "runtime.namespaces.path-wrong-type-error", "runtime.namespaces.duplicate-error"];

export default section("Namespaces", [
  ...NAMESPACE_TYPES.flatMap((type) => [
    checkNew(IDS[type].supported, type),
    checkNew(IDS[type].new, type),
    checkJoined(IDS[type].join, type),
    checkInherited(IDS[type].inherited, type),
  ]),
  checkIsolated("runtime.namespaces.pid-supported", "pid"),
  checkIsolated("runtime.namespaces.cgroup-supported", "cgroup"),
  ...TABLED.map((id) => refuses(id)),
  refuses("runtime.namespaces.type-required"),
  refuses("runtime.namespaces.type-unknown-error"),

  example(
    BASIC.flatMap((type) => [IDS[type].new, IDS[type].supported]),
    (facts) =>
      oneOf(ordersOf(minimal(facts.target.release))).map((list) =>
        held(facts, withNamespaces(facts.target.release, list), "new namespaces, in any order"),
      ),
  ),
  // Support of a type is a SHOULD: a runtime that refuses it fails that, and says nothing about what is new or joined.
  ...FURTHER.flatMap((type) => [
    example(IDS[type].supported, (facts) => unavailableType(facts, type) ?? added(facts, type)),
    example(IDS[type].new, (facts) => unavailableType(facts, type) ?? added(facts, type).map(optional)),
  ]),
  example("runtime.namespaces.user-supported", (facts) => unavailableType(facts, "user") ?? remapped(facts)),
  example("runtime.namespaces.user-new", (facts) => unavailableType(facts, "user") ?? remapped(facts).map(optional)),
  // Apart, so that a runtime which can't join one of them still shows what it does with the others.
  ...NAMESPACE_TYPES.map((type) =>
    example(
      IDS[type].join,
      (facts) => unavailableToJoin(facts, type) ?? (LATER.includes(type) ? joining(facts, type).map(optional) : joining(facts, type)),
    ),
  ),
  example(
    (["network", "ipc", "uts", "user", "cgroup"] as const).map((type) => IDS[type].inherited),
    (facts) => oneOf(SUBSETS).map((types) => leftOut(facts, types)),
  ),
  example(
    "runtime.namespaces.time-inherited",
    (facts) => unavailableType(facts, "time") ?? oneOf(SUBSETS).map((types) => leftOut(facts, types)),
  ),
  ...(["pid", "mount"] as const).map((type) => example(IDS[type].inherited, (facts) => fc.constant(leftOut(facts, [type])))),
  ...TABLED.map((id) => example(id, ({ host, target }) => tabledFault(host, target.release, id).map((fault) => faultCase(fault)))),
  example("runtime.namespaces.type-required", (facts) =>
    oneOf([{}, { path: "/proc/self/ns/user" }]).map((fault) =>
      faulty(facts, "runtime.namespaces.type-required", "a namespace without type", fault),
    ),
  ),
  example("runtime.namespaces.type-unknown-error", (facts) =>
    oneOf(["no-such", "USER", "net", "mnt", "pids", " user", ""], "type").map((type) =>
      faulty(facts, "runtime.namespaces.type-unknown-error", "a namespace of an unknown type", { type }),
    ),
  ),
]);
