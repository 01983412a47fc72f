import type { JsonSchema } from "../options/command.js";
import { type Field, fieldsOf } from "./fields.js";
import { KINDS, type Kind } from "./kinds.js";
import { FORMAT, NAME } from "./read.js";

/** What a key takes in a file: what one value of its option is, or a list, or true or false. */
function takenBy({ takes, form, repeatable }: Field): JsonSchema {
  const several: JsonSchema = repeatable ? { anyOf: [takes, { type: "array", items: takes }] } : takes;
  return form === "flag" ? { type: "boolean" } : form === "either" ? { anyOf: [{ type: "boolean" }, several] } : several;
}

const object = (properties: JsonSchema, rest: JsonSchema = {}): JsonSchema => ({
  type: "object",
  ...rest,
  properties,
  additionalProperties: false,
});

/** The keys of a command. What holds by default is said only where it is the same on every machine. */
function fieldsFor({ command }: Kind): readonly Field[] {
  const large = fieldsOf(command(64));
  return [...fieldsOf(command(1)).values()].map((field) => {
    const { preset, ...rest } = field;
    return preset === undefined || large.get(field.name)?.preset !== preset ? rest : field;
  });
}

const optionOf = (field: Field): JsonSchema => ({
  description: field.description,
  ...takenBy(field),
  ...(field.preset === undefined ? {} : { default: field.preset }),
});

const named = (fields: readonly Field[], schema: (field: Field) => JsonSchema): JsonSchema =>
  Object.fromEntries(fields.map((field) => [field.name, schema(field)]));

const variedOf = (fields: readonly Field[]): JsonSchema =>
  object(
    named(fields, (field) => ({ description: field.description, type: "array", minItems: 1, uniqueItems: true, items: takenBy(field) })),
    { minProperties: 1 },
  );

/** Options of any command: each takes what one of the commands takes. */
function defaultsOf(kinds: readonly (readonly Field[])[]): JsonSchema {
  const fields = kinds.flat().filter(({ argument, name }) => !argument && name !== "report");
  const properties = [...new Set(fields.map(({ name }) => name))].map((name) => {
    const same = fields.filter((field) => field.name === name);
    const values = [...new Map(same.map((field) => [JSON.stringify(takenBy(field)), takenBy(field)])).values()];
    const [one] = values;
    return [name, { description: same[0]?.description ?? "", ...(values.length === 1 && one ? one : { anyOf: values }) }] as const;
  });
  return object(Object.fromEntries(properties), {
    description: "options of every target whose command has them, unless it sets them itself",
  });
}

/** One schema where a condition holds, another where it does not. */
const when = (condition: JsonSchema, holds: JsonSchema, otherwise: JsonSchema = {}): JsonSchema =>
  // biome-ignore lint/suspicious/noThenProperty: the keyword is JSON Schema's.
  ({ if: condition, then: holds, else: otherwise });

/** An object with such a key. */
const having = (key: string, value: JsonSchema = {}): JsonSchema => ({ required: [key], properties: { [key]: value } });

/** Where a target or its matrix sets one of these options of a key. */
const setsOneOf = (key: string, options: readonly string[]): JsonSchema => ({
  anyOf: [key, "matrix"].map((place) => having(place, { type: "object", anyOf: options.map((name) => having(name)) })),
});

const nameOf = (kind: Kind): string => (kind.by ? `${kind.key}-${kind.by[0]}` : kind.key);

/** The rule for a key: its options and its matrix are those of its command, which the options beside it may decide. */
function ruleFor(key: string): JsonSchema {
  const kinds = KINDS.filter((each) => each.key === key);
  const own = (kind: Kind): JsonSchema => ({
    properties: { [key]: { $ref: `#/definitions/${nameOf(kind)}` }, matrix: { $ref: `#/definitions/${nameOf(kind)}-matrix` } },
  });
  const rule = kinds.reduceRight<JsonSchema>(
    (otherwise, kind) => (kind.by ? when(setsOneOf(key, kind.by), own(kind), otherwise) : own(kind)),
    {},
  );
  return when(having(key), rule);
}

/** The JSON Schema of a config file, made of the commands' own options. */
export function configSchema(): JsonSchema {
  const fields = KINDS.map((kind) => ({ kind, fields: fieldsFor(kind) }));
  const keys = [...new Set(KINDS.map(({ key }) => key))];
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    $id: "oci-conform:config",
    title: "A config of oci-conform run",
    ...object(
      {
        format: { const: FORMAT },
        defaults: defaultsOf(fields.map((each) => each.fields)),
        report: {
          description: "reports of every target: format[=file]; of several, each has files of its own",
          anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }],
        },
        targets: {
          type: "array",
          minItems: 1,
          items: {
            ...object(
              {
                name: { description: "tells the target from others", type: "string", pattern: NAME.source },
                ...Object.fromEntries(keys.map((key) => [key, { description: `options of oci-conform ${key}`, type: "object" }] as const)),
                matrix: { description: "options that vary, each with its values: one run for each combination", type: "object" },
              },
              { required: ["name"] },
            ),
            oneOf: keys.map((key) => having(key)),
            allOf: keys.map(ruleFor),
          },
        },
      },
      { required: ["format", "targets"] },
    ),
    definitions: Object.fromEntries(
      fields.flatMap(({ kind, fields: own }) => [
        [nameOf(kind), object(named(own, optionOf))],
        [`${nameOf(kind)}-matrix`, variedOf(own)],
      ]),
    ),
  };
}
