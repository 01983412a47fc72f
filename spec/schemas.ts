import { readFileSync } from "node:fs";

/** Every JSON Schema of the project by name, with its file from the project's root. A file may be shared by `$ref` alone. */
export const SCHEMAS = {
  config: "spec/runtime/config.schema.json",
  resources: "spec/runtime/resources.schema.json",
  seccomp: "spec/runtime/seccomp.schema.json",
  state: "spec/runtime/state.schema.json",
  "seccomp-state": "spec/runtime/seccomp-state.schema.json",
  features: "spec/runtime/features.schema.json",
  probe: "runners/runtime/probe.schema.json",
  case: "runners/runtime/case.schema.json",
  results: "reports/results/results.schema.json",
  baseline: "reports/baseline/baseline.schema.json",
} as const;

export type SchemaName = keyof typeof SCHEMAS;

/** Where the build puts a schema and its validator. */
export const builtSchema = (name: SchemaName): URL => new URL(`./schemas/${name}.schema.json`, import.meta.url);
export const builtValidator = (name: SchemaName): URL => new URL(`./schemas/${name}.validator.cjs`, import.meta.url);

/** The text of a schema, for printing. Throws when the project was not built. */
export const schemaText = (name: SchemaName): string => readFileSync(builtSchema(name), "utf8");
