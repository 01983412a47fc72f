import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { dispatcher } from "../api/dispatch.js";
import type { Host } from "../behaviours/behaviour.js";
import { recordOf } from "../behaviours/meanwhile.js";
import { choiceNamed } from "../choices.js";
import { isDigest, isName, isTag } from "../grammar.js";
import type { Handler } from "../http/call.js";
import { LIMITS, openRegistry } from "../open.js";
import type { Registry } from "../registry.js";
import type { HeldByHosts, HeldContent } from "./exchange.js";
import type { Play, PlayedRepository } from "./play.js";

/** A registry of a play, with the choices that it makes. */
export interface Cast {
  readonly registry: Registry;
  readonly handler: Handler;
}

/** The hosts that hold something of their own. */
export const HOLDERS = ["registry", "other"] as const satisfies readonly Host[];

/** The registries of a play, each with what it holds, below a directory. */
export async function castOf({ choices, holds }: Play, dir: string): Promise<ReadonlyMap<Host, Cast>> {
  const cast = new Map<Host, Cast>();
  for (const host of HOLDERS) {
    await mkdir(join(dir, host));
    const made = choices.map(choiceNamed);
    const registry = await openRegistry(join(dir, host), false, Object.assign({ ...LIMITS }, ...made.map(({ limits }) => limits)));
    const handler = made.reduce<Handler>((inner, { wrap }) => wrap?.(inner) ?? inner, dispatcher(registry));
    cast.set(host, { registry, handler });
  }
  for (const repository of holds) await fill(cast, repository);
  return cast;
}

/** @throws RangeError for what no registry can hold */
async function fill(cast: ReadonlyMap<Host, Cast>, { host, name, contents }: PlayedRepository): Promise<void> {
  const store = cast.get(host)?.registry.store;
  if (!store || !isName(name)) throw new RangeError(`${host} cannot hold a repository ${name}`);
  for (const { digest, bytes, mediaType, tags = [] } of contents) {
    if (!isDigest(digest) || !tags.every(isTag)) throw new RangeError(`${name} cannot hold ${digest} as ${tags.join(", ") || "nothing"}`);
    if (mediaType === undefined) await store.putBlob(name, digest, bytes);
    else await store.putManifest(name, { digest, bytes, record: recordOf(bytes, mediaType), tags: tags.filter(isTag) });
  }
}

/** What all registries hold. */
export const heldBy = (cast: ReadonlyMap<Host, Cast>): HeldByHosts =>
  Object.fromEntries([...cast].map(([host, { registry }]) => [host, heldIn(registry)]));

const heldIn = ({ store }: Registry): Readonly<Record<string, HeldContent>> =>
  Object.fromEntries(
    [...store.repositories()].map((repository) => [
      repository.name,
      {
        tags: Object.fromEntries(
          [...repository.manifests.keys()].flatMap((digest) => repository.tagsOf(digest).map((tag) => [tag, digest])),
        ),
        manifests: [...repository.manifests.keys()],
        blobs: [...repository.blobs.keys()],
      },
    ]),
  );
