import { join } from "node:path";
import { dispatcher } from "../api/dispatch.js";
import type { Host } from "../behaviours/behaviour.js";
import { recordOf } from "../behaviours/meanwhile.js";
import { type Choice, choicesNamed } from "../choices.js";
import { isDigest, isName, isTag } from "../grammar.js";
import type { Handler } from "../http/call.js";
import { LIMITS, openRegistry } from "../open.js";
import type { Registry } from "../registry.js";
import type { HeldByHosts, HeldContent } from "./exchange.js";
import type { Play, PlayedRepository } from "./play.js";

/** A registry of a play, with the choices that it makes. */
export interface Member {
  readonly registry: Registry;
  readonly handler: Handler;
}

/** The hosts that hold something of their own. */
const HOLDERS: readonly Host[] = ["registry", "other"];

/** The registries of a play, below a directory. One that holds nothing is opened when it is asked for something. */
export class Cast {
  readonly #choices: readonly Choice[];
  readonly #dir: string;
  readonly #members = new Map<Host, Promise<Member>>();
  readonly #opened = new Map<Host, Registry>();

  private constructor(choices: readonly Choice[], dir: string) {
    this.#choices = choices;
    this.#dir = dir;
  }

  /** @throws RangeError for a choice that there is not, and for what no registry can hold */
  static async of({ choices, holds }: Play, dir: string): Promise<Cast> {
    const cast = new Cast(choicesNamed(choices), dir);
    for (const repository of holds) await fill((await cast.member(repository.host))?.registry, repository);
    return cast;
  }

  /** The registry of a host; undefined of one that has none. */
  member(host: Host): Promise<Member> | undefined {
    if (!HOLDERS.includes(host)) return undefined;
    const member = this.#members.get(host) ?? this.#open(host);
    this.#members.set(host, member);
    return member;
  }

  async #open(host: Host): Promise<Member> {
    const limits = Object.assign({ ...LIMITS }, ...this.#choices.map((choice) => choice.limits));
    const registry = await openRegistry(join(this.#dir, host), false, limits);
    this.#opened.set(host, registry);
    const handler = this.#choices.reduce<Handler>((inner, { wrap }) => wrap?.(inner) ?? inner, dispatcher(registry));
    return { registry, handler };
  }

  /** The registry of a host that was asked for something. */
  opened(host: Host): Registry | undefined {
    return this.#opened.get(host);
  }

  /** What all registries hold. */
  held(): HeldByHosts {
    return Object.fromEntries(
      HOLDERS.map((host) => {
        const registry = this.#opened.get(host);
        return [host, registry ? heldIn(registry) : {}];
      }),
    );
  }
}

/** @throws RangeError for what no registry can hold */
async function fill(registry: Registry | undefined, { host, name, contents }: PlayedRepository): Promise<void> {
  if (!registry || !isName(name)) throw new RangeError(`${host} cannot hold a repository ${name}`);
  const { store } = registry;
  for (const { digest, bytes, mediaType, tags = [] } of contents) {
    if (!isDigest(digest) || !tags.every(isTag)) throw new RangeError(`${name} cannot hold ${digest} as ${tags.join(", ") || "nothing"}`);
    if (mediaType === undefined) await store.putBlob(name, digest, bytes);
    else await store.putManifest(name, { digest, bytes, record: recordOf(bytes, mediaType), tags: tags.filter(isTag) });
  }
}

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
