import { statSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "../../../spec/errors.js";
import { quoted } from "../../shell.js";
import type { Verb } from "../case.js";
import type { ClientTool } from "./tool.js";

/** The verbs that a command can be given for. */
export const COMMAND_VERBS = ["pull", "push", "push-chunks", "push-single", "copy", "tags", "referrers", "attach", "delete"] as const;
export type CommandVerb = (typeof COMMAND_VERBS)[number];

/** Whatever a command may need to be told, for each verb. */
const EVERYWHERE = ["ref", "repo", "scheme", "verify", "ca", "username", "password", "store"];

/** What a verb's command must have in it, and what it may have besides. */
const PLACES: Readonly<Record<CommandVerb, { readonly must: readonly string[]; readonly may: readonly string[] }>> = {
  pull: { must: ["ref", "dir"], may: ["proxy"] },
  push: { must: ["layout", "ref"], may: ["tag"] },
  "push-chunks": { must: ["layout", "ref"], may: ["tag", "chunk"] },
  "push-single": { must: ["layout", "ref"], may: ["tag"] },
  copy: { must: ["from", "ref"], may: [] },
  tags: { must: ["repo"], may: [] },
  referrers: { must: ["ref"], may: ["filter"] },
  attach: { must: ["ref", "file"], may: ["type", "annotations"] },
  delete: { must: ["ref"], may: [] },
};

/** What stands in braces, as it would for a shell's variable of that name: `{ref}`, not `${HOME}`. */
const PLACE = /(?<!\$)\{([a-z]+)\}/g;

const named = (places: readonly string[]): string => places.map((place) => `{${place}}`).join(", ");

/** @throws UsageError for a place that is missing, or that there is not */
function lineOf(verb: CommandVerb, command: string): string {
  const { must, may } = PLACES[verb];
  const known = [...new Set([...must, ...may, ...EVERYWHERE])];
  if (command.trim() === "") throw new UsageError(`--${verb}: there is no command`);
  const used = [...command.matchAll(PLACE)].map(([, place = ""]) => place);
  const unknown = used.find((place) => !known.includes(place));
  if (unknown !== undefined) throw new UsageError(`--${verb} ${command}: there is no {${unknown}}; there are ${named(known)}`);
  const missing = must.filter((place) => !used.includes(place));
  if (missing.length > 0)
    throw new UsageError(`--${verb} ${command}: it must have ${missing.map((each) => `{${each}}`).join(" and ")} in it`);
  // The command is a shell's: its own quotes and variables are its business.
  return `run ${verb} sh -c ${quoted(command.replaceAll(PLACE, (_, place: string) => `"$${place.toUpperCase()}"`))}`;
}

/** The program that a command line begins with; assignments before it are the shell's. */
export const programOf = (command: string): string =>
  command
    .trim()
    .split(/\s+/)
    .find((word) => !/^\w+=/.test(word)) ?? "";

/** Files that a command names, such as a script: they have to be seen where it runs. */
const filesIn = (command: string): readonly string[] =>
  command
    .split(/[\s'"=;|&()<>]+/)
    .filter((word) => /\w/.test(word) && !word.includes("{") && statSync(word, { throwIfNoEntry: false })?.isFile())
    .map((word) => resolve(word));

/**
 * Any client, by a command for each verb that it has. The places in braces are the words of the shell that `ClientTool` explains, in lower case.
 * What it keeps, and whether it can be told of TLS and credentials, is for its preflight to find out.
 * @throws UsageError where there is no verb, and for places that are missing or unknown
 */
export function commandClient(commands: Readonly<Partial<Record<CommandVerb, string>>>): ClientTool {
  const given = COMMAND_VERBS.flatMap((verb) => {
    const command = commands[verb];
    return command === undefined ? [] : [{ verb, command, line: lineOf(verb, command) }];
  });
  const [first] = given;
  if (!first) throw new UsageError(`which verb? One of ${COMMAND_VERBS.map((verb) => `--${verb}`).join(", ")}`);
  const program = programOf(first.command);
  const uses = (...places: readonly string[]): boolean =>
    given.some(({ command }) => [...command.matchAll(PLACE)].some(([, place = ""]) => places.includes(place)));
  return {
    name: program.replace(/^.*\//, "") || "command",
    program,
    needs: [...new Set(given.map(({ command }) => programOf(command)))].filter((each) => each !== program),
    version: ["--version"],
    verbs: Object.fromEntries(given.map(({ verb, line }): [Verb, readonly string[]] => [verb, [line]])),
    exposes: [...new Set(given.flatMap(({ command }) => filesIn(command)))],
    directory: process.cwd(),
    commands: Object.fromEntries(given.map(({ verb, command }) => [verb, command])),
    keeps: "blobs",
    tls: uses("ca"),
    ...(uses("proxy") ? { proxy: true } : {}),
    credentials: true,
  };
}
