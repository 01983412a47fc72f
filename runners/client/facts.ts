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
  /** Whether what it pulls can be found as files with the blobs' bytes; a store that unpacks layers keeps manifest and config alone. */
  readonly keeps: "blobs" | "manifests";
  /** Whether it can be told to use TLS and whom to trust. */
  readonly tls: boolean;
  /** Whether it can be given credentials. */
  readonly credentials: boolean;
}
