import { platform } from "node:os";
import type { ClientTool } from "../../../runners/client/tools/tool.js";
import { resolveProgram } from "../../../runners/runtime/preflight.js";
import { UsageError } from "../../../spec/errors.js";

/** The first option by which a client was named. */
const optionOf = ({ name, commands }: ClientTool): string => {
  const [verb] = Object.keys(commands ?? {});
  return verb === undefined ? `--tool ${name}:` : `--${verb}`;
};

/** @throws UsageError where a client cannot be tested here: one that is not the bundled one takes Linux, root and its programs. */
export function assertPlayable(tool: ClientTool): void {
  if (tool.embedded) return;
  if (platform() !== "linux") throw new UsageError(`clients are driven on Linux; this is ${platform()}; the bundled one runs anywhere`);
  if (process.geteuid?.() !== 0) throw new UsageError("clients are driven as root, in a sandbox: start this as root");
  for (const program of [tool.program, ...(tool.needs ?? [])]) resolveProgram(program, optionOf(tool));
}
