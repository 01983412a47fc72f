/**
 * Options of a command line by their long names, without the dashes, as they would be written: text, `true` for one that stands by itself,
 * a list for one that is repeated.
 */
export interface OptionValues {
  readonly [name: string]: string | true | readonly string[];
}

/** What a facts.json holds: what was known of target and host, and the options that reach the target again. */
export interface StoredFacts<Facts> {
  readonly format: string;
  readonly options: OptionValues;
  readonly facts: Facts;
}
