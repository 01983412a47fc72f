import type { Behaviour, Host } from "../behaviours/behaviour.js";
import type { Tls } from "../http/listener.js";

/** Where a host of a stage listens. Ports of the same address differ. */
export interface StageHost {
  readonly host: Host;
  /** `127.0.0.1` */
  readonly address: string;
  /** 0 takes any that is free. */
  readonly port: number;
  readonly tls?: Tls;
}

/** A manifest or a blob by its digest, of whatever algorithm. */
export interface PlayedContent {
  readonly digest: string;
  readonly bytes: Buffer;
  /** Of a manifest; none for a blob. */
  readonly mediaType?: string;
  /** Of a manifest. */
  readonly tags?: readonly string[];
}

/** What a host holds before, in a repository. */
export interface PlayedRepository {
  readonly host: Host;
  /** On the wire: `oci-conform/a`. */
  readonly name: string;
  /** Blobs before the manifests that lead to them. */
  readonly contents: readonly PlayedContent[];
}

/** All that the hosts of a stage do in one run of a client. */
export interface Play {
  readonly holds: readonly PlayedRepository[];
  /** Names of choices, made on each host. */
  readonly choices: readonly string[];
  /** With nothing left to fill in; names of repositories as they are on the wire. */
  readonly behaviours: readonly Behaviour[];
  /** The most requests that are taken, where it is not the usual limit. */
  readonly most?: number;
  /** Who may come in where a behaviour asks for credentials, by host. */
  readonly credentials: Readonly<Partial<Record<Host, { readonly user: string; readonly password: string }>>>;
}
