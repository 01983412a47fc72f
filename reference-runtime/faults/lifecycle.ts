import type { HookKind, Plan, Step } from "../plan.js";
import { accepting, changed, dropped, type Fault, inCore, inPlan } from "./fault.js";

const KINDS: readonly (readonly [kind: HookKind, name: string])[] = [
  ["prestart", "prestart"],
  ["createRuntime", "create-runtime"],
  ["createContainer", "create-container"],
  ["startContainer", "start-container"],
  ["poststart", "poststart"],
  ["poststop", "poststop"],
];

/** A plan without the hooks that the test picks, and without what belongs to them. */
function withoutHooks(plan: Plan, test: (kind: string) => boolean): Plan {
  let dropping = false;
  return plan.filter((step: Step) => {
    if (step.verb === "hook") dropping = test(step.args[0]);
    else if (step.verb !== "hook-arg" && step.verb !== "hook-env") dropping = false;
    return !dropping;
  });
}

/** The hooks with all that belongs to each, last first. */
function reversed(plan: Plan): Plan {
  const first = plan.findIndex(({ verb }) => verb === "hook");
  if (first < 0) return plan;
  const groups: Step[][] = [];
  for (const step of plan.slice(first)) {
    if (step.verb === "hook") groups.push([]);
    groups.at(-1)?.push(step);
  }
  return [...plan.slice(0, first), ...groups.reverse().flat()];
}

/** Operations, state, and hooks. */
export const LIFECYCLE_FAULTS: readonly Fault[] = [
  ...KINDS.map(([kind, name]) =>
    inPlan(`${name}-not-run`, `lifecycle.${name}-invoked`, (plan) => withoutHooks(plan, (each) => each === kind)),
  ),
  dropped("hook-env-ignored", "hooks.env", "hook-env"),
  dropped("hook-args-ignored", "hooks.args", "hook-arg"),
  inPlan("hooks-reversed", "hooks.listed-order", reversed),
  changed("hook-timeout-ignored", "hooks.timeout-aborts", "hook", (kind, path) => [kind, path, 0]),
  changed("state-without-version", "state.oci-version", "state", (members) => [members.replace(/"ociVersion":"[^"]*",/, "")]),
  changed("state-with-relative-bundle", "state.bundle-absolute", "state", (members) => [members.replace('"bundle":"/', '"bundle":"')]),
  changed("state-with-other-annotations", "state.annotations", "state", (members) => [
    members.replace(/"annotations":\{.*\}/, '"annotations":{"com.example.invented":"x"}'),
  ]),
  inCore("state-of-another-id", "state.id"),
  inCore("state-always-running", "state.status-created"),
  inCore("state-never-running", "state.status-running"),
  inCore("state-never-stopped", "state.status-stopped"),
  inCore("state-without-pid", "state.pid-when-running"),
  inCore("state-invents-containers", "query-state.unknown-id-error"),
  inCore("delete-leaves-cgroup", "delete.resources-deleted"),
  inCore("delete-of-running", "delete.not-stopped-error"),
  inCore("delete-without-end", "lifecycle.container-destroyed"),
  inCore("kill-does-nothing", "kill.sends-signal"),
  inCore("kill-of-stopped", "kill.not-alive-error"),
  inCore("start-of-started", "start.not-created-error"),
  inCore("start-without-program", "start.runs-program"),
  inCore("start-without-process", "start.no-process-error"),
  inCore("hook-failures-ignored", "lifecycle.prestart-failure"),
  inCore("hook-without-state", "hooks.state-on-stdin"),
  inCore("hook-with-wrong-pid", "hooks.state-pid"),
  inCore("hook-with-wrong-status", "hooks.state-status"),
  inCore("poststart-failure-ignored", "lifecycle.poststart-failure"),
];

/** What is wrong in a config is accepted: the requirement, and where the fault lies. */
const ACCEPTED: readonly (readonly [requirement: string, where: RegExp])[] = [
  ["oci-version.semver", /^ociVersion$/],
  ["oci-version.required", /^config\.json$/],
  ["root.required", /^config\.json$/],
  ["root.path-required", /^root/],
  ["mounts.destination-required", /^mounts/],
  ["mounts.idmap-without-mappings-error", /^mounts/],
  ["mounts.uid-mappings-need-gid-mappings", /^mounts/],
  ["mounts.gid-mappings-need-uid-mappings", /^mounts/],
  ["process.cwd-absolute", /^process\.cwd/],
  ["process.cwd-required", /^process$/],
  ["process.args-required", /^process/],
  ["process.rlimits-unknown-type-error", /^process\.rlimits/],
  ["process.rlimits-duplicate-error", /^process\.rlimits/],
  ["hooks.path-absolute", /^hooks/],
  ["hooks.path-required", /^hooks/],
  ["hooks.timeout-above-zero", /^hooks/],
  ["annotations.map-of-strings", /^annotations/],
  ["annotations.key-not-empty", /^annotations/],
  ["valid-values.invalid-refused", /./],
  ["valid-values.wrong-type-refused", /./],
  ["valid-values.malformed-json-refused", /^config\.json$/],
  ["namespaces.path-absolute", /^linux\.namespaces/],
  ["namespaces.duplicate-error", /^linux\.namespaces/],
  ["namespaces.type-required", /^linux\.namespaces/],
  ["namespaces.type-unknown-error", /^linux\.namespaces/],
  ["devices.type-unknown-error", /^linux\.devices/],
  ["intel-rdt.no-resctrl-error", /^linux\.intelRdt/],
  ["memory-policy.mode-unknown-error", /^linux\.memoryPolicy/],
  ["seccomp.default-action-required", /^linux\.seccomp/],
  ["seccomp.errno-unsupported-error", /^linux\.seccomp/],
  ["seccomp.names-at-least-one", /^linux\.seccomp/],
  ["seccomp.action-unknown-error", /^linux\.seccomp/],
  ["seccomp.operator-unknown-error", /^linux\.seccomp/],
  ["seccomp-listener.metadata-needs-path", /^linux\.seccomp/],
  ["rootfs-propagation.unknown-error", /^linux\.rootfsPropagation/],
  ["masked-paths.absolute", /^linux\.maskedPaths/],
  ["readonly-paths.absolute", /^linux\.readonlyPaths/],
  ["personality.domain-unknown-error", /^linux\.personality/],
  ["unified.missing-controller-error", /^linux\.resources\.unified/],
];

export const ACCEPTING_FAULTS: readonly Fault[] = ACCEPTED.map(([requirement, where]) =>
  accepting(
    `accepts-${requirement.replace(/-(error|refused|required)$/, "").replaceAll(".", "-")}${/-required$/.test(requirement) ? "-missing" : ""}`,
    requirement,
    where,
  ),
);
