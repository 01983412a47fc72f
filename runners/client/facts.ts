import type { Verb } from "./case.js";

/** What is known of a client, for generators and checks. */
export interface ClientFacts {
  /** The release that it is judged by: 1.0.1, 1.1.1 or head. */
  readonly release: string;
  readonly tool: string;
  /** What it calls itself; may be empty. */
  readonly version: string;
  /** What it can do. */
  readonly verbs: readonly Verb[];
  /**
   * What of an image that it pulled can be found as files with the very bytes: all of it; manifest and config, where a store unpacks the layers; or
   * nothing, where it is kept in some other form.
   */
  readonly keeps: "blobs" | "manifests" | "nothing";
  /** Whether it can be told to use TLS and whom to trust. */
  readonly tls: boolean;
  /** Whether it can be given credentials. */
  readonly credentials: boolean;
  /** Whether it can be told to pull by a proxy. */
  readonly proxy?: true;
}
