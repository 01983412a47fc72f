import type { RegistryClient } from "../../../runners/registry/client.js";
import type { RegistryObservation } from "../../../runners/registry/observation.js";
import { Model } from "../../../suites/registry/model.js";

/** What a registry answers to the deletion of what is there no more, or was never deleted twice. */
const GONE = [200, 202, 204, 404];

/** Deletes what cases pushed, and remembers what the registry did not delete. */
export class Cleanup {
  /** Paths that could not be deleted, with what was answered. */
  readonly #left = new Map<string, string>();

  readonly #client: RegistryClient;

  constructor(client: RegistryClient) {
    this.#client = client;
  }

  /** Deletes what a case left: the manifests first, those pushed last before others, for they may refer to them. */
  async after(observation: RegistryObservation): Promise<void> {
    const model = new Model(observation);
    for (const exchange of observation.exchanges) model.apply(exchange);
    const common = new Set(
      Object.values(observation.contents).flatMap(({ common, sha256, sha512 }) => (common === true ? [sha256, sha512] : [])),
    );
    for (const name of new Set(Object.values(observation.repositories))) {
      const { manifests, tags, blobs } = model.repository(name);
      const there = ([, { presence }]: readonly [string, { readonly presence: string }]): boolean => presence !== "absent";
      // Where a manifest is not deleted, or may be somebody else's too, its tags may go all the same.
      if (observation.borrowed)
        for (const [tag] of [...tags].filter(there)) await this.#delete(`/v2/${name}/manifests/${tag}`, [...GONE, 400, 405]);
      for (const [digest] of [...manifests].filter(there).reverse()) {
        if (common.has(digest)) this.#left.set(`/v2/${name}/manifests/${digest}`, "it may be somebody else's too");
        else await this.#delete(`/v2/${name}/manifests/${digest}`);
      }
      for (const [digest, presence] of blobs) {
        if (presence === "absent") continue;
        if (common.has(digest)) this.#left.set(`/v2/${name}/blobs/${digest}`, "it may be somebody else's too");
        else await this.#delete(`/v2/${name}/blobs/${digest}`);
      }
    }
  }

  async #delete(path: string, gone: readonly number[] = GONE): Promise<void> {
    const request = { method: "DELETE", url: `${this.#client.endpoint.url}${path}`, headers: {}, body: null };
    const answer = await this.#client.send(request);
    if ("response" in answer && gone.includes(answer.response.status)) this.#left.delete(path);
    else this.#left.set(path, "response" in answer ? String(answer.response.status) : answer.failure.message);
  }

  /** What is still there, one a line; empty when nothing is. */
  get left(): readonly string[] {
    return [...this.#left].map(([path, why]) => `${path}: ${why}`);
  }
}
