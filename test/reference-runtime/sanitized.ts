import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Builds the core with sanitizers; tests that do so at the same time wait for one another. @throws when it does not build */
export function sanitizedCore(): string {
  const make = ["make", "-s", "-C", join(root, "reference-runtime/core"), "sanitize"];
  const { status, stderr } = spawnSync("flock", [join(root, "build/oci-ref-asan.lock"), ...make], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return join(root, "build/oci-ref-asan");
}
