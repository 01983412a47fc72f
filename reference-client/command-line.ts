import { parseArgs } from "node:util";
import { UsageError } from "../spec/errors.js";

export const USAGE = `oci-client pull REF DIR
oci-client push DIR REF [--tag TAG] [--chunk BYTES | --single]
oci-client copy FROM TO
oci-client tags REPO
oci-client referrers REF [--type TYPE]
oci-client attach REF FILE --type TYPE [--annotation KEY=VALUE]...
oci-client delete REF
oci-client --list-faults
with [--plain-http] [--ca FILE] [--config DIR] [--proxy HOST] [--timeout SECONDS] [--fault NAME]
`;

const OPTIONS = {
  tag: { type: "string" },
  chunk: { type: "string" },
  single: { type: "boolean" },
  type: { type: "string" },
  annotation: { type: "string", multiple: true },
  "plain-http": { type: "boolean" },
  ca: { type: "string" },
  config: { type: "string" },
  proxy: { type: "string" },
  timeout: { type: "string" },
  fault: { type: "string" },
  help: { type: "boolean" },
  "list-faults": { type: "boolean" },
} as const;

/** How many words each command takes, and which options it has beside those that all have. */
const COMMANDS = {
  pull: { words: 2, own: [] },
  push: { words: 2, own: ["tag", "chunk", "single"] },
  copy: { words: 2, own: [] },
  tags: { words: 1, own: [] },
  referrers: { words: 1, own: ["type"] },
  attach: { words: 2, own: ["type", "annotation"] },
  delete: { words: 1, own: [] },
} as const satisfies Record<string, { words: number; own: readonly (keyof typeof OPTIONS)[] }>;

export type CommandName = keyof typeof COMMANDS;

/** What the user wants. */
export interface CommandLine {
  readonly kind: "command";
  readonly command: CommandName;
  readonly words: readonly string[];
  readonly options: ReturnType<typeof parse>["values"];
}

const OWN: readonly string[] = ["tag", "chunk", "single", "type", "annotation"];

const parse = (args: readonly string[]) => parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });

/** What can be asked in place of a command. */
export interface Question {
  readonly kind: "help" | "list-faults";
}

/** @throws UsageError */
export function commandLine(args: readonly string[]): CommandLine | Question {
  const { values: options, positionals } = parsed(args);
  if (options.help) return { kind: "help" };
  if (options["list-faults"]) return { kind: "list-faults" };
  const [command = "", ...words] = positionals;
  if (!isCommand(command)) throw new UsageError(command === "" ? "no command is given" : `there is no command ${command}`);
  const { words: wanted, own } = COMMANDS[command];
  if (words.length !== wanted) throw new UsageError(`${command} takes ${wanted} argument${wanted === 1 ? "" : "s"}, not ${words.length}`);
  const foreign = Object.keys(options).find((name) => OWN.includes(name) && !(own as readonly string[]).includes(name));
  if (foreign !== undefined) throw new UsageError(`${command} has no option --${foreign}`);
  if (options.chunk !== undefined && options.single) throw new UsageError("--chunk and --single exclude each other");
  return { kind: "command", command, words, options };
}

/** A whole number above 0. */
export function countIn(option: string, text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new UsageError(`--${option} ${text}: no whole number above 0`);
  return Number(text);
}

const isCommand = (text: string): text is CommandName => Object.hasOwn(COMMANDS, text);

function parsed(args: readonly string[]): ReturnType<typeof parse> {
  try {
    return parse(args);
  } catch (thrown) {
    throw new UsageError((thrown as Error).message);
  }
}
