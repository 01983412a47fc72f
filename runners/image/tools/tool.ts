/** The places that a tool's commands may use, as shell words: `$LAYOUT`, `$REF`, and `$TARGET`, the directory that is its own. */
export interface Tool {
  readonly name: string;
  /** The program that must be there. */
  readonly program: string;
  /** Further programs that must be there. */
  readonly needs?: readonly string[];
  /** The command by which it was named, where it is not known by name. */
  readonly command?: string;
  /** Prints its version. */
  readonly version: readonly string[];
  /**
   * What it does, as lines of shell. `run NAME COMMAND…` runs a command of the tool and ends the case when it fails;
   * its output is then in `$OUT/NAME.stdout`. `daemon SOCKET COMMAND…`
   * starts one that makes a socket when it is ready. `$ROOTFS` is to be set to the unpacked tree.
   */
  readonly script: readonly string[];
  /** Directories that it copies to, by name; the step that does it is called `to-` and the name. */
  readonly copies?: Readonly<Record<string, string>>;
  /** The config.json of a bundle that it makes. */
  readonly runtimeConfig?: string;
  /** Patterns (of find) of paths in which files of the image may lie. */
  readonly inside: readonly string[];
}
