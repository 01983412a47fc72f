import { anyCase } from "../../generators/runtime/case.js";
import { createdAgain } from "../../generators/runtime/created-again.js";
import { configCombinations } from "../../generators/runtime/factors/combinations.js";
import { whyNoCgroups } from "../../generators/runtime/host.js";
import { withPath } from "../../generators/runtime/with-path.js";
import type { RuntimeCase } from "../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../runners/runtime/facts.js";
import { RUNTIME_CASE, RUNTIME_FACTS, RUNTIME_OBSERVATION } from "../../runners/runtime/formats.js";
import type { Observation } from "../../runners/runtime/observation.js";
import { whyNotOf } from "../../runners/runtime/references.js";
import { atLeast, whyNotInForce } from "../../spec/runtime/releases.js";
import type { Combinations, Example, Suite } from "../suite.js";
import cgroupOwnership from "./cgroups/ownership.js";
import cgroupsPath from "./cgroups/path.js";
import resourcesBlockIo from "./cgroups/resources/block-io.js";
import resourcesCpu from "./cgroups/resources/cpu.js";
import resourcesDevices from "./cgroups/resources/devices.js";
import resourcesHugepages from "./cgroups/resources/hugepages.js";
import resourcesMemory from "./cgroups/resources/memory.js";
import resourcesNetwork from "./cgroups/resources/network.js";
import resourcesPids from "./cgroups/resources/pids.js";
import resourcesRdma from "./cgroups/resources/rdma.js";
import unified from "./cgroups/resources/unified.js";
import features from "./features/features.js";
import recognizedFeatures from "./features/recognized.js";
import coveredPaths from "./filesystem/covered-paths.js";
import defaultFiles from "./filesystem/default-files.js";
import devices from "./filesystem/devices.js";
import mountData from "./filesystem/mount-data.js";
import mountIdmap from "./filesystem/mount-idmap.js";
import { mountCombinations } from "./filesystem/mount-matrix.js";
import mountOptions from "./filesystem/mount-options.js";
import mountTrees from "./filesystem/mount-trees.js";
import mounts from "./filesystem/mounts.js";
import root from "./filesystem/root.js";
import rootfsPropagation from "./filesystem/rootfs-propagation.js";
import intelRdt from "./intel-rdt.js";
import { judge } from "./judge.js";
import create, { CREATES_CONTAINER } from "./lifecycle/create.js";
import remove from "./lifecycle/delete.js";
import hookFailures from "./lifecycle/hook-failures.js";
import hookInput from "./lifecycle/hook-input.js";
import hooks from "./lifecycle/hooks.js";
import kill from "./lifecycle/kill.js";
import operations from "./lifecycle/operations.js";
import { operationSequences } from "./lifecycle/sequences.js";
import start from "./lifecycle/start.js";
import state from "./lifecycle/state.js";
import memoryPolicy from "./memory-policy.js";
import namespaces from "./namespaces/namespaces.js";
import timeOffsets from "./namespaces/time-offsets.js";
import userMappings from "./namespaces/user-mappings.js";
import netDevices from "./net-devices.js";
import personality from "./personality.js";
import capabilities from "./process/capabilities.js";
import processLinux from "./process/linux.js";
import process from "./process/process.js";
import rlimits from "./process/rlimits.js";
import scheduler from "./process/scheduler.js";
import user from "./process/user.js";
import program from "./program.js";
import robustness from "./robustness.js";
import seccompActions from "./seccomp/actions.js";
import seccompArguments from "./seccomp/arguments.js";
import seccompListener from "./seccomp/listener.js";
import seccomp from "./seccomp/seccomp.js";
import { type Section, unavailable } from "./suite.js";
import outside from "./surroundings/outside.js";
import sysctl from "./sysctl.js";
import validValues from "./valid-values.js";

/** A section whose examples mean nothing where the target can have no cgroups. */
const inCgroups = (unguarded: Section): Section => ({
  ...unguarded,
  examples: unguarded.examples.map((guarded) => ({
    ...guarded,
    cases: (facts) => {
      const why = whyNoCgroups(facts.host);
      return why === undefined ? guarded.cases(facts) : unavailable(why);
    },
  })),
});

/** The sections of the runtime suite, in the order of the spec's documents. */
export const sections: readonly Section[] = [
  state,
  operations,
  create,
  start,
  kill,
  remove,
  program,
  hooks,
  hookInput,
  hookFailures,
  features,
  recognizedFeatures,
  root,
  mounts,
  mountOptions,
  mountData,
  mountTrees,
  mountIdmap,
  process,
  rlimits,
  processLinux,
  scheduler,
  personality,
  memoryPolicy,
  capabilities,
  user,
  validValues,
  namespaces,
  userMappings,
  timeOffsets,
  defaultFiles,
  devices,
  netDevices,
  inCgroups(cgroupsPath),
  inCgroups(cgroupOwnership),
  inCgroups(resourcesDevices),
  inCgroups(resourcesMemory),
  inCgroups(resourcesCpu),
  inCgroups(resourcesBlockIo),
  inCgroups(resourcesHugepages),
  inCgroups(resourcesNetwork),
  inCgroups(resourcesPids),
  inCgroups(resourcesRdma),
  inCgroups(unified),
  intelRdt,
  sysctl,
  seccomp,
  seccompActions,
  seccompArguments,
  seccompListener,
  rootfsPropagation,
  coveredPaths,
  robustness,
  outside,
];

/** Checks of all sections. */
export const checks = sections.flatMap((section) => section.checks);

/** Examples of all sections. */
export const examples = sections.flatMap((section) => section.examples);

/** Puts PATH into the environment of each case for a target that runs nothing without, once its aims are known. */
const withPathIfNeeded = (example: Example<RuntimeCase, RuntimeFacts>): Example<RuntimeCase, RuntimeFacts> => ({
  ...example,
  cases: (facts) => {
    const made = example.cases(facts);
    return "unavailable" in made || !facts.target.needsPath ? made : made.map((testCase) => withPath({ ...testCase, aims: example.aims }));
  },
});

/** Whole configs, of what the target takes. */
function configsOf({ host, target: { release, refuses } }: RuntimeFacts, strength: number): readonly Combinations<RuntimeCase>[] {
  const setting = { host, release, ...(refuses ? { refuses } : {}) };
  return [configCombinations(setting, strength), createdAgain(setting, [CREATES_CONTAINER])];
}

/** PATH in each case of what is covered by construction, too. */
const withPathInRows = (part: Combinations<RuntimeCase>, { target }: RuntimeFacts): Combinations<RuntimeCase> =>
  target.needsPath ? { ...part, rows: part.rows.map((row) => ({ ...row, cases: row.cases.map(withPath) })) } : part;

/** What operations at the same time come to is a matter of luck. */
const isParallel = ({ steps }: RuntimeCase): boolean => steps.some(({ op }) => op === "parallel");

/** Runtimes, driven by their command line: runtime.md and config.md. */
export const runtimeSuite: Suite<RuntimeCase, Observation, RuntimeFacts> = {
  spec: "runtime",
  formats: { case: RUNTIME_CASE, observation: RUNTIME_OBSERVATION, facts: RUNTIME_FACTS },
  checks,
  examples: examples.map(withPathIfNeeded),
  combinations: (facts, strength) =>
    [configsOf, mountCombinations, operationSequences].flatMap((part) => part(facts, strength)).map((part) => withPathInRows(part, facts)),
  general({ host, target }, { fuzz }) {
    const cases = anyCase(host, target.release).filter((testCase) => fuzz || !isParallel(testCase));
    return target.needsPath ? cases.map(withPath) : cases;
  },
  judge: (testCase, observation, facts) => judge(checks, testCase, observation, facts),
  release: ({ target }) => target.release,
  notApplicable: (requirement, { target }) => whyNotInForce(requirement, target.release, "the target"),
  cannotRun({ containers }, { target: { release } }) {
    const newer = containers.find(({ config: { ociVersion } }) => /^\d+\.\d+\.\d+/.test(ociVersion) && !atLeast(release, ociVersion));
    return newer && `its config is of release ${newer.config.ociVersion}; the target is judged by ${release}`;
  },
  notOf: whyNotOf,
  isNondeterministic: isParallel,
};
