/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** The fields of what is an object; none of what is not. */
export const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {};

/** A list of strings at a path of the features; empty when it is absent or null. */
export function listed(features: unknown, ...path: readonly string[]): readonly string[] {
  const value = path.reduce<unknown>((inner, key) => fieldsOf(inner)[key], features);
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === "string") : [];
}

/** Why an example of features cannot be carried out. */
export const NO_FEATURES = "the target has no features command, as it may";
