/** A value for people: text as it is, anything else as JSON on one line. */
export const inWords = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
