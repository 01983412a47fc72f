import { Command, type Option } from "commander";
import type { OptionValues } from "../../runners/stored-facts.js";
import { isRepeated, type Taken } from "./command.js";

export type { OptionValues };

/** Adds options to a command. */
export type WithOptions = (command: Command) => Command;

/** The names of the options that a function adds. */
export const optionNames = (withOptions: WithOptions): readonly string[] =>
  withOptions(new Command()).options.map((option) => option.name());

const saysHowItIsWritten = (parser: object): parser is Taken => "takes" in parser;

function written({ parseArg }: Option, value: unknown): OptionValues[string] {
  if (value === true) return true;
  if (Array.isArray(value)) return isRepeated(parseArg) ? value.map(String) : value.join(",");
  const writes = parseArg && saysHowItIsWritten(parseArg) ? parseArg.written : undefined;
  return typeof value === "number" && writes ? writes(value) : String(value);
}

/** Those options of a parsed command that its user gave, of the ones that a function adds. */
export function givenOptions(command: Command, withOptions: WithOptions): OptionValues {
  const names = optionNames(withOptions);
  const given = command.options.filter(
    (option) => names.includes(option.name()) && command.getOptionValueSource(option.attributeName()) === "cli",
  );
  return Object.fromEntries(
    given.map((option) => {
      const value: unknown = command.getOptionValue(option.attributeName());
      return [option.name(), written(option, value)];
    }),
  );
}

/** The words that give these options on a command line. */
export function optionWords(values: OptionValues): readonly string[] {
  // A value that looks like an option is one only behind an equals sign.
  const word = (name: string, text: string): string[] => (text.startsWith("-") ? [`--${name}=${text}`] : [`--${name}`, text]);
  return Object.entries(values).flatMap(([name, value]) => {
    if (value === true) return [`--${name}`];
    return typeof value === "string" ? word(name, value) : value.flatMap((text) => word(name, text));
  });
}
