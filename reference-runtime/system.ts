/**
 * What the front needs of the machine, and of the process that it answers for. Node gives it (node-system.ts), or the core's own engine
 * (core/engine.c); what fails throws an Error whose `code` is the errno's name, as Node's own do.
 */
export interface System {
  /** As `process.arch` has it. */
  readonly arch: string;
  /** The effective user and group. */
  readonly uid: number;
  readonly gid: number;
  /** The seeded fault by name, from the command line or the environment. */
  readonly fault: string | undefined;
  /** The working directory. */
  cwd(): string;
  /** A file's text, `-` for standard input's; what is not UTF-8 is replaced as the Encoding Standard says. */
  read(path: string): string;
  /** The names in a directory. */
  list(directory: string): readonly string[];
  /** Writes a file that must not be there yet. */
  create(path: string, text: string): void;
}
