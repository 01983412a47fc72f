import { Command, CommanderError, InvalidArgumentError, type Option } from "commander";
import { UsageError } from "../../spec/errors.js";

/** A default as a user would write it; undefined for what goes without saying: off, or nothing. */
function defaultInWords({ defaultValue, defaultValueDescription, parseArg }: Option): string | undefined {
  const value: unknown = defaultValue;
  if (defaultValueDescription !== undefined) return defaultValueDescription;
  if (value === undefined || value === false || (Array.isArray(value) && value.length === 0)) return undefined;
  return parseArg === duration && typeof value === "number" ? duration.written(value) : String(value);
}

/** An option's line of the help. */
function optionDescription(option: Option): string {
  const byDefault = defaultInWords(option);
  const extra = [
    ...(option.argChoices ? [`one of ${option.argChoices.join(", ")}`] : []),
    ...(byDefault === undefined ? [] : [`default: ${byDefault}`]),
  ];
  return extra.length === 0 ? option.description : `${option.description} (${extra.join("; ")})`;
}

/** A commander command that reports bad use by UsageError instead of ending the process. */
export function makeCommand(name: string, description: string): Command {
  return new Command(`oci-conform ${name}`)
    .description(description)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .showSuggestionAfterError(true)
    .allowExcessArguments(false)
    .configureHelp({ optionDescription })
    .helpOption("-h, --help", "print this help");
}

/**
 * Parses a command's own arguments. Returns false when help was printed and there is nothing left to do.
 * @throws UsageError with commander's one-line message.
 */
export function parse(command: Command, args: readonly string[]): boolean {
  try {
    command.parse([...args], { from: "user" });
    return true;
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    if (thrown.code === "commander.helpDisplayed") return false;
    const message = thrown.message.replace(/^error: /, "").replaceAll("\n", " ");
    throw new UsageError(`${message} (see ${command.name()} --help)`);
  }
}

/** A JSON Schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What a parser of options says of itself, for the config file and its JSON Schema; one that says nothing takes any text or number. */
export interface Taken {
  /** The values that it takes. */
  readonly takes: JsonSchema;
  /** A parsed value as a user writes it, where the value itself would mean another. */
  readonly written?: (value: number) => string;
}

/** An option's value as a whole number within bounds. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): ((text: string) => number) & Taken {
  const parser = (text: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least || value > most || text.trim() === "") {
      throw new InvalidArgumentError(`It must be a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? " up" : ` to ${most}`}.`);
    }
    return value;
  };
  const takes = {
    anyOf: [
      { type: "integer", minimum: least, maximum: most },
      { type: "string", pattern: "^[0-9]+$" },
    ],
  };
  return Object.assign(parser, { takes });
}

/** A duration such as `500ms`, `90s`, `5m` or `2h` in milliseconds; a bare number is seconds. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match?.[2] ?? "s"];
  if (!match || unit === undefined || Number(match[1]) === 0)
    throw new InvalidArgumentError("It must be a duration such as 90s, 5m or 2h.");
  return Math.round(Number(match[1]) * unit);
}
duration.takes = {
  anyOf: [
    { type: "string", pattern: "^[0-9]+([.][0-9]+)?(ms|s|m|h)?$" },
    { type: "number", exclusiveMinimum: 0 },
  ],
};
duration.written = (milliseconds: number): string => (milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`);

/** A parser of a repeatable option whose values one at a time are parsed so: the config file knows that it takes a list. */
export const repeated = <Value>(
  parser: (text: string) => Value,
): ((text: string, earlier?: readonly Value[]) => readonly Value[]) & {
  readonly repeats: true;
} =>
  Object.assign((text: string, earlier: readonly Value[] = []): readonly Value[] => [...earlier, parser(text)], { repeats: true as const });

/** Whether a parser is of an option that may be given several times. */
export const isRepeated = (parser: unknown): boolean => parser === collect || (typeof parser === "function" && "repeats" in parser);

/** Collects a repeatable option: by this parser the config file knows that an option takes a list. */
export const collect = (value: string, earlier: readonly string[] = []): string[] => [...earlier, value];
