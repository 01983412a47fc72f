import { distance } from "./distance.js";
import type { SchemaName } from "./schemas.js";
import { errorsOf, type Problem, type SchemaError } from "./validate.js";

/*
 * What is wrong with a value, for the person who wrote it: what a validator finds, in words. Of the alternatives of a union, most are not what
 * was meant, and what keeps a value from being one of these is not told.
 */

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const shown = (value: unknown): string => {
  if (Array.isArray(value)) return "a list";
  if (isObject(value)) return "an object";
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text;
};

const quoted = (names: readonly unknown[]): string => names.map((name) => JSON.stringify(name)).join(", ");

/** What a JSON Schema calls a kind of value, in words. */
const KINDS: Readonly<Record<string, string>> = {
  object: "an object",
  array: "a list",
  string: "a text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  null: "null",
};

const kindsOf = (type: unknown): readonly string[] => (Array.isArray(type) ? type.map(String) : [String(type)]);

/** The name that was meant, if one is near. */
const nearest = (name: string, known: readonly string[]): string | undefined =>
  known.find((each) => distance(name.toLowerCase(), each.toLowerCase()) <= Math.max(1, Math.floor(each.length / 4)));

function unknownProperty(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  if (meant !== undefined) return `${quoted([name])} is unknown here; is it "${meant}"?`;
  return `${quoted([name])} is unknown here; known are ${quoted(known)}`;
}

/** One error in words. */
function inWords(error: SchemaError): string {
  const { keyword, params, message, parentSchema: rule, data: value } = error;
  const { missingProperty, additionalProperty, type, allowedValue, allowedValues, limit, comparison, pattern } = params;
  const instead = "data" in error ? `, and is ${shown(value)}` : "";
  const properties = isObject(rule?.properties) ? Object.keys(rule.properties) : [];
  switch (keyword) {
    case "required":
      return `"${String(missingProperty)}" is missing`;
    case "additionalProperties":
      return unknownProperty(String(additionalProperty), properties);
    case "type":
      return `must be ${kindsOf(type)
        .map((each) => KINDS[each] ?? each)
        .join(" or ")}${instead}`;
    case "const":
      return `must be ${JSON.stringify(allowedValue)}${instead}`;
    case "enum":
      return `must be one of ${quoted(Array.isArray(allowedValues) ? allowedValues : [])}${instead}`;
    case "minimum":
    case "maximum":
      return `must be ${comparison === ">=" ? "at least" : "at most"} ${String(limit)}${instead}`;
    case "minItems":
      return `must have at least ${String(limit)} items${Array.isArray(value) ? `, and has ${value.length}` : ""}`;
    case "maxItems":
    case "additionalItems":
      return `must have at most ${String(limit)} items${Array.isArray(value) ? `, and has ${value.length}` : ""}`;
    case "pattern":
      return `must match ${String(pattern)}${instead}`;
    default:
      return message ?? "is invalid";
  }
}

const depth = ({ instancePath }: SchemaError): number => instancePath.split("/").length;

/** Errors of the alternative that comes nearest to the value: the one that goes deepest into it, then the one with the fewest. */
function ofOneAlternative(errors: readonly SchemaError[]): readonly SchemaError[] {
  const deepest = Math.max(...errors.map(depth));
  const [first] = errors.filter((error) => depth(error) === deepest);
  const there = errors.filter(({ instancePath }) => instancePath === first?.instancePath);
  const kinds = there.filter(({ keyword }) => keyword === "type");
  if (first && kinds.length === there.length) {
    const type = new Set(kinds.flatMap(({ params }) => kindsOf(params.type)));
    return [{ ...first, params: { type: [...type] } }];
  }
  const fitting = there.filter(({ keyword }) => keyword !== "type");
  const rules = [...new Set(fitting.map(({ parentSchema }) => parentSchema))];
  const alternatives = rules.map((rule) => fitting.filter(({ parentSchema }) => parentSchema === rule));
  return alternatives.sort((a, b) => a.length - b.length)[0] ?? [];
}

/** A value's problems by one of the project's schemas, in words; none when it is valid. */
export function problemsOf(name: SchemaName, value: unknown): readonly Problem[] {
  const errors = errorsOf(name, value).filter(({ keyword }) => keyword !== "anyOf" && keyword !== "if");
  if (errors.length === 0) return [];
  return ofOneAlternative(errors).map((error) => ({ path: error.instancePath, message: inWords(error) }));
}
