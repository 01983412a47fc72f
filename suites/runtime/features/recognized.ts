/** features.md: what the document lists works. */
import fc, { type Arbitrary } from "fast-check";
import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { HOOK_KINDS, recordingHook } from "../../../generators/runtime/hooks.js";
import { hasMemoryPolicy, hasNamespace } from "../../../generators/runtime/host.js";
import { mappings } from "../../../generators/runtime/namespaces/mappings.js";
import { architectures } from "../../../generators/runtime/seccomp/seccomp.js";
import type { RuntimeCase } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import type { Linux, Mount, Seccomp } from "../../../spec/runtime/config.js";
import { equal, notApplicable, PASS } from "../../check.js";
import { hookRuns } from "../lifecycle/hook-runs.js";
import { type Check, check, type Example, example, NO_REPORT, section, started, type Unavailable, unavailable } from "../suite.js";
import { fieldsOf, listed, NO_FEATURES } from "./listed.js";

const NOT_AIMED = "the case is not aimed at it";

/** Every element that the features list is used in a config of its own, and the container must run. */
const recognized = (
  id: string,
  path: readonly string[],
  cases: (element: string, facts: RuntimeFacts) => Arbitrary<RuntimeCase> | undefined,
): (Check | Example)[] => [
  check(id, (view) => {
    if (!view.testCase.aims.includes(id) || view.container.configText !== undefined) return notApplicable(NOT_AIMED);
    return started(view) ? PASS : notApplicable("the program was not started");
  }),
  example(id, (facts): Arbitrary<RuntimeCase> | Unavailable => {
    if (facts.target.features === null) return unavailable(NO_FEATURES);
    const usable = listed(facts.target.features, ...path).flatMap((element) => cases(element, facts) ?? []);
    return usable.length === 0 ? unavailable("the features list nothing that this host could use") : fc.oneof(...usable);
  }),
];

const linuxCase = ({ target }: RuntimeFacts, linux: Partial<Linux>, title: string): RuntimeCase => {
  const base = minimalConfig(target.release);
  return caseOf({ ...base, linux: { ...base.linux, ...linux } }, { title });
};

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

function mountWith(option: string): Mount {
  const bound = /^(?:r?(?:private|shared|slave|unbindable))$/.test(option) || /^r(?!w$|o$|elatime$|emount$)/.test(option);
  return bound
    ? { destination: "/mnt", type: "bind", source: "features-source", options: ["bind", option] }
    : { destination: "/mnt", type: "tmpfs", source: "tmpfs", options: [option] };
}

const HARMLESS = "getpgid";

const seccomp = (facts: RuntimeFacts, rule: Seccomp, title: string): RuntimeCase => linuxCase(facts, { seccomp: rule }, title);

const FLAGS = [
  ["runtime.features.seccomp-known-flags", "knownFlags"],
  ["runtime.features.seccomp-supported-flags", "supportedFlags"],
] as const;

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
    return fc
      .constantFrom(...kinds)
      .map((kind) =>
        caseOf(
          { ...minimalConfig(target.release), hooks: { [kind]: [recordingHook(kind, `${kind}-0`)] } },
          { title: `a ${kind} hook, which the features list` },
        ),
      );
  }),
  ...recognized("runtime.features.mount-options", ["mountOptions"], (option, { target }) => {
    if (APART.includes(option)) return undefined;
    const base = minimalConfig(target.release);
    return fc.constant(
      caseOf(
        { ...base, mounts: [...(base.mounts ?? []), mountWith(option)] },
        { title: `the mount option ${option}, which the features list` },
      ),
    );
  }),
  ...recognized("runtime.features.namespaces", ["linux", "namespaces"], (type, facts) => {
    const minimal = minimalConfig(facts.target.release).linux?.namespaces ?? [];
    if (!hasNamespace(facts.host, type) || (type === "cgroup" && facts.host.cgroup.mode === "none")) return undefined;
    const title = `a ${type} namespace, which the features list`;
    if (minimal.some((entry) => entry.type === type)) return fc.constant(linuxCase(facts, {}, title));
    const namespaces = [...minimal, { type }];
    return type === "user"
      ? mappings(facts.host, facts.target.release).map((maps) => linuxCase(facts, { namespaces, ...maps }, title))
      : fc.constant(linuxCase(facts, { namespaces }, title));
  }),
  ...recognized("runtime.features.capabilities", ["linux", "capabilities"], (name, { host, target }) => {
    const base = minimalConfig(target.release);
    if (!base.process || !host.outside.capabilities.bounding.includes(name)) return undefined;
    const set = [name];
    return fc.constant(
      caseOf(
        { ...base, process: { ...base.process, capabilities: { bounding: set, permitted: set, effective: set } } },
        { title: `the capability ${name}, which the features list` },
      ),
    );
  }),
  ...recognized("runtime.features.seccomp-actions", ["linux", "seccomp", "actions"], (action, facts) =>
    action === "SCMP_ACT_NOTIFY"
      ? undefined
      : fc.constant(
          seccomp(
            facts,
            { defaultAction: "SCMP_ACT_ALLOW", syscalls: [{ names: [HARMLESS], action }] },
            `the action ${action}, which the features list`,
          ),
        ),
  ),
  ...recognized("runtime.features.seccomp-operators", ["linux", "seccomp", "operators"], (op, facts) =>
    fc.constant(
      seccomp(
        facts,
        {
          defaultAction: "SCMP_ACT_ALLOW",
          syscalls: [{ names: [HARMLESS], action: "SCMP_ACT_ERRNO", args: [{ index: 0, value: 7, valueTwo: 7, op }] }],
        },
        `the operator ${op}, which the features list`,
      ),
    ),
  ),
  ...recognized("runtime.features.seccomp-archs", ["linux", "seccomp", "archs"], (arch, facts) =>
    // Others are recognized too, but a filter cannot mix them with the host's own.
    !architectures(facts.host).includes(arch)
      ? undefined
      : fc.constant(
          seccomp(
            facts,
            { defaultAction: "SCMP_ACT_ALLOW", architectures: [arch], syscalls: [{ names: [HARMLESS], action: "SCMP_ACT_ERRNO" }] },
            `the architecture ${arch}, which the features list`,
          ),
        ),
  ),
  ...FLAGS.flatMap(([id, property]) =>
    recognized(id, ["linux", "seccomp", property], (flag, facts) =>
      // This one needs a listener.
      flag === "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"
        ? undefined
        : fc.constant(
            seccomp(
              facts,
              { defaultAction: "SCMP_ACT_ALLOW", flags: [flag], syscalls: [{ names: [HARMLESS], action: "SCMP_ACT_ERRNO" }] },
              `the flag ${flag}, which the features list`,
            ),
          ),
    ),
  ),
  ...recognized("runtime.features.memory-policy-modes", ["linux", "memoryPolicy", "modes"], (mode, facts) =>
    hasMemoryPolicy(facts.host)
      ? fc.constant(
          linuxCase(
            facts,
            { memoryPolicy: ["MPOL_DEFAULT", "MPOL_LOCAL"].includes(mode) ? { mode } : { mode, nodes: "0" } },
            `the memory policy ${mode}, which the features list`,
          ),
        )
      : undefined,
  ),
  ...recognized("runtime.features.memory-policy-flags", ["linux", "memoryPolicy", "flags"], (flag, facts) =>
    hasMemoryPolicy(facts.host)
      ? fc.constant(
          linuxCase(
            facts,
            { memoryPolicy: { mode: "MPOL_BIND", nodes: "0", flags: [flag] } },
            `the memory policy flag ${flag}, which the features list`,
          ),
        )
      : undefined,
  ),
]);
