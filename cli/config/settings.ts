import { CommanderError } from "commander";
import { nearest } from "../../reports/suggest.js";
import type { Field } from "./fields.js";
import { describe, type Place, type Tree } from "./tree.js";

/** An option that is set: to true or false, or to its values (one, where it is not repeatable) as on the command line. */
export interface Setting {
  readonly field: Field;
  readonly value: boolean | readonly string[];
  readonly at: Place;
}

/** An option's settings by name. */
export type Settings = ReadonlyMap<string, Setting>;

const takesNumbers = ({ takes }: Field): boolean => /"(?:number|integer)"/.test(JSON.stringify(takes));

function textOf(field: Field, tree: Tree): string {
  if (tree.kind === "text") return tree.text;
  if (tree.kind === "number") {
    if (takesNumbers(field)) return tree.text;
    throw tree.at.mistake(`must be text; write "${tree.text}" in quotes`);
  }
  if (tree.kind === "nothing") throw tree.at.mistake("has no value");
  const wanted = takesNumbers(field) ? "text or a number" : "text";
  const several = tree.kind === "list" ? "one value, not a list" : `${wanted}, not ${describe(tree)}`;
  throw tree.at.mistake(`must be ${several}`);
}

/** Why a command would refuse a value; undefined when it takes it. */
function refusal(field: Field, text: string): string | undefined {
  if (field.choices) {
    if (field.choices.includes(text)) return undefined;
    const near = nearest(text, field.choices);
    return `must be one of ${field.choices.join(", ")}${near === undefined ? "" : `; did you mean ${near}?`}`;
  }
  try {
    field.parse?.(text);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    return thrown.message.replace(/^It must/, "must").replace(/\.$/, "");
  }
}

function checked(field: Field, tree: Tree): string {
  const text = textOf(field, tree);
  const why = refusal(field, text);
  if (why !== undefined) throw tree.at.mistake(`'${text}': ${why}`);
  return text;
}

/** What a value in the file sets an option to. @throws UsageError for a value that the command would refuse */
export function settingOf(field: Field, tree: Tree): Setting {
  const { at } = tree;
  if (tree.kind === "boolean" && field.form !== "value") return { field, value: tree.value, at };
  if (field.form === "flag") throw at.mistake(`must be true or false, not ${describe(tree)}`);
  if (!field.repeatable || tree.kind !== "list") return { field, value: [checked(field, tree)], at };
  return { field, value: tree.items.map((item) => checked(field, item)), at };
}

/** The words that set options on a command line. Arguments come last, after `--`. */
export function wordsOf(settings: Iterable<Setting>): string[] {
  const options: string[] = [];
  const operands: string[] = [];
  for (const { field, value } of settings) {
    const name = `--${field.name}`;
    if (value === true) options.push(name);
    else if (value === false) continue;
    else if (field.argument) operands.push(...value);
    // The value of an option that needs none is its own only behind an equals sign.
    else options.push(...value.flatMap((text) => (field.form === "either" ? [`${name}=${text}`] : [name, text])));
  }
  return [...options, ...(operands.length > 0 ? ["--", ...operands] : [])];
}
