import { UsageError } from "../../../spec/errors.js";
import { buildah } from "./buildah.js";
import { crane } from "./crane.js";
import { ctr } from "./ctr.js";
import { oras } from "./oras.js";
import { podman } from "./podman.js";
import { regctl } from "./regctl.js";
import { skopeo } from "./skopeo.js";
import type { ClientTool } from "./tool.js";

/** The clients that need no telling how they are called, besides the bundled one. */
export const CLIENT_TOOLS: readonly ClientTool[] = [skopeo, podman, buildah, ctr, crane, oras, regctl];

/** The tool of that name. @throws UsageError */
export function toolNamed(name: string): ClientTool {
  const tool = CLIENT_TOOLS.find((each) => each.name === name);
  if (!tool)
    throw new UsageError(
      `--tool ${name}: there are ${CLIENT_TOOLS.map((each) => each.name).join(", ")}; others by command lines, such as --pull`,
    );
  return tool;
}
