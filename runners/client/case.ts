import type { Behaviour, Host } from "../../reference-registry/behaviours/behaviour.js";
import type { Bytes } from "../../spec/numbers.js";
import type { Content } from "../registry/case.js";

/**
 * What a client is asked to do.
 *
 * - `pull`: an image, or any manifest with all that belongs to it, from a registry into a directory
 * - `push`: what a directory holds, to a registry; `push-chunks` and `push-single` say how the blobs are to go
 * - `copy`: from one repository to another one
 * - `tags`: list a repository's tags
 * - `referrers`: list what has a manifest as its subject
 * - `attach`: push an artifact with a subject
 * - `delete`: delete a manifest
 * - `any`: nobody knows what: traffic that was only listened to
 */
export const VERBS = ["pull", "push", "push-chunks", "push-single", "copy", "tags", "referrers", "attach", "delete", "any"] as const;
export type Verb = (typeof VERBS)[number];

/** A manifest in a repository, with all contents that it leads to. */
export interface Held {
  /** The registry itself where it is left out. */
  readonly host?: Host;
  /** A short name, such as `a`: `oci-conform/a` on the wire. */
  readonly repository: string;
  /** A content that is a manifest or an index. */
  readonly manifest: string;
  readonly tags?: readonly string[];
}

/** A manifest by its place. `reference` is a tag, or a digest such as `{sha256:m}`. */
export interface Place {
  readonly host?: Host;
  readonly repository: string;
  readonly reference: string;
}

/** What is attached to a subject. */
export interface Attachment {
  readonly artifactType: string;
  /** A content: the artifact's only blob. */
  readonly blob: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * What a client is asked to do, and what it meets: plain JSON. References and the texts of behaviours are templates, as those of a registry's
 * case are: `{sha256:NAME}`, `{sha512:NAME}`, `{encoded:NAME}` (the hexadecimal digits of its sha256), `{size:NAME}`, `{text:NAME}` of a content; besides these `{host:other}`, an address, and
 * `{url:other}`, the same with its scheme.
 */
export interface ClientCase {
  readonly format: "oci-conform/client-case@1";
  readonly title: string;
  /** The requirements that it was made for. */
  readonly aims: readonly string[];
  readonly verb: Verb;
  readonly contents: Readonly<Record<string, Content>>;
  /** What the registries hold before. */
  readonly holds?: readonly Held[];
  /** The manifest that the client has in an image layout, with all that belongs to it. */
  readonly local?: string;
  /** What the verb is about; of `tags` only the repository counts. */
  readonly target: Place;
  /** Where a copy comes from. */
  readonly from?: Place;
  readonly attachment?: Attachment;
  /** The artifactType by which referrers are filtered. */
  readonly filter?: string;
  /** The size of chunks. */
  readonly chunk?: Bytes;
  /** What is pulled comes from this host, which is a proxy of the registry; the client is told so. */
  readonly proxy?: Host;
  /** Everything goes by HTTPS. */
  readonly tls?: true;
  /** The hosts for which the client has a user and a password, others for each. */
  readonly credentials?: readonly Host[];
  /** Choices of the bundled registry (`reference-registry/choices.ts`), made on each host. */
  readonly choices?: readonly string[];
  readonly behaviours?: readonly Behaviour[];
}
