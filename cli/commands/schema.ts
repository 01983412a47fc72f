import { readFileSync } from "node:fs";
import { UsageError } from "../../spec/errors.js";
import { makeCommand, parse } from "../options/command.js";

/** The formats whose schemas can be printed, and where they stand in the package. */
const SCHEMAS: Readonly<Record<string, string>> = {
  results: "reports/results/results.schema.json",
  baseline: "reports/baseline/baseline.schema.json",
  probe: "runners/runtime/probe.schema.json",
  "runtime-config": "spec/runtime/config.schema.json",
  "runtime-state": "spec/runtime/state.schema.json",
  "runtime-features": "spec/runtime/features.schema.json",
};

/** The schemas that are made from the code itself. */
const MADE: Readonly<Record<string, () => Promise<object>>> = {
  config: async () => (await import("../config/schema.js")).configSchema(),
};

const NAMES = [...Object.keys(SCHEMAS), ...Object.keys(MADE)];

/** `oci-conform schema NAME`: prints a JSON Schema. */
export async function run(args: readonly string[]): Promise<number> {
  const command = makeCommand("schema", "Prints the JSON Schema of a format of the project.")
    .usage("NAME")
    .argument("<name>", `one of: ${NAMES.join(", ")}`);
  if (!parse(command, args)) return 0;
  const [name = ""] = command.args;
  const make = Object.hasOwn(MADE, name) ? MADE[name] : undefined;
  if (make) {
    process.stdout.write(`${JSON.stringify(await make(), null, 2)}\n`);
    return 0;
  }
  const path = Object.hasOwn(SCHEMAS, name) ? SCHEMAS[name] : undefined;
  if (path === undefined) throw new UsageError(`schema ${name}: there is none; there are: ${NAMES.join(", ")}`);
  process.stdout.write(readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8"));
  return 0;
}
