import fc, { type Arbitrary } from "fast-check";
import { caseOf, minimalConfig } from "../../generators/runtime/base.js";
import { HOOK_KINDS, recordingHook } from "../../generators/runtime/hooks.js";
import { hasMemoryPolicy, hasNamespace } from "../../generators/runtime/host.js";
import { mappings } from "../../generators/runtime/namespaces/mappings.js";
import { architectures } from "../../generators/runtime/seccomp/seccomp.js";
import type { RuntimeCase } from "../../runners/runtime/case.js";
import { parsed } from "../../runners/runtime/observe.js";
import type { Setting } from "../../runners/runtime/target.js";
import { compareReleases } from "../../spec/catalogue.js";
import type { Linux, Mount, Seccomp } from "../../spec/runtime/config.js";
import { validateFeatures } from "../../spec/validate.js";
import { type CheckResult, combine, equal, expectThat } from "../check.js";
import { hookRuns } from "./lifecycle/hook-runs.js";
import { type Check, check, checkCase, type Example, example, section, started, type Unavailable, unavailable } from "./suite.js";

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {};

/** A list of strings at a path of the features; empty when it is absent or null. */
function listed(features: unknown, ...path: readonly string[]): readonly string[] {
  const value = path.reduce<unknown>((inner, key) => fieldsOf(inner)[key], features);
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === "string") : [];
}

/** Judges the JSON that `features` printed. */
const printed = (id: string, judge: (features: Fields) => CheckResult): Check =>
  checkCase(`runtime.features.${id}`, (view) =>
    combine(
      view.case.steps.map((step, at) => {
        const result = view.observation.steps[at];
        if (
          step.op !== "raw" ||
          step.args[0] !== "features" ||
          result?.op !== "raw" ||
          result.ran.exit.kind !== "exited" ||
          result.ran.exit.code !== 0
        )
          return undefined;
        const features = parsed(result.ran.stdout);
        return features === null ? undefined : judge(fieldsOf(features));
      }),
    ),
  );

const NONE = "the target has no features command, as it may";

const printing: RuntimeCase = {
  format: "oci-conform/runtime-case@1",
  title: "what features prints",
  aims: [],
  containers: [],
  steps: [{ op: "raw", args: ["features"] }],
};

/** Every element that the features list is used in a config of its own, and the container must run. */
const recognized = (
  id: string,
  path: readonly string[],
  cases: (element: string, setting: Setting) => Arbitrary<RuntimeCase> | undefined,
): (Check | Example)[] => [
  check(`runtime.features.${id}`, (view) => {
    if (!view.case.aims.includes(`runtime.features.${id}`) || view.container.configText !== undefined) return undefined;
    return started(view) ? { verdict: "pass" } : undefined;
  }),
  example(`runtime.features.${id}`, (setting): Arbitrary<RuntimeCase> | Unavailable => {
    if (setting.target.features === null) return unavailable(NONE);
    const usable = listed(setting.target.features, ...path).flatMap((element) => cases(element, setting) ?? []);
    return usable.length === 0 ? unavailable("the features list nothing that this host could use") : fc.oneof(...usable);
  }),
];

const linuxCase = ({ target }: Setting, linux: Partial<Linux>, title: string): RuntimeCase => {
  const base = minimalConfig(target.release);
  return caseOf({ ...base, linux: { ...base.linux, ...linux } }, { title });
};

const versioned = (id: string, property: string): (Check | Example)[] => [
  check(`runtime.features.${id}`, (view) =>
    view.case.aims.includes(`runtime.features.${id}`) && started(view) && view.probe ? { verdict: "pass" } : undefined,
  ),
  example(`runtime.features.${id}`, ({ target }) => {
    const version = fieldsOf(target.features)[property];
    if (target.features === null) return unavailable(NONE);
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

/** What mount(8) calls specific to a file system. */
const DATA_OPTIONS = ["size", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "huge", "newinstance", "ptmxmode", "hidepid", "subset"];
const KNOWN = ["ociVersionMin", "ociVersionMax", "hooks", "mountOptions", "linux", "annotations", "potentiallyUnsafeConfigAnnotations"];
const HARMLESS = "getpgid";

const seccomp = (setting: Setting, rule: Seccomp, title: string): RuntimeCase => linuxCase(setting, { seccomp: rule }, title);

export default section("Features", [
  printed("schema", (features) => equal(validateFeatures(features), [])),
  printed("oci-version-order", ({ ociVersionMin, ociVersionMax }) =>
    typeof ociVersionMin === "string" && typeof ociVersionMax === "string"
      ? expectThat(compareReleases(ociVersionMax, ociVersionMin) >= 0, `at least ${ociVersionMin}`, ociVersionMax)
      : undefined,
  ),
  printed("known-properties-only", (features) =>
    equal(
      Object.keys(features).filter((key) => !KNOWN.includes(key)),
      [],
    ),
  ),
  printed("annotations-form", ({ annotations }) =>
    annotations === undefined || annotations === null
      ? undefined
      : equal(
          Object.entries(fieldsOf(annotations)).filter(([key, value]) => key === "" || typeof value !== "string"),
          [],
        ),
  ),
  printed("mount-options-no-data", (features) => {
    const options = listed(features, "mountOptions");
    return options.length === 0
      ? undefined
      : equal(
          options.filter((option) => DATA_OPTIONS.includes(option)),
          [],
        );
  }),
  example(
    ["schema", "oci-version-order", "known-properties-only", "annotations-form", "mount-options-no-data"].map(
      (id) => `runtime.features.${id}`,
    ),
    ({ target }) => (target.features === null ? unavailable(NONE) : fc.constant(printing)),
  ),
  ...versioned("oci-version-min", "ociVersionMin"),
  ...versioned("oci-version-max", "ociVersionMax"),
  check("runtime.features.hooks", (view) => {
    const runs = hookRuns(view);
    if (!view.case.aims.includes("runtime.features.hooks") || !started(view) || runs.length === 0) return undefined;
    return equal(
      runs.filter(({ record }) => !record).map(({ kind }) => kind),
      [],
      "hooks that were not called",
    );
  }),
  example("runtime.features.hooks", ({ target }) => {
    const kinds = HOOK_KINDS.filter((kind) => listed(target.features, "hooks").includes(kind));
    if (kinds.length === 0) return unavailable(target.features === null ? NONE : "the features list no hooks");
    return fc
      .constantFrom(...kinds)
      .map((kind) =>
        caseOf(
          { ...minimalConfig(target.release), hooks: { [kind]: [recordingHook(kind, `${kind}-0`)] } },
          { title: `a ${kind} hook, which the features list` },
        ),
      );
  }),
  ...recognized("mount-options", ["mountOptions"], (option, { target }) => {
    if (APART.includes(option)) return undefined;
    const base = minimalConfig(target.release);
    return fc.constant(
      caseOf(
        { ...base, mounts: [...(base.mounts ?? []), mountWith(option)] },
        { title: `the mount option ${option}, which the features list` },
      ),
    );
  }),
  ...recognized("namespaces", ["linux", "namespaces"], (type, setting) => {
    const own = minimalConfig(setting.target.release).linux?.namespaces ?? [];
    if (!hasNamespace(setting.host, type) || (type === "cgroup" && setting.host.cgroup.mode === "none")) return undefined;
    const title = `a ${type} namespace, which the features list`;
    if (own.some((entry) => entry.type === type)) return fc.constant(linuxCase(setting, {}, title));
    const namespaces = [...own, { type }];
    return type === "user"
      ? mappings(setting.host, setting.target.release).map((maps) => linuxCase(setting, { namespaces, ...maps }, title))
      : fc.constant(linuxCase(setting, { namespaces }, title));
  }),
  ...recognized("capabilities", ["linux", "capabilities"], (name, { host, target }) => {
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
  ...recognized("seccomp-actions", ["linux", "seccomp", "actions"], (action, setting) =>
    action === "SCMP_ACT_NOTIFY"
      ? undefined
      : fc.constant(
          seccomp(
            setting,
            { defaultAction: "SCMP_ACT_ALLOW", syscalls: [{ names: [HARMLESS], action }] },
            `the action ${action}, which the features list`,
          ),
        ),
  ),
  ...recognized("seccomp-operators", ["linux", "seccomp", "operators"], (op, setting) =>
    fc.constant(
      seccomp(
        setting,
        {
          defaultAction: "SCMP_ACT_ALLOW",
          syscalls: [{ names: [HARMLESS], action: "SCMP_ACT_ERRNO", args: [{ index: 0, value: 7, valueTwo: 7, op }] }],
        },
        `the operator ${op}, which the features list`,
      ),
    ),
  ),
  ...recognized("seccomp-archs", ["linux", "seccomp", "archs"], (arch, setting) =>
    // Others are recognized too, but a filter cannot mix them with the host's own.
    !architectures(setting.host).includes(arch)
      ? undefined
      : fc.constant(
          seccomp(
            setting,
            { defaultAction: "SCMP_ACT_ALLOW", architectures: [arch], syscalls: [{ names: [HARMLESS], action: "SCMP_ACT_ERRNO" }] },
            `the architecture ${arch}, which the features list`,
          ),
        ),
  ),
  ...(["known", "supported"] as const).flatMap((which) =>
    recognized(`seccomp-${which}-flags`, ["linux", "seccomp", `${which}Flags`], (flag, setting) =>
      // This one needs a listener.
      flag === "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"
        ? undefined
        : fc.constant(
            seccomp(
              setting,
              { defaultAction: "SCMP_ACT_ALLOW", flags: [flag], syscalls: [{ names: [HARMLESS], action: "SCMP_ACT_ERRNO" }] },
              `the flag ${flag}, which the features list`,
            ),
          ),
    ),
  ),
  ...recognized("memory-policy-modes", ["linux", "memoryPolicy", "modes"], (mode, setting) =>
    hasMemoryPolicy(setting.host)
      ? fc.constant(
          linuxCase(
            setting,
            { memoryPolicy: ["MPOL_DEFAULT", "MPOL_LOCAL"].includes(mode) ? { mode } : { mode, nodes: "0" } },
            `the memory policy ${mode}, which the features list`,
          ),
        )
      : undefined,
  ),
  ...recognized("memory-policy-flags", ["linux", "memoryPolicy", "flags"], (flag, setting) =>
    hasMemoryPolicy(setting.host)
      ? fc.constant(
          linuxCase(
            setting,
            { memoryPolicy: { mode: "MPOL_BIND", nodes: "0", flags: [flag] } },
            `the memory policy flag ${flag}, which the features list`,
          ),
        )
      : undefined,
  ),
]);
