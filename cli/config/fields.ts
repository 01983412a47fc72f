import type { Argument, Command, Option } from "commander";
import { isRepeated, type JsonSchema, type Taken } from "../options/command.js";

/**
 * A key of a target: an option of its command by its long name, or its argument. Everything is the command's own, so that an option
 * that a command gets is a key at once.
 */
export interface Field {
  /** As on the command line, without the dashes. */
  readonly name: string;
  readonly description: string;
  /** A `flag` has no value, `either` may have one. */
  readonly form: "flag" | "value" | "either";
  readonly repeatable: boolean;
  /** Stands on the command line by itself, after the options. */
  readonly argument: boolean;
  readonly choices?: readonly string[];
  /** The command's own parser. Throws commander's InvalidArgumentError. */
  readonly parse?: (text: string) => unknown;
  /** One value, as JSON Schema. */
  readonly takes: JsonSchema;
  /** What holds when nobody says; only where a word says it. */
  readonly preset?: string | number | boolean;
}

const saysWhatItTakes = (parser: object): parser is Taken => "takes" in parser;

function takenBy({ argChoices, parseArg }: Pick<Option | Argument, "argChoices" | "parseArg">): JsonSchema {
  if (argChoices) return { enum: [...argChoices] };
  if (!parseArg || isRepeated(parseArg)) return { type: "string" };
  return saysWhatItTakes(parseArg) ? parseArg.takes : { anyOf: [{ type: "string" }, { type: "number" }] };
}

function presetOf({ defaultValue, parseArg }: Option): Pick<Field, "preset"> {
  const value: unknown = defaultValue;
  if (typeof value === "number" && parseArg && saysWhatItTakes(parseArg) && parseArg.written) return { preset: parseArg.written(value) };
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? { preset: value } : {};
}

const shared = (of: Option | Argument): Pick<Field, "description" | "takes" | "choices" | "parse"> => {
  const { parseArg } = of;
  return {
    description: of.description,
    takes: takenBy(of),
    ...(of.argChoices ? { choices: of.argChoices } : {}),
    ...(parseArg ? { parse: (text: string): unknown => parseArg<unknown>(text, undefined) } : {}),
  };
};

const ofOption = (option: Option): Field => ({
  ...shared(option),
  name: option.name(),
  form: option.required ? "value" : option.optional ? "either" : "flag",
  repeatable: option.variadic || isRepeated(option.parseArg),
  argument: false,
  ...presetOf(option),
});

const ofArgument = (argument: Argument): Field => ({
  ...shared(argument),
  name: argument.name(),
  form: "value",
  repeatable: argument.variadic,
  argument: true,
});

/** The keys of a command by name. */
export const fieldsOf = (command: Command): ReadonlyMap<string, Field> =>
  new Map([...command.registeredArguments.map(ofArgument), ...command.options.map(ofOption)].map((field) => [field.name, field]));
