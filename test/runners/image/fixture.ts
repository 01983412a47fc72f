import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Test } from "tap";
import { minimalImage } from "../../../generators/image/base.js";
import { buildLayout } from "../../../generators/image/layout/layout.js";
import { writeLayout } from "../../../generators/image/layout/write-layout.js";
import type { ImageCase } from "../../../runners/image/case.js";
import type { ImageObservation } from "../../../runners/image/observation.js";
import { runTool } from "../../../runners/image/run-tool.js";
import { Sandboxes } from "../../../runners/image/sandboxes.js";
import { commandTool } from "../../../runners/image/tools/command.js";
import type { Tool } from "../../../runners/image/tools/tool.js";
import { agentPath } from "../../../runners/runtime/build-native.js";

export const root = process.getuid?.() === 0;
/** Why tests that need a sandbox are skipped, if they are. */
export const skip = root ? false : "needs root";

/** Writes an image's layout for the time of a test. */
export function layoutOf(t: Test, subject: ImageCase = minimalImage()): string {
  const home = mkdtempSync(join(tmpdir(), "oci-conform-test-"));
  t.teardown(() => rmSync(home, { recursive: true, force: true }));
  writeLayout(join(home, "layout"), buildLayout(subject));
  return join(home, "layout");
}

export const LIMITS = { timeoutMs: 20_000, memoryKiB: 4 << 20 };

/** Runs a tool on a layout. */
export async function runOn(tool: Tool, layout: string, limits = LIMITS): Promise<ImageObservation> {
  const sandboxes = new Sandboxes(agentPath());
  try {
    return await runTool(tool, sandboxes, layout, limits);
  } finally {
    sandboxes.close();
  }
}

/** A tool made of a shell command that also makes what it must, the root file system with a file `a`. */
export const shell = (command: string): Tool => commandTool(`: {layout}; mkdir {rootfs}; printf a > {rootfs}/a; ${command}`);
