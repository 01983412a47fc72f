/** features.md: what the document lists works. */
import fc, { type Arbitrary } from "fast-check";
import { groupsOf, oneOf } from "../../../generators/choices.js";
import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { HOOK_KINDS, recordingHook } from "../../../generators/runtime/hooks.js";
import { hasMemoryPolicy, hasNamespace } from "../../../generators/runtime/host.js";
import { mappingTable } from "../../../generators/runtime/namespaces/mappings.js";
import { architectures } from "../../../generators/runtime/seccomp/seccomp.js";
import type { RuntimeCase } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import type { Config, Linux, Mount, Seccomp, SeccompRule } from "../../../spec/runtime/config.js";
import { equal, notApplicable, PASS } from "../../check.js";
import { hookRuns } from "../lifecycle/hook-runs.js";
import { type Check, check, type Example, example, NO_REPORT, section, started, type Unavailable, unavailable } from "../suite.js";
import { fieldsOf, listed, NO_FEATURES } from "./listed.js";

const NOT_AIMED = "the case is not aimed at it";

/** What the features list and this host could use, some of it in one case: rows that do not disturb one another. */
interface Listed {
  /** What an element is, in a word or two. */
  readonly noun: string;
  /** Where the features list it. */
  readonly path: readonly string[];
  /** Which elements this host can use. */
  readonly usable?: (element: string, facts: RuntimeFacts) => boolean;
  /** How many go into one case. */
  readonly together: number;
  readonly cases: (elements: readonly string[], facts: RuntimeFacts) => RuntimeCase;
}

/** Every element that the features list is used in a config, and the container must run. */
const recognized = (id: string, { noun, path, usable = () => true, together, cases }: Listed): (Check | Example)[] => [
  check(id, (view) => {
    if (!view.testCase.aims.includes(id) || view.container.configText !== undefined) return notApplicable(NOT_AIMED);
    return started(view) ? PASS : notApplicable("the program was not started");
  }),
  example(id, (facts): Arbitrary<RuntimeCase> | Unavailable => {
    if (facts.target.features === null) return unavailable(NO_FEATURES);
    const elements = listed(facts.target.features, ...path).filter((element) => usable(element, facts));
    if (elements.length === 0) return unavailable("the features list nothing that this host could use");
    return groupsOf([...new Set(elements)], together, noun).map((chosen) => {
      const testCase = cases(chosen, facts);
      return { ...testCase, title: `${noun} ${chosen.join(", ")}: as the features list` };
    });
  }),
];

const configOf = (release: string, linux: Partial<Linux>): Config => {
  const base = minimalConfig(release);
  return { ...base, linux: { ...base.linux, ...linux } };
};

const linuxCase = ({ target }: RuntimeFacts, linux: Partial<Linux>): RuntimeCase => caseOf(configOf(target.release, linux));

const versioned = (id: string, property: string): (Check | Example)[] => [
  check(id, (view) => {
    if (!view.testCase.aims.includes(id)) return notApplicable(NOT_AIMED);
    return started(view) && view.probe ? PASS : notApplicable(NO_REPORT);
  }),
  example(id, ({ target }) => {
    const version = fieldsOf(target.features)[property];
    if (target.features === null) return unavailable(NO_FEATURES);
    if (typeof version !== "string") return unavailable(`the features have no ${property}`);
    return fc.constant(caseOf(minimalConfig(version), { title: `a config of release ${version}, which the features name` }));
  }),
];

/** Options that mean something only with a certain mount, or that change a mount which is there. */
const APART = ["remount", "idmap", "ridmap", "bind", "rbind", "tmpcopyup", "mand", "nomand"];

function mountWith(option: string, at: number): Mount {
  const bound = /^(?:r?(?:private|shared|slave|unbindable))$/.test(option) || /^r(?!w$|o$|elatime$|emount$)/.test(option);
  const destination = `/mnt/${at}`;
  return bound
    ? { destination, type: "bind", source: "features-source", options: ["bind", option] }
    : { destination, type: "tmpfs", source: "tmpfs", options: [option] };
}

/** Calls that no program of a container has need of: a rule of its own for each element. */
const CALLS = ["getpgid", "sysinfo", "times", "setpriority", "sethostname", "setdomainname", "add_key", "chroot"] as const;

const ruled = (facts: RuntimeFacts, elements: readonly string[], rule: (element: string) => Omit<SeccompRule, "names">): RuntimeCase =>
  linuxCase(facts, {
    seccomp: {
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: elements.map((element, at) => ({ names: [CALLS[at % CALLS.length] ?? CALLS[0]], ...rule(element) })),
    },
  });

const filtered = (facts: RuntimeFacts, parts: Partial<Seccomp>): RuntimeCase =>
  linuxCase(facts, {
    seccomp: { defaultAction: "SCMP_ACT_ALLOW", syscalls: [{ names: [CALLS[0]], action: "SCMP_ACT_ERRNO" }], ...parts },
  });

const FLAGS = [
  ["runtime.features.seccomp-known-flags", "knownFlags"],
  ["runtime.features.seccomp-supported-flags", "supportedFlags"],
] as const;

const MINIMAL_NAMESPACES = minimalConfig("1.0.0").linux?.namespaces ?? [];

export default section("What features list", [
  ...versioned("runtime.features.oci-version-min", "ociVersionMin"),
  ...versioned("runtime.features.oci-version-max", "ociVersionMax"),
  check("runtime.features.hooks", (view) => {
    const runs = hookRuns(view);
    if (!view.testCase.aims.includes("runtime.features.hooks") || runs.length === 0) return notApplicable(NOT_AIMED);
    if (!started(view)) return notApplicable("the program was not started");
    return equal(
      runs.filter(({ record }) => !record).map(({ kind }) => kind),
      [],
      "hooks that were not called",
    );
  }),
  example("runtime.features.hooks", ({ target }) => {
    const kinds = HOOK_KINDS.filter((kind) => listed(target.features, "hooks").includes(kind));
    if (kinds.length === 0) return unavailable(target.features === null ? NO_FEATURES : "the features list no hooks");
    return groupsOf(kinds, kinds.length, "kind of hook").map((chosen) =>
      caseOf(
        {
          ...minimalConfig(target.release),
          hooks: Object.fromEntries(chosen.map((kind) => [kind, [recordingHook(kind, `${kind}-0`)]])),
        },
        { title: `hooks of the kinds that the features list: ${chosen.join(", ")}` },
      ),
    );
  }),
  ...recognized("runtime.features.mount-options", {
    noun: "mount option",
    path: ["mountOptions"],
    usable: (option) => !APART.includes(option),
    together: 100,
    cases: (options, { target }) => {
      const base = minimalConfig(target.release);
      return caseOf({ ...base, mounts: [...(base.mounts ?? []), ...options.map(mountWith)] });
    },
  }),
  ...recognized("runtime.features.namespaces", {
    noun: "namespace",
    path: ["linux", "namespaces"],
    usable: (type, { host }) => type !== "user" && hasNamespace(host, type) && (type !== "cgroup" || host.cgroup.mode !== "none"),
    together: 8,
    cases: (types, facts) =>
      linuxCase(facts, {
        namespaces: [
          ...MINIMAL_NAMESPACES,
          ...types.filter((type) => !MINIMAL_NAMESPACES.some((each) => each.type === type)).map((type) => ({ type })),
        ],
      }),
  }),
  // Apart: much of what else a container can have needs more in it.
  example("runtime.features.namespaces", (facts) =>
    listed(facts.target.features, "linux", "namespaces").includes("user") && hasNamespace(facts.host, "user")
      ? oneOf(mappingTable(facts.host)).map((maps) => ({
          ...linuxCase(facts, { namespaces: [...MINIMAL_NAMESPACES, { type: "user" }], ...maps }),
          title: "a user namespace, which the features list",
        }))
      : unavailable("the features list no user namespaces, or the host has none"),
  ),
  ...recognized("runtime.features.capabilities", {
    noun: "capability",
    path: ["linux", "capabilities"],
    usable: (name, { host }) => host.outside.capabilities.bounding.includes(name),
    together: 100,
    cases: (names, { target }) => {
      const base = minimalConfig(target.release);
      const capabilities = { bounding: names, permitted: names, effective: names };
      return caseOf(base.process ? { ...base, process: { ...base.process, capabilities } } : base);
    },
  }),
  ...recognized("runtime.features.seccomp-actions", {
    noun: "action",
    path: ["linux", "seccomp", "actions"],
    usable: (action) => action !== "SCMP_ACT_NOTIFY",
    together: CALLS.length,
    cases: (actions, facts) => ruled(facts, actions, (action) => ({ action })),
  }),
  ...recognized("runtime.features.seccomp-operators", {
    noun: "operator",
    path: ["linux", "seccomp", "operators"],
    together: CALLS.length,
    cases: (operators, facts) =>
      ruled(facts, operators, (op) => ({ action: "SCMP_ACT_ERRNO", args: [{ index: 0, value: 7, valueTwo: 7, op }] })),
  }),
  ...recognized("runtime.features.seccomp-archs", {
    noun: "architecture",
    path: ["linux", "seccomp", "archs"],
    // Others are recognized too, but a filter cannot mix them with the host's own.
    usable: (arch, { host }) => architectures(host).includes(arch),
    together: 1,
    cases: (archs, facts) => filtered(facts, { architectures: archs }),
  }),
  ...FLAGS.flatMap(([id, property]) =>
    recognized(id, {
      noun: "flag",
      path: ["linux", "seccomp", property],
      // This one needs a listener.
      usable: (flag) => flag !== "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
      together: 1,
      cases: (flags, facts) => filtered(facts, { flags }),
    }),
  ),
  ...recognized("runtime.features.memory-policy-modes", {
    noun: "mode",
    path: ["linux", "memoryPolicy", "modes"],
    usable: (_, { host }) => hasMemoryPolicy(host),
    together: 1,
    cases: ([mode = ""], facts) =>
      linuxCase(facts, { memoryPolicy: ["MPOL_DEFAULT", "MPOL_LOCAL"].includes(mode) ? { mode } : { mode, nodes: "0" } }),
  }),
  ...recognized("runtime.features.memory-policy-flags", {
    noun: "flag",
    path: ["linux", "memoryPolicy", "flags"],
    usable: (_, { host }) => hasMemoryPolicy(host),
    together: 1,
    cases: (flags, facts) => linuxCase(facts, { memoryPolicy: { mode: "MPOL_BIND", nodes: "0", flags } }),
  }),
]);
