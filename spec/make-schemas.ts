/*
 * Makes the JSON Schemas of stored files of their TypeScript types: `npm run schemas`. Descriptions are the types' own docstrings; unions
 * with the tag `@discriminator` become cases by that property, so that a validator can say what is wrong with the one that is meant.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  type BaseType,
  createFormatter,
  createParser,
  createProgram,
  DEFAULT_CONFIG,
  ObjectType,
  type ParserAugmentor,
  SchemaGenerator,
} from "ts-json-schema-generator";
import { SCHEMAS, type SchemaName, schemas } from "./schemas.js";

const root = new URL("../../", import.meta.url);

/** A type whose values may be anything at all, as long as it is an object: configs of containers, since invalid ones are cases, too. */
const ANY_OBJECT = "Config";

/** A parser's node, as far as is looked at here. */
type Node = Parameters<Parameters<Parameters<ParserAugmentor>[0]["addNodeParser"]>[0]["supportsNode"]>[0];

const augment: ParserAugmentor = (parser) => {
  parser.addNodeParser({
    supportsNode: (node: Node): boolean => "typeName" in node && node.getText() === ANY_OBJECT,
    createType: (): BaseType => new ObjectType(`object-${ANY_OBJECT}`, [], [], true),
  });
};

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A case of a union applies where its property is there: without it that alone is what is wrong. */
function withNeeded(value: Json): Json {
  if (Array.isArray(value)) return value.map(withNeeded);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([key, each]): [string, Json] => {
    const inner = withNeeded(each);
    return key === "if" && typeof inner === "object" && inner !== null && "properties" in inner && inner.properties
      ? [key, { required: Object.keys(inner.properties), ...inner }]
      : [key, inner];
  });
  return Object.fromEntries(members);
}

/** The schemas that are made of types, by name. */
export function madeSchemas(): ReadonlyMap<SchemaName, string> {
  const types = schemas().flatMap(({ name, madeOf }) => (madeOf ? [{ name, ...madeOf }] : []));
  const files = [...new Set(types.map(({ file }) => file))];
  const config = {
    ...DEFAULT_CONFIG,
    path: fileURLToPath(new URL(`{${files.join(",")}}`, root)),
    tsconfig: fileURLToPath(new URL("tsconfig.json", root)),
    skipTypeCheck: true,
    topRef: false,
  };
  const program = createProgram(config);
  const generator = new SchemaGenerator(program, createParser(program, config, augment), createFormatter(config), config);
  return new Map(
    types.map(({ name, type, title }) => {
      const { $schema, ...rest } = generator.createSchema(type);
      const schema = withNeeded(JSON.parse(JSON.stringify({ $schema, $id: `oci-conform:${name}`, title, ...rest })));
      return [name, `${JSON.stringify(schema, null, 2)}\n`];
    }),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const [name, text] of madeSchemas()) writeFileSync(new URL(SCHEMAS[name].file, root), text);
}
