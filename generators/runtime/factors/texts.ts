/** Texts that stand in an environment, an argument list or an annotation, and that somebody's parser gets wrong. */
export const TEXTS: readonly string[] = [
  "plain",
  "",
  " two  words ",
  "two\nlines\n",
  "a\ttab",
  'it\'s "quoted"',
  "back\\slash\\",
  "$HOME and $(PATH)",
  "a=b=c",
  "-n",
  "%s%n",
  "\u001b[1m",
  "é漢🙂",
  "x".repeat(5000),
];
