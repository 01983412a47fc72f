import { readFileSync } from "node:fs";

/** A JSON Schema of the project. */
interface SchemaFile {
  /** From the project's root. */
  readonly file: string;
  /** What `oci-conform schema` calls it, where that is another name. */
  readonly printedAs?: string;
  /** The TypeScript type that it is made of by `npm run schemas`; others are written by hand. */
  readonly madeOf?: { readonly file: string; readonly type: string; readonly title: string };
}

const made = (file: string, type: string, title: string, source = file) => ({
  file: `runners/${file}.schema.json`,
  madeOf: { file: `runners/${source}.ts`, type, title },
});

/** Every JSON Schema of the project by name. */
export const SCHEMAS = {
  config: { file: "spec/runtime/config.schema.json", printedAs: "runtime-config" },
  resources: { file: "spec/runtime/resources.schema.json", printedAs: "runtime-resources" },
  seccomp: { file: "spec/runtime/seccomp.schema.json", printedAs: "runtime-seccomp" },
  state: { file: "spec/runtime/state.schema.json", printedAs: "runtime-state" },
  "seccomp-state": { file: "spec/runtime/seccomp-state.schema.json", printedAs: "runtime-seccomp-state" },
  features: { file: "spec/runtime/features.schema.json", printedAs: "runtime-features" },
  "runtime-case": made("runtime/case", "RuntimeCase", "A case of the runtime suite"),
  "runtime-observation": made("runtime/observation", "Observation", "What was seen of a case of the runtime suite"),
  "runtime-facts": made("runtime/facts", "RuntimeFactsFile", "What was known before a case of the runtime suite", "runtime/formats"),
  "registry-case": made("registry/case", "RegistryCase", "A case of the registry suite"),
  "registry-observation": made("registry/observation", "RegistryObservation", "What was seen of a case of the registry suite"),
  "registry-facts": made("registry/facts", "RegistryFactsFile", "What was known before a case of the registry suite", "registry/formats"),
  "client-case": made("client/case", "ClientCase", "A case of the client suite"),
  "client-observation": made("client/observation", "ClientObservation", "What was seen of a case of the client suite"),
  "client-facts": made("client/facts", "ClientFactsFile", "What was known before a case of the client suite", "client/formats"),
  "image-case": made("image/case", "ImageCase", "A case of the image suite"),
  "image-observation": made("image/observation", "ImageObservation", "What was seen of a case of the image suite"),
  "image-facts": made("image/facts", "ImageFactsFile", "What was known before a case of the image suite", "image/formats"),
  probe: { file: "runners/runtime/probe.schema.json" },
  results: { file: "reports/results/results.schema.json" },
  baseline: { file: "reports/baseline/baseline.schema.json" },
} as const satisfies Readonly<Record<string, SchemaFile>>;

export type SchemaName = keyof typeof SCHEMAS;

/** Those that are made of types: of stored files. */
export type MadeSchemaName = {
  [Name in SchemaName]: (typeof SCHEMAS)[Name] extends { readonly madeOf: object } ? Name : never;
}[SchemaName];

/** All schemas, each with its name. */
export const schemas = (): readonly (SchemaFile & { readonly name: SchemaName })[] =>
  Object.entries<SchemaFile>(SCHEMAS).map(([name, schema]) => ({ ...schema, name: name as SchemaName }));

/** Where the build puts a schema and its validator. */
export const builtSchema = (name: SchemaName): URL => new URL(`./schemas/${name}.schema.json`, import.meta.url);
export const builtValidator = (name: SchemaName): URL => new URL(`./schemas/${name}.validator.cjs`, import.meta.url);

/** The text of a schema, for printing. Throws when the project was not built. */
export const schemaText = (name: SchemaName): string => readFileSync(builtSchema(name), "utf8");
