import fc, { type Arbitrary } from "fast-check";

/** Text that can stand in an environment or an argument list: any, but no NUL. */
export const text = (maxLength = 40): Arbitrary<string> =>
  fc
    .oneof(
      { withCrossShrink: true },
      { weight: 3, arbitrary: fc.string({ maxLength }) },
      { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: Math.ceil(maxLength / 4) }) },
      { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(" ", "\t", "\n", "'", '"', "\\", "$", "=", "a"), maxLength }) },
    )
    .map((value) => value.replaceAll("\0", ""));

/** Text that somebody's parser, shell or buffer may stumble over. */
export const TEXTS: readonly string[] = [
  "text",
  "",
  " ",
  " spaces around ",
  "a\ttab",
  "two\nlines",
  "carriage\r\nreturn",
  "'single'",
  '"double"',
  "back\\slash",
  "$HOME $(id) `id`",
  "%s %d %n %%",
  "*?[a-z]{a,b}~",
  "a=b=c",
  "=",
  "-",
  "--",
  "--help",
  "#comment;&|<>!",
  "caf\u00e9",
  "\u65e5\u672c\u8a9e \u{1f600}",
  "\u0001\u001b[31m\u007f",
  "\ufeffmark",
  "a,b:c;d",
  '{"key": ["value"]}',
  "x".repeat(255),
  "x".repeat(4096),
  "x".repeat(65536),
];

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";

/** A portable name; never one that the C library, a runtime or the agent takes for its own. */
const name = (): Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...LETTERS, ..."0123456789"), minLength: 1, maxLength: 12 }).map((value) => `T_${value}`);

/** `process.env` or a hook's `env`: distinct names, any values, the empty one included. */
export const env = (maxLength = 6): Arbitrary<string[]> =>
  fc
    .uniqueArray(fc.tuple(name(), text()), { maxLength, selector: ([key]) => key })
    .map((pairs) => pairs.map(([key, value]) => `${key}=${value}`));
