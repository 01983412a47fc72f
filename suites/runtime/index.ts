import { whyNoCgroups } from "../../generators/runtime/host.js";
import capabilities from "./capabilities.js";
import cgroupOwnership from "./cgroup-ownership.js";
import cgroupsPath from "./cgroups-path.js";
import coveredPaths from "./covered-paths.js";
import defaultFiles from "./default-files.js";
import devices from "./devices.js";
import features from "./features.js";
import hookFailures from "./hook-failures.js";
import hooks from "./hooks.js";
import intelRdt from "./intel-rdt.js";
import mountIdmap from "./mount-idmap.js";
import mountOptions from "./mount-options.js";
import mountTrees from "./mount-trees.js";
import mounts from "./mounts.js";
import namespaces from "./namespaces.js";
import netDevices from "./net-devices.js";
import operations from "./operations.js";
import process from "./process.js";
import processLinux from "./process-linux.js";
import program from "./program.js";
import resourcesBlockIo from "./resources-block-io.js";
import resourcesCpu from "./resources-cpu.js";
import resourcesDevices from "./resources-devices.js";
import resourcesHugepages from "./resources-hugepages.js";
import resourcesMemory from "./resources-memory.js";
import resourcesNetwork from "./resources-network.js";
import resourcesPids from "./resources-pids.js";
import resourcesRdma from "./resources-rdma.js";
import robustness from "./robustness.js";
import root from "./root.js";
import rootfsPropagation from "./rootfs-propagation.js";
import seccomp from "./seccomp.js";
import seccompListener from "./seccomp-listener.js";
import state from "./state.js";
import { example, lack, type Section } from "./suite.js";
import sysctl from "./sysctl.js";
import timeOffsets from "./time-offsets.js";
import unified from "./unified.js";
import user from "./user.js";
import userMappings from "./user-mappings.js";
import validValues from "./valid-values.js";

/** A section whose examples mean nothing where the target can have no cgroups. */
const inCgroups = (own: Section): Section => ({
  ...own,
  examples: own.examples.map(({ ids, cases }) =>
    example(ids, (setting) => {
      const why = whyNoCgroups(setting.host);
      return why === undefined ? cases(setting) : lack(why);
    }),
  ),
});

/** The sections of the runtime suite, in the order of the spec's documents. */
export const sections: readonly Section[] = [
  state,
  operations,
  program,
  hooks,
  hookFailures,
  features,
  root,
  mounts,
  mountOptions,
  mountTrees,
  mountIdmap,
  process,
  processLinux,
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
  seccompListener,
  rootfsPropagation,
  coveredPaths,
  robustness,
];

/** Checks of all sections. */
export const checks = sections.flatMap((section) => section.checks);

/** Examples of all sections. */
export const examples = sections.flatMap((section) => section.examples);
