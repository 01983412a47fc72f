import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

import { Ajv, type AnySchemaObject } from "ajv";
import standalone from "ajv/dist/standalone/index.js";

import { builtSchema, builtValidator, schemas } from "./schemas.js";

/*
 * A step of the build: turns each schema into a file of plain code beside the compiled sources. The files are CommonJS,
 * so that a validator can be loaded on first use by a synchronous function.
 */

const isSchema = (value: unknown): value is AnySchemaObject => typeof value === "object" && value !== null && !Array.isArray(value);

const root = new URL("../../", import.meta.url);
const options = { allErrors: true, allowUnionTypes: true, strictRequired: false, strictTypes: false, code: { source: true } } as const;
const plain = new Ajv(options);
/** What is wrong with a stored file is told in words, which takes the rule that was broken. */
const telling = new Ajv({ ...options, verbose: true });

const files = schemas().map(({ name, file, madeOf }) => {
  const text = readFileSync(new URL(file, root), "utf8");
  const schema: unknown = JSON.parse(text);
  if (!isSchema(schema)) throw new TypeError(`${file} is not a schema`);
  const ajv = madeOf ? telling : plain;
  const id = typeof schema.$id === "string" ? schema.$id : name;
  ajv.addSchema(schema, id);
  return { name, text, ajv, id };
});

mkdirSync(new URL("./schemas/", import.meta.url), { recursive: true });
for (const { name, text, ajv, id } of files) {
  const compiled = ajv.getSchema(id);
  if (!compiled) throw new Error(`the schema ${name} did not compile`);
  writeFileSync(builtValidator(name), standalone.default(ajv, compiled));
  writeFileSync(builtSchema(name), text);
}
