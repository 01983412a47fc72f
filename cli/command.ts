import { Command, CommanderError, InvalidArgumentError } from "commander";
import { UsageError } from "../runners/errors.js";

/** A commander command that reports bad use by UsageError instead of ending the process. */
export function makeCommand(name: string, description: string): Command {
  return new Command(`oci-conform ${name}`)
    .description(description)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .showSuggestionAfterError(true)
    .allowExcessArguments(false)
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

/** An option's value as a whole number within bounds. */
export const wholeNumber =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least || value > most || text.trim() === "") {
      throw new InvalidArgumentError(`It must be a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? " up" : ` to ${most}`}.`);
    }
    return value;
  };

/** A duration such as `500ms`, `90s`, `5m` or `2h` in milliseconds; a bare number is seconds. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match?.[2] ?? "s"];
  if (!match || unit === undefined || Number(match[1]) === 0)
    throw new InvalidArgumentError("It must be a duration such as 90s, 5m or 2h.");
  return Math.round(Number(match[1]) * unit);
}

/** Collects a repeatable option. */
export const collect = (value: string, earlier: readonly string[] = []): string[] => [...earlier, value];
