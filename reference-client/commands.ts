import { UsageError } from "../spec/errors.js";
import { attach } from "./attach.js";
import type { Client } from "./client.js";
import { type CommandLine, type CommandName, countIn } from "./command-line.js";
import { copy } from "./copy.js";
import { remove } from "./delete.js";
import { listReferrers } from "./list/referrers.js";
import { listTags } from "./list/tags.js";
import { pullManifest } from "./pull/manifest.js";
import { pull } from "./pull/pull.js";
import type { Way } from "./push/blob.js";
import { push } from "./push/push.js";
import { isByDigest, type Reference, referenceNamed, repositoryNamed } from "./reference.js";
import { type Repository, repositoryOf } from "./repository.js";

type Options = CommandLine["options"];

/** A command whose words have been read; it gives the lines to print. */
export type Command = (client: Client) => Promise<readonly string[]>;

/** What each command does. Bad use is noticed before anything is sent. */
export const COMMANDS: Readonly<Record<CommandName, (words: readonly string[], options: Options) => Command>> = {
  pull: ([from = "", dir = ""], { proxy }) => {
    const reference = referenceNamed(from);
    return async (client) => [(await pull(repositoryOf(client, reference, proxy), reference.reference, dir)).descriptor.digest];
  },
  push: ([dir = "", to = ""], options) => {
    const [reference, way] = [referenceNamed(to), wayOf(options)];
    return async (client) => [await push(dir, options.tag, repositoryOf(client, reference), reference.reference, way)];
  },
  copy: ([from = "", to = ""], { proxy }) => {
    const [source, target] = [referenceNamed(from), referenceNamed(to)];
    return async (client) => [
      await copy(
        { repository: repositoryOf(client, source, proxy), reference: source.reference },
        { repository: repositoryOf(client, target), reference: target.reference },
      ),
    ];
  },
  tags: ([repository = ""]) => {
    const named = repositoryNamed(repository);
    return (client) => listTags(repositoryOf(client, named));
  },
  referrers: ([subject = ""], { type }) => {
    const reference = referenceNamed(subject);
    return async (client) => {
      const repository = repositoryOf(client, reference);
      const found = await listReferrers(repository, await digestOf(repository, reference), type);
      return found.map((each) => JSON.stringify(each));
    };
  },
  attach: ([subject = "", file = ""], { type, annotation = [] }) => {
    const reference = referenceNamed(subject);
    if (type === undefined) throw new UsageError("attach needs --type TYPE");
    const annotations = Object.fromEntries(annotation.map(keyAndValue));
    return async (client) => [
      await attach(repositoryOf(client, reference), reference.reference, { file, artifactType: type, annotations }),
    ];
  },
  delete: ([what = ""]) => {
    const reference = referenceNamed(what);
    return async (client) => {
      await remove(repositoryOf(client, reference), reference.reference);
      return [];
    };
  },
};

const digestOf = async (repository: Repository, reference: Reference): Promise<string> =>
  isByDigest(reference) ? reference.reference : (await pullManifest(repository, reference.reference)).descriptor.digest;

function wayOf({ chunk, single }: Options): Way {
  if (chunk !== undefined) return { kind: "chunks", size: countIn("chunk", chunk) };
  return single ? { kind: "single" } : { kind: "put" };
}

function keyAndValue(text: string): readonly [string, string] {
  const equals = text.indexOf("=");
  if (equals < 1) throw new UsageError(`--annotation ${text}: no KEY=VALUE`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}
