import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import type { Config } from "./runtime/config.js";
import type { Features } from "./runtime/features.js";
import type { SeccompState, State } from "./runtime/state.js";
import { builtValidator, type SchemaName } from "./schemas.js";

/** What is wrong with a value, and where: a JSON pointer (empty for the whole). */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** An error as ajv has it. */
export interface SchemaError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
  /** The part of the schema that has the keyword, and what was held against it; of schemas that are made of types alone. */
  readonly parentSchema?: Readonly<Record<string, unknown>>;
  readonly data?: unknown;
}

export type Validate = ((value: unknown) => boolean) & { errors?: readonly SchemaError[] | null };

const require = createRequire(import.meta.url);
const loaded = new Map<SchemaName, Validate>();

/** Gives a validator that need not be loaded any more: a bundle carries it along. */
export const provide = (name: SchemaName, validate: Validate): void => {
  loaded.set(name, validate);
};

const isValidate = (value: unknown): value is Validate => typeof value === "function";

/** Validators are precompiled, and loaded when first needed: ajv itself is never loaded at run time. */
function load(name: SchemaName): Validate {
  const known = loaded.get(name);
  if (known) return known;
  const validate: unknown = require(fileURLToPath(builtValidator(name)));
  if (!isValidate(validate)) throw new TypeError(`the validator of ${name} is not a function`);
  loaded.set(name, validate);
  return validate;
}

/**
 * Validates a value by one of the project's schemas; an empty list means that it is valid.
 * @throws when the schema was not compiled by the build.
 */
export const validate = (name: SchemaName, value: unknown): readonly Problem[] =>
  errorsOf(name, value).map(({ instancePath, message }) => ({ path: instancePath, message: message ?? "is invalid" }));

/**
 * The same, with all that the validator says of each.
 * @throws when the schema was not compiled by the build.
 */
export function errorsOf(name: SchemaName, value: unknown): readonly SchemaError[] {
  const check = load(name);
  return check(value) ? [] : (check.errors ?? []);
}

export const validateConfig = (value: unknown): readonly Problem[] => validate("config", value);
export const validateState = (value: unknown): readonly Problem[] => validate("state", value);
export const validateFeatures = (value: unknown): readonly Problem[] => validate("features", value);
export const validateSeccompState = (value: unknown): readonly Problem[] => validate("seccomp-state", value);
export const validateProbe = (value: unknown): readonly Problem[] => validate("probe", value);
export const validateResults = (value: unknown): readonly Problem[] => validate("results", value);
export const validateBaseline = (value: unknown): readonly Problem[] => validate("baseline", value);

/** The same as type guards. */
export const isConfig = (value: unknown): value is Config => validateConfig(value).length === 0;
export const isState = (value: unknown): value is State => validateState(value).length === 0;
export const isFeatures = (value: unknown): value is Features => validateFeatures(value).length === 0;
export const isSeccompState = (value: unknown): value is SeccompState => validateSeccompState(value).length === 0;
