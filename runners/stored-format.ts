import { UsageError } from "../spec/errors.js";
import { problemsOf } from "../spec/explain.js";
import type { MadeSchemaName } from "../spec/schemas.js";
import type { Problem } from "../spec/validate.js";

/** A form of stored JSON: a case, an observation, or facts, of one kind of target. */
export interface StoredFormat<Value> {
  /** What its property `format` says: `oci-conform/runtime-case@1`. */
  readonly name: string;
  /** What it is, for people: `a case of the runtime suite`. */
  readonly what: string;
  /** None where `references` alone says what is wrong. */
  readonly schema?: MadeSchemaName;
  /** What a schema cannot say, such as parts that name others which are not there. Only asked of a value that the schema takes. */
  readonly references?: (value: Value) => readonly Problem[];
}

const NAME = /^oci-conform\/([a-z-]+)@([0-9]+)$/;

const formatIn = (value: unknown): unknown => (typeof value === "object" && value !== null && "format" in value ? value.format : undefined);

/** What is wrong with the format that a value says it has; undefined when it is the wanted one. */
function misnamed(value: unknown, { name, what }: StoredFormat<never>): string | undefined {
  const format = formatIn(value);
  if (format === name) return undefined;
  const [, kind, version] = NAME.exec(String(format)) ?? [];
  const [, ours, reads] = NAME.exec(name) ?? [];
  if (typeof format !== "string" || kind === undefined)
    return `it is not ${what}: "format" must be "${name}"${format === undefined ? "" : `, and is ${JSON.stringify(format)}`}`;
  if (kind !== ours) return `it is not ${what}, but ${format}; what is read here is ${name}`;
  const age = Number(version) > Number(reads) ? "newer" : "older";
  return `${format} is of ${age === "newer" ? "a newer" : "an older"} version of oci-conform: this version reads ${name}`;
}

/** What is wrong with a value, and where: the first thing. None when it has the format. */
export function problemsIn<Value>(value: unknown, format: StoredFormat<Value>): readonly Problem[] {
  const message = misnamed(value, format);
  if (message !== undefined) return [{ path: "", message }];
  const problems = format.schema === undefined ? [] : problemsOf(format.schema, value);
  return problems.length > 0 ? problems : (format.references?.(value as Value) ?? []);
}

/**
 * Which of some formats a value that was read from a file says it has, be it in another version.
 * @throws UsageError with the file and the formats when it says none of them
 */
export function claimedFormat(file: string, value: unknown, formats: readonly StoredFormat<never>[]): string {
  const format = formatIn(value);
  const [, kind] = NAME.exec(String(format)) ?? [];
  const claimed = kind === undefined ? undefined : formats.find(({ name }) => name.startsWith(`oci-conform/${kind}@`));
  if (claimed) return claimed.name;
  const names = formats.map(({ name }) => `"${name}"`).join(", ");
  throw new UsageError(
    `${file}: "format" must be one of ${names}${format === undefined ? "" : `, and is ${oneLine(JSON.stringify(format))}`}`,
  );
}

/** A message about what a file holds: names and texts may have line breaks, or what a terminal takes for a command. */
export const oneLine = (text: string): string =>
  text.replace(/[\p{Cc}\u2028\u2029]/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Whether a value has a format. */
const hasFormat = <Value>(value: unknown, format: StoredFormat<Value>): value is Value => problemsIn(value, format).length === 0;

/**
 * A value that was read from a file, as what it must be.
 * @throws UsageError with the file, the place in it, what is wrong there and what is expected, in one line
 */
export function parseStored<Value>(file: string, value: unknown, format: StoredFormat<Value>): Value {
  if (hasFormat(value, format)) return value;
  const [problem] = problemsIn(value, format);
  const place = problem?.path ? `${problem.path}: ` : "";
  throw new UsageError(`${file}: ${oneLine(`${place}${problem?.message}`)}`);
}
