import type { Natural } from "../../spec/numbers.js";

/** How requests reach a registry. */
export interface Endpoint {
  /** `http://host:port` or `https://…`, with the path below which `/v2/` is, if any, and no slash at its end. */
  readonly url: string;
  /** Other addresses of the same registry, of the same form. */
  readonly others?: readonly string[];
  /** Goes before every repository's name, without slashes at its ends; may be empty. */
  readonly namespace: string;
  readonly timeoutMs: number;
  /** At most so many bytes of an answer are taken. */
  readonly maxBody: number;
  /** Requests a second; unbounded when undefined. */
  readonly rate?: number;
  readonly tls?: { readonly ca?: string; readonly insecure?: boolean };
  readonly credentials?: Credentials;
}

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** The APIs by which the spec groups itself. */
export const APIS = ["pull", "push", "discovery", "management"] as const;
export type Api = (typeof APIS)[number];

/**
 * What a registry may choose, as its first answers told it: undefined when they did not tell.
 */
export interface Choices {
  readonly push: boolean;
  readonly blobDelete?: boolean;
  readonly manifestDelete?: boolean;
  readonly tagDelete?: boolean;
  readonly singlePost?: boolean;
  readonly mount?: boolean;
  readonly anonymousMount?: boolean;
  readonly referrers?: boolean;
  readonly referrersFilter?: boolean;
  readonly digestAlgorithm?: boolean;
  readonly sha512Blob?: boolean;
  readonly sha512Manifest?: boolean;
  readonly tagParameter?: boolean;
  readonly cancel?: boolean;
  readonly ranges?: boolean;
  /** Whether manifests that name blobs that are not there are taken. */
  readonly missingBlobs?: boolean;
  /** Bytes; of `OCI-Chunk-Min-Length`. */
  readonly chunkMinLength?: Natural;
  /** Whether a tag that stands for a manifest is refused to another one. */
  readonly immutableTags?: boolean;
  /** Whether a manifest is still there when its only tag has moved on. */
  readonly untaggedManifests?: boolean;
  /** Whether a list of tags or referrers came right only when it was asked for again. */
  readonly listsLag?: boolean;
  /** Whether tags can be listed. */
  readonly tagsList?: boolean;
  /** A repository's name may have so many components. */
  readonly nameComponents?: Natural;
  /** Whether a manifest of more than 4 MiB is refused. */
  readonly manifestLimit?: boolean;
}

/** What is known of the registry, for generators and checks. */
export interface RegistryFacts {
  /** The release that it is judged by: 1.0.1, 1.1.1 or head. */
  readonly release: string;
  readonly choices: Choices;
  readonly apis: readonly Api[];
  /** The harness started the server, and may restart it. */
  readonly ours: boolean;
  /** Its garbage can be collected. */
  readonly collects?: boolean;
  /** It has so many addresses; 1 when left out. */
  readonly addresses?: Natural;
  /** Something to read where nothing may be written. */
  readonly existing?: { readonly name: string; readonly tag: string };
}
