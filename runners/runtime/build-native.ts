import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { platform } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../../spec/errors.js";

/** The package's root: the nearest directory above this module that has a package.json. */
function packageRoot(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, "package.json"))) directory = dirname(directory);
  return directory;
}

/** The agent's binary; undefined when it was not built. */
export function builtAgent(): string | undefined {
  const path = join(packageRoot(), "build", "agent");
  return existsSync(path) ? path : undefined;
}

/** The agent's binary. @throws UsageError when it was not built. */
export function agentPath(): string {
  const path = builtAgent();
  if (path === undefined) throw new UsageError("the agent is not built: install gcc (or musl-tools) and make, then `npm run build`");
  return path;
}

/** The bundled runtime's binary. @throws UsageError when it was not built. */
export function referencePath(): string {
  const path = join(packageRoot(), "build", "oci-ref");
  if (!existsSync(path)) throw new UsageError("oci-ref is not built: install gcc (or musl-tools) and make, then `npm run build`");
  return path;
}

/**
 * Builds the C parts with make: the agent, and the core of the reference runtime. Without a compiler, or not on Linux, it only says so:
 * the rest of the project works without them.
 */
export function buildNative(): void {
  if (platform() !== "linux") {
    unbuilt(`this is ${platform()}, not Linux`);
    return;
  }
  for (const source of [join("runners", "runtime", "agent"), join("reference-runtime", "core")]) make(join(packageRoot(), source));
}

function make(source: string): void {
  const { status, error, stdout, stderr } = spawnSync("make", ["-s", "-C", source, `NODE=${process.execPath}`], { encoding: "utf8" });
  if (error) {
    unbuilt("install make and gcc (or musl-tools)");
  } else if (status !== 0 && /(?:cc|gcc|musl-gcc): (?:not found|No such file)/.test(stderr)) {
    unbuilt("install gcc (or musl-tools)");
  } else if (status !== 0) {
    process.stderr.write(`${stdout}${stderr}`);
    process.exitCode = 1;
  }
}

function unbuilt(why: string): void {
  process.stderr.write(`C parts not built: ${why}; \`oci-conform runtime\` needs it (then \`npm run build\` again)\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) buildNative();
