import { availableParallelism } from "node:os";
import type { Command } from "commander";
import type { SpecName } from "../../spec/catalogue.js";
import { clientCommand, clientOptions } from "../commands/client/options.js";
import { imageCommand, imageOptions } from "../commands/image/options.js";
import { imageToolCommand, imageToolOptions } from "../commands/image/tool/options.js";
import { registryCommand, registryOptions } from "../commands/registry/options.js";
import { runtimeCommand, runtimeOptions } from "../commands/runtime/options.js";
import type { SelectionOptions } from "../options/selection.js";
import type { SessionOptions } from "../session/session.js";
import { type Field, fieldsOf } from "./fields.js";

/** A command that tests a target. */
export interface Kind {
  /** The key of a target that asks for it, and the command's name. */
  readonly key: string;
  /** How the command is spoken of. */
  readonly label: string;
  /** The spec whose requirements it judges. */
  readonly spec: SpecName;
  /** Options that tell it from another kind with the same key. */
  readonly by?: readonly string[];
  /** Its command line on a machine with so many CPUs. */
  readonly command: (cpus: number) => Command;
  readonly fields: ReadonlyMap<string, Field>;
  /** Parses the arguments as the command does. @throws UsageError */
  readonly parse: (args: readonly string[]) => (SelectionOptions & SessionOptions) | undefined;
  readonly load: () => Promise<{ run(args: readonly string[]): Promise<number> }>;
}

const kind = (rest: Omit<Kind, "fields">): Kind => ({ ...rest, fields: fieldsOf(rest.command(availableParallelism())) });

/** Every command that a target can name. One that is told by its options stands before the other of its key. */
export const KINDS: readonly Kind[] = [
  kind({
    key: "runtime",
    label: "runtime",
    spec: "runtime",
    command: runtimeCommand,
    parse: (args) => runtimeOptions(args, availableParallelism()),
    load: () => import("../commands/runtime/runtime.js"),
  }),
  kind({
    key: "registry",
    label: "registry",
    spec: "distribution",
    command: registryCommand,
    parse: registryOptions,
    load: () => import("../commands/registry/registry.js"),
  }),
  kind({
    key: "client",
    label: "client",
    spec: "distribution",
    command: clientCommand,
    parse: (args) => clientOptions(args, availableParallelism()),
    load: () => import("../commands/client/client.js"),
  }),
  kind({
    key: "image",
    label: "image --tool",
    spec: "image",
    by: ["tool", "tool-cmd"],
    command: imageToolCommand,
    parse: (args) => imageToolOptions(args, availableParallelism()),
    load: () => import("../commands/image/image.js"),
  }),
  kind({
    key: "image",
    label: "image",
    spec: "image",
    command: imageCommand,
    parse: (args) => imageOptions(args, availableParallelism()),
    load: () => import("../commands/image/image.js"),
  }),
];

/** The keys that say what a target is. */
export const KEYS: readonly string[] = [...new Set(KINDS.map(({ key }) => key))];

/** The command for a key and the options beside it. */
export const kindOf = (key: string, options: readonly string[]): Kind | undefined =>
  KINDS.find((each) => each.key === key && (each.by === undefined || each.by.some((name) => options.includes(name))));
