import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import { hasNamespace } from "../host.js";
import { destinations } from "./destinations.js";
import { BINDS, fileSystems } from "./kinds.js";
import type { Row } from "./rows.js";
import { sources } from "./sources.js";

/** What engines ask of the file systems that they mount for containers. */
export const RESTRICTIONS = ["ro", "nosuid", "nodev", "noexec"] as const;

const first = <T>(list: readonly T[]): T => {
  const [one] = list;
  if (one === undefined) throw new Error("there is none of them");
  return one;
};

/** The file systems of the kernel's own that can be mounted here. */
export const kernelTypes = (facts: RuntimeFacts): readonly string[] =>
  fileSystems(facts)
    .filter(({ name, type, excluded }) => name === type && excluded === undefined)
    .map(({ name }) => name);

/** One of them with all restrictions; cgroups cannot be mounted in a user namespace. */
export const kernelRow = (facts: RuntimeFacts, type: string, remapped: boolean): Row => ({
  source: undefined,
  kind: first(fileSystems(facts).filter(({ name }) => name === type)),
  options: { name: "restrictions", options: RESTRICTIONS },
  destination: first(destinations(facts)),
  around: { name: "", ...(remapped && type !== "cgroup" && hasNamespace(facts.host, "user") ? { remapped: true } : {}) },
});

/** In a user namespace, bind mounts with a flag more of mounts that have flags already: those are locked, and have to stay. */
export const lockedRows = (facts: RuntimeFacts): readonly Row[] =>
  sources(facts)
    .filter(({ flags, excluded }) => flags.length > 0 && excluded === undefined)
    .map((source) => ({
      source,
      kind: first(BINDS),
      options: source.flags.includes("ro") ? { name: "nosuid", options: ["nosuid"] } : { name: "ro", options: ["ro"] },
      destination: first(destinations(facts)),
      around: { name: "", remapped: true },
    }));
