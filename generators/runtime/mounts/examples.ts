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

/** Each file system of the kernel's that can be mounted here, with all restrictions; in a user namespace, too, but for cgroups. */
export const restrictedRows = (facts: RuntimeFacts): readonly Row[] =>
  fileSystems(facts)
    .filter(({ name, type, excluded }) => name === type && excluded === undefined)
    .flatMap((kind) => {
      const destination = first(destinations(facts));
      const row: Row = {
        source: undefined,
        kind,
        options: { name: "restrictions", options: RESTRICTIONS },
        destination,
        around: { name: "" },
      };
      const remapped: Row = { ...row, around: { name: "", remapped: true } };
      return hasNamespace(facts.host, "user") && kind.type !== "cgroup" ? [row, remapped] : [row];
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
