import type { Client } from "./client.js";
import type { Descriptor } from "./content/descriptor.js";
import { type Place, withParameter } from "./http/place.js";
import type { Reference } from "./reference.js";

/** A repository of a registry: where its endpoints are (spec.md#endpoints). */
export interface Repository {
  readonly client: Client;
  /** Of the registry, or of the proxy that is asked in its place. */
  readonly origin: string;
  readonly name: string;
  /** The host in the repository's name, for a proxy that is to know it (spec.md#registry-proxying); no other registry is told. */
  readonly ns?: string;
}

/** @param proxy the host and port that is asked in place of the one that is named. */
export function repositoryOf(client: Client, { host, name }: Pick<Reference, "host" | "name">, proxy?: string): Repository {
  const origin = new URL(`${client.plainHttp ? "http" : "https"}://${proxy ?? host}`).origin;
  return { client, origin, name, ...(proxy === undefined ? {} : { ns: host }) };
}

const at = ({ origin, name }: Repository, rest: string): Place => ({ origin, target: `/v2/${name}/${rest}` });

const pulled = (repository: Repository, place: Place): Place =>
  repository.ns === undefined ? place : withParameter(place, `ns=${encodeURIComponent(repository.ns)}`);

/** @param reference a digest or a tag. */
export const manifestAt = (repository: Repository, reference: string): Place => at(repository, `manifests/${reference}`);
export const pulledManifestAt = (repository: Repository, reference: string): Place => pulled(repository, manifestAt(repository, reference));
export const blobAt = (repository: Repository, { digest }: Pick<Descriptor, "digest">): Place => at(repository, `blobs/${digest}`);
export const pulledBlobAt = (repository: Repository, blob: Pick<Descriptor, "digest">): Place =>
  pulled(repository, blobAt(repository, blob));
export const tagsAt = (repository: Repository): Place => at(repository, "tags/list");

export const uploadsAt = (repository: Repository, ...parameters: readonly string[]): Place =>
  parameters.reduce(withParameter, at(repository, "blobs/uploads/"));

export const referrersAt = (repository: Repository, digest: string, type?: string): Place => {
  const place = at(repository, `referrers/${digest}`);
  return type === undefined ? place : withParameter(place, `artifactType=${encodeURIComponent(type)}`);
};
