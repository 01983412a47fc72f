import { minimalImage } from "../../../../generators/image/base.js";
import type { ImageCase } from "../../../../runners/image/case.js";
import { complaint, type Ending, ending, type ImageObservation } from "../../../../runners/image/observation.js";
import type { Tool } from "../../../../runners/image/tools/tool.js";

/** The minimal image in other forms, for tools that do not take the first: that they do not is for the checks to say. */
export function otherForms(): ImageCase[] {
  const minimal = minimalImage();
  return [
    { ...minimal, layers: minimal.layers.map((layer) => ({ ...layer, compression: { kind: "none" } })) },
    { ...minimal, shape: { platform: true } },
  ];
}

/** Whether the tool made anything of an image, right or wrong: paths below the root, or files in a copy. */
export function madeSomething(observation: ImageObservation): boolean {
  if (ending(observation) !== "accepted") return false;
  const { tree, copies } = observation;
  return (
    Object.keys(tree ?? {}).some((path) => path !== "") ||
    Object.values(copies).some((copy) => Object.values(copy).some(({ kind }) => kind === "file"))
  );
}

const CAME: Readonly<Record<Ending, string>> = {
  accepted: "it exits with 0, and nothing is there",
  refused: "it fails",
  crashed: "it is ended by a signal, or panics",
  hung: "it does not end in time",
  "out-of-memory": "it runs out of memory",
  "out-of-space": "it fills the sandbox's file system",
};

/** What may help, by how it ended. */
function help({ copies, command }: Tool, how: Ending): string {
  if (how === "hung") return "a longer --timeout may help";
  if (how === "out-of-memory" || how === "crashed") return "a larger --memory may help";
  if (command === undefined) return "--tool-cmd calls it in another way";
  return how === "accepted" && copies === undefined
    ? "--tool-cmd has to unpack {layout}:{ref} into {rootfs}, which it has to make"
    : "try the command of --tool-cmd by hand, on a layout that oci-conform image generate wrote";
}

/** Why a tool cannot be tested that makes nothing of the simplest image: what was expected, what came, and what may help. */
export function untestable(tool: Tool, observation: ImageObservation): string {
  const how = ending(observation);
  const words = complaint(observation);
  const wanted = tool.copies === undefined ? "a tree with that file" : "a copy of it";
  return `${tool.name} cannot unpack an image of one layer with one file: expected ${wanted}; ${CAME[how]}${words === "" ? "" : ` (${words})`}; ${help(tool, how)}`;
}
