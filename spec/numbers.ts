/*
 * Kinds of numbers in stored files. TypeScript does not tell them apart; the tags are for the JSON Schemas that are made of the types. JSON's
 * numbers are JavaScript's: whole ones are exact up to 2^53 − 1.
 */

/**
 * A whole number.
 * @asType integer
 * @minimum -9007199254740991
 * @maximum 9007199254740991
 */
export type Integer = number;

/**
 * A whole number that is not negative.
 * @asType integer
 * @minimum 0
 * @maximum 9007199254740991
 */
export type Natural = number;

/**
 * How often something is made: a case stays small.
 * @asType integer
 * @minimum 0
 * @maximum 65536
 */
export type Count = number;

/**
 * A size in bytes, or an offset, of what a case makes: at most 1 GiB.
 * @asType integer
 * @minimum 0
 * @maximum 1073741824
 */
export type Bytes = number;

/**
 * Permission bits, set-id and sticky ones included, as a decimal number.
 * @asType integer
 * @minimum 0
 * @maximum 4095
 */
export type Mode = number;

/**
 * A user or group of Linux, or a part of a device number.
 * @asType integer
 * @minimum 0
 * @maximum 4294967295
 */
export type Unsigned32 = number;

/**
 * Milliseconds, with a fraction.
 * @minimum 0
 */
export type Milliseconds = number;

/**
 * A whole number as text, in decimal digits: nanoseconds, and whatever else JSON's numbers may not hold.
 * @pattern ^-?[0-9]+$
 */
export type Decimal = string;
