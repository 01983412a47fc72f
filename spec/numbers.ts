/**
 * Kinds of numbers in stored files. TypeScript does not tell them apart; the tags are for the JSON Schemas that are made of the types.
 */

/**
 * A whole number.
 * @asType integer
 */
export type Integer = number;

/**
 * A whole number that is not negative.
 * @asType integer
 * @minimum 0
 */
export type Natural = number;

/**
 * Milliseconds, with a fraction.
 * @minimum 0
 */
export type Milliseconds = number;
