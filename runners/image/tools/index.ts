import { UsageError } from "../../../spec/errors.js";
import { buildah } from "./buildah.js";
import { ctr } from "./ctr.js";
import { podman } from "./podman.js";
import { skopeo } from "./skopeo.js";
import type { Tool } from "./tool.js";
import { umoci } from "./umoci.js";

/** The tools that need no telling how they are called. */
export const TOOLS: readonly Tool[] = [umoci, skopeo, buildah, podman, ctr];

/** The tool of that name. @throws UsageError */
export function toolNamed(name: string): Tool {
  const tool = TOOLS.find((each) => each.name === name);
  if (!tool) throw new UsageError(`--tool ${name}: there are ${TOOLS.map((each) => each.name).join(", ")}; others by --tool-cmd`);
  return tool;
}
