import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

import { Ajv, type AnySchemaObject } from "ajv";
import standalone from "ajv/dist/standalone/index.js";

import { builtSchema, builtValidator, SCHEMAS, type SchemaName } from "./schemas.js";

/*
 * A step of the build: turns each schema into a file of plain code beside the compiled sources. The files are CommonJS,
 * so that a validator can be loaded on first use by a synchronous function.
 */

const isSchema = (value: unknown): value is AnySchemaObject => typeof value === "object" && value !== null && !Array.isArray(value);
const isName = (name: string): name is SchemaName => name in SCHEMAS;

const root = new URL("../../", import.meta.url);
const texts = new Map<SchemaName, string>();
for (const [name, path] of Object.entries(SCHEMAS)) {
  const file = new URL(path, root);
  if (isName(name) && existsSync(file)) texts.set(name, readFileSync(file, "utf8"));
}

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, strictRequired: false, strictTypes: false, code: { source: true } });
const ids = new Map<SchemaName, string>();
for (const [name, text] of texts) {
  const schema: unknown = JSON.parse(text);
  if (!isSchema(schema)) throw new TypeError(`${SCHEMAS[name]} is not a schema`);
  const id = typeof schema.$id === "string" ? schema.$id : name;
  ajv.addSchema(schema, id);
  ids.set(name, id);
}

mkdirSync(new URL("./schemas/", import.meta.url), { recursive: true });
for (const [name, id] of ids) {
  const compiled = ajv.getSchema(id);
  if (!compiled) throw new Error(`${SCHEMAS[name]} did not compile`);
  writeFileSync(builtValidator(name), standalone.default(ajv, compiled));
  writeFileSync(builtSchema(name), texts.get(name) ?? "");
}
