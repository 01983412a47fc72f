import { readFileSync } from "node:fs";
import t from "tap";
import { madeSchemas } from "../../spec/make-schemas.js";
import { SCHEMAS, schemas, schemaText } from "../../spec/schemas.js";

const root = new URL("../../../", import.meta.url);

t.test("schemas that are made of types are those of today's types: npm run schemas", async (t) => {
  const made = madeSchemas();
  t.equal(made.size, schemas().filter(({ madeOf }) => madeOf).length);
  for (const [name, text] of made) t.same(JSON.parse(readFileSync(new URL(SCHEMAS[name].file, root), "utf8")), JSON.parse(text), name);
});

t.test("every schema has a title, an identifier of its own, and an object that takes no unknown property", async (t) => {
  const ids = new Set<string>();
  for (const { name, madeOf } of schemas()) {
    const schema = JSON.parse(schemaText(name));
    if (!madeOf) continue;
    t.equal(schema.title, madeOf.title);
    t.equal(schema.$id, `oci-conform:${name}`);
    const object = schema.$ref ? schema.definitions[decodeURIComponent(schema.$ref.replace("#/definitions/", ""))] : schema;
    t.equal(object.additionalProperties, false, name);
    ids.add(schema.$id);
  }
  t.equal(ids.size, [...madeSchemas()].length);
});

t.test("names for people differ", async (t) => {
  const names = schemas().map(({ name, printedAs = name }) => printedAs);
  t.equal(new Set([...names, "config"]).size, names.length + 1);
});
