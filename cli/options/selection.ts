import type { Catalogue, Requirement } from "../../spec/catalogue.js";
import { UsageError } from "../../spec/errors.js";

/** Which requirements the user asks for. */
export interface SelectionOptions {
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly grep?: string;
}

/** An id, or all ids below it: `runtime.hooks` names `runtime.hooks.order` too. */
const names = (pattern: string, id: string): boolean => id === pattern || id.startsWith(`${pattern}.`);

function known(catalogue: Catalogue, pattern: string, option: string): void {
  if ([...catalogue].some(({ id }) => names(pattern, id))) return;
  const near = catalogue.suggest(pattern)[0];
  throw new UsageError(`${option} ${pattern}: no such requirement${near === undefined ? "" : `; did you mean ${near}?`}`);
}

/** The value of --grep. @throws UsageError when it is no regular expression. */
export function expressionOf(text: string | undefined): RegExp | undefined {
  try {
    return text === undefined ? undefined : new RegExp(text, "i");
  } catch {
    throw new UsageError(`--grep ${text}: not a regular expression`);
  }
}

/**
 * The requirements that are left by --only, --skip and --grep.
 * @throws UsageError when an id names nothing, or when nothing is left.
 */
export function select(catalogue: Catalogue, requirements: readonly Requirement[], options: SelectionOptions): readonly Requirement[] {
  for (const pattern of options.only) known(catalogue, pattern, "--only");
  for (const pattern of options.skip) known(catalogue, pattern, "--skip");
  const expression = expressionOf(options.grep);
  const selected = requirements.filter(
    ({ id, summary }) =>
      (options.only.length === 0 || options.only.some((pattern) => names(pattern, id))) &&
      !options.skip.some((pattern) => names(pattern, id)) &&
      (expression === undefined || expression.test(id) || expression.test(summary)),
  );
  if (selected.length === 0)
    throw new UsageError("nothing is selected: no testable requirement matches --only, --skip and --grep together");
  return selected;
}

/** Prints requirements for `--list`. Returns the exit code. */
export function list(selected: readonly Requirement[]): number {
  for (const { id, level, summary } of selected) process.stdout.write(`${level.padEnd(11)}${id}\n           ${summary}\n`);
  return 0;
}
