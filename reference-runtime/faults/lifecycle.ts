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
    inPlan(`${name}-not-run`, `runtime.lifecycle.${name}-invoked`, (plan) => withoutHooks(plan, (each) => each === kind)),
  ),
  dropped("hook-env-ignored", "runtime.hooks.env", "hook-env"),
  dropped("hook-args-ignored", "runtime.hooks.args", "hook-arg"),
  inPlan("hooks-reversed", "runtime.hooks.listed-order", reversed),
  changed("hook-timeout-ignored", "runtime.hooks.timeout-aborts", "hook", (kind, path) => [kind, path, 0]),
  changed("state-without-version", "runtime.state.oci-version", "state", (members) => [members.replace(/"ociVersion":"[^"]*",/, "")]),
  changed("state-with-relative-bundle", "runtime.state.bundle-absolute", "state", (members) => [
    members.replace('"bundle":"/', '"bundle":"'),
  ]),
  changed("state-with-other-annotations", "runtime.state.annotations", "state", (members) => [
    members.replace(/"annotations":\{.*\}/, '"annotations":{"com.example.invented":"x"}'),
  ]),
  inCore("state-of-another-id", "runtime.state.id"),
  inCore("state-always-running", "runtime.state.status-created"),
  inCore("state-never-running", "runtime.state.status-running"),
  inCore("state-never-stopped", "runtime.state.status-stopped"),
  inCore("state-without-pid", "runtime.state.pid-when-running"),
  inCore("state-invents-containers", "runtime.query-state.unknown-id-error"),
  inCore("links-of-an-earlier-container", "runtime.create.creates-container"),
  inCore("delete-leaves-cgroup", "runtime.delete.resources-deleted"),
  inCore("delete-of-running", "runtime.delete.not-stopped-error"),
  inCore("delete-without-end", "runtime.lifecycle.container-destroyed"),
  inCore("kill-does-nothing", "runtime.kill.sends-signal"),
  inCore("kill-of-stopped", "runtime.kill.not-alive-error"),
  inCore("start-of-started", "runtime.start.not-created-error"),
  inCore("start-without-program", "runtime.start.runs-program"),
  inCore("start-without-process", "runtime.start.no-process-error"),
  inCore("hook-failures-ignored", "runtime.lifecycle.prestart-failure"),
  inCore("hook-without-state", "runtime.hooks.state-on-stdin"),
  inCore("hook-with-wrong-pid", "runtime.hooks.state-pid"),
  inCore("hook-with-wrong-status", "runtime.hooks.state-status"),
  inCore("poststart-failure-ignored", "runtime.lifecycle.poststart-failure"),
];

/** What is wrong in a config is accepted: the requirement, and where the fault lies. */
const ACCEPTED: readonly (readonly [requirement: string, where: RegExp])[] = [
  ["runtime.oci-version.semver", /^ociVersion$/],
  ["runtime.oci-version.required", /^config\.json$/],
  ["runtime.root.required", /^config\.json$/],
  ["runtime.root.path-required", /^root/],
  ["runtime.mounts.destination-required", /^mounts/],
  ["runtime.mounts.idmap-without-mappings-error", /^mounts/],
  ["runtime.mounts.uid-mappings-need-gid-mappings", /^mounts/],
  ["runtime.mounts.gid-mappings-need-uid-mappings", /^mounts/],
  ["runtime.process.cwd-absolute", /^process\.cwd/],
  ["runtime.process.cwd-required", /^process$/],
  ["runtime.process.args-required", /^process/],
  ["runtime.process.rlimits-unknown-type-error", /^process\.rlimits/],
  ["runtime.process.rlimits-duplicate-error", /^process\.rlimits/],
  ["runtime.hooks.path-absolute", /^hooks/],
  ["runtime.hooks.path-required", /^hooks/],
  ["runtime.hooks.timeout-above-zero", /^hooks/],
  ["runtime.annotations.map-of-strings", /^annotations/],
  ["runtime.annotations.key-not-empty", /^annotations/],
  ["runtime.valid-values.invalid-refused", /./],
  ["runtime.valid-values.wrong-type-refused", /./],
  ["runtime.valid-values.malformed-json-refused", /^config\.json$/],
  ["runtime.namespaces.path-absolute", /^linux\.namespaces/],
  ["runtime.namespaces.duplicate-error", /^linux\.namespaces/],
  ["runtime.namespaces.type-required", /^linux\.namespaces/],
  ["runtime.namespaces.type-unknown-error", /^linux\.namespaces/],
  ["runtime.devices.type-unknown-error", /^linux\.devices/],
  ["runtime.intel-rdt.no-resctrl-error", /^linux\.intelRdt/],
  ["runtime.memory-policy.mode-unknown-error", /^linux\.memoryPolicy/],
  ["runtime.seccomp.default-action-required", /^linux\.seccomp/],
  ["runtime.seccomp.errno-unsupported-error", /^linux\.seccomp/],
  ["runtime.seccomp.names-at-least-one", /^linux\.seccomp/],
  ["runtime.seccomp.action-unknown-error", /^linux\.seccomp/],
  ["runtime.seccomp.operator-unknown-error", /^linux\.seccomp/],
  ["runtime.seccomp-listener.metadata-needs-path", /^linux\.seccomp/],
  ["runtime.rootfs-propagation.unknown-error", /^linux\.rootfsPropagation/],
  ["runtime.masked-paths.absolute", /^linux\.maskedPaths/],
  ["runtime.readonly-paths.absolute", /^linux\.readonlyPaths/],
  ["runtime.personality.domain-unknown-error", /^linux\.personality/],
  ["runtime.unified.missing-controller-error", /^linux\.resources\.unified/],
];

export const ACCEPTING_FAULTS: readonly Fault[] = ACCEPTED.map(([requirement, where]) =>
  accepting(
    `accepts-${requirement
      .replace(/^runtime\./, "")
      .replace(/-(error|refused|required)$/, "")
      .replaceAll(".", "-")}${/-required$/.test(requirement) ? "-missing" : ""}`,
    requirement,
    where,
  ),
);
